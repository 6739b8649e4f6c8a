import type { JournalEntry, ProgressRecord } from './events.ts';
import { journalVersion } from './events.ts';

/** Reads journal lines at the door: what passes here is trusted. Knows no file. */

const texts: Record<ProgressRecord['type'], readonly string[]> = {
  'task-started': ['lesson', 'task'],
  'command-ended': ['lesson', 'task', 'command'],
  'command-skipped': ['lesson', 'task', 'command'],
  'hint-opened': ['lesson', 'task'],
  answered: ['lesson', 'task', 'question', 'choice'],
  'condition-changed': ['lesson', 'task', 'condition', 'status'],
  'check-failed': ['lesson', 'task', 'condition'],
  recalled: ['lesson', 'task'],
  'task-passed': ['lesson', 'task'],
  'lesson-passed': ['lesson'],
  'task-undone': ['lesson', 'task'],
  'task-redone': ['lesson', 'task'],
  reset: [],
};

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

function isRecord(value: unknown): value is ProgressRecord {
  if (!isObject(value) || typeof value['type'] !== 'string' || !Object.hasOwn(texts, value['type'])) return false;
  const type = value['type'] as ProgressRecord['type'];
  if (!texts[type].every((field) => typeof value[field] === 'string')) return false;
  if (type === 'command-ended') return isObject(value['end']) && typeof value['end']['type'] === 'string';
  if (type === 'hint-opened') return Number.isInteger(value['hint']);
  if (type === 'task-undone') return Number.isInteger(value['back']);
  if (type === 'task-redone') return Number.isInteger(value['to']);
  if (type === 'answered') return typeof value['right'] === 'boolean';
  if (type === 'recalled')
    return typeof value['right'] === 'boolean' && ['string', 'undefined'].includes(typeof value['question']);
  return type !== 'reset' || value['lesson'] === undefined || typeof value['lesson'] === 'string';
}

/** `later` is a whole and undamaged line that a newer program wrote. */
export type ReadEntry = { kind: 'known'; entry: JournalEntry } | { kind: 'later'; number: number };

export function readEntry(value: unknown): ReadEntry | undefined {
  if (!isObject(value)) return undefined;
  const { version, number, at, record } = value;
  if (typeof version !== 'number' || typeof number !== 'number' || !Number.isInteger(number)) return undefined;
  if (version !== journalVersion || typeof at !== 'number' || !isRecord(record)) return { kind: 'later', number };
  return { kind: 'known', entry: { version, number, at, record } };
}
