import { linesOf, readAll } from '../processes/byte-stream.ts';
import { absolutePath } from '../processes/container-files.ts';
import { FileError } from '../processes/file-tree.ts';
import type { Process } from '../processes/process.ts';

/** What the small tools share: options as getopt(3) reads them, input files, complaints in busybox's form. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Options {
  flags: ReadonlySet<string>;
  values: ReadonlyMap<string, string>;
  operands: readonly string[];
}

/** `letters` as in getopt: `an:` is the flag -a and -n with a value. Throws UsageError for any other option. */
export function getopt(args: readonly string[], letters: string): Options {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const operands: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--') {
      operands.push(...args.slice(at + 1));
      break;
    }
    if (!/^-./.test(arg)) {
      operands.push(arg);
      continue;
    }
    if (arg.startsWith('--')) throw new UsageError(`unrecognized option: ${arg.slice(2)}`);
    for (let letterAt = 1; letterAt < arg.length; letterAt += 1) {
      const letter = arg[letterAt] ?? '';
      const place = letters.indexOf(letter);
      if (place < 0 || letter === ':') throw new UsageError(`unrecognized option: ${letter}`);
      if (letters[place + 1] !== ':') {
        flags.add(letter);
        continue;
      }
      const attached = arg.slice(letterAt + 1);
      const value = attached === '' ? args[++at] : attached;
      if (value === undefined) throw new UsageError(`option requires an argument: ${letter}`);
      values.set(letter, value);
      break;
    }
  }
  return { flags, values, operands };
}

/** Says what is wrong as `name: text`; the exit code is the caller's. */
export async function complain(process: Process, text: string, exitCode = 1): Promise<number> {
  await process.stderr.write(`${process.argv[0]}: ${text}\n`);
  return exitCode;
}

export const pathIn = (process: Process, path: string): string => absolutePath(process.cwd, path);

export function fileOf(process: Process, path: string): Promise<Buffer> {
  if (path === '-' || path === '/dev/stdin') return readAll(process.stdin);
  return Promise.resolve(process.system.files.read(pathIn(process, path)));
}

export async function* linesIn(process: Process, path: string): AsyncGenerator<Buffer> {
  if (path === '-' || path === '/dev/stdin') {
    yield* linesOf(process.stdin);
    return;
  }
  let rest: Buffer | undefined = process.system.files.read(pathIn(process, path));
  yield* linesOf({
    async read() {
      const given = rest;
      rest = undefined;
      return given;
    },
    cancel() {},
  });
}

/** Most tools are of the C locale: a character is a byte, whatever the bytes mean. */
export const asBytes = (text: string): string => Buffer.from(text).toString('latin1');
export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

/** The value of an option that counts something. */
export function countOf(text: string): number {
  if (!/^\d+$/.test(text)) throw new UsageError(`invalid number '${text}'`);
  return Number(text);
}

/** Does something with each operand, or with standard input where there is none; files that fail are named. */
export async function eachFile(
  process: Process,
  operands: readonly string[],
  work: (path: string) => Promise<void>,
  failed = "can't open",
): Promise<number> {
  let exitCode = 0;
  for (const path of operands.length > 0 ? operands : ['-']) {
    try {
      await work(path);
    } catch (error) {
      // A full disk is the output's failure, not that of the file which was read.
      if (!(error instanceof FileError) || error.code === 'ENOSPC') throw error;
      exitCode = await complain(process, `${failed} '${path}': ${error.message}`);
    }
  }
  return exitCode;
}
