import type { Tool } from '../processes/process.ts';
import { complain, getopt } from './options.ts';

/** pwd, which, basename, dirname, seq: small answers about words. */
export const pwd: Tool = {
  async run({ stdout, cwd }) {
    await stdout.write(`${cwd}\n`);
    return 0;
  },
};

export const which: Tool = {
  async run(process) {
    const { operands } = getopt(process.argv.slice(1), 'a');
    const found = operands.map((name) => process.system.which(name, process.env));
    for (const path of found) if (path !== undefined) await process.stdout.write(`${path}\n`);
    return found.includes(undefined) ? 1 : 0;
  },
};

export const basename: Tool = {
  async run(process) {
    const [path = '', suffix = ''] = process.argv.slice(1);
    const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
    await process.stdout.write(
      `${suffix !== name && name.endsWith(suffix) ? name.slice(0, name.length - suffix.length) : name}\n`,
    );
    return 0;
  },
};

export const dirname: Tool = {
  async run(process) {
    const path = (process.argv[1] ?? '').replace(/\/+$/, '');
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) || '/' : '.';
    await process.stdout.write(`${folder}\n`);
    return 0;
  },
};

export const seq: Tool = {
  async run(process) {
    const numbers = process.argv.slice(1).map(Number);
    if (numbers.length === 0 || numbers.length > 3 || numbers.some(Number.isNaN))
      return complain(process, 'invalid number');
    const [first, step, last] =
      numbers.length === 1
        ? [1, 1, numbers[0] ?? 0]
        : numbers.length === 2
          ? [numbers[0] ?? 0, 1, numbers[1] ?? 0]
          : [numbers[0] ?? 0, numbers[1] ?? 1, numbers[2] ?? 0];
    if (step === 0) return complain(process, 'invalid increment 0');
    for (let at = first; step > 0 ? at <= last : at >= last; at += step) await process.stdout.write(`${at}\n`);
    return 0;
  },
};
