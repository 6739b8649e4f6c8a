import type { Tool } from '../processes/process.ts';
import { eachFile, getopt, linesIn, UsageError } from './options.ts';

/** Characters that mean something in an extended expression and stand for themselves in a basic one, and the reverse. */
const swapped = /\\?[+?|(){}]/g;

/** POSIX character classes, which JavaScript lacks. */
const classes: Record<string, string> = {
  '[:alpha:]': 'A-Za-z',
  '[:digit:]': '0-9',
  '[:alnum:]': 'A-Za-z0-9',
  '[:space:]': '\\s',
  '[:upper:]': 'A-Z',
  '[:lower:]': 'a-z',
};

/** A POSIX expression as one of JavaScript's. Throws UsageError when it is none. */
export function posixExpression(pattern: string, kind: 'basic' | 'extended' | 'fixed', flags: string): RegExp {
  const escaped = pattern.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const extended =
    kind === 'basic'
      ? pattern.replaceAll(swapped, (text) => (text.startsWith('\\') ? text.slice(1) : `\\${text}`))
      : pattern;
  const source = kind === 'fixed' ? escaped : extended.replaceAll(/\[:\w+:\]/g, (name) => classes[name] ?? name);
  try {
    return new RegExp(source, flags);
  } catch {
    throw new UsageError(`bad regex '${pattern}'`);
  }
}

export const grep: Tool = {
  async run(process) {
    const { flags, values, operands } = getopt(process.argv.slice(1), 'EFHchilnoqsvwxe:m:');
    const pattern = values.get('e') ?? operands[0];
    if (pattern === undefined) throw new UsageError('a pattern is missing');
    const files = values.has('e') ? operands : operands.slice(1);
    const kind = flags.has('F') ? 'fixed' : flags.has('E') || process.argv[0] === 'egrep' ? 'extended' : 'basic';
    const lines = pattern.split('\n').map((one) => posixExpression(one, kind, '').source);
    const inner = lines
      .map((one) => (flags.has('x') ? `^(?:${one})$` : flags.has('w') ? `\\b(?:${one})\\b` : one))
      .join('|');
    const matcher = new RegExp(inner, flags.has('i') ? 'gi' : 'g');
    const most = Number(values.get('m') ?? Number.POSITIVE_INFINITY);
    const names = (files.length > 1 || flags.has('H')) && !flags.has('h');
    let found = false;
    const failed = await eachFile(process, files, async (path) => {
      let count = 0;
      let number = 0;
      for await (const line of linesIn(process, path)) {
        number += 1;
        const text = line.replace(/\n$/, '');
        const matches = [...text.matchAll(matcher)];
        if (matches.length > 0 === flags.has('v')) continue;
        count += 1;
        found = true;
        if (flags.has('q')) return process.stdin.cancel();
        if (flags.has('l')) break;
        if (!flags.has('c')) {
          const lead = `${names ? `${path}:` : ''}${flags.has('n') ? `${number}:` : ''}`;
          const shown = flags.has('o') ? matches.map(([one]) => one).filter((one) => one !== '') : [text];
          await process.stdout.write(shown.map((one) => `${lead}${one}\n`).join(''));
        }
        if (count >= most) break;
      }
      if (flags.has('l') && count > 0) await process.stdout.write(`${path}\n`);
      if (flags.has('c')) await process.stdout.write(`${names ? `${path}:` : ''}${count}\n`);
    });
    if (failed !== 0 && !found) return 2;
    return found ? 0 : 1;
  },
};
