import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { mustBeChosen, startLine } from '../../src/cli/kept.ts';
import { ensurePrivateFolder } from '../../src/platform/files.ts';
import { stateFolders } from '../../src/progress/state-folders.ts';
import { keepClusterChoice } from '../../src/world/cluster/choice.ts';

const home = mkdtempSync(join(tmpdir(), 'meshwalk-kept-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const environment = { MESHWALK_HOME: home };
const here = { world: 'cluster', profile: 'default' } as const;

it('a context that is named must be the one on which the progress was made', async () => {
  await mustBeChosen(here, environment);
  const practice = { ...here, context: 'practice' };
  await expect(mustBeChosen(practice, environment)).rejects.toMatchObject({ code: 'cluster.no-choice' });
  const { state } = stateFolders('default', 'cluster', environment);
  ensurePrivateFolder(state);
  keepClusterChoice(state, { context: 'practice', server: 'https://a', meshNamespace: 'osm-system', meshConfig: {} });
  await mustBeChosen(practice, environment);
  await expect(mustBeChosen({ ...here, context: 'kind-demo' }, environment)).rejects.toMatchObject({
    code: 'cluster.other-choice',
    next: [expect.stringContaining('--context kind-demo'), expect.stringContaining('--profile')],
  });
});

it('what to type to go on names the world and the profile, where they are not the usual ones', () => {
  expect(startLine({ world: 'sandbox', profile: 'default' })).toBe('meshwalk');
  expect(startLine({ world: 'aks', profile: 'ada' })).toBe('meshwalk --world aks --profile ada');
});
