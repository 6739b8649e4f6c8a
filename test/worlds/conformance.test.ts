import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeClient } from '../../src/kube/client.ts';
import { namespaces, nodes, pods } from '../../src/kube/resources.ts';
import { StatusError } from '../../src/kube/status.ts';
import { defaultChoices, writeChoices } from '../../src/world/aks/choices.ts';
import { ourSelector } from '../../src/world/ours.ts';
import { createWorld, worldKinds } from '../../src/world/registry.ts';
import { mustHaveSnapshots } from '../../src/world/snapshots.ts';
import type { PrepareStep, World, WorldKind } from '../../src/world/world.ts';
import { Ground, practice } from './ground.ts';

// What every world promises to whoever sees only the World: the same tests on all of them.
const ground = new Ground();

beforeAll(async () => {
  await ground.begin();
  await ground.makeCluster();
  await ground.installMesh();
}, 120_000);
afterAll(() => ground.end());

/** By kind: the context that its cluster has, and how a learner comes to it. */
const beginnings: Record<
  WorldKind,
  { context: string; make(folder: string): Promise<void>; enter(world: World): Promise<void> }
> = {
  sandbox: { context: 'meshwalk-aks', make: async () => {}, enter: lessonOne },
  cluster: { context: practice, make: (folder) => ground.settle(folder), enter: async () => {} },
  aks: {
    context: 'meshwalk-aks',
    make: async (folder) => writeChoices(folder, defaultChoices),
    enter: lessonOne,
  },
};

/** What lessons 1 and 2 type. */
async function lessonOne(world: World): Promise<void> {
  await ground.shell('az group create -l southeastasia -n meshwalk-rg --tags made-by=meshwalk -o none', world);
  const create = 'az aks create -g meshwalk-rg -n meshwalk-aks --enable-addons open-service-mesh --no-ssh-key -o none';
  await ground.shell(create, world);
  await ground.shell('az aks get-credentials -g meshwalk-rg -n meshwalk-aks 2>&1', world);
}

/** Resolves when `holds` is true, looked at whenever something of the kind changed; the test's limit ends the waiting. */
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

describe.each(worldKinds)('the world %s', (kind) => {
  const { context, make, enter } = beginnings[kind];
  let world: World;
  const steps: PrepareStep[] = [];

  async function kube(): Promise<KubeClient> {
    const client = await world.kube();
    if (!client) throw new Error('there is no cluster');
    return client;
  }

  beforeAll(async () => {
    const folder = join(ground.home, kind);
    mkdirSync(folder);
    await make(folder);
    world = createWorld(kind, ground.sandboxOptions(folder));
    await world.prepare((step) => steps.push(step));
    await enter(world);
  }, 120_000);
  afterAll(() => world.close());

  it('says what it does until it is ready, and being ready twice is no more', async () => {
    expect(steps).toHaveLength(2);
    await world.prepare((step) => steps.push(step));
    expect(steps.slice(2)).toEqual(steps.slice(0, 2));
  });

  it('gives commands an environment that begins from nothing', () => {
    const { PATH, KUBECONFIG, ...environment } = world.environment();
    expect(PATH?.split(':')).toContain('/usr/bin');
    expect(PATH).not.toContain('node_modules');
    expect(KUBECONFIG).toBeTruthy();
    expect(Object.keys(environment).filter((name) => /NODE|npm|MESHWALK_ARM/.test(name))).toEqual([]);
    expect(environment['HOME']).toBe(ground.home);
  });

  it('means the same cluster in its description, in its commands and in its client', async () => {
    const description = await world.describe();
    expect(description).toMatchObject({ kind, context, costsMoney: kind === 'aks' });
    expect(await ground.shell('kubectl config current-context', world)).toBe(context);
    const client = await kube();
    expect(client.context).toBe(context);
    expect(await ground.shell("kubectl config view --minify -o jsonpath='{.clusters[0].cluster.server}'", world)).toBe(
      client.server,
    );
    if (kind !== 'sandbox') expect(description.server).toBe(client.server);
    expect(await kube()).toBe(client);
  });

  it('sees what commands change, when they change it', async () => {
    const client = await kube();
    const isThere = async () => (await client.get(namespaces, 'seen')) !== undefined;
    expect(await isThere()).toBe(false);
    const seen = changed(client, isThere);
    await ground.shell('kubectl create namespace seen', world);
    await seen;
    const gone = changed(client, async () => !(await isThere()));
    await ground.shell('kubectl delete namespace seen', world);
    await gone;
  });

  it('has nodes, a mesh, logs and ports of pods', async () => {
    const client = await kube();
    expect((await client.list(nodes)).length).toBeGreaterThan(0);
    expect(await ground.shell('osm mesh list', world)).toMatch(/^osm +(osm-system|kube-system) +v1\.2\./m);
    await ground.shell('kubectl wait deployment -A -l app=osm-controller --for=condition=Available', world);
    const [controller] = await client.list(pods, { labelSelector: 'app=osm-controller' });
    const { name = '', namespace = '' } = controller?.metadata ?? {};
    expect(await client.podLog({ namespace, name }, { tailLines: 1 })).toMatch(/\S/);
    expect(await client.podHttp({ namespace, name, port: 9091 }, '/health/alive')).toMatchObject({ status: 200 });
  });

  it('tells a name that does not exist from a kind that does not', async () => {
    const client = await kube();
    expect(await client.get(pods, 'none', 'default')).toBeUndefined();
    const noSuchKind = { group: 'none.example.com', version: 'v1', resource: 'nones', kind: 'None', namespaced: true };
    await expect(client.list(noSuchKind)).rejects.toThrow(StatusError);
  });

  it('goes back to a moment, or says that it cannot', async () => {
    if (world.snapshots) expect(await world.snapshots.things()).not.toEqual([]);
    else expect(() => mustHaveSnapshots(world)).toThrow(expect.objectContaining({ code: 'world.no-snapshots' }));
    expect(world.reset !== undefined).toBe(world.snapshots !== undefined);
  });

  it('knows what lessons made by its label, removes that, and proves it', async ({ skip }) => {
    const { ours, remove } = world;
    if (!ours || !remove) return skip('it forgets everything by a reset');
    const names = async () => (await ours.call(world)).items.map((item) => `${item.type} ${item.name}`);
    if (kind === 'cluster') {
      expect(await names()).toEqual([]);
      await ground.shell(
        `kubectl create namespace mine; kubectl create namespace yours; kubectl label namespace mine ${ourSelector}`,
        world,
      );
    }
    const before = await ours.call(world);
    expect(before.items.map(({ type }) => type)).toEqual(
      kind === 'cluster' ? ['namespace'] : ['resource-group', 'kubeconfig-context'],
    );
    for (const item of before.items) {
      const told: string[] = [];
      await remove.call(world, item, ({ type }) => told.push(type));
      expect(told.at(-1)).toBe('gone');
    }
    expect(await names()).toEqual([]);
    if (kind === 'cluster')
      expect(await ground.shell('kubectl get namespace yours -o name', world)).toBe('namespace/yours');
  });

  it('can be closed twice', async () => {
    await world.close();
    await world.close();
  });
});
