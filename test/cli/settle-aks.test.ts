import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { settleAks } from '../../src/cli/settle-aks.ts';
import { findings } from '../../src/words/en/findings.ts';
import { readChoices } from '../../src/world/aks/choices.ts';
import { tempFolders } from '../platform/temp-folder.ts';

const tempFolder = tempFolders();
const [mine, theirs] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];

/** A learner whose az works in this subscription, and who cannot be asked. */
function learner(home: string) {
  return {
    usesSubscription(used: string) {
      const subscriptions = [mine, theirs].map((id) => ({ id, name: id.slice(0, 4), isDefault: id === used }));
      mkdirSync(join(home, '.azure'), { recursive: true });
      writeFileSync(join(home, '.azure', 'azureProfile.json'), JSON.stringify({ subscriptions }));
    },
    settle: (yes: boolean) =>
      settleAks({
        wanted: {},
        yes,
        folder: join(home, 'state'),
        learner: { HOME: home },
        terminal: undefined,
        out: () => {},
        findings,
        now: new Date(Date.UTC(2026, 0, 1)),
        signal: new AbortController().signal,
      }),
  };
}

it('what was agreed to in one subscription is asked again when az works in another one', async () => {
  const home = tempFolder();
  const { usesSubscription, settle } = learner(home);
  usesSubscription(mine);
  await expect(settle(false)).rejects.toMatchObject({ code: 'aks.ask' });
  await settle(true);
  expect(readChoices(join(home, 'state'))).toMatchObject({ agreedIn: mine });
  await settle(false);
  usesSubscription(theirs);
  await expect(settle(false)).rejects.toMatchObject({ code: 'aks.ask' });
  expect(readChoices(join(home, 'state'))).toMatchObject({ agreedIn: mine });
});
