import type { ClassEvent } from './class-records.ts';
import type { ConditionStatus } from './protocol.ts';

/**
 * What an instructor takes home: for each learner, task and condition when it was begun and passed, how often it was tried
 * and how many hints were seen by then. Folded from the log itself. Pure.
 */
export interface ExportRow {
  learner: string;
  name: string;
  lesson: string;
  task: string;
  /** Empty for tasks without conditions that were looked at. */
  condition: string;
  /** ISO 8601, UTC; empty where it did not happen. */
  begun: string;
  passed: string;
  seconds: number | '';
  status: ConditionStatus | '';
  /** How often it was found not to hold. */
  attempts: number;
  /** Stages of hints seen in the task by the time it held, or by now. */
  hints: number;
  taskPassed: string;
}

interface ConditionTally {
  status: ConditionStatus | '';
  passedAt: number | undefined;
  attempts: number;
  hints: number;
}

interface TaskTally {
  lesson: string;
  task: string;
  begunAt: number;
  passedAt: number | undefined;
  hints: number;
  conditions: Map<string, ConditionTally>;
}

export class ClassExport {
  readonly #names = new Map<string, string>();
  readonly #tasks = new Map<string, Map<string, TaskTally>>();

  add({ record }: ClassEvent): void {
    if (record.type === 'joined' && !this.#names.has(record.learner)) this.#names.set(record.learner, record.name);
    if (record.type !== 'progressed') return;
    const { learner, at, record: done } = record;
    if (!('task' in done) || done.type === 'recalled') return;
    const { lesson, task: id } = done;
    const tasks = this.#tasks.get(learner) ?? new Map<string, TaskTally>();
    this.#tasks.set(learner, tasks);
    const key = `${lesson}/${id}`;
    const task = tasks.get(key) ?? {
      lesson,
      task: id,
      begunAt: at,
      passedAt: undefined,
      hints: 0,
      conditions: new Map(),
    };
    tasks.set(key, task);
    switch (done.type) {
      case 'hint-opened':
        task.hints = Math.max(task.hints, done.hint);
        break;
      case 'task-passed':
        task.passedAt ??= at;
        break;
      case 'check-failed':
        tallyOf(task, done.condition).attempts += 1;
        break;
      case 'condition-changed': {
        const tally = tallyOf(task, done.condition);
        tally.status = done.status;
        if (done.status === 'wrong') tally.attempts += 1;
        if (done.status === 'passed' && tally.passedAt === undefined) {
          tally.passedAt = at;
          tally.hints = task.hints;
        }
        break;
      }
      default:
        break;
    }
  }

  rows(): ExportRow[] {
    return [...this.#tasks].flatMap(([learner, tasks]) =>
      [...tasks.values()].flatMap((task) => {
        const conditions: [string, ConditionTally][] =
          task.conditions.size > 0 ? [...task.conditions] : [['', { ...noTally(), passedAt: task.passedAt }]];
        return conditions.map(
          ([condition, { status, passedAt, attempts, hints }]): ExportRow => ({
            learner,
            name: this.#names.get(learner) ?? '',
            lesson: task.lesson,
            task: task.task,
            condition,
            begun: iso(task.begunAt),
            passed: iso(passedAt),
            seconds: passedAt === undefined ? '' : Math.max(0, Math.round((passedAt - task.begunAt) / 1000)),
            status,
            attempts,
            hints: passedAt === undefined || condition === '' ? task.hints : hints,
            taskPassed: iso(task.passedAt),
          }),
        );
      }),
    );
  }
}

const noTally = (): ConditionTally => ({ status: '', passedAt: undefined, attempts: 0, hints: 0 });

function tallyOf(task: TaskTally, condition: string): ConditionTally {
  const tally = task.conditions.get(condition) ?? noTally();
  task.conditions.set(condition, tally);
  return tally;
}

const iso = (at: number | undefined): string => (at === undefined ? '' : new Date(at).toISOString());

const columns: readonly (keyof ExportRow)[] = [
  'learner',
  'name',
  'lesson',
  'task',
  'condition',
  'begun',
  'passed',
  'seconds',
  'status',
  'attempts',
  'hints',
  'taskPassed',
];

/** RFC 4180, with the byte order mark by which spreadsheets know UTF-8. */
export function csvOf(rows: readonly ExportRow[]): string {
  const lines = [columns, ...rows.map((row) => columns.map((column) => row[column]))];
  return `\ufeff${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** A name that begins as a formula does stays text: spreadsheets run formulas. */
function cell(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
