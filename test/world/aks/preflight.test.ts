import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultChoices } from '../../../src/world/aks/choices.ts';
import { readAks } from '../../../src/world/aks/preflight.ts';
import { AzureFixture } from '../../sandbox/azure/azure-fixture.ts';
import { accessTo } from './arm-world.ts';

/** What Azure is asked before anything is made, over HTTPS. */
let azure: AzureFixture;

beforeEach(async () => {
  azure = new AzureFixture();
  await azure.start();
});
afterEach(() => azure.close());

const read = (change: object = {}) => readAks(accessTo(azure), { ...defaultChoices, ...change });

describe('what is read before a cluster is made', () => {
  it('is good news in a fresh subscription', async () => {
    const readings = await read();
    expect(readings).toMatchObject({
      subscription: { type: 'read', value: { name: 'meshwalk sandbox', state: 'Enabled' } },
      provider: { type: 'read', value: { registrationState: 'Registered', isInRegion: true } },
      size: {
        type: 'read',
        value: { type: 'picked-by-aks', candidates: ['Standard_B2s', 'Standard_DS2_v2', 'Standard_D2ds_v5'] },
      },
      quota: { type: 'read', value: { needed: 6, isEnough: true, regional: { name: 'cores', used: 0, limit: 20 } } },
    });
    if (readings.versions.type !== 'read') throw readings.versions.fault;
    expect(readings.versions.value.filter(({ isDefault }) => isDefault)).toEqual([
      { version: '1.36', isDefault: true, isPreview: false, hasStandardSupport: true },
    ]);
    expect(readings.versions.value.find(({ version }) => version === '1.33')?.hasStandardSupport).toBe(false);
  });

  it('counts the quota of the chosen size, for all nodes, beside what is used', async () => {
    const { resources, containers } = azure.clients();
    await resources.resourceGroups.createOrUpdate('other', { location: 'southeastasia' });
    const pools = [{ name: 'np', count: 4, vmSize: 'Standard_D4s_v5', mode: 'System', osType: 'Linux' }];
    const location = 'southeastasia';
    await containers.managedClusters.createOrUpdate('other', 'theirs', { location, agentPoolProfiles: pools });
    expect((await read({ nodeSize: 'standard_d4s_v5', nodeCount: 2 })).quota).toEqual({
      type: 'read',
      value: {
        needed: 8,
        isEnough: false,
        regional: { name: 'cores', used: 16, limit: 20 },
        family: { name: 'standardDSv5Family', used: 16, limit: 20 },
      },
    });
    expect((await read({ region: 'westeurope', nodeSize: 'Standard_D4s_v5', nodeCount: 2 })).quota).toMatchObject({
      value: { isEnough: true, regional: { used: 0 } },
    });
  });

  it.each([
    ['quota', { quota: { value: { isEnough: false, family: { limit: 4 } } } }],
    ['regional-quota', { quota: { value: { isEnough: false, regional: { limit: 4 } } } }],
    ['size', { size: { value: { candidates: [] } } }],
    ['provider', { provider: { value: { registrationState: 'NotRegistered' } } }],
    ['subscription-disabled', { subscription: { value: { state: 'Disabled' } } }],
  ])('tells %s before it costs anybody time', async (scenario, seen) => {
    azure.play(scenario);
    expect(await read()).toMatchObject(seen);
  });

  it('names sizes that can be had instead of one that cannot', async () => {
    expect((await read({ nodeSize: 'Standard_Z9' })).size).toMatchObject({
      value: { type: 'unknown', name: 'Standard_Z9', instead: ['Standard_B2s', 'Standard_DS2_v2', 'Standard_D2ds_v5'] },
    });
    azure.play('size');
    expect((await read({ nodeSize: 'Standard_D4s_v5' })).size).toMatchObject({
      value: { type: 'restricted', name: 'Standard_D4s_v5' },
    });
  });

  it('ends in a Fault for each reading that Azure refuses, and in no other error', async () => {
    azure.play('login-expired');
    const readings = await read();
    expect(Object.values(readings).map((one) => one.type === 'failed' && one.fault.code)).toEqual(
      Array.from({ length: 5 }, () => 'azure.login'),
    );
  });

  it('says where a region is not known', async () => {
    const { provider, quota } = await read({ region: 'atlantis' });
    expect(provider).toMatchObject({ value: { isInRegion: false } });
    expect(quota).toMatchObject({ type: 'failed', fault: { code: 'azure.refused' } });
  });
});
