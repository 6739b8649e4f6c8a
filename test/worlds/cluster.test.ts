import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { namespaces } from '../../src/kube/resources.ts';
import { readClusterChoice } from '../../src/world/cluster/choice.ts';
import { privateKubeconfigIn } from '../../src/world/cluster/cluster-world.ts';
import { ourSelector } from '../../src/world/ours.ts';
import { createWorld } from '../../src/world/registry.ts';
import type { World } from '../../src/world/world.ts';
import { build, entry } from '../cli/meshwalk.ts';
import { PtySession } from '../tools/pty.ts';
import { Ground, practice } from './ground.ts';

// How a learner comes to a cluster of their own, and what keeps the lessons off all others.
const ground = new Ground();
let folder: string;
let count = 0;

beforeAll(async () => {
  build();
  await ground.begin();
  await ground.makeCluster();
}, 120_000);
afterAll(() => ground.end());

beforeEach(() => {
  count += 1;
  folder = join(ground.home, `state-${count}`);
  mkdirSync(folder);
});

const worldHere = (): World => createWorld('cluster', ground.sandboxOptions(folder));

/** Another context of the same cluster. */
const addContext = (name: string): Promise<string> =>
  ground.shell(
    `kubectl config set-context ${name} --cluster=${practice} --user="$(kubectl config view -o jsonpath='{.contexts[0].context.user}')"`,
  );

function atTerminal(...args: string[]): PtySession {
  return new PtySession({
    file: process.execPath,
    args: [entry, '--world', 'cluster', ...args],
    environment: { ...ground.learner, NODE_OPTIONS: '', MESHWALK_HOME: folder },
    folder: ground.home,
  });
}

it('a cluster without a mesh is told with the line that brings one', async () => {
  await expect(ground.settle(folder)).rejects.toMatchObject({
    code: 'mesh.none',
    next: expect.arrayContaining([expect.stringContaining('osm install')]),
  });
  expect(readClusterChoice(folder)).toBeUndefined();
  await ground.installMesh('--set osm.enablePermissiveTrafficPolicy=false');
});

it('without a choice nothing is reached, and the Fault says how to choose', async () => {
  const world = worldHere();
  await expect(world.prepare(() => {})).rejects.toMatchObject({ code: 'cluster.no-choice' });
  expect(await world.kube()).toBeUndefined();
  expect(await world.describe()).toEqual({ kind: 'cluster', costsMoney: false });
});

it('nobody to ask and no --yes means no, also with a context', async () => {
  await expect(ground.settle(folder, { yes: false })).rejects.toMatchObject({ code: 'cluster.which' });
  await expect(ground.settle(folder, { context: 'none' })).rejects.toMatchObject({
    code: 'cluster.no-context',
    why: `It has: ${practice}.`,
  });
});

it('--yes does not speak for what looks like production, nor for a mesh that others use', async () => {
  await addContext('shop-prod');
  await expect(ground.settle(folder, { context: 'shop-prod' })).rejects.toMatchObject({
    code: 'cluster.doubtful',
    why: 'The context is called shop-prod, which looks like production.',
  });
  await ground.shell('kubectl create namespace payments; osm namespace add payments');
  await expect(ground.settle(folder)).rejects.toMatchObject({ why: expect.stringContaining('payments') });
  await ground.shell('kubectl delete namespace payments');
  expect(readClusterChoice(folder)).toBeUndefined();
});

it('namespaces of the lessons’ names that are somebody else’s keep the lessons out, and their own do not', async () => {
  await ground.shell('kubectl create namespace bookstore');
  const settled = () => ground.settle(folder, { wanted: ['bookbuyer', 'bookstore'] });
  await expect(settled()).rejects.toMatchObject({
    code: 'cluster.namespaces-taken',
    facts: [['bookstore'], ourSelector],
  });
  await ground.shell(`kubectl label namespace bookstore ${ourSelector}`);
  await settled();
  await ground.shell('kubectl delete namespace bookstore');
});

it('commands get a private file with one context, whatever is switched elsewhere', async () => {
  await ground.settle(folder);
  const file = privateKubeconfigIn(folder);
  chmodSync(file, 0o644);
  const world = worldHere();
  await world.prepare(() => {});
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await ground.shell('kubectl config use-context shop-prod');
  expect(await ground.shell('kubectl config get-contexts -o name', world)).toBe(practice);
  expect((await world.describe()).context).toBe(practice);
  expect(readFileSync(ground.kubeconfig, 'utf8')).toContain('current-context: shop-prod');
  await ground.shell(`kubectl config use-context ${practice}`);
  await world.close();
});

