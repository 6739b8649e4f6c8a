import { HeldBytes } from '../processes/byte-stream.ts';
import type { Tool } from '../processes/process.ts';
import { characterClass } from '../shell/character-classes.ts';
import { asBytes, bytesOf, complain, eachFile, getopt, linesIn, UsageError } from './options.ts';

/** sort, uniq, cut, tr: lines in, lines out, as bytes of the C locale. */
const sorted: Record<'number' | 'text', (a: string, b: string) => number> = {
  number: (a, b) => (Number.parseFloat(a) || 0) - (Number.parseFloat(b) || 0) || (a < b ? -1 : 1),
  text: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
};

const cut = (line: Buffer) => line.toString('latin1').replace(/\n$/, '');

export const sort: Tool = {
  async run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), 'nru');
    let lines: string[] = [];
    const held = new HeldBytes();
    const exitCode = await eachFile(process, operands, async (path) => {
      for await (const line of linesIn(process, path)) {
        held.keep(line);
        lines.push(cut(line));
      }
    });
    lines.sort(sorted[flags.has('n') ? 'number' : 'text']);
    if (flags.has('r')) lines.reverse();
    if (flags.has('u')) lines = [...new Set(lines)];
    await process.stdout.write(bytesOf(lines.map((line) => `${line}\n`).join('')));
    return exitCode;
  },
};

export const uniq: Tool = {
  async run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), 'cdu');
    let [last, count]: [string | undefined, number] = [undefined, 0];
    const tell = async () => {
      if (last === undefined || (flags.has('d') && count < 2) || (flags.has('u') && count > 1)) return;
      await process.stdout.write(bytesOf(`${flags.has('c') ? `${String(count).padStart(7)} ` : ''}${last}\n`));
    };
    const exitCode = await eachFile(process, operands.slice(0, 1), async (path) => {
      for await (const line of linesIn(process, path)) {
        if (cut(line) === last) {
          count += 1;
          continue;
        }
        await tell();
        [last, count] = [cut(line), 1];
      }
    });
    await tell();
    return exitCode;
  },
};

/** `1,3-5,7-` as a test of positions, which count from 1. */
function positions(list: string): (at: number) => boolean {
  const ranges = list.split(',').map((part) => {
    const [, from = '', dash, to = ''] = /^(\d*)(-?)(\d*)$/.exec(part) ?? [];
    if (from === '' && to === '') throw new UsageError(`invalid list '${list}'`);
    return [Number(from || 1), dash ? Number(to || Number.POSITIVE_INFINITY) : Number(from)] as const;
  });
  return (at) => ranges.some(([from, to]) => at >= from && at <= to);
}

export const cutTool: Tool = {
  run(process) {
    const { flags, values, operands } = getopt(process.argv.slice(1), 'sb:c:d:f:');
    const list = values.get('f') ?? values.get('c') ?? values.get('b');
    if (list === undefined) throw new UsageError('expected a list of bytes, characters, or fields');
    const isWanted = positions(list);
    const delimiter = asBytes(values.get('d') ?? '\t');
    return eachFile(process, operands, async (path) => {
      for await (const line of linesIn(process, path)) {
        const text = cut(line);
        const pieces = values.has('f') ? text.split(delimiter) : [...text];
        if (values.has('f') && pieces.length === 1) {
          if (!flags.has('s')) await process.stdout.write(line);
          continue;
        }
        const kept = pieces.filter((_, at) => isWanted(at + 1));
        await process.stdout.write(bytesOf(`${kept.join(values.has('f') ? delimiter : '')}\n`));
      }
    });
  },
};

/** `a-z` and `[:upper:]` written out; `\n` and `\t` are one character. */
function charactersOf(set: string): string[] {
  const plain = asBytes(set)
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replaceAll('\\r', '\r')
    .replaceAll('\\\\', '\\');
  return [...plain.matchAll(/\[:(\w+):\]|([\s\S])-([\s\S])|[\s\S]/g)].flatMap(([one, name, from, to]) => {
    if (name !== undefined) return membersOf(name);
    if (from === undefined || to === undefined) return [one];
    const length = to.charCodeAt(0) - from.charCodeAt(0) + 1;
    return Array.from({ length: Math.max(0, length) }, (_, at) => String.fromCharCode(from.charCodeAt(0) + at));
  });
}

function membersOf(name: string): string[] {
  const isMember = characterClass(name);
  if (!isMember) throw new UsageError(`invalid character class '${name}'`);
  return Array.from({ length: 128 }, (_, code) => code)
    .filter(isMember)
    .map((code) => String.fromCharCode(code));
}

export const tr: Tool = {
  async run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), 'ds');
    const [from = '', to] = operands;
    if (to === undefined && !flags.has('d')) return complain(process, 'missing operand');
    const [sources, targets] = [charactersOf(from), charactersOf(to ?? '')];
    const map = new Map(sources.map((one, at) => [one, flags.has('d') ? '' : (targets[at] ?? targets.at(-1) ?? one)]));
    for await (const line of linesIn(process, '-')) {
      const text = [...line.toString('latin1')].map((one) => map.get(one) ?? one).join('');
      await process.stdout.write(bytesOf(flags.has('s') ? text.replaceAll(/(.)\1+/gs, '$1') : text));
    }
    return 0;
  },
};
