import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createWorld } from '../../src/world/registry.ts';
import type { WorldKind } from '../../src/world/world.ts';
import { build } from '../cli/meshwalk.ts';
import { eventsOf, type Play, playIn } from '../lessons/play.ts';
import { copyCourse } from '../walk/course.ts';
import { Ground, practice } from './ground.ts';

// The lessons on a cluster that is reached by its kubeconfig only, with an upstream mesh in osm-system, and in a
// subscription that is reached by Resource Manager's API only; both with the built program.
const ground = new Ground();
let course: string;

beforeAll(async () => {
  build();
  await ground.begin();
  await ground.makeCluster();
  // Not as the lessons want to begin: lesson 1 has something to set right.
  await ground.installMesh('--set osm.enablePermissiveTrafficPolicy=false');
  course = (await copyCourse(join(ground.home, 'course'))).folder;
}, 120_000);
afterAll(() => ground.end());

const walk = (...options: string[]): Promise<Play> =>
  playIn({ ...ground.learner, NODE_OPTIONS: '' }, ground.home, course, options);

const worldOf = (kind: WorldKind) => createWorld(kind, ground.sandboxOptions(join(ground.home, 'default', kind)));

const failedIn = (play: Play) => eventsOf(play, 'command').filter(({ end }) => end.type !== 'exited' || end.code !== 0);

describe('on a cluster of the learner’s own', () => {
  let play: Play;
  const setting = () =>
    ground.shell("kubectl get meshconfig osm-mesh-config -n osm-system -o jsonpath='{.spec.traffic}'");
  let before: string;

  beforeAll(async () => {
    before = await setting();
    play = await walk('--world', 'cluster', '--context', practice, '--yes');
  }, 300_000);

  it('the whole course is walked, with a first and a last lesson of its own', () => {
    expect(play.err).toBe('');
    expect(play.code, JSON.stringify(play.events.at(-1))).toBe(0);
    expect(failedIn(play)).toEqual([]);
    const lessons = eventsOf(play, 'lesson').map(({ lesson }) => lesson);
    expect(lessons.slice(0, 3)).toEqual(['welcome', 'check-cluster', 'connect-kubectl']);
    expect(lessons.at(-1)).toBe('leave-cluster');
    expect(lessons).toHaveLength(10);
  });

  it('every command speaks of this mesh and this context, and none of Azure', () => {
    const scripts = eventsOf(play, 'command').map(({ script }) => script);
    expect(scripts.filter((script) => /\baz |meshwalk-aks|kube-system/.test(script))).toEqual([]);
    expect(scripts.filter((script) => script.includes('-n osm-system')).length).toBeGreaterThan(3);
  });

  it('its last lesson leaves only settings, which are brought back', async () => {
    const world = worldOf('cluster');
    const { items = [] } = (await world.ours?.()) ?? {};
    expect(items.map(({ type }) => type)).toEqual(['mesh-config']);
    expect(JSON.parse(await setting())).not.toEqual(JSON.parse(before));
    for (const item of items) await world.remove?.(item, () => {});
    expect(JSON.parse(await setting())).toEqual(JSON.parse(before));
    await world.close();
  });
});

describe('in a subscription of the learner’s own', () => {
  const names = ['--group', 'ada-rg', '--cluster', 'ada', '--region', 'westeurope', '--nodes', '2'];

  it('the cluster is made with the learner’s names, and said to cost money from then on', async () => {
    const play = await walk('--world', 'aks', '--yes', ...names, '--to', '2');
    expect(play.err).toBe('');
    expect(play.code, JSON.stringify(play.events.at(-1))).toBe(0);
    expect(failedIn(play)).toEqual([]);
    const created = eventsOf(play, 'command').find(({ command }) => command === 'create-aks');
    expect(created?.script).toMatch(
      /--resource-group ada-rg \\\n +--name ada \\\n +--node-count 2 \\\n +--tags made-by=meshwalk/,
    );
    const world = worldOf('aks');
    expect((await world.describe()).context).toBe('ada');
    // No description waits long for Azure, so the first may come before its answer.
    const cost = await vi.waitUntil(async () => (await world.describe()).cost, { timeout: 60_000 });
    expect(cost.perHour.low).toBeGreaterThan(0);
    expect(cost.since).toBeLessThanOrEqual(Date.now());
    await world.close();
  }, 120_000);

  it('the last lesson takes it away, and with it the clock', async () => {
    const play = await walk('--world', 'aks', '--from', '9');
    expect(play.code, JSON.stringify(play.events.at(-1))).toBe(0);
    expect(eventsOf(play, 'command').map(({ script }) => script)).toContain('az group delete --name ada-rg --yes');
    const world = worldOf('aks');
    expect((await world.describe()).cost).toBeUndefined();
    expect(await (await world.azure())?.resourceGroupExists('ada-rg')).toBe(false);
    await world.close();
  }, 120_000);
});
