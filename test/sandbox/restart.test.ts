import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../src/kube/objects.ts';
import { readBundle } from '../../src/sandbox/bundle/bundle.ts';
import { placeBundle } from '../../src/sandbox/bundle/place.ts';
import { seal } from '../../src/sandbox/bundle/seal.ts';
import { contentsOf } from '../../src/sandbox/server/contents.ts';
import { captureFiles } from '../../src/sandbox/server/snapshots.ts';
import { realKubectl } from '../tools/kubectl.ts';
import { SandboxProcess } from './sandbox-process.ts';

const root = join(import.meta.dirname, '../..');
const sandbox = new SandboxProcess();
const apps = ['bookbuyer', 'bookstore', 'bookthief', 'bookwarehouse'];

/** Whose commands run: the sandbox's own, or who was handed it. */
let reached = sandbox;

function kubectl(line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(realKubectl('1.36'), line.split(' '), { env: reached.environment(), cwd: root }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });
}

const logOf = (app: string) => kubectl(`logs -n ${app} deployment/${app} -c ${app}`).catch(() => '');
const answersIn = (log: string) => log.match(/^Status: 200 OK$/gm)?.length ?? 0;
/** A denied request in OSM 1.2: the sidecar accepts the connection and closes it. */
const denialsIn = (log: string) => log.match(/^Error fetching .*: EOF$/gm)?.length ?? 0;

async function meshedPods(): Promise<Pod[]> {
  const { items } = JSON.parse(await kubectl('get pods -A -l osm-proxy-uuid -o json')) as { items: Pod[] };
  return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
}

const authority = () => kubectl('get secret osm-ca-bundle -n kube-system -o jsonpath={.data.ca\\.crt}');
const server = () => kubectl('config view --minify -o jsonpath={.clusters[0].cluster.server}');

beforeAll(async () => {
  await sandbox.start();
  await sandbox.az('group create -l southeastasia -n rg -o none');
  await sandbox.az('aks create -g rg -n one --no-ssh-key -a open-service-mesh -o none');
  await sandbox.az('aks get-credentials -g rg -n one');
  for (const name of ['osm-bootstrap', 'osm-controller', 'osm-injector'])
    await kubectl(`rollout status deployment/${name} -n kube-system`);
  for (const namespace of apps) await kubectl(`create namespace ${namespace}`);
  await sandbox.run('osm', ['namespace', 'add', ...apps]);
  await kubectl(
    'patch meshconfig osm-mesh-config -n kube-system --type=merge -p {"spec":{"traffic":{"enablePermissiveTrafficPolicyMode":false}}}',
  );
  await kubectl('apply -f manifests/access/bookbuyer.yaml -f manifests/access/bookwarehouse.yaml');
  for (const app of ['mysql', 'bookstore-v2', ...apps]) await kubectl(`apply -f manifests/apps/${app}.yaml`);
  for (const app of apps) await kubectl(`rollout status deployment/${app} -n ${app}`);
});

afterAll(() => sandbox.close());

const trades = async () => {
  await expect.poll(async () => answersIn(await logOf('bookbuyer')), { timeout: 30_000 }).toBeGreaterThan(0);
  await expect.poll(async () => denialsIn(await logOf('bookthief')), { timeout: 30_000 }).toBeGreaterThan(0);
  expect(answersIn(await logOf('bookthief'))).toBe(0);
};

describe('a sandbox with the whole bookstore, killed with kill -9', () => {
  it('has its pods, its identities and its policies again at the same address', { timeout: 60_000 }, async () => {
    await trades();
    const before = { pods: await meshedPods(), authority: await authority(), server: await server() };
    expect(before.pods).toHaveLength(6);
    await sandbox.end('SIGKILL');
    await sandbox.start();

    expect(await server()).toBe(before.server);
    expect(await authority()).toBe(before.authority);
    await trades();
    const after = await meshedPods();
    expect(after.map(({ metadata }) => metadata.uid)).toEqual(before.pods.map(({ metadata }) => metadata.uid));
    const counts = after
      .flatMap(({ status }) => status?.containerStatuses ?? [])
      .map(({ restartCount }) => restartCount);
    expect(new Set(counts)).toEqual(new Set([1]));
  });

  it('injects sidecars into new pods that trade at once', { timeout: 60_000 }, async () => {
    await kubectl('rollout restart deployment/bookbuyer -n bookbuyer');
    await kubectl('rollout status deployment/bookbuyer -n bookbuyer');
    const [pod] = (await meshedPods()).filter(({ metadata }) => metadata.namespace === 'bookbuyer');
    expect(pod?.spec.containers.map(({ name }) => name)).toEqual(['bookbuyer', 'envoy']);
    expect(pod?.status?.containerStatuses?.every(({ restartCount }) => restartCount === 0)).toBe(true);
    await trades();
  });
});

describe('the same sandbox, handed to somebody else', () => {
  const other = new SandboxProcess();
  const all = () => kubectl('get pods,services,deployments,traffictargets,httproutegroups -A -o json');
  const uidsOf = (text: string) => (JSON.parse(text) as { items: Pod[] }).items.map(({ metadata }) => metadata.uid);
  const secrets = async () => JSON.stringify(JSON.parse(await kubectl('get secrets -A -o json')));

  afterAll(() => {
    reached = sandbox;
    return other.close();
  });

  it('has the same objects with other keys, and its mesh decides the same', { timeout: 60_000 }, async () => {
    await kubectl('create secret generic login -n bookbuyer --from-literal=password=ours-alone');
    const before = { uids: uidsOf(await all()), authority: await authority(), secrets: await secrets() };
    const { bundle, leftOut } = seal(contentsOf(captureFiles(sandbox.folder)), (value) => value === 'mypassword');
    expect(leftOut).toEqual(['secret bookbuyer/login: password']);
    const sent = JSON.stringify(bundle);
    const keys = before.secrets.match(/"(?:sds_key\.pem|private\.key|password)":"[^"]+"/g) ?? [];
    expect(keys).toHaveLength(8);
    for (const key of keys) expect(sent).not.toContain(key.split('"')[3]);

    rmSync(other.folder, { recursive: true });
    const opened = readBundle(JSON.parse(sent));
    expect(opened).toEqual(bundle);
    if (opened) await placeBundle(other.folder, opened);
    await other.start();
    reached = other;
    expect(await server()).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(uidsOf(await all())).toEqual(before.uids);
    expect(await authority()).not.toBe(before.authority);
    await trades();
    await kubectl('rollout restart deployment/bookbuyer -n bookbuyer');
    await kubectl('rollout status deployment/bookbuyer -n bookbuyer');
    await trades();
  });
});
