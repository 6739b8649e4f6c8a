import { describe, expect, it } from 'vitest';
import { faultOf, inWords } from '../../src/fault.ts';
import { type AzureFacts, judgeAzure, judgeRetirement } from '../../src/preflight/azure.ts';
import { findings as de } from '../../src/words/de/findings.ts';
import { findings as en } from '../../src/words/en/findings.ts';
import { defaultChoices } from '../../src/world/aks/choices.ts';
import type { AksReadings } from '../../src/world/aks/preflight.ts';
import { retirementOf } from '../../src/world/retirement.ts';

const read = <T>(value: T) => ({ type: 'read' as const, value });
const well: AksReadings = {
  subscription: read({ id: '0000', name: 'Pay as you go', state: 'Enabled' }),
  provider: read({ namespace: 'Microsoft.ContainerService', registrationState: 'Registered', isInRegion: true }),
  versions: read([
    { version: '1.36', isDefault: true, isPreview: false, hasStandardSupport: true },
    { version: '1.37', isDefault: false, isPreview: true, hasStandardSupport: true },
    { version: '1.31', isDefault: false, isPreview: false, hasStandardSupport: false },
  ]),
  size: read({ type: 'picked-by-aks' as const, candidates: ['Standard_D2s_v5'] }),
  quota: read({ needed: 6, regional: { name: 'cores', used: 4, limit: 10 }, family: undefined, isEnough: true }),
};

const told = { told: <F extends Parameters<typeof inWords>[0]>(fault: F) => inWords(fault, en.faultTexts) };
const judge = (change: Partial<AksReadings> = {}) => {
  const facts: AzureFacts = {
    type: 'read',
    account: undefined,
    choices: defaultChoices,
    readings: { ...well, ...change },
  };
  return Object.fromEntries(judgeAzure(facts, en.preflight, told).map((finding) => [finding.id, finding]));
};

describe('a subscription', () => {
  it('where all is well is told in numbers', () => {
    const findings = judge();
    expect(Object.values(findings).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'good'));
    expect(findings['subscription']?.saw).toBe('Pay as you go (0000), Enabled');
    expect(findings['versions']?.saw).toBe('1.36; 1.36 if none is named');
    expect(findings['quota']?.saw).toBe('6 vCPUs needed; 6 of 10 left of cores');
  });

  it.each([
    [
      { subscription: read({ id: '0', name: 'x', state: 'Disabled' }) },
      'subscription',
      'bad',
      'az account list --output table',
    ],
    [
      { subscription: read({ id: '0', name: 'x', state: 'PastDue' }) },
      'subscription',
      'note',
      'az account list --output table',
    ],
    [
      {
        provider: read({
          namespace: 'Microsoft.ContainerService',
          registrationState: 'NotRegistered',
          isInRegion: undefined,
        }),
      },
      'provider',
      'note',
      'az provider register --namespace Microsoft.ContainerService --wait',
    ],
    [
      {
        provider: read({ namespace: 'Microsoft.ContainerService', registrationState: 'Registered', isInRegion: false }),
      },
      'provider',
      'bad',
      'meshwalk --world aks --region westeurope',
    ],
    [{ versions: read([]) }, 'versions', 'bad', 'az aks get-versions --location southeastasia --output table'],
    [
      { size: read({ type: 'picked-by-aks' as const, candidates: [] }) },
      'size',
      'bad',
      'meshwalk --world aks --region westeurope',
    ],
    [
      { size: read({ type: 'restricted' as const, name: 'Standard_D2s_v5', instead: ['Standard_D2s_v3'] }) },
      'size',
      'bad',
      'meshwalk --world aks --node-size Standard_D2s_v3',
    ],
    [
      {
        quota: read({ needed: 6, regional: { name: 'cores', used: 8, limit: 10 }, family: undefined, isEnough: false }),
      },
      'quota',
      'bad',
      'meshwalk --world aks --nodes 2',
    ],
  ])('with %j says so, and what to type', (change, id, status, line) => {
    const finding = judge(change)[id];
    expect(finding).toMatchObject({ status, why: expect.any(String) });
    expect(finding?.next).toContain(line);
  });

  it('that refuses one question is not told badly of for it', () => {
    const failed = { type: 'failed' as const, fault: faultOf('azure.forbidden', 'no') };
    const findings = judge({ quota: failed });
    expect(findings['quota']).toMatchObject({
      status: 'unknown',
      next: expect.arrayContaining([expect.stringContaining('az ')]),
    });
    expect(findings['size']?.status).toBe('good');
  });

  it('that refuses every question alike says so once, in the words of the reader', () => {
    const failed = { type: 'failed' as const, fault: faultOf('azure.login', '') };
    const readings = { subscription: failed, provider: failed, versions: failed, size: failed, quota: failed };
    const german = { told: (fault: Parameters<typeof inWords>[0]) => inWords(fault, de.faultTexts) };
    const facts: AzureFacts = { type: 'read', account: undefined, choices: defaultChoices, readings };
    const findings = judgeAzure(facts, de.preflight, german);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ id: 'sign-in', status: 'bad', next: expect.arrayContaining(['az login']) });
    expect(findings[0]?.saw).not.toContain('does not know');
  });
});

describe('the add-on', () => {
  it.each([
    ['2026-11-22', 'good', 'supported until 2027-09-30 (312 days)'],
    ['2027-06-01', 'note', 'supported until 2027-09-30 (121 days)'],
    ['2027-10-01', 'bad', 'no longer supported since 2027-09-30'],
  ])('on %s is %s', (day, status, saw) => {
    expect(judgeRetirement(retirementOf(new Date(day)), en.preflight)[0]).toMatchObject({ status, saw });
  });

  it('that ended offers the sandbox and other clusters', () => {
    const [finding] = judgeRetirement(retirementOf(new Date('2028-01-01')), en.preflight);
    expect(finding?.next).toEqual(['meshwalk', 'meshwalk --world cluster']);
  });
});
