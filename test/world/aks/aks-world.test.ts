import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultChoices, writeChoices } from '../../../src/world/aks/choices.ts';
import { createAksWorld } from '../../../src/world/aks-world.ts';
import type { World } from '../../../src/world/world.ts';
import { AzureFixture, token } from '../../sandbox/azure/azure-fixture.ts';
import { faultOfPromise, lessonOne } from './arm-world.ts';

/** The world over the sandbox's Resource Manager, for a learner with programs that nobody starts here. */
let azure: AzureFixture;
let home: string;
let world: World;

beforeEach(async () => {
  azure = new AzureFixture();
  await azure.start();
  home = mkdtempSync(join(tmpdir(), 'meshwalk-aks-'));
  const bin = join(home, 'bin');
  mkdirSync(bin);
  for (const program of ['az', 'kubectl', 'osm']) {
    writeFileSync(join(bin, program), '#!/bin/sh\n');
    chmodSync(join(bin, program), 0o755);
  }
  writeChoices(home, defaultChoices);
  world = createAksWorld({
    folder: home,
    workingFolder: home,
    learner: {
      HOME: home,
      PATH: bin,
      MESHWALK_ARM_ENDPOINT: azure.started.endpoint,
      MESHWALK_ARM_CA: azure.authority.certPem,
      MESHWALK_ARM_TOKEN: token,
      MESHWALK_ARM_SUBSCRIPTION: azure.started.file.state.subscription.id,
    },
  });
});
afterEach(async () => {
  await world.close();
  await azure.close();
  rmSync(home, { recursive: true, force: true });
});

it('a group of that name that the lessons did not make keeps them out: with their tag it would be theirs to delete', async () => {
  const { resources } = azure.clients();
  await resources.resourceGroups.createOrUpdate('meshwalk-rg', { location: 'westeurope', tags: { owner: 'ada' } });
  expect(await faultOfPromise(world.prepare(() => {}))).toMatchObject({ code: 'aks.group-taken' });
});

/** What the fixture's host says of every cluster. */
const clusterServer = 'https://127.0.0.1:6443';

/** The learner's kubeconfig: two contexts, which lead to one server. */
function kubeconfigSays(current: string, server: string): void {
  const clusters = [{ name: 'a', cluster: { server } }];
  const contexts = ['shop-prod', 'meshwalk-aks'].map((one) => ({ name: one, context: { cluster: 'a', user: 'a' } }));
  mkdirSync(join(home, '.kube'), { recursive: true });
  writeFileSync(join(home, '.kube', 'config'), JSON.stringify({ 'current-context': current, clusters, contexts }));
}

async function createCluster(): Promise<void> {
  const lesson = await lessonOne(azure);
  await lesson.createGroup();
  await lesson.createCluster();
}

it('tells commands that another context is current, and where that leads, whenever it is asked', async () => {
  await createCluster();
  expect(await world.astray?.()).toBeUndefined();
  kubeconfigSays('shop-prod', 'https://shop.example:443');
  expect(await world.astray?.()).toMatchObject({ code: 'aks.other-context' });
  expect((await world.astray?.())?.why).toContain('https://shop.example:443');
  kubeconfigSays('meshwalk-aks', clusterServer);
  expect(await world.astray?.()).toBeUndefined();
  expect(await world.kube()).toBeDefined();
});

it('a context of the right name that leads elsewhere than Azure says is another one, and nobody looks into it', async () => {
  kubeconfigSays('meshwalk-aks', 'https://shop.example');
  expect(await world.astray?.()).toMatchObject({
    code: 'aks.other-server',
    next: ['Lesson 1 creates the cluster.', expect.anything()],
  });
  await createCluster();
  kubeconfigSays('meshwalk-aks', 'https://shop.example:443');
  const fault = await world.astray?.();
  expect(fault).toMatchObject({ code: 'aks.other-server', next: [expect.stringContaining('--overwrite-existing')] });
  expect(fault?.why).toContain(clusterServer);
  expect(await world.kube()).toBeUndefined();
});

it('while Azure does not say where the cluster is, its name must do', async () => {
  await createCluster();
  azure.play('login-expired');
  kubeconfigSays('meshwalk-aks', 'https://shop.example:443');
  expect(await world.astray?.()).toBeUndefined();
});

it('no group is as good as one that the lessons made', async () => {
  await world.prepare(() => {});
  await (await lessonOne(azure)).createGroup();
  const steps: string[] = [];
  await world.prepare((step) => steps.push(step));
  expect(steps).toEqual(['reaching-azure', 'azure-reached']);
});
