import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Fault, faultOf } from '../../fault.ts';
import { errorCode, readIfThere } from '../../platform/files.ts';
import { startTimeOf } from '../../platform/process-identity.ts';

/** One sandbox process per folder. The lock names its holder; one whose holder is gone (kill -9) is taken over. */
export interface FolderLock {
  release(): void;
}

interface Holder {
  pid: number;
  startTime: string;
}

function parseHolder(text: string | undefined): Holder | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    if (typeof parsed !== 'object' || parsed === null) return undefined;
    const { pid, startTime } = parsed as Partial<Holder>;
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}

const isRunning = (holder: Holder) => startTimeOf(holder.pid) === holder.startTime;

export function lockFolder(folder: string): FolderLock {
  const path = join(folder, 'lock');
  const mine = `${path}.${process.pid}`;
  const self: Holder = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' };
  writeFileSync(mine, JSON.stringify(self), { mode: 0o600 });
  try {
    // A hard link appears whole or not at all, and never replaces another.
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        linkSync(mine, path);
        return { release: () => rmSync(path, { force: true }) };
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error;
      }
      const holder = parseHolder(readIfThere(path));
      if (holder && isRunning(holder)) throw lockedBy(folder, holder.pid);
      setAsideStale(path);
    }
    throw lockedBy(folder, parseHolder(readIfThere(path))?.pid);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** By rename, so that of two processes that find the same stale lock only one removes it. */
function setAsideStale(path: string): void {
  const stale = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, stale);
    rmSync(stale, { force: true });
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

function lockedBy(folder: string, pid: number | undefined): Fault {
  return faultOf('sandbox.locked', folder, pid ?? 0);
}
