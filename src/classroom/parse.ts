import type { JournalEntry } from '../progress/events.ts';
import { readEntry } from '../progress/record-shape.ts';
import { plainLine, plainOutput } from './plain-text.ts';
import { type Control, type Evidence, type InstructorMessage, type LearnerMessage, limits } from './protocol.ts';

/** Reads what comes over the wire: what passes here is trusted to be of its shape and size. Pure; undefined is no message. */

/** An entry of a later program is its number alone. */
export type SentEntry = { kind: 'known'; entry: JournalEntry } | { kind: 'later'; number: number };
export type ReadLearnerMessage =
  | Exclude<LearnerMessage, { type: 'entries' }>
  | { type: 'entries'; entries: SentEntry[] };

type Members = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function readJson(text: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** No control characters: what is no name of ours is refused, not repaired. */
const isId = (value: unknown): value is string =>
  typeof value === 'string' && value.length > 0 && value.length <= limits.idLength && !/\p{C}/u.test(value);

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < 8.64e15;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isText = (value: unknown, length: number): value is string => typeof value === 'string' && value.length <= length;

/** 256 bits in base64url. */
export const isToken = (value: unknown): value is string =>
  typeof value === 'string' && /^[A-Za-z0-9_-]{43}$/.test(value);

export function readLearnerMessage(text: string): ReadLearnerMessage | undefined {
  const said = readJson(text);
  switch (said?.['type']) {
    case 'hello':
      return readHello(said);
    case 'pong':
      return isCount(said['id']) && isTime(said['now'])
        ? { type: 'pong', id: said['id'], now: said['now'] }
        : undefined;
    case 'entries':
      return readEntries(said['entries']);
    case 'hand':
      return typeof said['raised'] === 'boolean' ? { type: 'hand', raised: said['raised'] } : undefined;
    case 'evidence': {
      const evidence = readEvidence(said['evidence']);
      const { state } = said;
      if (!evidence || !(state === undefined || isPacked(state))) return undefined;
      return { type: 'evidence', evidence, ...(state !== undefined && { state }) };
    }
    default:
      return undefined;
  }
}

function readHello({ version, token, name, code, now, last }: Members): ReadLearnerMessage | undefined {
  if (!isCount(version) || !isToken(token) || !isTime(now) || !isCount(last)) return undefined;
  if (!isText(name, 1_000) || !(code === undefined || isText(code, 64))) return undefined;
  const plain = plainLine(name, limits.nameLength);
  return { type: 'hello', version, token, name: plain, now, last, ...(code !== undefined && { code }) };
}

function readEntries(values: unknown): ReadLearnerMessage | undefined {
  if (!Array.isArray(values) || values.length === 0 || values.length > limits.entriesAtOnce) return undefined;
  const entries: SentEntry[] = [];
  let last = 0;
  for (const value of values) {
    const read = readEntry(value);
    const number = read?.kind === 'known' ? read.entry.number : read?.number;
    if (!read || !isCount(number) || number <= last) return undefined;
    if (read.kind === 'known' && !(isTime(read.entry.at) && isModest(read.entry.record))) return undefined;
    entries.push(read);
    last = number;
  }
  return { type: 'entries', entries };
}

/** Records are ids and small numbers; one level of an object (how a command ended) may be in it. */
function isModest(record: object, depth = 0): boolean {
  const members = Object.entries(record);
  return (
    members.length <= 12 &&
    members.every(([name, value]) => {
      if (!isId(name)) return false;
      if (typeof value === 'string') return value === '' || isId(value);
      if (typeof value === 'object' && value !== null) return depth === 0 && isModest(value, 1);
      return typeof value === 'number' || typeof value === 'boolean';
    })
  );
}

/** Nothing here looks into it: who opens it does. */
const isPacked = (value: unknown): value is string =>
  isText(value, Math.ceil(limits.stateBytes / 3) * 4) && /^[A-Za-z0-9+/]+={0,2}$/.test(value);

const evidenceLine = 400;

function readEvidence(value: unknown): Evidence | undefined {
  if (!isObject(value)) return undefined;
  const { lesson, task, conditions, command, output } = value;
  if (!isId(lesson) || !isId(task) || !isText(command, 4_000)) return undefined;
  if (!Array.isArray(conditions) || conditions.length > 40 || !Array.isArray(output) || output.length > 60)
    return undefined;
  const reports = conditions.map((condition: unknown) => {
    if (!isObject(condition) || !isId(condition['id']) || !isId(condition['status'])) return undefined;
    const { id, status, text } = condition;
    return isText(text, 8_000) ? { id, status, text: plainLine(text, evidenceLine) } : undefined;
  });
  const lines = output.map((line: unknown) => (isText(line, 8_000) ? plainOutput(line, evidenceLine) : undefined));
  if (![...reports, ...lines].every((part) => part !== undefined)) return undefined;
  const evidence: Evidence = {
    lesson,
    task,
    conditions: reports.filter((report) => report !== undefined),
    command: plainLine(command, evidenceLine),
    output: lines.filter((line) => line !== undefined),
  };
  return JSON.stringify(evidence).length <= limits.evidenceBytes ? evidence : undefined;
}

export function readInstructorMessage(text: string): InstructorMessage | undefined {
  const said = readJson(text);
  switch (said?.['type']) {
    case 'hello': {
      const { version, token, source } = said;
      if (!isCount(version) || !isToken(token) || !isId(source)) return undefined;
      return { type: 'hello', version, token, source };
    }
    case 'control': {
      const control = readControl(said['control']);
      const { number } = said;
      return control && isCount(number) && number > 0 ? { type: 'control', number, control } : undefined;
    }
    case 'show-evidence':
    case 'show-state':
      return isId(said['learner']) ? { type: said['type'], learner: said['learner'] } : undefined;
    default:
      return undefined;
  }
}

function readControl(value: unknown): Control | undefined {
  if (!isObject(value)) return undefined;
  const { type, lesson, learner, text, ms, label, present } = value;
  switch (type) {
    case 'hold':
    case 'lead':
      return isId(lesson) ? { type, lesson } : undefined;
    case 'release':
    case 'end-countdown':
      return { type };
    case 'message': {
      if (!isText(text, 10_000) || !(learner === undefined || isId(learner))) return undefined;
      const plain = plainLine(text, limits.messageLength);
      return plain === '' ? undefined : { type, text: plain, ...(learner !== undefined && { learner }) };
    }
    case 'countdown':
      if (!isTime(ms) || ms <= 0 || ms > limits.countdownMs || !isText(label, 1_000)) return undefined;
      return { type, ms, label: plainLine(label, limits.labelLength) };
    case 'lower-hand':
      return isId(learner) ? { type, learner } : undefined;
    case 'mark':
      return isId(learner) && typeof present === 'boolean' ? { type, learner, present } : undefined;
    default:
      return undefined;
  }
}
