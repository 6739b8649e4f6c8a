import { Command } from 'commander';
import { faultOf } from '../fault.ts';
import { addKeptOptions, mustBeChosen } from './kept.ts';
import type { CommonOptions } from './options.ts';
import { paceOption } from './options.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk undo` and `meshwalk redo`: the latest task, without the screen. Redoing takes undoing back, so nothing is asked. */
type UndoOptions = CommonOptions & { dryRun?: boolean };

export function undoCommand(subcommand: Subcommand): Command {
  const { undo } = subcommand.machine.words.usage;
  return wayCommand(subcommand, 'undo', [
    ['meshwalk undo', undo.plain],
    ['meshwalk undo --dry-run', undo.dryRun],
    ['meshwalk redo', undo.redo],
  ]);
}

export function redoCommand(subcommand: Subcommand): Command {
  const { redo } = subcommand.machine.words.usage;
  return wayCommand(subcommand, 'redo', [
    ['meshwalk redo', redo.plain],
    ['meshwalk redo --dry-run', redo.dryRun],
  ]);
}

function wayCommand(subcommand: Subcommand, way: 'undo' | 'redo', lines: readonly [string, string][]): Command {
  const { words } = subcommand.machine;
  const command = new Command(way)
    .description(words.usage[way].description)
    .option('--dry-run', words.usage.dryRun)
    .addOption(paceOption(words));
  return addKeptOptions(command, words)
    .addHelpText('after', examples(words, ...lines))
    .action((options: UndoOptions) => go(way, options, subcommand));
}

async function go(way: 'undo' | 'redo', options: UndoOptions, subcommand: Subcommand): Promise<void> {
  const { machine, teardown, signal } = subcommand;
  await mustBeChosen(options, machine.environment);
  const { openParts } = await import('./compose.ts');
  const { findRedo, findUndo } = await import('./traces.ts');
  const { WayBack } = await import('./way-back.ts');
  const { changeSentences } = await import('./changes-text.ts');
  const hooks = { onTrouble: machine.err, onBug: (error: unknown) => subcommand.log.write(way, error) };
  const parts = await openParts(options, machine, teardown, hooks);
  const { told } = parts.findings;
  const wayBack = new WayBack(parts);
  if (wayBack.isUnfinished) {
    await parts.world.prepare(() => {}, signal);
    await wayBack.finish();
  }
  const find = way === 'undo' ? findUndo : findRedo;
  const offer = await find(wayBack.traces);
  if (!offer) throw faultOf(way === 'undo' ? 'undo.nothing' : 'redo.nothing');
  const lesson = parts.catalog.find(offer.lesson);
  const task = lesson?.tasks.find(({ id }) => id === offer.task);
  machine.out(`${lesson?.title ?? offer.lesson}: ${task?.title ?? offer.task}`);
  for (const sentence of changeSentences(offer.changes, { words: machine.words, told: told.changes }))
    machine.out(`  ${sentence}`);
  if (options.dryRun) return;
  await parts.world.prepare(() => {}, signal);
  await wayBack.go(offer, []);
  machine.out(way === 'undo' ? told.wayBack.undone : told.wayBack.redone);
}
