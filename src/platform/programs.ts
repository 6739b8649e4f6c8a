import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from './files.ts';

/** Finds programs as the system's own shells do, and asks them something short. Knows no program by name. */

export type Os = 'linux' | 'macos' | 'windows';

export const osOf = (platform: NodeJS.Platform): Os =>
  platform === 'win32' ? 'windows' : platform === 'darwin' ? 'macos' : 'linux';

export const hostOs = (): Os => osOf(process.platform);

type Environment = Readonly<Record<string, string | undefined>>;

/** Names of variables have no case on Windows, but those of a plain object do. */
export function variable(environment: Environment, name: string): string | undefined {
  const exact = environment[name];
  if (exact !== undefined) return exact;
  const found = Object.keys(environment).find((key) => key.toUpperCase() === name.toUpperCase());
  return found === undefined ? undefined : environment[found];
}

/** What a file may end with to be a program; elsewhere than on Windows a file's mode says that. */
const endings = (os: Os, environment: Environment): readonly string[] =>
  os === 'windows' ? (variable(environment, 'PATHEXT') || '.COM;.EXE;.BAT;.CMD').split(';').filter(Boolean) : [''];

/** The first file of that name on the path that can be started; its full path. */
export function findProgram(
  name: string,
  path: readonly string[],
  environment: Environment = {},
  os: Os = hostOs(),
): string | undefined {
  for (const folder of path) {
    for (const ending of endings(os, environment)) {
      const file = join(folder, name + ending.toLowerCase());
      if (isProgram(file)) return file;
    }
  }
  return undefined;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export type ProgramAnswer =
  | { type: 'answered'; code: number; out: string; err: string }
  | { type: 'timed-out'; afterMs: number }
  | { type: 'not-started'; errno: string };

export interface ProgramQuestion {
  file: string;
  args: readonly string[];
  environment: Environment;
  timeoutMs: number;
  signal?: AbortSignal;
}

const mostBytes = 8_000_000;

/** Runs it to its end and tells what it said; never rejects but for an abort. */
export function askProgram({ file, args, environment, timeoutMs, signal }: ProgramQuestion): Promise<ProgramAnswer> {
  const env = Object.fromEntries(Object.entries(environment).filter((pair): pair is [string, string] => !!pair[1]));
  const [program, given, verbatim] = startable(file, args, environment);
  const options = {
    env,
    timeout: timeoutMs,
    killSignal: 'SIGKILL' as const,
    maxBuffer: mostBytes,
    windowsHide: true,
    windowsVerbatimArguments: verbatim,
    ...(signal && { signal }),
  };
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...given], options, (error, out, err) => {
      if (signal?.aborted) return reject(signal.reason);
      if (!error) return resolve({ type: 'answered', code: 0, out, err });
      if (error.killed) return resolve({ type: 'timed-out', afterMs: timeoutMs });
      if (typeof error.code === 'number') return resolve({ type: 'answered', code: error.code, out, err });
      resolve({ type: 'not-started', errno: errorCode(error) ?? 'UNKNOWN' });
    });
    // Who asks for something on its input (a password, a yes) gets the end of it instead of waiting for ever.
    child.stdin?.end();
  });
}

/** Batch files (az.cmd) are started by cmd.exe, which reads its line by rules of its own: only plain words may stand there. */
function startable(
  file: string,
  args: readonly string[],
  environment: Environment,
): [file: string, args: readonly string[], verbatim: boolean] {
  if (!/\.(cmd|bat)$/i.test(file)) return [file, args, false];
  const odd = args.find((word) => !/^[\w./:=@,-]+$/.test(word));
  if (odd !== undefined) throw new Error(`not for cmd.exe: ${odd}`);
  const line = [`"${file}"`, ...args].join(' ');
  return [variable(environment, 'COMSPEC') || 'cmd.exe', ['/d', '/s', '/c', `"${line}"`], true];
}
