import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, SteppedClock, systemClock } from '../../../src/platform/clock.ts';
import { connectAzure } from '../../../src/world/azure-client.ts';
import type { AzureClient, DeletionProgress } from '../../../src/world/world.ts';
import { AzureFixture } from '../../sandbox/azure/azure-fixture.ts';
import { accessTo, faultOfPromise, lessonOne, patient } from './arm-world.ts';

/** What goes on in Azure while programs come and go: through the real SDKs, over HTTPS, with time stepped by hand. */
let azure: AzureFixture;

beforeEach(() => {
  azure = new AzureFixture();
});
afterEach(() => azure.close());

const client = (clock?: Clock): Promise<AzureClient> => connectAzure(accessTo(azure), clock && patient(clock));

/** Steps until this holds: what waits for time gets it, what waits for the network gets its turn. */
async function stepUntil(clock: SteppedClock, holds: () => boolean): Promise<void> {
  while (!holds()) await clock.step(250);
}

async function ended<T>(clock: SteppedClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  work.then(
    () => {
      isOver = true;
    },
    () => {
      isOver = true;
    },
  );
  await stepUntil(clock, () => isOver);
  return work;
}

describe('a creation', () => {
  it('goes on when the program that began it is killed, and is found again by the next one, with its age', async () => {
    const clock = new SteppedClock();
    await azure.start({ clock, pace: 'real' });
    const first = await lessonOne(azure);
    await first.createGroup();
    await first.submitCluster();
    // The first program is gone here: nothing of it is used again.
    await clock.step(12_000);
    const second = await client();
    const creation = await second.creationOf('meshwalk-rg', 'meshwalk-aks');
    expect(creation).toMatchObject({
      provisioningState: 'Creating',
      pools: [{ name: 'nodepool1', provisioningState: 'Creating', count: 3 }],
    });
    expect(clock.now() - (creation?.startedAt ?? 0)).toBe(12_000);
    await clock.step(18_000);
    expect(await second.creationOf('meshwalk-rg', 'meshwalk-aks')).toMatchObject({
      provisioningState: 'Succeeded',
      pools: [{ provisioningState: 'Succeeded' }],
    });
  });

  it('is nothing where nobody began one', async () => {
    await azure.start();
    expect(await (await client()).creationOf('meshwalk-rg', 'meshwalk-aks')).toBeUndefined();
  });
});

describe('what is ours', () => {
  it('is what carries the tag, with its clusters and the groups of their machines; look-alikes are told apart', async () => {
    await azure.start();
    const { createGroup, createCluster } = await lessonOne(azure);
    await createGroup();
    await createCluster();
    const { resources } = azure.clients();
    await resources.resourceGroups.createOrUpdate('my-meshwalk-notes', { location: 'westeurope' });
    await resources.resourceGroups.createOrUpdate('production', { location: 'westeurope' });
    // AKS names the group of this one's machines after it; that one is nobody's but AKS's.
    await azure.clients().containers.managedClusters.createOrUpdate('production', 'meshwalk-copy', {
      location: 'westeurope',
      agentPoolProfiles: [{ name: 'np', count: 2, mode: 'System' }],
    });
    const { holdings, untagged } = await (await client()).ours();
    expect(holdings).toMatchObject([
      {
        group: { name: 'meshwalk-rg', tags: { 'made-by': 'meshwalk' } },
        clusters: [
          { name: 'meshwalk-aks', nodeCount: 3, nodeSize: 'Standard_D2ds_v5', tags: { 'made-by': 'meshwalk' } },
        ],
        nodeGroups: [{ name: 'MC_meshwalk-rg_meshwalk-aks_southeastasia' }],
      },
    ]);
    expect(untagged.map(({ name }) => name)).toEqual(['my-meshwalk-notes']);
  });

  it('can be listed by its tag', async () => {
    await azure.start();
    await (await lessonOne(azure)).createGroup();
    const { resources } = azure.clients();
    await resources.resourceGroups.createOrUpdate('other', { location: 'westeurope', tags: { 'made-by': 'hand' } });
    const named: (string | undefined)[] = [];
    for (const filter of ["tagName eq 'made-by' and tagValue eq 'meshwalk'", "tagname eq 'MADE-BY'"])
      for await (const group of resources.resourceGroups.list({ filter })) named.push(group.name);
    expect(named).toEqual(['meshwalk-rg', 'meshwalk-rg', 'other']);
  });
});

