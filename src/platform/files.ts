import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Fault, faultOf } from '../fault.ts';

/** Files that must survive: folders for one person, replacement by rename. Knows no format. */

/** The code of an error from the system (`ENOSPC`), or undefined for anything else. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** A Fault of what the system says about a path; anything that is no answer of the system is our bug and passes. */
export function fileFault(error: unknown, faultFor: (errno: string) => Fault): unknown {
  const errno = errorCode(error);
  return errno === undefined || error instanceof Fault ? error : faultFor(errno).because(error);
}

/** Makes the folder, readable by its owner only. */
export function ensurePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileFault(error, (errno) => faultOf('state.folder', path, dirname(path), errno));
  }
}

/** Undefined when there is no such file. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** All of it or nothing, also when the machine stops half-way: a file beside it, fsync, rename, fsync of the folder. */
export function writeAtomically(path: string, text: string, mode = 0o600): void {
  const beside = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(beside, 'w', mode);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  }
  syncFolder(dirname(path));
}

/** Makes a new name in the folder durable. Windows has no such thing. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
