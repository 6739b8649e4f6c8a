import type { Tool } from '../processes/process.ts';
import { eachFile, fileOf, getopt } from './options.ts';

export const wc: Tool = {
  run(process) {
    const { flags, operands } = getopt(process.argv.slice(1), 'clmw');
    const wanted = flags.size === 0 ? ['l', 'w', 'c'] : ['l', 'w', 'c', 'm'].filter((flag) => flags.has(flag));
    const totals = new Map<string, number>();
    const line = (counts: ReadonlyMap<string, number>, name: string) => {
      const numbers = wanted.map((flag) => String(counts.get(flag) ?? 0));
      const isPlain = wanted.length === 1;
      return `${isPlain ? numbers.join('') : numbers.map((text) => text.padStart(9)).join(' ')}${name && ` ${name}`}\n`;
    };
    return eachFile(process, operands, async (path) => {
      const bytes = await fileOf(process, path);
      const text = bytes.toString();
      const counts = new Map([
        ['l', text.split('\n').length - 1],
        ['w', text.split(/\s+/).filter((word) => word !== '').length],
        ['c', bytes.length],
        ['m', [...text].length],
      ]);
      for (const [flag, count] of counts) totals.set(flag, (totals.get(flag) ?? 0) + count);
      await process.stdout.write(line(counts, path === '-' ? '' : path));
      if (operands.length > 1 && path === operands.at(-1)) await process.stdout.write(line(totals, 'total'));
    });
  },
};
