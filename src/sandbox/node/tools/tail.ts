import type { Process, Tool } from '../processes/process.ts';
import { withOldCount } from './head.ts';
import { complain, eachFile, getopt, linesIn, pathIn } from './options.ts';

/** tail looks at a followed file once a second. */
const lookEveryMs = 1000;

async function follow(process: Process, path: string): Promise<void> {
  let seen = process.system.files.stat(path)?.sizeBytes ?? 0;
  while (!process.signal.aborted) {
    await process.system.rest(lookEveryMs, process.signal);
    const stats = process.system.files.stat(path);
    if (!stats) continue;
    if (stats.sizeBytes < seen) seen = 0;
    if (stats.sizeBytes > seen) await process.stdout.write(process.system.files.read(path).subarray(seen));
    seen = stats.sizeBytes;
  }
}

export const tail: Tool = {
  async run(process) {
    const { flags, values, operands } = getopt(withOldCount(process.argv.slice(1)), 'fFn:');
    const text = values.get('n') ?? '10';
    const count = Number(text.replace(/^[+-]/, ''));
    if (!Number.isInteger(count)) return complain(process, `invalid number '${text}'`);
    const exitCode = await eachFile(process, operands, async (path) => {
      if (operands.length > 1) await process.stdout.write(`==> ${path} <==\n`);
      const kept: string[] = [];
      let number = 0;
      for await (const line of linesIn(process, path)) {
        number += 1;
        if (text.startsWith('+')) {
          if (number >= count) await process.stdout.write(line);
          continue;
        }
        kept.push(line);
        if (kept.length > count) kept.shift();
      }
      if (kept.length > 0) await process.stdout.write(kept.join(''));
    });
    const [followed] = operands;
    if ((flags.has('f') || flags.has('F')) && followed !== undefined) await follow(process, pathIn(process, followed));
    return exitCode;
  },
};
