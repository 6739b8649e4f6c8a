import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { integerBetween, pick, type Random, seededRandom } from '../../src/platform/random.ts';
import { build } from '../cli/meshwalk.ts';
import type { PtySession } from '../tools/pty.ts';
import { hasProcessTable, type Seen } from './process-tree.ts';
import { expectGone, type Run, type Victim, Walk } from './walk.ts';

/** MESHWALK_KILLS=200 for a long soak; MESHWALK_SEED for other moments than yesterday's. */
const kills = Number(process.env['MESHWALK_KILLS'] ?? 30);
const seed = Number(process.env['MESHWALK_SEED'] ?? 1);
const walksAtOnce = 2;

/** How a learner meets the kill: while the program starts, without a screen, or at the screen. */
type Moment = 'starting' | 'running' | 'at-screen';
const moments: readonly Moment[] = ['starting', 'running', 'running', 'running', 'at-screen'];
const victims: readonly Victim[] = ['program', 'sandbox', 'both'];
/** A start takes about a second; what comes after it is spread over this much. */
const startMs = 1_200;
const longestMs = 2_500;

beforeAll(build);

const walks: Walk[] = [];
afterEach(async () => {
  for (const walk of walks.splice(0)) await walk.close();
});

/** One learner, whose program dies again and again. */
class Victimised {
  readonly #random: Random;
  #walk: Walk | undefined;
  #writes = 0;
  /** What ran when it was killed last, and must be gone. */
  #before: readonly Seen[] = [];
  readonly count: Record<Moment | Victim, number> = {
    starting: 0,
    running: 0,
    'at-screen': 0,
    program: 0,
    sandbox: 0,
    both: 0,
  };

  constructor(random: Random) {
    this.#random = random;
  }

  async dieOnce(): Promise<void> {
    const moment = pick(this.#random, moments) ?? 'running';
    const victim = pick(this.#random, victims) ?? 'program';
    const walk = await this.#walkOn();
    const delayMs = integerBetween(this.#random, 0, moment === 'starting' ? startMs : longestMs);
    if (moment === 'at-screen') await this.#dieAtScreen(walk, victim, delayMs);
    else await this.#dieRunning(walk, moment, victim, delayMs);
    this.count[moment] += 1;
    this.count[victim] += 1;
  }

  /** Writes that the API server said it has, of all walks. */
  get writes(): number {
    return this.#writes + (this.#walk?.writer.acknowledged ?? 0);
  }

  /** At the end nothing is left, and the walk still goes on. */
  async finish(): Promise<void> {
    const walk = await this.#walkOn();
    const run = walk.run();
    await this.#expectResumed(walk, run);
    const before = walk.processes(run.child.pid);
    run.child.kill('SIGTERM');
    await run.closed;
    await expectGone(before);
    expect(walk.processes(undefined)).toEqual([]);
  }

  /** The walk under way; a new one when that has come to its end. */
  async #walkOn(): Promise<Walk> {
    if (this.#walk?.nextTask()) return this.#walk;
    this.#writes = this.writes;
    this.#walk = await Walk.begin();
    this.#before = [];
    walks.push(this.#walk);
    return this.#walk;
  }

  async #dieRunning(walk: Walk, moment: Moment, victim: Victim, delayMs: number): Promise<void> {
    const run = walk.run();
    if (moment === 'running') await this.#expectResumed(walk, run);
    await Promise.race([wait(delayMs), run.closed]);
    if (run.isOver) {
      expect({ code: run.child.exitCode, errors: run.errors }).toEqual({ code: 0, errors: '' });
      return;
    }
    const program = run.child.pid ?? 0;
    if (!(await this.#kill(walk, program, victim))) {
      await run.closed;
      return;
    }
    await this.#expectGoesOn(walk, run);
    // The next start would find the lock taken.
    this.#before = walk.processes(program);
    run.child.kill('SIGKILL');
    await run.closed;
  }

  async #dieAtScreen(walk: Walk, victim: Victim, delayMs: number): Promise<void> {
    const next = walk.nextTask();
    const session = walk.screen();
    try {
      await session.waitForText(next?.lesson.title ?? '');
      await expectGone(this.#before);
      const enter = setInterval(() => session.press('enter'), 150);
      await Promise.race([wait(delayMs), session.ended]).finally(() => clearInterval(enter));
      if (await this.#kill(walk, session.pid, victim)) await this.#expectScreenGoesOn(walk, session);
    } finally {
      this.#before = [...this.#before, ...walk.processes(session.pid)];
      await session.close();
    }
  }

  /** Whether the program is still there. */
  async #kill(walk: Walk, program: number, victim: Victim): Promise<boolean> {
    this.#before = walk.processes(program);
    const sandbox = walk.sandboxPid();
    const isSandboxOnly = victim === 'sandbox' && sandbox !== undefined;
    const pids = isSandboxOnly ? [sandbox] : victim === 'both' && sandbox ? [program, sandbox] : [program];
    for (const pid of this.#random.next() < 0.5 ? pids : pids.reverse()) process.kill(pid, 'SIGKILL');
    // Half of the learners start again before what was left behind has had the time to go.
    if (!isSandboxOnly && this.#random.next() < 0.5) await expectGone(this.#before);
    return isSandboxOnly;
  }

  /** The walk goes on where it was, with the cluster as it was. */
  async #expectResumed(walk: Walk, run: Run): Promise<void> {
    const next = walk.nextTask();
    await run.first(({ sentence }) => sentence === 'The sandbox is ready');
    await expectGone(this.#before);
    expect(await walk.writer.lost()).toEqual([]);
    walk.writer.resume();
    const { lesson, task } = await run.first(({ event }) => event === 'task' || event === 'end');
    expect(`${lesson}/${task}`).toBe(`${next?.lesson.id}/${next?.task.id}`);
  }

  /** The sandbox died alone: it comes back under the program, which says so and finishes its task. */
  async #expectGoesOn(walk: Walk, run: Run): Promise<void> {
    const from = run.told.length;
    await run.first(({ sentence }) => sentence?.startsWith('The sandbox had stopped and runs again') ?? false);
    expect(await walk.writer.lost()).toEqual([]);
    walk.writer.resume();
    await run.first((told) => (told.event === 'solved' || told.event === 'end') && run.told.indexOf(told) >= from);
    expect(run.told.filter(({ event, solved }) => event === 'solved' && !solved)).toEqual([]);
  }

  async #expectScreenGoesOn(walk: Walk, session: PtySession): Promise<void> {
    await session.waitForText('The sandbox had stopped');
    expect(await walk.writer.lost()).toEqual([]);
    walk.writer.resume();
  }
}

const sum = (learners: readonly Victimised[], of: (learner: Victimised) => number) =>
  learners.reduce((total, learner) => total + of(learner), 0);

describe.skipIf(!hasProcessTable)('kill -9', () => {
  it(`of the program, of the sandbox, of both, at ${kills} moments: no task, no write, no process and no port is lost or left`, {
    timeout: kills * 20_000,
  }, async () => {
    const learners = Array.from({ length: walksAtOnce }, (_, index) => new Victimised(seededRandom(seed * 97 + index)));
    await Promise.all(
      learners.map(async (learner, index) => {
        for (let kill = index; kill < kills; kill += walksAtOnce) await learner.dieOnce();
        await learner.finish();
      }),
    );
    // Not one of them may have been left out by chance.
    for (const kind of [...moments, ...victims]) {
      const count = sum(learners, (learner) => learner.count[kind]);
      expect(count, kind).toBeGreaterThan(0);
    }
    expect(sum(learners, ({ writes }) => writes)).toBeGreaterThan(kills);
  });
});
