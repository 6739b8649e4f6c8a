import type { Command } from '../../src/lesson/lesson.ts';
import { leavesOf, type Mutant, mistaken, showPath, showValue } from './mutant.ts';

/** Each line left out; each word changed and left out; each namespace another one; each value of a JSON changed. */
export function commandMutants(file: string, command: Command): Mutant[] {
  const { name, script } = command;
  const mutant = (what: string, changed: string, about: readonly string[]): Mutant => ({
    file,
    name: `${name}: ${what}`,
    about,
    change: { type: 'command', command: name, script: changed },
  });
  // What only waits, or shows, may be mistaken without harm.
  const lines = logicalLines(script).filter(({ text }) => !/^\s*kubectl (rollout status|wait)\b/.test(text));
  const lineMutants = lines
    .filter(({ text }) => !/^\s*(for|do|done)\b/.test(text))
    .map(({ text, from, to }) => {
      return mutant(`without "${text.trim()}"`, script.slice(0, from) + script.slice(to), wordsOf(text));
    });
  const wordMutants = lines.flatMap(({ text, from }) =>
    wordsWithPlace(text).flatMap(({ word, at, before }) => {
      const start = from + at;
      const put = (other: string) => script.slice(0, start) + other + script.slice(start + word.length);
      const about = [...wordsOf(text), word];
      return changesOf(word, before).map(({ what, other }) => mutant(what, put(other), about));
    }),
  );
  const seen = new Set<string>();
  const all = [...lineMutants, ...wordMutants].filter(({ change }) => {
    if (change.type !== 'command' || change.script === script || seen.has(change.script)) return false;
    seen.add(change.script);
    return true;
  });
  return all.map((one, index) => {
    const before = all.slice(0, index).filter((other) => other.name === one.name).length;
    return before === 0 ? one : { ...one, name: `${one.name} (${before + 1})` };
  });
}

/** Lines as the shell sees them: a backslash at the end goes on. */
function logicalLines(script: string): { text: string; from: number; to: number }[] {
  const lines: { text: string; from: number; to: number }[] = [];
  for (const match of script.matchAll(/(?:\\\n|[^\n])+\n?/g)) {
    const text = match[0].replace(/\n$/, '');
    if (text.trim() !== '') lines.push({ text, from: match.index, to: match.index + match[0].length });
  }
  return lines;
}

// The first word is the program; without it nothing runs at all, and that is no mistake that a check must see.
const grammar = new Set(['for', 'in', 'do', 'done', ';', '|', '&', '\\', 'kubectl', 'az', 'osm', 'curl', 'name']);

function wordsWithPlace(line: string): { word: string; at: number; before: string }[] {
  const words: { word: string; at: number; before: string }[] = [];
  let before = '';
  for (const match of line.matchAll(/'[^']*'|"[^"]*"|[^\s;]+/g)) {
    if (!grammar.has(match[0])) words.push({ word: match[0], at: match.index, before });
    before = match[0];
  }
  return words;
}

const wordsOf = (line: string): string[] =>
  wordsWithPlace(line).flatMap(({ word }) =>
    // A manifest is named after the object that it brings.
    [word, ...word.replace(/\.yaml$/, '').split(/[=/:'"]+/)].filter((part) => part.length > 2),
  );

function changesOf(word: string, before: string): { what: string; other: string }[] {
  const removed = { what: `without ${word}`, other: '' };
  const quote = /^['"]/.exec(word)?.[0];
  const inner = quote ? word.slice(1, -1) : word;
  if (quote && inner.startsWith('{')) return [removed, ...jsonChanges(inner, quote)];
  if (before === '-n' || before === '--namespace') {
    return [removed, { what: `in namespace default and not ${word}`, other: 'default' }, changed(word, quote, inner)];
  }
  return [removed, changed(word, quote, inner)];
}

function changed(word: string, quote: string | undefined, inner: string): { what: string; other: string } {
  const assigned = /^(--?[\w-]+=)(.+)$/.exec(inner);
  const text = assigned ? `${assigned[1]}${showValue(mistaken(assigned[2]))}` : showValue(mistaken(inner));
  const other = quote ? `${quote}${text}${quote}` : text;
  return { what: `${word} -> ${other}`, other };
}

function jsonChanges(json: string, quote: string): { what: string; other: string }[] {
  return leavesOf(JSON.parse(json)).map(({ path, value }) => {
    const other = mistaken(value);
    const object: unknown = JSON.parse(json);
    const owner = path.slice(0, -1).reduce<unknown>((inner, step) => Reflect.get(Object(inner), step), object);
    Reflect.set(Object(owner), path.at(-1) ?? '', other);
    return {
      what: `${showPath(path)}: ${showValue(value)} -> ${showValue(other)}`,
      other: `${quote}${JSON.stringify(object)}${quote}`,
    };
  });
}
