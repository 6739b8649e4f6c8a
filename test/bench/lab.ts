import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const root = join(import.meta.dirname, '../..');
export const program = join(root, 'dist/meshwalk.cjs');
const server = join(root, 'dist/server.js');

/** A sandbox process that said that it is ready. */
export interface RunningSandbox {
  folder: string;
  pid: number;
  /** From spawn to the ready line. */
  readyMs: number;
  end(): Promise<void>;
  /** As a power cut would. */
  kill(): Promise<void>;
}

/** What rows share: temp folders, the built program, a played course. Everything that it started ends with it. */
export class Lab {
  readonly #folder = mkdtempSync(join(tmpdir(), 'meshwalk-bench-'));
  readonly #ends = new Set<() => Promise<void>>();
  #played: Promise<string> | undefined;
  #folders = 0;

  newFolder(): string {
    this.#folders += 1;
    return mkdtempSync(join(this.#folder, `${this.#folders}-`));
  }

  /** The environment of the program: nothing of ours leaks in. */
  environment(home: string): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: home,
      MESHWALK_HOME: home,
      MESHWALK_PREPARE: '0',
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
    };
  }

  /** Plays lessons without a screen; resolves with what they printed. */
  async play(home: string, args: readonly string[]): Promise<string> {
    const child = spawn(process.execPath, [program, 'run', '--pace', 'instant', ...args], {
      env: this.environment(home),
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const end = this.#owns(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    const [code] = await once(child, 'close');
    this.#ends.delete(end);
    if (code !== 0) throw new Error(`the lessons ended with ${code}:\n${said.slice(-2000)}`);
    return said;
  }

  /** A home in which everything but the clean-up is done: both bookstores, the buyer and the thief are deployed. */
  async playedHome(): Promise<string> {
    const home = this.newFolder();
    this.#played ??= this.play(home, ['--to', '8']).then(() => home);
    const copy = this.newFolder();
    cpSync(await this.#played, copy, { recursive: true });
    return copy;
  }

  sandboxFolder(home: string): string {
    return join(home, 'default/sandbox/sandbox');
  }

  async startSandbox(folder: string, pace: 'instant' | 'brisk'): Promise<RunningSandbox> {
    const start = performance.now();
    const child = spawn(process.execPath, [server, '--folder', folder, '--pace', pace], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: '/usr/bin:/bin' },
    });
    const end = this.#owns(child);
    for await (const line of createInterface({ input: child.stdout })) {
      const readyMs = performance.now() - start;
      if (!line.startsWith('{"ready":true')) throw new Error(`the sandbox said: ${line}`);
      child.stdout.resume();
      const kill = () => {
        child.kill('SIGKILL');
        return end();
      };
      return { folder, pid: child.pid ?? 0, readyMs, end, kill };
    }
    throw new Error('the sandbox said nothing');
  }

  /** Ends a child by SIGKILL if it does not end by itself at the end of its input. */
  #owns(child: ChildProcessByStdio<Writable | null, Readable, Readable | null>): () => Promise<void> {
    const exited = once(child, 'exit');
    const end = async () => {
      this.#ends.delete(end);
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (child.stdin) child.stdin.end();
      else child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await exited;
      clearTimeout(timer);
    };
    this.#ends.add(end);
    return end;
  }

  async close(): Promise<void> {
    for (const end of [...this.#ends]) await end();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Resident memory of a process, in MB. Linux only. */
export function residentMb(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}

/** User and system time that a process has used, in ms. Linux only; the kernel counts in hundredths of a second. */
export function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
