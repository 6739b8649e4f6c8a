import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { trafficSplits } from '../../src/check/resource-table.ts';
import { Fault } from '../../src/fault.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { namespaces, nodes, pods } from '../../src/kube/resources.ts';
import { StatusError } from '../../src/kube/status.ts';
import { answerFor, documentPath } from '../../src/lesson/fields/schema.ts';
import { connectAzure } from '../../src/world/azure-client.ts';
import { findKubectl } from '../../src/world/learner-environment.ts';
import { findDoor, readAzureAccess } from '../../src/world/sandbox-control.ts';
import { createSandboxWorld, type WorldTrouble } from '../../src/world/sandbox-world.ts';
import type { World } from '../../src/world/world.ts';
import { build, serverFile } from '../cli/meshwalk.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

let home: string;
let world: World;
const troubles: WorldTrouble[] = [];

function worldIn(folder: string, server = serverFile): World {
  return createSandboxWorld({
    folder,
    workingFolder: root,
    serverFile: server,
    pace: 'instant',
    learner: {
      PATH: [join(root, 'node_modules/.bin'), join(home, 'old'), '/usr/bin', '/bin'].join(delimiter),
      HOME: home,
      LC_ALL: 'C.UTF-8',
      NODE_OPTIONS: '--nonsense',
      npm_config_registry: 'https://example.com',
      AZURE_TENANT_ID: 'real',
      KUBECONFIG: '/home/learner/.kube/config',
    },
    onTrouble: (trouble) => troubles.push(trouble),
  });
}

/** A kubectl of the learner that only knows its version. */
async function kubectl(folder: string, version: string): Promise<string> {
  await mkdir(join(home, folder));
  const script = `#!/bin/sh\necho '{"clientVersion":{"gitVersion":"${version}"}}'\n`;
  await writeFile(join(home, folder, 'kubectl'), script, { mode: 0o755 });
  return join(home, folder);
}

async function shell(line: string): Promise<string> {
  const { stdout } = await run('/bin/sh', ['-c', line], { env: world.environment(), cwd: world.workingFolder });
  return stdout;
}

/** Resolves when `holds` is true after some change; the test's own limit ends the waiting. */
function changed(kube: KubeClient, holds: () => Promise<boolean>): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () =>
      holds().then((yes) => {
        if (!yes) return;
        stop();
        resolve();
      }, reject);
    const stop = kube.watch([namespaces], look);
    void look();
  });
}

beforeAll(async () => {
  build();
  home = await mkdtemp(join(os.tmpdir(), 'meshwalk-world-'));
  await kubectl('old', 'v1.27.16');
  world = worldIn(join(home, 'sandbox'));
  await world.prepare(() => {});
});

afterAll(async () => {
  await world.close();
  await rm(home, { recursive: true, force: true });
});

