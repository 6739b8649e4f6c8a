import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { errorCode } from './files.ts';

/** Tells a process from a later one that got the same number. Knows nothing of what processes are for. */

/** Of a process on Windows, where nothing is asked for it: a later process with its number has the same. */
export const unknownStart = 'unknown';

/** Opaque; the same for the same process, different for the next one with its number. Undefined when it does not run. */
export function startTimeOf(pid: number): string | undefined {
  if (process.platform === 'linux') return linuxStartTime(pid);
  if (process.platform === 'win32') return isAlive(pid) ? unknownStart : undefined;
  try {
    const text = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' });
    return text.trim().startsWith('Z') ? undefined : text.trim().split(/\s+/).slice(1).join(' ') || undefined;
  } catch {
    // ps ends with 1 when there is no such process.
    return undefined;
  }
}

const linuxStartTime = (pid: number): string | undefined => linuxStat(pid)?.startTime;

/** Undefined for what has ended, even if nobody has collected it yet. */
function linuxStat(pid: number): { group: number; startTime: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the name in parentheses may hold spaces; after it come state (field 3), ppid, pgrp … starttime (22).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return { group: Number(fields[2]), startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** Whether anything runs in the process group. A process that ended but that nobody collected does not run. */
export function isGroupAlive(group: number): boolean {
  // Windows has no groups: its leader stands for it there.
  if (process.platform === 'win32') return isAlive(group);
  if (!isAlive(-group)) return false;
  if (process.platform !== 'linux') return true;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.some((pid) => linuxStat(Number(pid))?.group === group);
}

/** On Windows every signal ends the leader and all that it started: a detached process hears nothing softer there. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  if (process.platform === 'win32') {
    execFile('taskkill', ['/pid', String(group), '/t', '/f'], { windowsHide: true }, () => {});
    return;
  }
  try {
    process.kill(-group, signal);
  } catch (error) {
    // Gone already, or only zombies that macOS refuses to signal.
    if (errorCode(error) !== 'ESRCH' && errorCode(error) !== 'EPERM') throw error;
  }
}
