import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startProcess } from '../platform/process.ts';
import { ProcessGroups } from '../platform/process-groups.ts';
import type { Machine, Parts } from './compose.ts';
import { lessonsToPrepare } from './lesson-starts.ts';
import type { CommonOptions } from './options.ts';
import { asideOf } from './preparing.ts';
import type { Subcommand } from './subcommand.ts';

/** By then the learner reads, and the sandbox has come to rest. */
const readingMs = 10_000;

/**
 * Starts of lessons are built once for each version of the course, by another process of the lowest priority while the
 * learner reads, so that the first jump is as quick as the second. Nothing of theirs is touched, and nothing is lost when it is
 * ended halfway. Only the program's own course: other people's commands run when they are asked for.
 */
export function prepareAhead(
  parts: Parts,
  { profile, lessons }: Pick<CommonOptions, 'profile' | 'lessons'>,
  { machine, teardown, log }: Pick<Subcommand, 'machine' | 'teardown' | 'log'>,
): void {
  if (parts.world.kind !== 'sandbox' || lessons !== undefined || machine.environment['MESHWALK_PREPARE'] === '0')
    return;
  const groups = new ProcessGroups(join(parts.folders.state, 'preparing'));
  groups.sweep();
  const cancel = parts.clock.after(readingMs, () => {
    run(parts, profile, machine, groups).catch((error: unknown) => log.write('preparing starts of lessons', error));
  });
  teardown.add(async () => {
    cancel();
    await groups.close();
    // It had no time to tidy up; what a sandbox that is just ending still writes there goes at the next beginning.
    await rm(asideOf(parts.folders), { recursive: true, force: true }).catch(() => {});
  });
}

async function run(parts: Parts, profile: string, machine: Machine, groups: ProcessGroups): Promise<void> {
  if ((await lessonsToPrepare(parts)).length === 0) return;
  const environment = Object.entries(machine.environment).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined;
  });
  const main = join(machine.root, 'dist', 'main.js');
  startProcess(
    {
      file: process.execPath,
      args: [main, 'prepare', '--gently', '--profile', profile],
      cwd: machine.root,
      environment: Object.fromEntries(environment),
      input: '',
      timeoutMs: 0,
      onText: () => {},
    },
    groups,
  );
}
