import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureAccess, subscriptionsOf } from '../../../src/world/aks/azure-access.ts';
import { checkedChoices, defaultChoices, readChoices, writeChoices } from '../../../src/world/aks/choices.ts';
import { readMachineSize } from '../../../src/world/aks/machine-sizes.ts';
import { costPerHour } from '../../../src/world/aks/prices.ts';
import { retirementOf } from '../../../src/world/retirement.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwalk-choices-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('choices for AKS', () => {
  it('are fine as they are by default, and come back from their file', () => {
    expect(checkedChoices(defaultChoices)).toEqual(defaultChoices);
    const chosen = { ...defaultChoices, region: 'West Europe', nodeCount: 2, nodeSize: 'Standard_D4s_v5' };
    writeChoices(folder, chosen);
    expect(readChoices(folder)).toEqual({ ...chosen, region: 'westeurope' });
    expect(statSync(join(folder, 'choices.json')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['{', undefined],
    ['[]', undefined],
    ['{"resourceGroup":"a b","cluster":"c","region":"westeurope","nodeCount":3}', undefined],
  ])('are asked for again when the file says %s', (text, read) => {
    writeFileSync(join(folder, 'choices.json'), text);
    expect(readChoices(folder)).toEqual(read);
  });

  it('are none where nobody chose', () => {
    expect(readChoices(join(folder, 'nowhere'))).toBeUndefined();
  });

  it.each([
    ['a group with a blank', { resourceGroup: 'my group' }, 'aks.choice.group'],
    ['a group that a shell would run', { resourceGroup: 'rg;reboot' }, 'aks.choice.group'],
    ['a group that ends in a dot', { resourceGroup: 'rg.' }, 'aks.choice.group'],
    ['a group that is an option', { resourceGroup: '--yes' }, 'aks.choice.group'],
    ['a cluster that ends in a dash', { cluster: 'aks-' }, 'aks.choice.cluster'],
    ['a cluster of 64 letters', { cluster: 'a'.repeat(64) }, 'aks.choice.cluster'],
    ['a region with a dollar', { region: '$HOME' }, 'aks.choice.region'],
    ['no node', { nodeCount: 0 }, 'aks.choice.nodes'],
    ['half a node', { nodeCount: 2.5 }, 'aks.choice.nodes'],
    ['eleven nodes', { nodeCount: 11 }, 'aks.choice.nodes'],
    ['a size that a shell would run', { nodeSize: 'Standard_D2s_v5`id`' }, 'aks.choice.size'],
    ['a name of a subscription', { subscription: 'Pay-As-You-Go' }, 'aks.choice.subscription'],
    ['one small node, which the control plane fills', { nodeCount: 1 }, 'aks.choice.small'],
    ['two nodes of one CPU', { nodeCount: 2, nodeSize: 'Standard_DS1_v2' }, 'aks.choice.small'],
    ['four nodes of one CPU, which AKS refuses', { nodeCount: 4, nodeSize: 'Standard_DS1_v2' }, 'aks.choice.small'],
    ['ARM machines', { nodeSize: 'Standard_D4ps_v5' }, 'aks.choice.arm'],
  ])('are refused: %s', (_, change, code) => {
    expect(() => checkedChoices({ ...defaultChoices, ...change })).toThrow(expect.objectContaining({ code }));
  });

  it.each([
    ['one node of four CPUs', { nodeCount: 1, nodeSize: 'Standard_D4s_v5' }],
    ['two nodes of two CPUs', { nodeCount: 2, nodeSize: 'Standard_DS2_v2' }],
    ['a size that nobody has heard of', { nodeSize: 'Standard_NV6adsX' }],
  ])('are taken: %s', (_, change) => {
    expect(checkedChoices({ ...defaultChoices, ...change })).toMatchObject(change);
  });
});

describe('names of machine sizes', () => {
  it.each([
    ['Standard_D2ds_v5', { series: 'Dds_v5', vcpus: 2, isArm: false }],
    ['standard_d4pds_v5', { series: 'Dpds_v5', vcpus: 4, isArm: true }],
    ['Standard_DS3_v2', { series: 'DS_v2', vcpus: 4, isArm: false }],
    ['Standard_E4-2s_v3', { series: 'Es_v3', vcpus: 2, isArm: false }],
    ['Standard_B4ms', { series: 'Bms', vcpus: 4, isArm: false }],
    ['Basic', undefined],
  ])('%s', (name, size) => {
    expect(readMachineSize(name)).toEqual(size);
  });
});

