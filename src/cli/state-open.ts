import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { faultOf } from '../fault.ts';
import { ensurePrivateFolder, fileFault } from '../platform/files.ts';
import { keepJournal } from '../progress/journal.ts';
import { type StateFolders, stateFolders } from '../progress/state-folders.ts';
import { createWorld } from '../world/registry.ts';
import { mustHaveSnapshots } from '../world/snapshots.ts';
import { readState, type SharedState } from './shared-state.ts';
import { start } from './start.ts';
import type { StateOpenOptions } from './state.ts';
import type { Subcommand } from './subcommand.ts';

/** `meshwalk state open`: a profile of its own for somebody else's state, and then `meshwalk` itself. */
const mostBytes = 4 * 1024 * 1024;

export async function openState(file: string, chosen: StateOpenOptions, subcommand: Subcommand): Promise<void> {
  const { machine, teardown } = subcommand;
  const shared = await readState(readAll(file));
  const profile = chosen.profile ?? freeProfile(file, subcommand);
  const folders = stateFolders(profile, 'sandbox', machine.environment);
  if (existsSync(folders.state)) throw faultOf('state.taken', profile);
  await placeState(folders, shared, subcommand);
  const { sharedState: told } = machine.words;
  const line = `meshwalk --profile ${profile}`;
  // Below the screen, where it stays; a script that has no terminal goes on with the line.
  teardown.add(() => machine.out(told.opened(profile, line)));
  if (!process.stdin.isTTY || !process.stdout.isTTY) return;
  await start({ ...chosen, profile, world: 'sandbox' }, subcommand);
}

function readAll(file: string): Buffer {
  try {
    if (statSync(file).size > mostBytes) throw faultOf('state.damaged');
    return readFileSync(file);
  } catch (error) {
    throw fileFault(error, (errno) => faultOf('state.unreadable', file, errno));
  }
}

/** Named after the file: `ada.meshwalk-state` becomes `ada`, and `ada-2` when there is one. */
function freeProfile(file: string, { machine }: Subcommand): string {
  const [stem = ''] = basename(file).split('.');
  const name =
    stem
      .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, 40) || 'state';
  const isTaken = (profile: string) => existsSync(stateFolders(profile, 'sandbox', machine.environment).state);
  // The default is the reader's own, whether they have begun or not.
  if (name !== 'default' && !isTaken(name)) return name;
  for (let count = 2; ; count += 1) if (!isTaken(`${name}-${count}`)) return `${name}-${count}`;
}

async function placeState(folders: StateFolders, shared: SharedState, { machine }: Subcommand): Promise<void> {
  const world = createWorld('sandbox', {
    folder: folders.sandbox,
    workingFolder: machine.root,
    serverFile: '',
    pace: 'instant',
    learner: machine.environment,
  });
  ensurePrivateFolder(folders.state);
  try {
    keepJournal(folders.journal, shared.entries);
    await mustHaveSnapshots(world).place(shared.world);
  } catch (error) {
    rmSync(folders.state, { recursive: true, force: true });
    throw error;
  } finally {
    await world.close();
  }
}
