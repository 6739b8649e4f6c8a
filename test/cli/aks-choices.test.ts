import { expect, it } from 'vitest';
import { type AksSettling, settleAks } from '../../src/cli/settle-aks.ts';
import { loadFindings, loadWords } from '../../src/words/language.ts';
import { defaultChoices, readChoices } from '../../src/world/aks/choices.ts';
import { tempFolders } from '../platform/temp-folder.ts';

const tempFolder = tempFolders();

/** Azure is named and never asked: nothing listens there. */
const learner = {
  MESHWALK_ARM_ENDPOINT: 'https://127.0.0.1:1',
  MESHWALK_ARM_CA: '-----BEGIN CERTIFICATE-----',
  MESHWALK_ARM_TOKEN: 'token',
  MESHWALK_ARM_SUBSCRIPTION: '11111111-1111-4111-8111-111111111111',
};

async function settle(folder: string, change: Partial<AksSettling> = {}): Promise<void> {
  const findings = await loadFindings(await loadWords('en'));
  const { signal } = new AbortController();
  const nobody = { terminal: undefined, yes: false, wanted: {}, out: () => {}, now: new Date(0) };
  await settleAks({ ...nobody, folder, learner, findings, signal, ...change });
}

it('without a terminal and without --yes nothing is chosen', async () => {
  const folder = tempFolder();
  await expect(settle(folder)).rejects.toMatchObject({ code: 'aks.ask' });
  expect(readChoices(folder)).toBeUndefined();
});

it('what was agreed to is kept and not asked again, until something else is wanted', async () => {
  const folder = tempFolder();
  await settle(folder, { yes: true, wanted: { region: 'westeurope', nodeCount: 2 } });
  const kept = { ...defaultChoices, region: 'westeurope', nodeCount: 2 };
  expect(readChoices(folder)).toMatchObject(kept);
  await settle(folder);
  await settle(folder, { wanted: { region: 'West Europe' } });
  await expect(settle(folder, { wanted: { region: 'eastus' } })).rejects.toMatchObject({ code: 'aks.ask' });
  await settle(folder, { yes: true, wanted: { cluster: 'ada' } });
  expect(readChoices(folder)).toMatchObject({ ...kept, cluster: 'ada' });
});

it('what cannot be is refused before anybody is asked, and so is a machine where nobody logged in', async () => {
  const folder = tempFolder();
  await expect(settle(folder, { yes: true, wanted: { nodeCount: 1 } })).rejects.toMatchObject({
    code: 'aks.choice.small',
  });
  await expect(settle(folder, { yes: true, learner: { HOME: folder } })).rejects.toMatchObject({ code: 'azure.login' });
  expect(readChoices(folder)).toBeUndefined();
});