describe('a deletion', () => {
  /** Group and cluster, made at once; time goes slowly from here. */
  async function somethingToDelete(): Promise<SteppedClock> {
    await azure.start();
    const { createGroup, createCluster } = await lessonOne(azure);
    await createGroup();
    await createCluster();
    await azure.manager?.close();
    const clock = new SteppedClock();
    await azure.start({ clock, pace: 'real' });
    return clock;
  }

  it('is followed to its end, and leaves nothing: neither the group nor the one of the machines', async () => {
    const clock = await somethingToDelete();
    const azureNow = await client(clock);
    const seen: DeletionProgress[] = [];
    const work = azureNow.deleteGroup('meshwalk-rg', { onProgress: (progress) => void seen.push(progress) });
    await ended(clock, work);
    expect(seen.length).toBeGreaterThan(1);
    expect(seen.map(({ elapsedMs }) => elapsedMs)).toEqual(
      seen.map(({ elapsedMs }) => elapsedMs).toSorted((a, b) => a - b),
    );
    expect(await azureNow.ours()).toEqual({ holdings: [], untagged: [] });
    expect(azure.started.file.state.groups).toEqual({});
  });

  it('goes on where a killed program left it, without a second order', async () => {
    const clock = await somethingToDelete();
    const killed = new AbortController();
    let kept: string | undefined;
    const first = (await client(clock)).deleteGroup('meshwalk-rg', {
      signal: killed.signal,
      onProgress: ({ resumeFrom }) => {
        kept = resumeFrom;
        killed.abort();
      },
    });
    await expect(ended(clock, first)).rejects.toThrow();
    expect(kept).toContain('operationresults');
    const second = await client(clock);
    await ended(clock, second.deleteGroup('meshwalk-rg', { resumeFrom: kept ?? '' }));
    expect(await second.resourceGroup('meshwalk-rg')).toBeUndefined();
    const deletions = Object.values(azure.started.file.state.operations).filter(({ kind }) => kind === 'delete-group');
    expect(deletions).toHaveLength(1);
  });

  it.each([
    ['a text that nobody can read', 'no poller wrote this'],
    ['nothing', undefined],
  ])('of a group that Azure deletes already is waited for, with %s to go on from', async (_, resumeFrom) => {
    const clock = await somethingToDelete();
    const poller = azure.clients().resources.resourceGroups.delete('meshwalk-rg');
    poller.catch(() => {});
    await poller.submitted();
    const late = await client(clock);
    await ended(clock, late.deleteGroup('meshwalk-rg', resumeFrom === undefined ? {} : { resumeFrom }));
    expect(await late.resourceGroupExists('meshwalk-rg')).toBe(false);
  });

  it('of a group that is not there is done', async () => {
    await azure.start();
    await (await client(systemClock)).deleteGroup('nowhere');
  });

  it.each([
    ['forbidden', 'azure.forbidden'],
    ['locked', 'azure.locked'],
    ['subscription-disabled', 'azure.subscription-disabled'],
  ])('that Azure refuses (%s) is told as that, and not waited for', async (scenario, code) => {
    const clock = await somethingToDelete();
    azure.play(scenario);
    const refused = (await client(clock)).deleteGroup('meshwalk-rg');
    expect(await faultOfPromise(refused)).toMatchObject({ code });
    expect(await (await client(clock)).resourceGroupExists('meshwalk-rg')).toBe(true);
  });
});

/** Nobody waits for it; it remembers for how long it was asked to. */
function recordingClock(): { clock: Clock; asked: number[] } {
  const asked: number[] = [];
  const after = (ms: number, fire: () => void) => {
    asked.push(ms);
    return systemClock.after(0, fire);
  };
  return { clock: { now: () => systemClock.now(), after }, asked };
}

describe('patience', () => {
  it.each(['throttled:1', 'throttled:5', 'unwell:2', 'cut:3', 'cut:4'])(
    'outlasts %s: the answer comes',
    async (scenario) => {
      const { clock, asked } = recordingClock();
      await azure.start({ scenario });
      expect(await (await client(clock)).managedClusters()).toEqual([]);
      expect(asked.length).toBeGreaterThanOrEqual(1);
      expect(asked.length).toBeLessThanOrEqual(3);
    },
  );

  it('waits as long as Retry-After says, and neither shorter nor longer', async () => {
    await azure.start({ scenario: 'throttled:1' });
    const refused = await faultOfPromise((await client()).managedClusters());
    azure.play('throttled:1');
    const { clock, asked } = recordingClock();
    await (await client(clock)).managedClusters();
    expect(asked[0]).toBe(Number(refused.facts?.[0]) * 1_000);
  });

  it('is the caller’s: without it a refusal is told at once', async () => {
    await azure.start({ scenario: 'throttled' });
    expect(await faultOfPromise((await client()).managedClusters())).toMatchObject({ code: 'azure.throttled' });
  });

  it('ends: who stays away is told of, after pauses that grow', async () => {
    await azure.start();
    const { clock, asked } = recordingClock();
    const there = await client(clock);
    await azure.manager?.close();
    expect((await faultOfPromise(there.managedClusters())).code).toBe('azure.unreachable');
    expect(asked).toHaveLength(3);
    expect(asked).toEqual(asked.toSorted((a, b) => a - b));
  });

  it('sends nothing twice that is no read: a refused order is told at once', async () => {
    await azure.start({ scenario: 'unwell' });
    const { clock, asked } = recordingClock();
    const { createGroup } = await lessonOne(azure, patient(clock));
    expect((await faultOfPromise(createGroup())).code).toBe('azure.server');
    expect(asked).toEqual([]);
  });
});
