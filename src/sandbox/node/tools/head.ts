import type { Tool } from '../processes/process.ts';
import { countOf, eachFile, getopt, linesIn } from './options.ts';

/** `head -3` is an old way to write `head -n 3`. */
export const withOldCount = (args: readonly string[]): string[] =>
  args.flatMap((arg) => (/^-\d+$/.test(arg) ? ['-n', arg.slice(1)] : [arg]));

export const head: Tool = {
  run(process) {
    const { values, operands } = getopt(withOldCount(process.argv.slice(1)), 'qn:c:');
    return eachFile(process, operands, async (path) => {
      if (operands.length > 1) await process.stdout.write(`==> ${path} <==\n`);
      const isOfBytes = values.has('c');
      let left = countOf(values.get('c') ?? values.get('n') ?? '10');
      for await (const line of linesIn(process, path)) {
        if (left <= 0) break;
        const part = isOfBytes ? line.subarray(0, left) : line;
        left -= isOfBytes ? part.length : 1;
        await process.stdout.write(part);
        if (left <= 0) break;
      }
      process.stdin.cancel();
    });
  },
};
