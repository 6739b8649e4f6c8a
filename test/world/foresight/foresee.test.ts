import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foreseer } from '../../../src/cli/foreseeing.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { LearnerShell } from '../../../src/platform/learner-shell.ts';
import type { Foresight } from '../../../src/world/foresight/foresight.ts';
import { createSandboxWorld } from '../../../src/world/sandbox-world.ts';
import type { World } from '../../../src/world/world.ts';
import { build, serverFile } from '../../cli/meshwalk.ts';

// A whole sandbox, its own kubectl and osm, and the learner's shell: nothing here is a double.
const root = join(import.meta.dirname, '../../..');
let home: string;
let world: World;
let shell: LearnerShell;
let ask: (script: string, signal: AbortSignal) => Promise<Foresight>;

async function run(script: string): Promise<string> {
  let output = '';
  const { ended } = shell.run({ script, timeoutMs: 60_000 }, (text) => {
    output += text;
  });
  const end = await ended;
  if (end.type !== 'exited' || end.code !== 0) throw new Error(`${script}: ${output}`);
  return output;
}

/** Every object of the cluster with its version, but for those that nodes write by themselves. */
async function versions(): Promise<string[]> {
  const kube = await world.kube();
  const kinds = (await kube?.resources()) ?? [];
  const listable = kinds.filter(
    // Metrics are measured anew all the time; nobody can create them.
    ({ verbs, kind }) =>
      verbs.includes('list') && verbs.includes('create') && !['Event', 'Lease', 'Node'].includes(kind),
  );
  const lists = await Promise.all(listable.map(async (ref) => ({ ref, objects: (await kube?.list(ref)) ?? [] })));
  return lists.flatMap(({ ref, objects }) =>
    objects.map(({ metadata }) => `${ref.resource} ${metadata.namespace}/${metadata.name} ${metadata.resourceVersion}`),
  );
}

/** Asks, and proves that asking changed nothing. */
async function foreseen(script: string): Promise<Foresight> {
  const before = await versions();
  const foresight = await ask(script, AbortSignal.timeout(30_000));
  expect(await versions()).toEqual(before);
  return foresight;
}

const told = ({ changes }: Foresight): string[] =>
  changes.map(({ type, object }) => `${type} ${object.kind} ${object.namespace ?? ''}/${object.name}`);

beforeAll(async () => {
  build();
  home = await mkdtemp(join(os.tmpdir(), 'meshwalk-foresee-'));
  world = createSandboxWorld({
    folder: join(home, 'sandbox'),
    workingFolder: root,
    serverFile,
    pace: 'instant',
    learner: { PATH: ['/usr/bin', '/bin'].join(delimiter), HOME: home, LC_ALL: 'C.UTF-8' },
  });
  await world.prepare(() => {});
  shell = new LearnerShell({
    folder: join(home, 'shell'),
    environment: () => world.environment(),
    workingFolder: root,
  });
  ask = foreseer(world, shell, systemClock);
});

afterAll(async () => {
  await shell.close();
  await world.close();
  await rm(home, { recursive: true, force: true });
});

