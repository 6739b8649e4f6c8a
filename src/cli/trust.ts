import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { faultOf } from '../fault.ts';
import type { Catalog } from '../lesson/catalog.ts';
import type { Command, Lesson } from '../lesson/lesson.ts';
import { readIfThere, writeAtomically } from '../platform/files.ts';
import type { Findings } from '../words/en/findings.ts';
import type { Machine, Parts } from './compose.ts';
import { askLine, type PlainTerminal, visible } from './plain-lines.ts';

/**
 * Lessons that did not come with the program are commands of strangers: they are shown, and run only once somebody said
 * yes to exactly this content. Knows no world; what a command does to one is its author's word.
 */
export interface TrustOptions {
  lessons?: string;
  trust?: boolean;
}

export interface Asking {
  /** Undefined where nobody can be asked. */
  terminal: PlainTerminal | undefined;
  /** The line to type when the answer has to come with the command. */
  again: string;
  signal: AbortSignal;
}

/** Ends when the course may run; rejects with a Fault when it may not. */
export async function mustTrust(
  parts: Pick<Parts, 'catalog' | 'folders' | 'findings'>,
  options: TrustOptions,
  machine: Machine,
  asking: Asking,
): Promise<void> {
  const folder = resolve(options.lessons ?? machine.root);
  if (folder === resolve(machine.root)) return;
  const hash = courseHash(folder);
  const file = join(parts.folders.state, 'trusted.json');
  const trusted = readTrusted(file);
  if (trusted.includes(hash)) return;
  if (!options.trust) {
    const { terminal } = asking;
    const { trust: words } = parts.findings.told;
    (terminal ? machine.out : machine.err)(listing(parts.catalog, folder, words));
    if (!terminal || !(await saidYes(terminal, asking.signal, words))) throw notTrusted(folder, asking.again);
  }
  writeAtomically(file, `${JSON.stringify([...trusted, hash])}\n`);
}

const notTrusted = (folder: string, again: string) => faultOf('lessons.not-trusted', visible(folder), again);

type TrustWords = Findings['told']['trust'];

/** Whether the question was answered by one of the catalogue's words for yes. */
export async function saidYes(
  terminal: PlainTerminal,
  signal: AbortSignal,
  { question, yes }: { question: string; yes: string },
): Promise<boolean> {
  return yes.split(' ').includes((await askLine(terminal, question, signal)).toLowerCase());
}

/** Of the lessons and all manifests, by path. What a command brings from elsewhere, the command itself shows. */
export function courseHash(folder: string): string {
  const hash = createHash('sha256');
  for (const part of ['lessons', 'manifests']) {
    for (const path of filesBelow(join(folder, part))) {
      const bytes = readFileSync(path);
      hash.update(`${relative(folder, path)}\0${bytes.length}\0`).update(bytes);
    }
  }
  return hash.digest('hex');
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const link = entries.find((entry) => entry.isSymbolicLink());
  if (link) {
    throw faultOf('lessons.link', visible(join(link.parentPath, link.name)));
  }
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function readTrusted(file: string): string[] {
  try {
    const value: unknown = JSON.parse(readIfThere(file) ?? '[]');
    return Array.isArray(value) ? value.filter((hash) => typeof hash === 'string') : [];
  } catch {
    // Asked once too often is better than once too seldom.
    return [];
  }
}

/** Every command of the course, with its author's word for what it does. */
function listing(catalog: Catalog, folder: string, words: TrustWords): string {
  const lines = [words.listing(visible(folder))];
  for (const lesson of catalog.lessons) {
    lines.push('', `  lessons/${visible(lesson.file)}: ${visible(lesson.title)}`);
    for (const { effect, script } of commandsOf(lesson)) {
      const [first = '', ...more] = script.split('\n').map((line) => visible(line));
      lines.push(`    ${effect.padEnd(8)}  ${first}`, ...more.map((line) => `    ${''.padEnd(8)}  ${line}`));
    }
  }
  return [...lines, ''].join('\n');
}

const commandsOf = (lesson: Lesson): Command[] =>
  lesson.tasks.flatMap((task) => [...new Set([...task.commands, ...task.solution])]);