describe('before there is a cluster', () => {
  it('gives commands an environment from which only the sandbox can be reached', () => {
    expect(world.environment()).toEqual({
      PATH: [join(home, 'sandbox/bin'), join(home, 'old'), '/usr/bin', '/bin'].join(delimiter),
      HOME: home,
      TERM: 'xterm-256color',
      LC_ALL: 'C.UTF-8',
      KUBECONFIG: join(home, 'sandbox/kubeconfig'),
      AZURE_CONFIG_DIR: join(home, 'sandbox/azure'),
      MESHWALK_KUBECTL: 'ours',
    });
  });

  it('has no Kubernetes client and an Azure without clusters', async () => {
    expect(await world.kube()).toBeUndefined();
    expect(await world.describe()).toEqual({ kind: 'sandbox', costsMoney: false });
    const azure = await world.azure();
    expect(await azure?.resourceGroupExists('rg')).toBe(false);
    expect(await azure?.managedClusters()).toEqual([]);
    expect(await azure?.managedCluster('rg', 'aks')).toBeUndefined();
  });

  it('joins a sandbox that runs already, and leaves it running', async () => {
    const second = worldIn(join(home, 'sandbox'));
    await second.prepare(() => {});
    expect(await (await second.azure())?.managedClusters()).toEqual([]);
    await second.close();
    expect(await (await world.azure())?.managedClusters()).toEqual([]);
  });

  it('passes on what the sandbox found damaged when it started, also when it joins one that runs', async () => {
    const folder = join(home, 'damaged');
    await mkdir(folder);
    await writeFile(join(folder, 'secrets.json'), '{');
    const before = troubles.length;
    const first = worldIn(folder);
    await first.prepare(() => {});
    const second = worldIn(folder);
    await second.prepare(() => {});
    await second.close();
    await first.close();
    const sentence = expect.stringMatching(
      /^The sandbox's keys could not be read and were set aside as .*; new ones were made\.$/,
    );
    const told = { type: 'noticed', sentences: [sentence] };
    expect(troubles.splice(before)).toEqual([told, told]);
  });

  it('does not take just any line of its process for readiness', async () => {
    const serverFile = join(home, 'talker.mjs');
    await writeFile(serverFile, "console.log('{}'); setInterval(() => {}, 1000);");
    const talking = worldIn(join(home, 'talking'), serverFile);
    await expect(talking.prepare(() => {})).rejects.toMatchObject({ code: 'sandbox.not-started', why: 'It said: {}' });
  });

  it("goes past the proxy of the learner's environment to its own Azure", async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
    try {
      const access = await readAzureAccess(join(home, 'sandbox'));
      if (!access) throw new Error('no Azure');
      expect(await (await connectAzure(access)).managedClusters()).toEqual([]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('says why the sandbox does not start', async () => {
    await writeFile(join(home, 'file'), '');
    const impossible = worldIn(join(home, 'file'));
    const failure = await impossible.prepare(() => {}).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Fault);
    expect(failure).toMatchObject({ what: expect.stringContaining(join(home, 'file')) });
  });
});

describe("the learner's own kubectl", () => {
  it('is used when it is 1.28 or newer and the first on PATH', async () => {
    const [old, first, newer] = [
      join(home, 'old'),
      await kubectl('first', 'v1.28.0'),
      await kubectl('newer', 'v1.36.1'),
    ];
    expect(await findKubectl([home, first])).toBe(join(first, 'kubectl'));
    expect(await findKubectl([newer, old])).toBe(join(newer, 'kubectl'));
    expect(await findKubectl([old, newer])).toBeUndefined();
    expect(await findKubectl([])).toBeUndefined();
  });
});

describe('with a cluster', () => {
  let kube: KubeClient;

  beforeAll(async () => {
    await shell('az group create -l westeurope -n rg -o none');
    await shell('az aks create -g rg -n aks --enable-addons open-service-mesh --generate-ssh-keys -o none 2>/dev/null');
    await shell('az aks get-credentials -g rg -n aks 2>/dev/null');
    const client = await world.kube();
    if (!client) throw new Error('there is no context after get-credentials');
    kube = client;
  });

  it('shows it as Resource Manager does, and as the context of kubectl', async () => {
    const azure = await world.azure();
    expect(await azure?.managedCluster('rg', 'aks')).toMatchObject({
      name: 'aks',
      resourceGroup: 'rg',
      provisioningState: 'Succeeded',
      powerState: 'Running',
      nodeCount: 3,
      addons: { openServiceMesh: true },
    });
    expect(await world.describe()).toMatchObject({ context: 'aks' });
    expect(kube.context).toBe('aks');
  });

  it('keeps one client for as long as the kubeconfig stays as it is', async () => {
    expect(await world.kube()).toBe(kube);
  });

  it('gets, lists by label, and tells a missing object from a missing kind', async () => {
    expect(await kube.list(nodes)).toHaveLength(3);
    expect((await kube.get(namespaces, 'kube-system'))?.metadata.name).toBe('kube-system');
    expect(await kube.get(namespaces, 'nope')).toBeUndefined();
    expect(await kube.get(trafficSplits, 'nope', 'kube-system')).toBeUndefined();
    const unknownKind = { group: 'example.com', version: 'v1', resource: 'things', kind: 'Thing', namespaced: true };
    await expect(kube.get(unknownKind, 'x', 'default')).rejects.toBeInstanceOf(StatusError);
    const controllers = await kube.list(pods, { namespace: 'kube-system', labelSelector: 'app=osm-controller' });
    expect(controllers.length).toBeGreaterThan(0);
  });

  it('reads a log, and pages of a pod through a port-forward that stays open', async () => {
    const [controller] = await kube.list(pods, { namespace: 'kube-system', labelSelector: 'app=osm-controller' });
    const pod = { namespace: 'kube-system', name: controller?.metadata.name ?? '' };
    expect((await kube.podLog(pod, { tailLines: 1 })).trim().split('\n')).toHaveLength(1);
    for (let count = 0; count < 3; count++) {
      expect(await kube.podHttp({ ...pod, port: 9091 }, '/health/alive')).toEqual({
        status: 200,
        body: 'Service is alive',
      });
    }
    await expect(kube.podHttp({ ...pod, port: 1 }, '/')).rejects.toMatchObject({ code: 'pod.unreachable' });
    await expect(kube.podHttp({ ...pod, name: 'nope', port: 1 }, '/')).rejects.toMatchObject({
      code: 'pod.unreachable',
    });
  });

  it('has the schemas of kinds, those that come with the mesh among them', async () => {
    const about = async (apiVersion: string, kind: string, path: string) =>
      answerFor(await kube.openApi(documentPath(apiVersion)), { apiVersion, kind, path: path.split('.') });
    expect(await about('split.smi-spec.io/v1alpha2', 'TrafficSplit', 'spec.backends.weight')).toMatchObject({
      type: 'facts',
      facts: { type: 'number' },
    });
    expect(await about('apps/v1', 'Deployment', 'spec.selector')).toMatchObject({ facts: { isRequired: true } });
    expect(await kube.openApi('apis/example.com/v1')).toBeUndefined();
  });

  it('tells changes', async () => {
    const seen = changed(kube, async () => (await kube.get(namespaces, 'told')) !== undefined);
    await shell('kubectl create namespace told');
    await seen;
  });

  it('comes back with its cluster when the process is killed, and watches go on', async () => {
    const door = await findDoor(join(home, 'sandbox'));
    const after = changed(kube, async () => {
      try {
        return (await kube.get(namespaces, 'after-kill')) !== undefined;
      } catch (error) {
        // Between death and return nobody answers.
        if (error instanceof Fault) return false;
        throw error;
      }
    });
    process.kill(door?.pid ?? 0, 'SIGKILL');
    await expect
      .poll(() => findDoor(join(home, 'sandbox')).then((now) => now !== undefined && now.pid !== door?.pid), {
        timeout: 15_000,
      })
      .toBe(true);
    const client = await world.kube();
    expect(await client?.get(namespaces, 'told')).toBeDefined();
    await shell('kubectl create namespace after-kill');
    await after;
    expect(troubles).toEqual([{ type: 'restarted' }]);
  });

  it('forgets everything at a reset', async () => {
    await world.reset?.();
    expect(await world.kube()).toBeUndefined();
    expect(await (await world.azure())?.managedClusters()).toEqual([]);
    await expect(access(join(home, 'sandbox/kubeconfig'))).rejects.toThrow();
  });

  it('leaves no process behind when it is closed', async () => {
    const door = await findDoor(join(home, 'sandbox'));
    expect(door).toBeDefined();
    await world.close();
    expect(await findDoor(join(home, 'sandbox'))).toBeUndefined();
    // A look that was under way may ask once more.
    await expect(world.azure()).rejects.toMatchObject({ code: 'world.closed' });
    expect(await findDoor(join(home, 'sandbox'))).toBeUndefined();
  });
});
