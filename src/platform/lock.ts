import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { faultOf } from '../fault.ts';
import { errorCode, fileFault, readIfThere } from './files.ts';
import { startTimeOf } from './process-identity.ts';

/** One program at a time in a folder. A lock whose owner is gone is no lock. Knows not what it protects. */
interface Owner {
  pid: number;
  startTime: string;
}

export interface Lock {
  release(): void;
}

/** Throws a Fault with the owner's process id when another program holds it. */
export function acquireLock(file: string): Lock {
  const me: Owner = { pid: process.pid, startTime: startTimeOf(process.pid) ?? 'unknown' };
  const mine = `${file}.${process.pid}.tmp`;
  try {
    writeFileSync(mine, JSON.stringify(me), { mode: 0o600 });
    // A link appears with its content and fails when there is one: never half a lock, never two.
    while (!linked(mine, file)) clearStale(file, me);
  } catch (error) {
    throw fileFault(error, (errno) => faultOf('state.unusable', file, errno));
  } finally {
    rmSync(mine, { force: true });
  }
  return {
    release() {
      if (ownerOf(file)?.startTime === me.startTime && ownerOf(file)?.pid === me.pid) rmSync(file, { force: true });
    },
  };
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function clearStale(file: string, me: Owner): void {
  const text = readIfThere(file);
  if (text === undefined) return;
  const owner = parse(text);
  const isSelf = owner?.pid === me.pid && owner.startTime === me.startTime;
  if (isSelf || (owner && startTimeOf(owner.pid) === owner.startTime)) {
    throw faultOf('state.in-use', owner.pid, file);
  }
  // Moved away first: whoever else found it stale moves it once, and nobody removes a lock that came after it.
  const aside = `${file}.${me.pid}.stale`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if (readIfThere(aside) !== text) linked(aside, file);
  rmSync(aside, { force: true });
}

const ownerOf = (file: string): Owner | undefined => parse(readIfThere(file) ?? '');

function parse(text: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('startTime' in value)) return undefined;
    return { pid: Number(value.pid), startTime: String(value.startTime) };
  } catch {
    return undefined;
  }
}