it('credentials that were renewed come along, also in the middle of a lesson, and another server under the same name does not', async () => {
  await ground.settle(folder);
  const kept = readFileSync(ground.kubeconfig, 'utf8');
  try {
    writeFileSync(ground.kubeconfig, kept.replace(/token: .*/, 'token: renewed'));
    const world = worldHere();
    await expect(world.prepare(() => {})).rejects.toMatchObject({ code: 401 });
    expect(readFileSync(privateKubeconfigIn(folder), 'utf8')).toContain('token: renewed');
    writeFileSync(ground.kubeconfig, kept);
    await (await world.kube())?.get(namespaces, 'kube-system');
    expect(await ground.shell('kubectl get namespace kube-system -o name', world)).toBe('namespace/kube-system');
    writeFileSync(ground.kubeconfig, kept.replaceAll(/server: .*/g, 'server: https://127.0.0.1:1'));
    await (await world.kube())?.get(namespaces, 'kube-system');
    await expect(world.prepare(() => {})).rejects.toMatchObject({ code: 'cluster.moved' });
    await expect(ground.settle(folder)).rejects.toMatchObject({ code: 'cluster.unreachable' });
    await world.close();
  } finally {
    writeFileSync(ground.kubeconfig, kept);
  }
});

it('settings that lessons turned are brought back as they were, and nothing else of the mesh', async () => {
  await ground.settle(folder);
  const world = worldHere();
  const spec = () => ground.shell("kubectl get meshconfig osm-mesh-config -n osm-system -o jsonpath='{.spec}'");
  const before = await spec();
  const patch = '{"spec":{"traffic":{"enableEgress":false,"enablePermissiveTrafficPolicyMode":true}}}';
  await ground.shell(`kubectl patch meshconfig osm-mesh-config -n osm-system --type=merge -p '${patch}'`, world);
  const items = (await world.ours?.())?.items ?? [];
  expect(items).toEqual([
    {
      type: 'mesh-config',
      namespace: 'osm-system',
      name: 'osm-mesh-config',
      settings: ['traffic.enableEgress', 'traffic.enablePermissiveTrafficPolicyMode'],
    },
  ]);
  for (const item of items) await world.remove?.(item, () => {});
  expect(JSON.parse(await spec())).toEqual(JSON.parse(before));
  expect(await world.ours?.()).toEqual({ items: [] });
  await world.close();
});

it('what to bring back is still known after another context was chosen in between', async () => {
  await ground.settle(folder);
  const before = readClusterChoice(folder)?.meshConfig;
  expect(before).toBeDefined();
  await addContext('again');
  const world = worldHere();
  const config = 'kubectl patch meshconfig osm-mesh-config -n osm-system --type=merge -p';
  const level = (name: string) => ground.shell(`${config} '{"spec":{"sidecar":{"logLevel":"${name}"}}}'`, world);
  await level('debug');
  try {
    await ground.settle(folder, { context: 'again' });
    expect(readClusterChoice(folder)).toMatchObject({ context: 'again', meshConfig: before });
  } finally {
    await level('error');
    await ground.shell('kubectl config delete-context again');
    await world.close();
  }
});

it('a namespace whose label was taken away meanwhile is left alone', async () => {
  await ground.settle(folder);
  const world = worldHere();
  await ground.shell('kubectl create namespace mine');
  const item = { type: 'namespace', name: 'mine', pods: 0 } as const;
  await expect(world.remove?.(item, () => {})).rejects.toMatchObject({ code: 'cleanup.not-ours' });
  expect(await ground.shell('kubectl get namespace mine -o name')).toBe('namespace/mine');
  await world.close();
});

it('at a terminal the learner picks, sees what there is, types the name where there is doubt, and is asked once', async () => {
  const first = atTerminal();
  try {
    await first.waitForText('(1 to 2)');
    expect(first.screen()).toMatch(/1 \* practice +https:\/\/127\.0\.0\.1:\d+\s+2 {3}shop-prod/);
    first.write('2\r');
    await first.waitForText('type the name of the context');
    expect(first.screen()).toMatch(/mesh +OSM v1\.2\.4 in osm-system/);
    expect(first.screen()).toContain('which looks like production.');
    first.write('practice\r');
    expect((await first.ended).exitCode).toBe(1);
    expect(first.screen()).toContain('Nobody agreed to it');
  } finally {
    await first.close();
  }
  const second = atTerminal('--context', practice);
  try {
    await second.waitForText('(yes or no)');
    second.write('yes\r');
    await second.waitForText('Welcome aboard');
    second.press('q');
    expect((await second.ended).exitCode).toBe(0);
  } finally {
    await second.close();
  }
  const third = atTerminal();
  try {
    await third.waitForText('Welcome aboard');
    third.press('q');
    expect((await third.ended).exitCode).toBe(0);
    expect(third.raw).not.toContain('(yes or no)');
  } finally {
    await third.close();
  }
}, 120_000);
