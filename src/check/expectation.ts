import type { Findings } from '../words/en/findings.ts';
import { SpecProblem } from './check.ts';
import type { SpecFields } from './spec-fields.ts';

/** What a value must be like. */
export type Expectation =
  | { type: 'equals'; value: unknown }
  | { type: 'not'; value: unknown }
  | { type: 'contains'; value: unknown }
  | { type: 'matches'; pattern: RegExp }
  | { type: 'at-least'; value: number }
  | { type: 'exists' }
  | { type: 'absent' };

export const expectationFields = {
  equals: { description: 'the whole value; the order of a list does not matter' },
  not: { description: 'a value that it must not be; it must be there, though' },
  contains: { description: 'part of the value: text in text, whole items of a list, whole fields of an object' },
  matches: { description: 'a regular expression that the text must match' },
  atLeast: { description: 'the smallest number that will do' },
  exists: { description: 'true: it must be there' },
  absent: { description: 'true: it must not be there' },
} as const;

const known = Object.keys(expectationFields);

/** Exactly one of these words; without any, the thing must exist. */
export function readExpectation(fields: SpecFields): Expectation {
  const used = known.filter((word) => fields.has(word));
  if (used.length > 1)
    throw new SpecProblem(used[1] ?? '', `cannot stand beside ${used[0]}; write one of ${known.join(', ')}.`);
  for (const word of ['exists', 'absent'] as const) {
    if (fields.has(word) && fields.value(word) !== true) {
      throw new SpecProblem(
        word,
        `must be true; write ${word === 'exists' ? 'absent' : 'exists'}: true for the opposite.`,
      );
    }
  }
  const pattern = fields.pattern('matches');
  if (fields.has('equals')) return { type: 'equals', value: fields.value('equals') };
  if (fields.has('not')) return { type: 'not', value: fields.value('not') };
  if (fields.has('contains')) return { type: 'contains', value: fields.value('contains') };
  if (pattern) return { type: 'matches', pattern };
  if (fields.has('atLeast')) return { type: 'at-least', value: fields.number('atLeast', 0) };
  return { type: fields.has('absent') ? 'absent' : 'exists' };
}

export function isMet(value: unknown, expectation: Expectation): boolean {
  switch (expectation.type) {
    case 'equals':
      return isEqual(value, expectation.value);
    case 'not':
      return value !== undefined && value !== null && !isEqual(value, expectation.value);
    case 'contains':
      return typeof value === 'string' ? value.includes(String(expectation.value)) : isPart(expectation.value, value);
    case 'matches':
      return (typeof value === 'string' || typeof value === 'number') && expectation.pattern.test(String(value));
    case 'at-least':
      return typeof value === 'number' && value >= expectation.value;
    case 'exists':
      return value !== undefined && value !== null;
    case 'absent':
      return value === undefined || value === null;
  }
}

export function wordsFor(expectation: Expectation, words: Findings): string {
  const { values } = words.conditions;
  switch (expectation.type) {
    case 'equals':
      return show(expectation.value, words);
    case 'not':
      return values.anythingBut(show(expectation.value, words));
    case 'contains':
      return values.somethingWith(show(expectation.value, words));
    case 'matches':
      return values.matches(expectation.pattern.source);
    case 'at-least':
      return values.orMore(expectation.value);
    case 'exists':
      return values.any;
    case 'absent':
      return values.none;
  }
}

/** A value as a learner can read it on one line. */
export function show(value: unknown, { conditions }: Findings): string {
  if (value === undefined || value === null) return conditions.values.nothing;
  const text = typeof value === 'string' ? JSON.stringify(value) : inline(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? value : String(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${key}: ${inline(inner)}`)
    .join(', ')}}`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Equal as Kubernetes means it for the lists authors ask about: backends, rules, sources are sets. */
function isEqual(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    if (a.length !== b.length) return false;
    const left = [...a];
    return b.every((wanted) => {
      const index = left.findIndex((item) => isEqual(item, wanted));
      if (index >= 0) left.splice(index, 1);
      return index >= 0;
    });
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && isEqual(a[key], b[key]));
  }
  return a === b;
}

/** Items of a list and fields of an object; a text in them is whole, or `bookstore` would be found in `bookstore-v2`. */
function isPart(part: unknown, whole: unknown): boolean {
  if (Array.isArray(whole)) {
    const wanted: unknown[] = Array.isArray(part) ? part : [part];
    return wanted.every((item) => whole.some((found) => isPart(item, found)));
  }
  if (isObject(part) && isObject(whole)) return Object.entries(part).every(([key, inner]) => isPart(inner, whole[key]));
  return isEqual(part, whole);
}
