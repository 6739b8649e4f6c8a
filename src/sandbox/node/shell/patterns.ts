import { absolutePath, type ContainerFiles } from '../processes/container-files.ts';
import { characterClass } from './character-classes.ts';
import { ScriptError } from './syntax.ts';

/**
 * The shell's patterns: `*`, `?`, `[…]`. In the text of a pattern a backslash makes the character after it an ordinary one,
 * which is how quoted parts of a word get here. All ways through a pattern are followed at once, so that none of them
 * takes longer than its length times that of the text.
 */
export const quotedInPattern = (text: string): string => text.replaceAll(/[\\*?[\]!^-]/g, '\\$&');

export const hasPattern = (text: string): boolean => /(?:^|[^\\])(?:\\\\)*[*?[]/.test(text);

export const withoutEscapes = (pattern: string): string => pattern.replaceAll(/\\([\s\S])/g, '$1');

/** A step of a pattern: any text, or one character. */
type Step = 'star' | ((code: number) => boolean);

/** What one text may cost: about a second, for which everybody else waits. */
const mostSteps = 1 << 27;
/** A pattern such as a star, a slash and two dots again and again stands for more paths than there are. */
const mostPaths = 20_000;
/** Linux: PATH_MAX. Nothing is found under a longer one. */
const longestPath = 4096;

const bracket = /\[[!^]?\]?(?:\[:\w+:\]|\\[\s\S]|[^\]\\])*\]/y;

function stepsOf(pattern: string): Step[] {
  const steps: Step[] = [];
  // Where one bracket is never closed, those after it aren't either: they need not be looked at again and again.
  let areClosed = true;
  for (let at = 0; at < pattern.length; ) {
    bracket.lastIndex = at;
    if (pattern[at] === '[' && areClosed) {
      const set = bracket.exec(pattern)?.[0];
      areClosed = set !== undefined;
      if (set !== undefined) {
        steps.push(setOf(set));
        at += set.length;
        continue;
      }
    }
    const isEscaped = pattern[at] === '\\' && at + 1 < pattern.length;
    if (isEscaped) at += 1;
    const code = pattern.codePointAt(at) ?? 0;
    at += code > 0xffff ? 2 : 1;
    if (!isEscaped && code === 0x2a) steps.push('star');
    else if (!isEscaped && code === 0x3f) steps.push(() => true);
    else steps.push((other) => other === code);
  }
  return steps;
}

/** `[!a-z[:digit:]]` as a test of characters. */
function setOf(text: string): (code: number) => boolean {
  const isNegated = /^\[[!^]/.test(text);
  const members: ((code: number) => boolean)[] = [];
  const parts = [...text.slice(isNegated ? 2 : 1, -1).matchAll(/\[:(\w+):\]|\\([\s\S])|[\s\S]/gu)];
  const codeOf = (at: number) => (parts[at]?.[2] ?? parts[at]?.[0] ?? '').codePointAt(0) ?? 0;
  for (let at = 0; at < parts.length; at += 1) {
    const name = parts[at]?.[1];
    if (name !== undefined) {
      members.push(characterClass(name) ?? (() => false));
      continue;
    }
    const from = codeOf(at);
    const isRange = parts[at + 1]?.[0] === '-' && at + 2 < parts.length;
    if (isRange) at += 2;
    const to = codeOf(at);
    members.push((code) => code >= from && code <= to);
  }
  return (code) => members.some((isMember) => isMember(code)) !== isNegated;
}

/** How many characters of the text's beginning match, in every way that they can; in growing order. */
function* matchingLengths(steps: readonly Step[], text: readonly number[]): Generator<number> {
  if (steps.length * text.length > mostSteps) throw new ScriptError('a pattern takes longer than this sandbox has');
  let states = reached(steps, [0]);
  for (let length = 0; ; length += 1) {
    if (states.at(-1) === steps.length) yield length;
    const code = text[length];
    if (code === undefined || states.length === 0) return;
    const next: number[] = [];
    for (const at of states) {
      const step = steps[at];
      if (step === 'star') next.push(at);
      else if (step?.(code)) next.push(at + 1);
    }
    states = reached(steps, next);
  }
}

/** With the steps that are passed without a character. Each once, in growing order. */
function reached(steps: readonly Step[], states: readonly number[]): number[] {
  const all: number[] = [];
  for (const state of states) {
    for (let at = state; ; at += 1) {
      if (at > (all.at(-1) ?? -1)) all.push(at);
      if (steps[at] !== 'star') break;
    }
  }
  return all;
}

const codesOf = (text: string): number[] => Array.from(text, (one) => one.codePointAt(0) ?? 0);

export function matches(pattern: string, text: string): boolean {
  const codes = codesOf(text);
  for (const length of matchingLengths(stepsOf(pattern), codes)) if (length === codes.length) return true;
  return false;
}

/** The text without the beginning, or end, that matches. */
export function trimmed(value: string, pattern: string, from: 'prefix' | 'suffix', isLongest: boolean): string {
  const [steps, codes] = [stepsOf(pattern), codesOf(value)];
  if (from === 'suffix') {
    steps.reverse();
    codes.reverse();
  }
  let length: number | undefined;
  for (const found of matchingLengths(steps, codes)) {
    length = found;
    if (!isLongest) break;
  }
  if (length === undefined) return value;
  const units = codes.slice(0, length).reduce((sum, code) => sum + (code > 0xffff ? 2 : 1), 0);
  return from === 'prefix' ? value.slice(units) : value.slice(0, value.length - units);
}

/** Paths that a pattern stands for, sorted; none where nothing matches. */
export function pathsMatching(files: ContainerFiles, cwd: string, pattern: string): string[] {
  if (withoutEscapes(pattern).length > longestPath) return [];
  const isAbsolute = pattern.startsWith('/');
  const steps = pattern.split('/').filter((step) => step !== '');
  let found: string[] = [isAbsolute ? '/' : ''];
  for (const step of steps) {
    found = found.flatMap((base) => {
      const join = (name: string) => `${base}${base === '' || base.endsWith('/') ? '' : '/'}${name}`;
      if (!hasPattern(step)) return [join(withoutEscapes(step))];
      const folder = absolutePath(cwd, base);
      if (files.stat(folder)?.kind !== 'folder') return [];
      // A leading dot must be written out.
      const isVisible = (name: string) => !name.startsWith('.') || step.startsWith('.');
      return files
        .list(folder)
        .filter((name) => isVisible(name) && matches(step, name))
        .map(join);
    });
    if (found.length > mostPaths) throw new ScriptError('a pattern stands for more paths than this sandbox follows');
  }
  return found.filter((path) => files.stat(absolutePath(cwd, path)) !== undefined).sort();
}
