// A learner's walk through the course whose processes are killed again and again, and what must hold after each kill.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, vi } from 'vitest';
import { checkKinds } from '../../src/check/registry.ts';
import { courseFiles } from '../../src/cli/course-files.ts';
import { loadCatalog } from '../../src/lesson/catalog.ts';
import type { Lesson, Task } from '../../src/lesson/lesson.ts';
import { readJournal } from '../../src/progress/journal.ts';
import { summarize } from '../../src/progress/summary.ts';
import { entry } from '../cli/meshwalk.ts';
import { PtySession } from '../tools/pty.ts';
import { copyCourse } from './course.ts';
import { isAlive, listeningSockets, processesOf, type Seen } from './process-tree.ts';
import { AcknowledgedWriter } from './writer.ts';

export type Victim = 'program' | 'sandbox' | 'both';

/** A line of `meshwalk run --json`, as far as it is read here. */
interface Told {
  event: string;
  lesson?: string;
  task?: string;
  solved?: boolean;
  sentence?: string;
  reason?: string;
}

/** The last step before the clean-up, which takes the cluster and all that was written to it away. */
const lastStep = 8;
/** For what comes at once on a machine that has nothing else to do. */
const patience = { timeout: 60_000, interval: 10 };

/** `meshwalk run --json` under way. */
export class Run {
  readonly child: ChildProcessWithoutNullStreams;
  readonly told: Told[] = [];
  readonly closed: Promise<unknown>;
  errors = '';

  constructor(walk: Walk, more: readonly string[] = []) {
    const args = [
      'run',
      '--to',
      String(lastStep),
      '--json',
      '--pace',
      'instant',
      '--trust',
      '--lessons',
      walk.course,
      ...more,
    ];
    this.child = spawn(process.execPath, [entry, ...args], { cwd: walk.home, env: walk.environment });
    this.closed = once(this.child, 'close');
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      // SIGKILL may cut the last line.
      if (!line.endsWith('}')) return;
      const told: Told = JSON.parse(line);
      this.told.push(told);
      if (told.event === 'solved' && told.solved) walk.acknowledged.add(`${told.lesson}/${told.task}`);
    });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  get isOver(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  get hasEnded(): boolean {
    return this.told.some(({ event }) => event === 'end');
  }

  /** The first line that fits; rejects with what was said when the program ends without it. */
  async first(fits: (told: Told) => boolean): Promise<Told> {
    const found = () => this.told.find(fits);
    await vi.waitUntil(() => found() !== undefined || this.isOver, patience).catch(() => undefined);
    const told = found();
    if (told) return told;
    const end = this.isOver ? `the program ended with ${this.child.exitCode}` : 'the program goes on';
    throw new Error(`${end}: ${this.errors}\nits last words: ${JSON.stringify(this.told.slice(-3))}`);
  }
}

export class Walk {
  readonly home: string;
  readonly course: string;
  readonly environment: Record<string, string>;
  readonly writer: AcknowledgedWriter;
  /** `<lesson>/<task>` of every task that a program said is done. */
  readonly acknowledged = new Set<string>();
  readonly #steps: readonly { lesson: Lesson; task: Task }[];

  private constructor(home: string, lessons: readonly Lesson[]) {
    this.home = home;
    this.course = join(home, 'course');
    this.environment = { PATH: process.env['PATH'] ?? '', HOME: home, MESHWALK_HOME: home, LANG: 'C.UTF-8' };
    this.writer = new AcknowledgedWriter(join(this.state, 'sandbox/kubeconfig'));
    this.#steps = lessons
      .filter(({ step }) => step <= lastStep)
      .flatMap((lesson) => lesson.tasks.map((task) => ({ lesson, task })));
  }

  static async begin(): Promise<Walk> {
    const home = mkdtempSync(join(tmpdir(), 'meshwalk-walk-'));
    const { folder } = await copyCourse(join(home, 'course'));
    const { catalog } = await loadCatalog(courseFiles(folder), checkKinds);
    return new Walk(home, catalog.forWorld('sandbox').lessons);
  }

  get state(): string {
    return join(this.home, 'default/sandbox');
  }

  run(): Run {
    return new Run(this);
  }

  screen(): PtySession {
    return new PtySession({
      file: process.execPath,
      args: [entry, '--pace', 'instant', '--trust', '--lessons', this.course],
      environment: this.environment,
      folder: this.home,
    });
  }

  /** What is not finished yet, by the journal on disk; undefined at the end of the walk. */
  nextTask(): { lesson: Lesson; task: Task } | undefined {
    const { finished } = summarize(readJournal(join(this.state, 'journal.jsonl')));
    const lost = [...this.acknowledged].filter((task) => !finished.has(task));
    expect(lost, 'tasks that were told as done and are not in the journal').toEqual([]);
    return this.#steps.find(({ lesson, task }) => !finished.has(`${lesson.id}/${task.id}`));
  }

  /** The process of the sandbox that runs now. */
  sandboxPid(): number | undefined {
    const file = join(this.state, 'sandbox/sandbox.json');
    if (!existsSync(file)) return undefined;
    const { pid }: { pid: number } = JSON.parse(readFileSync(file, 'utf8'));
    return this.processes(undefined).some((seen) => seen.pid === pid) ? pid : undefined;
  }

  processes(program: number | undefined): Seen[] {
    return processesOf(this.home, program);
  }

  async close(program?: Run): Promise<void> {
    await this.writer.stop();
    if (program && !program.isOver) {
      program.child.kill('SIGTERM');
      await program.closed;
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** Processes and listening sockets of before go, in the time that they need for it. */
export async function expectGone(before: readonly Seen[]): Promise<void> {
  await expect.poll(() => before.filter(isAlive).map(({ command }) => command), patience).toEqual([]);
  // Of a process with threads the first one may be gone while another still holds the files.
  const sockets = before.flatMap(({ listeners }) => listeners);
  await expect.poll(() => [...listeningSockets()].filter((inode) => sockets.includes(inode)), patience).toEqual([]);
}
