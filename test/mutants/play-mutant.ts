import type { CheckResult } from '../../src/check/check.ts';
import type { Lesson, Task } from '../../src/lesson/lesson.ts';
import { actingCommands, type Lab } from './lab.ts';
import type { Mutant } from './mutant.ts';

/**
 * Whether the server refuses the manifest as it stands, without changing anything: it goes through all that a real apply
 * goes through. Undefined where it would be taken, or where only playing it can tell.
 */
export async function refusalOf(lab: Lab, mutant: Mutant, task: Task): Promise<Fate | undefined> {
  if (mutant.change.type !== 'manifest') return undefined;
  const apply = actingCommands(task).find(({ script }) => script.includes(mutant.file));
  if (!apply) return undefined;
  const dryRun = `kubectl apply --dry-run=server -f ${mutant.file}`;
  if (!(await lab.takes(dryRun))) return undefined;
  lab.writeManifest(mutant.file, mutant.change.text);
  const { code, output } = await lab.run(dryRun, commandMs);
  lab.restoreManifest(mutant.file);
  return code === 0 || code === 'timeout' ? undefined : killed(mutant, 'command', task.id, apply.name, output.trim());
}

export type Fate =
  /** `names`: the reason speaks of the object or field that was changed. */
  | { type: 'killed'; by: 'command' | 'condition'; task: string; where: string; reason: string; names: boolean }
  | { type: 'survived' };

const commandMs = 15_000;
const backgroundMs = 10_000;
const conditionMs = 15_000;
/** Counting requests one by one takes longer than anything else. */
const splitMs = 90_000;

/** Plays the mutant's task, and the later ones of its lesson, as somebody would who does not notice the mistake. */
export async function playMutant(lab: Lab, mutant: Mutant, lesson: Lesson, first: number): Promise<Fate> {
  for (const task of lesson.tasks.slice(first)) {
    const fate = await playTask(lab, mutant, task);
    if (fate.type === 'killed') return fate;
  }
  return { type: 'survived' };
}

async function playTask(lab: Lab, mutant: Mutant, task: Task): Promise<Fate> {
  const { change } = mutant;
  const since = Date.now();
  for (const { name, script, background } of actingCommands(task)) {
    const isMutated = change.type === 'command' && change.command === name;
    const typed = isMutated ? change.script : script;
    const ended = background ? await lab.runBeside(typed, backgroundMs) : await lab.run(typed, commandMs);
    if (ended.code === 0) continue;
    const reason =
      ended.output.trim().split('\n').slice(-6).join('\n') || `it ended with ${ended.code} and said nothing`;
    // Somebody reads what the command says, and the conditions have their say as well.
    return killed(mutant, 'command', task.id, name, ended.code === 'timeout' ? `it does not end: ${reason}` : reason);
  }
  const hasSplit = task.check?.conditions.some(({ kind }) => kind === 'traffic-split');
  const results = await lab.look(task, since, hasSplit ? splitMs : conditionMs);
  const failed = [...results].filter(([, result]) => result?.status !== 'passed');
  const [worst] = failed.filter(([, result]) => result !== undefined);
  if (!worst) return { type: 'survived' };
  const [id, result] = worst;
  const why = task.check?.conditions.find((condition) => condition.id === id)?.why ?? '';
  return killed(mutant, 'condition', task.id, id, `${wordsOf(result)} ${why}`);
}

function wordsOf(result: CheckResult | undefined): string {
  if (!result) return 'it was not looked at';
  switch (result.status) {
    case 'passed':
      return '';
    case 'unknown':
      return result.reason;
    case 'wrong':
      return `wanted ${result.expected}, saw ${result.saw}${result.on === undefined ? '' : `, on ${result.on}`}; ${result.tryThis ?? ''}`;
    case 'not-yet':
      return `wanted ${result.expected}, saw ${result.saw}; ${result.tryThis ?? ''}`;
  }
}

function killed(mutant: Mutant, by: 'command' | 'condition', task: string, where: string, reason: string): Fate {
  const text = reason.toLowerCase();
  const names = mutant.about.some((word) => word.length > 1 && text.includes(word.toLowerCase()));
  return { type: 'killed', by, task, where, reason, names };
}
