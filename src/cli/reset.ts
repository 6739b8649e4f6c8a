import { Command } from 'commander';
import { faultOf } from '../fault.ts';
import type { Lesson } from '../lesson/lesson.ts';
import { addKeptOptions, mustBeChosen, startLine } from './kept.ts';
import type { CommonOptions } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk reset`: a lesson to do again, or everything and a fresh sandbox. The journal keeps what was. */
type ResetOptions = Omit<CommonOptions, 'pace'> & { all?: boolean };

export const resetCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { reset: usage } = words.usage;
  return addKeptOptions(
    new Command('reset').description(usage.description).argument('[lesson]', usage.lesson).option('--all', usage.all),
    words,
  )
    .addHelpText('after', examples(words, ['meshwalk reset 6', usage.one], ['meshwalk reset --all', usage.everything]))
    .action((lesson: string | undefined, options: ResetOptions) => reset(lesson, options, subcommand));
};

async function reset(wanted: string | undefined, options: ResetOptions, subcommand: Subcommand): Promise<void> {
  const { machine, teardown } = subcommand;
  if ((wanted === undefined) === !options.all) {
    throw faultOf('reset.what', wanted === undefined ? 'nothing' : 'both');
  }
  await mustBeChosen(options, machine.environment);
  const { openParts } = await import('./compose.ts');
  const hooks = { onTrouble: machine.err, onBug: (error: unknown) => subcommand.log.write('reset', error) };
  const parts = await openParts({ ...options, pace: 'brisk' }, machine, teardown, hooks);
  const { reset: told } = parts.findings.told;
  if (wanted === undefined) {
    await parts.world.reset?.();
    const { WayBack } = await import('./way-back.ts');
    await new WayBack(parts).forget();
    parts.shell.forget();
    parts.journal.append({ type: 'reset' });
    machine.out(
      parts.world.reset ? told.all(startLine(options)) : told.progressOnly(options.world, startLine(options)),
    );
    return;
  }
  const { courseOf, firstCourse } = await import('../lesson/catalog.ts');
  const lesson =
    parts.catalog.find(wanted) ?? parts.catalog.lessonsOf(firstCourse).find(({ step }) => String(step) === wanted);
  if (!lesson) {
    const nameOf = (one: Lesson) => (courseOf(one) === firstCourse ? `${one.step} ${one.id}` : one.id);
    throw faultOf('lesson.unknown', wanted, parts.catalog.lessons.map(nameOf).join(', '));
  }
  parts.journal.append({ type: 'reset', lesson: lesson.id });
  machine.out(told.lesson(lesson.title, startLine(options)));
}
