import { rm } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { ensurePrivateFolder } from '../platform/files.ts';
import { acquireLock } from '../platform/lock.ts';
import { type StateFolders, stateFolders } from '../progress/state-folders.ts';
import { createWorld } from '../world/registry.ts';
import { openParts } from './compose.ts';
import { loadCourse } from './course-files.ts';
import { lessonsToPrepare, prepareStarts } from './lesson-starts.ts';
import type { PrepareOptions } from './prepare.ts';
import type { Subcommand } from './subcommand.ts';

/** Where starts are built; what is found there at the beginning was left by a process that was killed. */
export const asideOf = ({ state }: StateFolders): string => join(state, 'aside');

/**
 * Plays all solutions in a sandbox of its own, that ends and goes with this, and hands each start to
 * the learner's sandbox as a file. The learner's own sandbox need not run, and nothing of it changes.
 */
export async function prepare({ profile, gently }: PrepareOptions, subcommand: Subcommand): Promise<void> {
  const { machine, teardown, signal, log } = subcommand;
  const { words } = machine;
  const tell = gently ? () => {} : machine.out;
  if (gently) setPriority(constants.priority.PRIORITY_LOW);
  const learners = await learnersWorld(profile, machine);
  teardown.add(() => learners.world.close());
  const missing = await lessonsToPrepare(learners);
  if (missing.length === 0) return tell(words.host.allPrepared);

  const home = asideOf(learners.folders);
  ensurePrivateFolder(learners.folders.state);
  const lock = acquireLock(`${home}.lock`);
  teardown.add(() => lock.release());
  await rm(home, { recursive: true, force: true });
  teardown.add(() => rm(home, { recursive: true, force: true }));
  const aside = { ...machine, environment: { ...machine.environment, MESHWALK_HOME: home } };
  const parts = await openParts({ world: 'sandbox', pace: 'instant', profile: 'default' }, aside, teardown, {
    onTrouble: tell,
    onBug: (error) => log.write('a bug while starts were prepared', error),
  });
  await parts.world.prepare(() => {});
  await prepareStarts(parts, missing, { tell: () => {}, signal }, async (lesson, id) => {
    await learners.world.snapshots?.adopt(parts.folders.sandbox, id);
    tell(words.host.prepared(lesson.title));
  });
}

async function learnersWorld(profile: string, { root, environment, words }: Subcommand['machine']) {
  const folders = stateFolders(profile, 'sandbox', environment);
  const world = createWorld('sandbox', {
    folder: folders.sandbox,
    workingFolder: root,
    serverFile: join(root, 'dist', 'server.js'),
    pace: 'instant',
    learner: environment,
    onTrouble: () => {},
  });
  return { folders, world, catalog: await loadCourse(root, { language: words.language, world: 'sandbox' }) };
}
