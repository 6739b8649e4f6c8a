import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { inspect } from 'node:util';
import { errorCode } from './files.ts';

/** A plain file for what only we can mend. Commands, their output and tokens never go there. */
const mostBytes = 1_000_000;

export interface Log {
  readonly file: string;
  /** Never throws: a log that cannot be written must not hide what it was to tell. False when it was not written. */
  write(what: string, error?: unknown): boolean;
}

export function openLog(file: string, now: () => number = Date.now): Log {
  return {
    file,
    write(what, error) {
      const detail = error === undefined ? '' : `\n${inspect(error, { depth: 4 })}`;
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
        rotate(file);
        appendFileSync(file, `${new Date(now()).toISOString()} ${what}${detail}\n`, { mode: 0o600 });
        return true;
      } catch (failure) {
        if (errorCode(failure) === undefined) throw failure;
        return false;
      }
    },
  };
}

/** Where there is no folder for one. */
export const noLog: Log = { file: '', write: () => false };

function rotate(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > mostBytes) renameSync(file, `${file}.1`);
}
