import { HeldBytes } from '../processes/byte-stream.ts';
import type { Process, Tool } from '../processes/process.ts';
import { withOldCount } from './head.ts';
import { countOf, eachFile, getopt, linesIn, pathIn } from './options.ts';

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

async function lastLines(process: Process, path: string, count: number): Promise<Buffer[]> {
  const held = new HeldBytes();
  let kept: Buffer[] = [];
  for await (const line of linesIn(process, path)) {
    held.keep(line);
    kept.push(line);
    // Not one by one, as every line would move all others.
    if (kept.length < 2 * count + 100) continue;
    for (const dropped of kept.slice(0, kept.length - count)) held.drop(dropped);
    kept = kept.slice(kept.length - count);
  }
  return kept.slice(Math.max(0, kept.length - count));
}

export const tail: Tool = {
  async run(process) {
    const { flags, values, operands } = getopt(withOldCount(process.argv.slice(1)), 'fFn:');
    const text = values.get('n') ?? '10';
    const count = countOf(text.replace(/^[+-]/, ''));
    const exitCode = await eachFile(process, operands, async (path) => {
      if (operands.length > 1) await process.stdout.write(`==> ${path} <==\n`);
      if (!text.startsWith('+')) return process.stdout.write(Buffer.concat(await lastLines(process, path, count)));
      let number = 0;
      for await (const line of linesIn(process, path)) {
        number += 1;
        if (number >= count) await process.stdout.write(line);
      }
    });
    const [followed] = operands;
    if ((flags.has('f') || flags.has('F')) && followed !== undefined) await follow(process, pathIn(process, followed));
    return exitCode;
  },
};
