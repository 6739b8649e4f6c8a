import type { Tool } from '../processes/process.ts';
import { eachFile, fileOf, getopt } from './options.ts';

export const cat: Tool = {
  run(process) {
    const { operands } = getopt(process.argv.slice(1), 'u');
    return eachFile(process, operands, async (path) => {
      // Standard input is passed on piece by piece: it may last.
      if (path !== '-') return process.stdout.write(await fileOf(process, path));
      for (let bytes = await process.stdin.read(); bytes; bytes = await process.stdin.read()) {
        await process.stdout.write(bytes);
      }
    });
  },
};
