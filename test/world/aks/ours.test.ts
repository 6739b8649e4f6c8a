import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SteppedClock, systemClock } from '../../../src/platform/clock.ts';
import { writeChoices } from '../../../src/world/aks/choices.ts';
import { keepDeletion, readDeletions } from '../../../src/world/aks/deletion-record.ts';
import { type AksGround, oursInAks, removeFromAks } from '../../../src/world/aks/ours.ts';
import { connectAzure } from '../../../src/world/azure-client.ts';
import type { OwnedItem } from '../../../src/world/ours.ts';
import { tempFolders } from '../../platform/temp-folder.ts';
import { AzureFixture } from '../../sandbox/azure/azure-fixture.ts';
import { accessTo, faultOfPromise, lessonOne, patient } from './arm-world.ts';

/** What is ours in a subscription, through the real SDKs over HTTPS, against the sandbox's Resource Manager. */
let azure: AzureFixture;
const tempFolder = tempFolders();

beforeEach(() => {
  azure = new AzureFixture();
});
afterEach(() => azure.close());

const entry = (context: string, group: string, cluster: string) => ({
  context: { name: context, context: { cluster, user: `clusterUser_${group}_${cluster}` } },
  cluster: { name: cluster, cluster: { server: `https://${cluster}.azmk8s.io:443` } },
  user: { name: `clusterUser_${group}_${cluster}`, user: { token: 't' } },
});

