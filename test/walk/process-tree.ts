// What a walk leaves on the machine, read from /proc: every process that belongs to it, and the ports they listen on.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { startTimeOf } from '../../src/platform/process-identity.ts';

export interface Seen {
  pid: number;
  startTime: string;
  command: string;
  /** Inodes of the sockets that it listens on: a port may be somebody else's by the time we look again. */
  listeners: readonly string[];
}

const canRead = process.platform === 'linux';
export const hasProcessTable = canRead;

const tryRead = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** proc(5): the name in parentheses may hold spaces; after it come the state and the parent. */
function parentOf(pid: number): number {
  const stat = tryRead(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

/** The process, all that it started, and all that names the folder: in its arguments or in its environment. */
export function processesOf(folder: string, root: number | undefined): Seen[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const parents = new Map(pids.map((pid) => [Number(pid), parentOf(Number(pid))]));
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === root || isBelow(parents.get(pid)));
  return [...parents.keys()]
    .filter((pid) => pid !== process.pid && (isBelow(pid) || names(pid, folder)))
    .flatMap((pid) => {
      const startTime = startTimeOf(pid);
      const command = tryRead(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
      return startTime === undefined ? [] : [{ pid, startTime, command, listeners: listenersOf(pid) }];
    });
}

const names = (pid: number, folder: string): boolean =>
  tryRead(`/proc/${pid}/cmdline`).includes(folder) || tryRead(`/proc/${pid}/environ`).includes(folder);

export const isAlive = ({ pid, startTime }: Seen): boolean => startTimeOf(pid) === startTime;

function listenersOf(pid: number): string[] {
  const listening = listeningSockets();
  return descriptorsOf(pid).filter((inode) => listening.has(inode));
}

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
        return inode === undefined ? [] : [inode];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** Inodes of all TCP sockets of the machine in the state LISTEN (0A). */
export function listeningSockets(): Set<string> {
  const rows = `${tryRead('/proc/net/tcp')}\n${tryRead('/proc/net/tcp6')}`.split('\n');
  return new Set(
    rows.flatMap((row) => {
      const fields = row.trim().split(/\s+/);
      return fields[3] === '0A' && fields[9] ? [fields[9]] : [];
    }),
  );
}
