import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Deployment, KubeObject, Pod } from '../../src/kube/objects.ts';
import {
  deployments,
  endpointSlices,
  endpoints,
  namespaces,
  nodes,
  pods,
  type ResourceRef,
} from '../../src/kube/resources.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { type RunningCluster, startCluster } from '../../src/sandbox/cluster.ts';
import { deployment, isRolledOut, program, spec } from './test-cluster.ts';

let folder: string;
let cluster: RunningCluster;
const logged: string[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwalk-cluster-'));
  logged.length = 0;
});
afterEach(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

const start = (more: Partial<typeof spec> = {}, begin: Promise<void> = Promise.resolve()) =>
  startCluster({
    begin,
    spec: { ...spec, ...more },
    folder,
    pace: 'instant',
    clock: systemClock,
    random: seededRandom(1),
    images: [program('app'), program('sidecar')],
    log: (line) => logged.push(line),
  });

function until<T extends KubeObject>(ref: ResourceRef<T>, holds: (objects: T[]) => boolean): Promise<void> {
  return new Promise((resolve) => {
    let stop = () => {};
    const look = () => {
      if (!holds(cluster.api.list(ref))) return;
      stop();
      resolve();
    };
    stop = cluster.api.watch(ref, () => queueMicrotask(look));
    queueMicrotask(look);
  });
}

const allRolledOut = (count: number) =>
  until(deployments, (all: Deployment[]) => all.length >= count && all.every(isRolledOut));

/** One request with the cluster's own credentials; the certificate is checked. */
function ask(path: string, token = cluster.access.token): Promise<{ code: number; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const call = request(
      `${cluster.access.server}${path}`,
      { ca: cluster.access.caPem, headers, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve({ code: answer.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      },
    );
    call.on('error', reject).end();
  });
}

const systemPods = () => cluster.api.list(pods, { namespace: 'kube-system' });
const isReady = (pod: Pod) => pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');

describe('a cluster', () => {
  it('answers over HTTPS to its token only, with ready nodes and the add-ons of AKS', async () => {
    cluster = await start();
    expect((await ask('/api/v1/nodes', 'wrong')).code).toBe(401);
    const answer = await ask('/api/v1/nodes');
    expect(answer.code).toBe(200);
    expect(cluster.api.list(nodes).map((node) => node.metadata.name)).toEqual([
      expect.stringMatching(/^aks-nodepool1-\d{8}-vmss000000$/),
      expect.stringMatching(/^aks-nodepool1-\d{8}-vmss000001$/),
      expect.stringMatching(/^aks-nodepool1-\d{8}-vmss000002$/),
    ]);
    await allRolledOut(4);
    expect(
      [...new Set(systemPods().map((pod) => pod.metadata.name?.replace(/-[a-z0-9]+-[a-z0-9]+$/, '')))].sort(),
    ).toEqual(['coredns', 'coredns-autoscaler', 'konnectivity-agent', 'metrics-server']);
    expect(statSync(join(folder, 'identity.json')).mode & 0o777).toBe(0o600);
    expect(logged).toEqual([]);
  });

  it('names its own address in Endpoints and EndpointSlice of the Service kubernetes', async () => {
    cluster = await start();
    const address = cluster.api.get(endpoints, 'kubernetes', 'default')?.subsets?.[0]?.addresses?.[0]?.ip;
    const slices = cluster.api.list(endpointSlices, { namespace: 'default' });
    expect(slices).toMatchObject([
      {
        metadata: { name: 'kubernetes', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
        addressType: 'IPv4',
        endpoints: [{ addresses: [address], conditions: { ready: true } }],
        ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
      },
    ]);
    // Neither is the controllers' business: the Service selects no pods.
    await allRolledOut(4);
    expect(cluster.api.list(endpointSlices, { namespace: 'default' })).toEqual(slices);
  });

  it('answers before its controllers and nodes begin, and can be closed before they do', async () => {
    const begin = Promise.withResolvers<void>();
    cluster = await start({}, begin.promise);
    expect((await ask('/apis/apps/v1/namespaces/kube-system/deployments')).code).toBe(200);
    expect(cluster.api.list(deployments)).toHaveLength(4);
    expect(systemPods()).toEqual([]);
    begin.resolve();
    await allRolledOut(4);
    const name = systemPods()[0]?.metadata.name ?? '';
    await cluster.close();
    cluster = await start({}, new Promise(() => {}));
    const waiting = ask(`/api/v1/namespaces/kube-system/pods/${name}/log`);
    await cluster.close();
    await expect(waiting).rejects.toThrow();
  });

  it('with the mesh add-on runs the control plane that AKS runs, and disables it again', async () => {
    cluster = await start({ openServiceMesh: true });
    await until(
      pods,
      () =>
        systemPods()
          .filter((pod) => pod.metadata.name?.startsWith('osm-'))
          .filter(isReady).length === 5,
    );
    await cluster.disableOpenServiceMesh();
    await until(pods, () => !systemPods().some((pod) => pod.metadata.name?.startsWith('osm-')));
    await cluster.enableOpenServiceMesh();
    await until(
      pods,
      () =>
        systemPods()
          .filter((pod) => pod.metadata.name?.startsWith('osm-'))
          .filter(isReady).length === 5,
    );
  });

  it('comes back from disk as after a reboot of its nodes: same port, same pods, one restart more', async () => {
    cluster = await start();
    await cluster.api.create(deployments, deployment('web', 2));
    await allRolledOut(5);
    await cluster.idle();
    const before = cluster.access;
    const names = cluster.api.list(pods).map((pod) => pod.metadata.name);
    await cluster.close();
    cluster = await start();
    expect(cluster.access).toEqual(before);
    const restarted = (pod: Pod) =>
      pod.status?.containerStatuses?.every(({ restartCount, ready }) => ready && restartCount === 1);
    await until(pods, (all: Pod[]) => all.every(restarted));
    await cluster.idle();
    expect(cluster.api.list(pods).map((pod) => pod.metadata.name)).toEqual(names);
    const [web] = cluster.api.list(pods, { namespace: 'default' });
    expect(web?.status?.containerStatuses?.[0]?.lastState.terminated).toMatchObject({
      exitCode: 255,
      reason: 'Unknown',
      finishedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    await allRolledOut(5);
  });

  it('finishes the deletion of a namespace and of a pod that a stop interrupted', async () => {
    cluster = await start();
    await cluster.api.create(namespaces, { metadata: { name: 'shop' } });
    await cluster.idle();
    const web = deployment('web', 1);
    await cluster.api.create(deployments, { ...web, metadata: { ...web.metadata, namespace: 'shop' } });
    await allRolledOut(5);
    await cluster.api.delete(namespaces, 'shop');
    await cluster.close();
    cluster = await start();
    await until(namespaces, (all) => all.every((namespace) => namespace.metadata.name !== 'shop'));
    expect(cluster.api.list(pods, { namespace: 'shop' })).toEqual([]);
  });
});