/** JSON is YAML. */
function kubeconfig(...entries: ReturnType<typeof entry>[]): string {
  const file = join(tempFolder(), 'config');
  const config = {
    'current-context': '',
    contexts: entries.map(({ context }) => context),
    clusters: entries.map(({ cluster }) => cluster),
    users: entries.map(({ user }) => user),
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

async function ground(file: string, folder = tempFolder()): Promise<AksGround> {
  const client = await connectAzure(accessTo(azure), patient(systemClock));
  return { azure: client, folder, kubeconfig: file, clock: systemClock };
}

async function afterLessonOne() {
  await azure.start();
  const lesson = await lessonOne(azure);
  await lesson.createGroup();
  await lesson.createCluster();
  return azure.clients().resources.resourceGroups;
}

const titles = (items: readonly OwnedItem[]) => items.map(({ type, name }) => `${type} ${name}`);
const nodeGroup = 'MC_meshwalk-rg_meshwalk-aks_southeastasia';

describe('what is ours in a subscription', () => {
  it('is told by the tag, with clusters, their groups, age and cost, and by entries of the kubeconfig', async () => {
    const groups = await afterLessonOne();
    await groups.createOrUpdate('theirs', { location: 'southeastasia', tags: { 'made-by': 'somebody' } });
    await groups.createOrUpdate('old-meshwalk', { location: 'southeastasia' });
    const file = kubeconfig(
      entry('meshwalk-aks', 'meshwalk-rg', 'meshwalk-aks'),
      entry('work', 'theirs', 'work'),
      entry('stale', 'somebody-elses', 'stale'),
    );
    // Journal and choices are gone: the folder is empty.
    const { items, untagged } = await oursInAks(await ground(file));
    expect(items).toEqual([
      {
        type: 'resource-group',
        name: 'meshwalk-rg',
        location: 'southeastasia',
        clusters: ['meshwalk-aks'],
        nodeGroups: [nodeGroup],
        isUnderWay: false,
        createdAt: expect.any(Number),
        perHour: { low: expect.any(Number), high: expect.any(Number) },
      },
      { type: 'kubeconfig-context', name: 'meshwalk-aks', file },
    ]);
    expect(untagged).toEqual(['old-meshwalk']);
  });

  it('is an entry whose group is gone, by what the learner chose; but not one whose group another one made', async () => {
    await azure.start();
    const folder = tempFolder();
    writeChoices(folder, { resourceGroup: 'mine', cluster: 'own', region: 'westeurope', nodeCount: 2 });
    const file = kubeconfig(entry('own', 'mine', 'own'));
    const mine = await ground(file, folder);
    expect(titles((await oursInAks(mine)).items)).toEqual(['kubeconfig-context own']);
    await azure.clients().resources.resourceGroups.createOrUpdate('mine', { location: 'westeurope' });
    expect((await oursInAks(mine)).items).toEqual([]);
  });
});

describe('removing', () => {
  it('ends when group, its groups of machines and the entry are gone, and leaves all else', async () => {
    const groups = await afterLessonOne();
    await groups.createOrUpdate('theirs', { location: 'southeastasia' });
    const file = kubeconfig(entry('meshwalk-aks', 'meshwalk-rg', 'meshwalk-aks'), entry('work', 'theirs', 'work'));
    const mine = await ground(file);
    const told: string[] = [];
    for (const item of (await oursInAks(mine)).items) await removeFromAks(mine, item, ({ type }) => told.push(type));
    expect(told).toEqual(expect.arrayContaining(['asked', 'gone']));
    for (const name of ['meshwalk-rg', nodeGroup]) expect(await mine.azure.resourceGroupExists(name)).toBe(false);
    expect(await mine.azure.resourceGroupExists('theirs')).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain('work');
    expect(readFileSync(file, 'utf8')).not.toContain('meshwalk');
    expect((await oursInAks(mine)).items).toEqual([]);
    expect(readDeletions(mine.folder)).toEqual([]);
  });

  it('touches no group whose tag went away after it was listed', async () => {
    const groups = await afterLessonOne();
    const mine = await ground(kubeconfig());
    const [item] = (await oursInAks(mine)).items;
    if (!item) throw new Error('nothing is ours');
    await groups.createOrUpdate('meshwalk-rg', { location: 'southeastasia', tags: {} });
    const fault = await faultOfPromise(removeFromAks(mine, item, () => {}));
    expect(fault.code).toBe('cleanup.no-tag');
    expect(await mine.azure.resourceGroupExists('meshwalk-rg')).toBe(true);
    expect(readDeletions(mine.folder)).toEqual([]);
  });

  it('that was killed goes on where it was, is not asked about again, and still finds the entry', async () => {
    const clock = new SteppedClock();
    await azure.start({ clock, pace: 'real' });
    const lesson = await lessonOne(azure);
    await lesson.createGroup();
    await lesson.submitCluster();
    await clock.step(15 * 60_000);
    const file = kubeconfig(entry('meshwalk-aks', 'meshwalk-rg', 'meshwalk-aks'));
    const mine = await ground(file);
    const [group] = (await oursInAks(mine)).items;
    if (!group) throw new Error('nothing is ours');

    const killed = new AbortController();
    const first = removeFromAks(
      mine,
      group,
      ({ type }) => type === 'waiting' && killed.abort(new Error('killed')),
      killed.signal,
    );
    await expect(first).rejects.toThrow();
    const [kept] = readDeletions(mine.folder);
    expect(kept).toMatchObject({ group: 'meshwalk-rg', clusters: ['meshwalk-aks'], nodeGroups: [nodeGroup] });
    expect(kept?.resumeFrom).toContain('http');

    const again = await oursInAks(mine);
    expect(again.items[0]).toMatchObject({ name: 'meshwalk-rg', isUnderWay: true, clusters: ['meshwalk-aks'] });
    // Azure ends it while nobody looks.
    await clock.step(15 * 60_000);
    const later = await oursInAks(mine);
    expect(titles(later.items)).toEqual(['kubeconfig-context meshwalk-aks']);
    for (const item of later.items) await removeFromAks(mine, item, () => {});
    expect((await oursInAks(mine)).items).toEqual([]);
    expect(readDeletions(mine.folder)).toEqual([]);
  });

  it('that Azure refused is asked about again, and a group made anew is deleted by an order of its own', async () => {
    await azure.start();
    const lesson = await lessonOne(azure);
    await lesson.createGroup();
    const mine = await ground(kubeconfig());
    const inventory = async () => (await oursInAks(mine)).items[0] ?? Promise.reject(new Error('nothing is ours'));
    azure.play('locked');
    expect((await faultOfPromise(removeFromAks(mine, await inventory(), () => {}))).code).toBe('azure.locked');
    azure.play(undefined);
    expect(await inventory()).toMatchObject({ name: 'meshwalk-rg', isUnderWay: false });

    const seen: string[] = [];
    await mine.azure.deleteGroup('meshwalk-rg', { onProgress: ({ resumeFrom = '' }) => void seen.push(resumeFrom) });
    await lesson.createGroup();
    keepDeletion(mine.folder, { group: 'meshwalk-rg', clusters: [], nodeGroups: [], resumeFrom: seen[0] ?? '' });
    const anew = await inventory();
    expect(anew).toMatchObject({ isUnderWay: false });
    await removeFromAks(mine, anew, () => {});
    expect(await mine.azure.resourceGroupExists('meshwalk-rg')).toBe(false);
  });
});