describe('what an hour costs', () => {
  it('is a range around the list price, with its source and day', () => {
    expect(costPerHour({ ...defaultChoices, nodeSize: 'Standard_D2ds_v5' })).toEqual({
      // Three times 0.141 $, and load balancer, address and disks.
      low: 0.45,
      high: 0.54,
      currency: 'USD',
      source: expect.stringContaining('karpenter-provider-azure'),
      asOf: '2026-06-18',
      widenedFor: [],
    });
  });

  it('spans from two to four CPUs a node where AKS picks the size', () => {
    expect(costPerHour(defaultChoices)).toMatchObject({ low: 0.39, high: 0.97, widenedFor: [] });
  });

  it('widens for regions and sizes that it does not know, and says so', () => {
    const known = costPerHour({ ...defaultChoices, nodeSize: 'Standard_D4s_v5' });
    const elsewhere = costPerHour({ ...defaultChoices, region: 'moonbase', nodeSize: 'Standard_D4s_v5' });
    expect(elsewhere.widenedFor).toEqual(['region']);
    expect(elsewhere.low).toBeLessThan(known.low);
    expect(elsewhere.high).toBeGreaterThan(known.high);
    expect(costPerHour({ ...defaultChoices, nodeSize: 'Standard_E4s_v5' }).widenedFor).toEqual(['size']);
  });
});

describe('the end of OSM', () => {
  it.each([
    ['2026-11-22', 'supported', 312],
    ['2027-04-01', 'ending', 182],
    ['2027-09-29', 'ending', 1],
    ['2027-09-30', 'ended', 0],
    ['2028-01-01', 'ended', -93],
  ])('means on %s: %s', (day, phase, daysLeft) => {
    expect(retirementOf(new Date(`${day}T00:00:00Z`))).toMatchObject({ phase, daysLeft, day: '2027-09-30' });
  });
});

describe('the way to Azure', () => {
  const local = {
    MESHWALK_ARM_ENDPOINT: 'https://127.0.0.1:4443',
    MESHWALK_ARM_CA: '-----BEGIN CERTIFICATE-----',
    MESHWALK_ARM_TOKEN: 't',
    MESHWALK_ARM_SUBSCRIPTION: 's',
  };

  it('leads to a Resource Manager on this machine when four variables say so', () => {
    expect(azureAccess(local, undefined)).toMatchObject({ type: 'token', subscriptionId: 's', token: 't' });
  });

  it.each([
    'https://management.azure.com',
    'http://127.0.0.1:80',
    'https://127.0.0.1.example.com:1',
    'https://127.0.0.1:1@example.com',
  ])('gives no token to %s', (endpoint) => {
    expect(() => azureAccess({ ...local, MESHWALK_ARM_ENDPOINT: endpoint }, undefined)).toThrow(
      expect.objectContaining({ code: 'azure.endpoint' }),
    );
  });

  it('names what is missing of the four', () => {
    expect(() => azureAccess({ ...local, MESHWALK_ARM_CA: '', MESHWALK_ARM_TOKEN: undefined }, undefined)).toThrow(
      /MESHWALK_ARM_CA, MESHWALK_ARM_TOKEN/,
    );
  });

  it('is az’s login: its chosen subscription, or the one of the choices', () => {
    const environment = { AZURE_CONFIG_DIR: folder };
    const profile = {
      subscriptions: [
        { id: 'one', name: 'First', isDefault: false, state: 'Enabled', user: { name: 'ada@example.com' } },
        { id: 'two', name: 'Second\x1b[2J', isDefault: true, state: 'Enabled' },
      ],
    };
    writeFileSync(join(folder, 'azureProfile.json'), `\uFEFF${JSON.stringify(profile)}`);
    expect(azureAccess(environment, undefined)).toEqual({ type: 'az-login', subscriptionId: 'two' });
    expect(azureAccess(environment, 'one')).toEqual({ type: 'az-login', subscriptionId: 'one' });
    expect(subscriptionsOf(environment).map(({ name, user }) => [name, user])).toEqual([
      ['First', 'ada@example.com'],
      ['Second [2J', undefined],
    ]);
  });

  it('is missing without a login, and without a chosen subscription', () => {
    const nowhere = { AZURE_CONFIG_DIR: join(folder, 'nowhere') };
    expect(() => azureAccess(nowhere, undefined)).toThrow(expect.objectContaining({ code: 'azure.login' }));
    writeFileSync(join(folder, 'azureProfile.json'), '{"subscriptions":[{"id":"one","name":"First"}]}');
    expect(() => azureAccess({ AZURE_CONFIG_DIR: folder }, undefined)).toThrow(
      expect.objectContaining({ code: 'azure.no-subscription' }),
    );
  });
});