describe('what a command would change', () => {
  it('is not known before there is a cluster', async () => {
    const { unforeseen } = await ask('kubectl create namespace a', AbortSignal.timeout(30_000));
    expect(unforeseen).toEqual([{ command: 'kubectl create namespace a', why: { reason: 'no-cluster' } }]);
  });

  it('is told by dry runs that leave every object as it was', async () => {
    await run('az group create --location southeastasia --name rg -o none');
    await run(
      'az aks create --resource-group rg --name aks --enable-addons open-service-mesh --generate-ssh-keys -o none',
    );
    await run('az aks get-credentials --resource-group rg --name aks');
    await run('kubectl rollout status deployment/osm-injector -n kube-system');

    const loop = await foreseen('for name in bookbuyer bookstore; do\n  kubectl create namespace "$name"\ndone');
    expect(told(loop)).toEqual(['creates Namespace /bookbuyer', 'creates Namespace /bookstore']);

    await run('kubectl create namespace bookbuyer; kubectl create namespace bookstore');
    const added = await foreseen('osm namespace add bookbuyer bookstore');
    expect(told(added)).toEqual(['changes Namespace /bookbuyer', 'changes Namespace /bookstore']);
    expect(added.changes[0]?.fields).toEqual([
      { path: 'metadata.labels["openservicemesh.io/monitored-by"]', from: undefined, to: 'osm' },
      { path: 'metadata.annotations["openservicemesh.io/sidecar-injection"]', from: undefined, to: 'enabled' },
    ]);
    await run('osm namespace add bookbuyer bookstore');
    expect(told(await foreseen('osm namespace add bookbuyer'))).toEqual(['leaves Namespace /bookbuyer']);
  }, 120_000);

  it('counts what an earlier line of the same command would bring', async () => {
    const script = [
      'kubectl create namespace bookthief',
      'kubectl label namespace bookthief app.kubernetes.io/part-of=meshwalk-course',
      'osm namespace add bookthief',
      'kubectl apply -f manifests/apps/bookthief.yaml',
      'kubectl rollout status deployment/bookthief -n bookthief',
    ].join('\n');
    const foresight = await foreseen(script);
    expect(told(foresight)).toEqual([
      'creates Namespace /bookthief',
      'creates ServiceAccount bookthief/bookthief',
      'creates Deployment bookthief/bookthief',
    ]);
    expect(foresight.refused).toEqual([]);
  }, 60_000);

  it('names the fields that an apply and a patch would change, old and new', async () => {
    await run('kubectl apply -f manifests/apps/bookbuyer.yaml');
    await run('kubectl rollout status deployment/bookbuyer -n bookbuyer');
    expect(
      new Set((await foreseen('kubectl apply -f manifests/apps/bookbuyer.yaml')).changes.map(({ type }) => type)),
    ).toEqual(new Set(['leaves']));
    const patch = `kubectl patch meshconfig osm-mesh-config -n kube-system --type=merge \\
  -p '{"spec":{"traffic":{"enablePermissiveTrafficPolicyMode":false}}}'`;
    const patched = await foreseen(patch);
    expect(patched.changes).toEqual([
      {
        type: 'changes',
        object: { kind: 'MeshConfig', namespace: 'kube-system', name: 'osm-mesh-config' },
        fields: [{ path: 'spec.traffic.enablePermissiveTrafficPolicyMode', from: 'true', to: 'false' }],
      },
    ]);
    const scaled = await foreseen('kubectl scale deployment bookbuyer -n bookbuyer --replicas=3');
    expect(scaled.changes[0]?.fields).toEqual([{ path: 'spec.replicas', from: '1', to: '3' }]);
    const restarted = await foreseen('kubectl rollout restart deployment -n bookbuyer');
    expect(restarted.changes).toMatchObject([{ object: { name: 'bookbuyer' }, replacesPods: true }]);
    const labelled = await foreseen(
      'kubectl label namespace bookbuyer team=a; kubectl label namespace bookbuyer tier=b',
    );
    expect(labelled.changes.map(({ fields }) => fields.map(({ path }) => path))).toEqual([
      ['metadata.labels.team', 'metadata.labels.tier'],
    ]);
  }, 60_000);

  it('counts what goes with a namespace', async () => {
    const { changes } = await foreseen('kubectl delete namespace bookbuyer');
    expect(changes).toMatchObject([{ type: 'deletes', object: { kind: 'Namespace', name: 'bookbuyer' } }]);
    const along = Object.fromEntries(changes[0]?.takesAlong?.map(({ kind, count }) => [kind, count]) ?? []);
    expect(along).toMatchObject({ Deployment: 1, ReplicaSet: 1, Pod: 1, ServiceAccount: 2, ConfigMap: 1 });
    const replaced = await foreseen(
      'kubectl delete -f manifests/apps/bookbuyer.yaml\nkubectl apply -f manifests/apps/bookbuyer.yaml',
    );
    expect(new Set(replaced.changes.map(({ type }) => type))).toEqual(new Set(['recreates']));
  }, 60_000);

  it('names the namespace that a deletion goes to: of the flag, of a variable in it, of the context', async () => {
    const pods = await run('kubectl get pods -n bookbuyer -o name');
    const pod = pods.trim().replace('pod/', '');
    const deletes = [`deletes Pod bookbuyer/${pod}`];
    expect(told(await foreseen(`kubectl delete pod ${pod} -n bookbuyer`))).toEqual(deletes);
    await run('SHOP=bookbuyer');
    expect(told(await foreseen(`kubectl delete pod ${pod} --namespace="$SHOP"`))).toEqual(deletes);
    await run('kubectl config set-context --current --namespace=bookbuyer');
    expect(told(await foreseen(`kubectl delete pod ${pod}`))).toEqual(deletes);
    await run('kubectl config set-context --current --namespace=');
    const { refused } = await foreseen(`kubectl delete pod ${pod}`);
    expect(refused[0]?.says).toContain(`pods "${pod}" not found`);
  }, 60_000);

  it('stands in the folder of the learner, with plain variables of theirs and no others', async () => {
    await writeFile(join(home, 'own.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: own\n');
    await run(`cd ${home}; NAME=bookstore; TRICK='--all'; kubectl() { echo mine; }`);
    expect(told(await foreseen('kubectl apply -f own.yaml'))).toEqual(['creates Namespace /own']);
    expect(told(await foreseen('kubectl delete namespace "$NAME"'))).toEqual(['deletes Namespace /bookstore']);
    const trick = await foreseen('kubectl delete namespace $TRICK');
    expect(trick).toMatchObject({ changes: [], unforeseen: [{ why: { reason: 'not-plain', of: '$TRICK' } }] });
    await run('unset -f kubectl; cd -');
  }, 60_000);

  it('says in the words of the server what would be refused, and never shows a secret', async () => {
    const { refused } = await foreseen('kubectl create namespace bookstore');
    expect(refused[0]?.says).toContain('namespaces "bookstore" already exists');
    await run(
      'kubectl create -n bookstore -f - <<END\n{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"a":"YQ=="}}\nEND',
    );
    const secret = await foreseen(`kubectl patch secret s -n bookstore -p '{"data":{"a":"Yg=="}}'`);
    expect(secret.changes[0]?.fields).toEqual([{ path: 'data.a', from: '(secret)', to: '(secret)' }]);
  }, 60_000);

  it('ends at once when nobody waits for it any more', async () => {
    const stopping = new AbortController();
    const asking = ask('kubectl apply -f manifests/apps/bookbuyer.yaml', stopping.signal);
    stopping.abort(new Error('another card'));
    await expect(asking).rejects.toThrow('another card');
  });
});
