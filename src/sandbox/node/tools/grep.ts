import { isUtf8 } from 'node:buffer';
import { RE2JS, RE2JSException } from 're2js';
import type { Tool } from '../processes/process.ts';
import { countOf, eachFile, getopt, linesIn, UsageError } from './options.ts';

/** Characters that mean something in an extended expression and stand for themselves in a basic one, and the reverse. */
const swapped = /\\?[+?|(){}]/g;

/** Lines times expression: about a second, for which everybody else waits. */
const mostSteps = 1 << 24;

/** A POSIX expression in the syntax of RE2, which takes no longer for a line than its length says. Throws UsageError. */
function sourceOf(pattern: string, kind: 'basic' | 'extended' | 'fixed'): string {
  if (kind === 'fixed') return RE2JS.quote(pattern);
  if (/(?:^|[^\\])(?:\\\\)*\\[1-9]/.test(pattern))
    throw new UsageError(`bad regex '${pattern}': no back references here`);
  const extended =
    kind === 'basic'
      ? pattern.replaceAll(swapped, (text) => (text.startsWith('\\') ? text.slice(1) : `\\${text}`))
      : pattern;
  return extended.replaceAll(/\\[<>]/g, '\\b');
}

function expressionOf(source: string, pattern: string, ignoresCase: boolean): RE2JS {
  try {
    return RE2JS.compile(source, RE2JS.LONGEST_MATCH | (ignoresCase ? RE2JS.CASE_INSENSITIVE : 0));
  } catch (error) {
    if (error instanceof RE2JSException) throw new UsageError(`bad regex '${pattern}'`);
    throw error;
  }
}

/** What matches in a line, from left to right; only the first where that is enough. */
function found(expression: RE2JS, text: string, wantsAll: boolean): string[] {
  if (expression.programSize() * text.length > mostSteps)
    throw new UsageError('a line takes longer than this sandbox has');
  const matcher = expression.matcher(text);
  const all: string[] = [];
  while (matcher.find()) {
    all.push(matcher.group() ?? '');
    if (!wantsAll) break;
  }
  return all;
}

export const grep: Tool = {
  async run(process) {
    const { flags, values, operands } = getopt(process.argv.slice(1), 'EFHchilnoqsvwxe:m:');
    const pattern = values.get('e') ?? operands[0];
    if (pattern === undefined) throw new UsageError('a pattern is missing');
    const files = values.has('e') ? operands : operands.slice(1);
    const kind = flags.has('F') ? 'fixed' : flags.has('E') || process.argv[0] === 'egrep' ? 'extended' : 'basic';
    const source = pattern
      .split('\n')
      .map((one) => `(?:${sourceOf(one, kind)})`)
      .map((one) => (flags.has('x') ? `^${one}$` : flags.has('w') ? `\\b${one}\\b` : one))
      .join('|');
    const expression = expressionOf(source, pattern, flags.has('i'));
    const most = values.has('m') ? countOf(values.get('m') ?? '') : Number.POSITIVE_INFINITY;
    const names = (files.length > 1 || flags.has('H')) && !flags.has('h');
    let isFound = false;
    const failed = await eachFile(process, files, async (path) => {
      let count = 0;
      let number = 0;
      for await (const line of linesIn(process, path)) {
        number += 1;
        const encoding = isUtf8(line) ? 'utf8' : 'latin1';
        const text = line.toString(encoding).replace(/\n$/, '');
        const matches = found(expression, text, flags.has('o'));
        if (matches.length > 0 === flags.has('v')) continue;
        count += 1;
        isFound = true;
        if (flags.has('q')) return process.stdin.cancel();
        if (flags.has('l')) break;
        if (!flags.has('c')) {
          const lead = `${names ? `${path}:` : ''}${flags.has('n') ? `${number}:` : ''}`;
          const shown = flags.has('o') ? matches.filter((one) => one !== '') : [text];
          await process.stdout.write(Buffer.from(shown.map((one) => `${lead}${one}\n`).join(''), encoding));
        }
        if (count >= most) break;
      }
      if (flags.has('l') && count > 0) await process.stdout.write(`${path}\n`);
      if (flags.has('c')) await process.stdout.write(`${names ? `${path}:` : ''}${count}\n`);
    });
    if (failed !== 0 && !isFound) return 2;
    return isFound ? 0 : 1;
  },
};
