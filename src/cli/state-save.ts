import { systemClock } from '../platform/clock.ts';
import { readJournal } from '../progress/journal.ts';
import { stateFolders } from '../progress/state-folders.ts';
import { stateFacts } from '../tui/view/state-facts.ts';
import { createWorld } from '../world/registry.ts';
import { mustHaveSnapshots } from '../world/snapshots.ts';
import { packState, writeNew } from './shared-state.ts';
import type { StateSaveOptions } from './state.ts';
import type { Subcommand } from './subcommand.ts';

/** `meshwalk state save`: writes the file, and says what is in it and what is not. Works while a screen is open. */
export async function saveState(
  wanted: string | undefined,
  { profile }: StateSaveOptions,
  { machine, teardown }: Subcommand,
): Promise<void> {
  const { environment, root, out, words } = machine;
  const folders = stateFolders(profile, 'sandbox', environment);
  const world = createWorld('sandbox', {
    folder: folders.sandbox,
    workingFolder: root,
    serverFile: '',
    pace: 'instant',
    learner: environment,
  });
  teardown.add(() => world.close());
  const file = wanted ?? `${profile}.meshwalk-state`;
  const entries = readJournal(folders.journal);
  const packed = await packState(mustHaveSnapshots(world), entries, { root, now: systemClock.now() });
  writeNew(file, packed.bytes);
  const { sharedState: told } = words;
  out(told.written(file, Math.ceil(packed.bytes.length / 1024)));
  for (const line of stateFacts(packed, words)) out(`  ${line}`);
  out(`\n${told.openedBy(`meshwalk state open ${file}`)}`);
}
