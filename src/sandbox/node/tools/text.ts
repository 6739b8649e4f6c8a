import type { Tool } from '../processes/process.ts';
import { complain, eachFile, getopt, linesIn, UsageError } from './options.ts';

/** sort, uniq, cut, tr: lines in, lines out. */
const sorted: Record<string, (a: string, b: string) => number> = {
  n: (a, b) => Number.parseFloat(a) - Number.parseFloat(b) || (a < b ? -1 : 1),
  text: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
};

const cut = (line: string) => line.replace(/\n$/, '');

export const sort: Tool = {
  async run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), 'nru');
    let lines: string[] = [];
    const exitCode = await eachFile(process, operands, async (path) => {
      for await (const line of linesIn(process, path)) lines.push(cut(line));
    });
    lines.sort(sorted[flags.has('n') ? 'n' : 'text']);
    if (flags.has('r')) lines.reverse();
    if (flags.has('u')) lines = [...new Set(lines)];
    await process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    return exitCode;
  },
};

export const uniq: Tool = {
  async run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), 'cdu');
    let [last, count]: [string | undefined, number] = [undefined, 0];
    const tell = async () => {
      if (last === undefined || (flags.has('d') && count < 2) || (flags.has('u') && count > 1)) return;
      await process.stdout.write(`${flags.has('c') ? `${String(count).padStart(7)} ` : ''}${last}\n`);
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
    const delimiter = values.get('d') ?? '\t';
    return eachFile(process, operands, async (path) => {
      for await (const line of linesIn(process, path)) {
        const text = cut(line);
        const pieces = values.has('f') ? text.split(delimiter) : [...text];
        if (values.has('f') && pieces.length === 1) {
          if (!flags.has('s')) await process.stdout.write(`${text}\n`);
          continue;
        }
        const kept = pieces.filter((_, at) => isWanted(at + 1));
        await process.stdout.write(`${kept.join(values.has('f') ? delimiter : '')}\n`);
      }
    });
  },
};

/** `a-z` written out; `\n` and `\t` are one character. */
function charactersOf(set: string): string[] {
  const plain = set
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t')
    .replaceAll('\\r', '\r')
    .replaceAll('\\\\', '\\')
    .replaceAll('[:lower:]', 'a-z')
    .replaceAll('[:upper:]', 'A-Z')
    .replaceAll('[:digit:]', '0-9');
  const spread = plain.replaceAll(/(.)-(.)/gs, (_, from: string, to: string) => {
    const length = to.charCodeAt(0) - from.charCodeAt(0) + 1;
    return Array.from({ length: Math.max(0, length) }, (_, at) => String.fromCharCode(from.charCodeAt(0) + at)).join(
      '',
    );
  });
  return [...spread];
}

export const tr: Tool = {
  async run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), 'ds');
    const [from = '', to] = operands;
    if (to === undefined && !flags.has('d')) return complain(process, 'missing operand');
    const [sources, targets] = [charactersOf(from), charactersOf(to ?? '')];
    const map = new Map(sources.map((one, at) => [one, flags.has('d') ? '' : (targets[at] ?? targets.at(-1) ?? one)]));
    for await (const line of linesIn(process, '-')) {
      const text = [...line].map((one) => map.get(one) ?? one).join('');
      await process.stdout.write(flags.has('s') ? text.replaceAll(/(.)\1+/gs, '$1') : text);
    }
    return 0;
  },
};
