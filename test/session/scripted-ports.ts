// Ports of the driver played from a script; fails on calls nobody expected and on expected ones that never came.
import type { CheckResult } from '../../src/check/check.ts';
import { Fault } from '../../src/fault.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { RunEnd } from '../../src/platform/run-end.ts';
import type { ProgressRecord } from '../../src/progress/events.ts';
import type { DriverPorts, LessonOpening, LookRequest, RunningCommand } from '../../src/session/ports.ts';
import type { WorldDescription } from '../../src/world/world.ts';
import { sandbox } from './lesson-text.ts';

const ok: RunEnd = { type: 'exited', code: 0 };

interface ExpectedRun {
  script: string;
  output?: readonly string[];
  end?: RunEnd;
  /** Ends so long after its output, by the clock; at once unless given. */
  livesFor?: number;
  /** Goes on until it is stopped. */
  hangs?: boolean;
  /** Called when it has ended. */
  onEnd?: () => void;
}

export class ScriptedPorts implements DriverPorts {
  clock: Clock;
  records: ProgressRecord[] = [];
  bugs: unknown[] = [];
  world: WorldDescription = sandbox;
  signals: string[] = [];
  looks: LookRequest[] = [];
  /** What looks see from now on; the last one goes on. */
  seen: Record<string, CheckResult>[] = [];
  lookHangs = false;
  diskFull = false;
  onRecord: (record: ProgressRecord) => void = () => {};
  changeWorld: () => void = () => {};
  watches = 0;
  restarts = 0;
  openings = new Map<string, LessonOpening>();
  #expected: ExpectedRun[] = [];

  constructor(clock: Clock = systemClock) {
    this.clock = clock;
  }

  expect(...runs: ExpectedRun[]): void {
    this.#expected.push(...runs);
  }

  /** Call at the end of a test. */
  done(): void {
    if (this.#expected.length > 0)
      throw new Error(`never ran: ${this.#expected.map(({ script }) => script).join(', ')}`);
    if (this.bugs.length > 0) throw this.bugs[0];
  }

  runner: DriverPorts['runner'] = {
    run: (request, onText) => this.#run(request.script, onText),
    runBeside: (request, onText) => this.#run(request.script, onText),
    runInteractive: (request) => this.#run(request.script, () => {}).ended,
  };

  describeWorld = async () => this.world;

  watchWorld = async (onChange: () => void) => {
    this.watches += 1;
    this.changeWorld = onChange;
    return () => {
      this.watches -= 1;
    };
  };

  look = async (request: LookRequest, report: (condition: string, result: CheckResult) => void) => {
    this.looks.push(request);
    if (this.lookHangs) {
      await new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason), { once: true });
      });
    }
    const now = this.seen.length > 1 ? this.seen.shift() : this.seen[0];
    if (!now) throw new Error('an unexpected look');
    for (const [condition, result] of Object.entries(now)) report(condition, result);
  };

  worldAbsences = () => this.restarts;

  restarting = false;
  isWorldAway = () => this.restarting;

  comeBack: () => void = () => {};
  onWorldBack = (listener: () => void) => {
    this.comeBack = listener;
    return () => {};
  };

  record = (record: ProgressRecord) => {
    this.onRecord(record);
    if (this.diskFull) {
      throw new Fault('journal.full', { what: 'The disk is full.', next: ['Free some space.'] });
    }
    this.records.push(record);
  };

  openLesson = async (id: string) => {
    const opening = this.openings.get(id);
    if (!opening) throw new Fault('lesson.unknown', { what: `There is no lesson "${id}".`, next: ['meshwalk lint'] });
    return opening;
  };

  onBug = (error: unknown) => {
    this.bugs.push(error);
  };

  #run(script: string, onText: (text: string) => void): RunningCommand {
    const expected = this.#expected.shift();
    if (expected?.script !== script) throw new Error(`unexpected command: ${script}, expected ${expected?.script}`);
    let stop = (_end: RunEnd) => {};
    const ended = new Promise<RunEnd>((resolve) => {
      stop = resolve;
    });
    setImmediate(() => {
      for (const text of expected.output ?? []) onText(text);
      const end = () => stop(expected.end ?? ok);
      if (expected.livesFor !== undefined) this.clock.after(expected.livesFor, end);
      else if (!expected.hangs) end();
      expected.onEnd?.();
    });
    const signal = (name: string) => {
      this.signals.push(`${name} ${script}`);
      stop({ type: 'cancelled' });
    };
    return { ended, interrupt: () => signal('interrupt'), kill: () => signal('kill') };
  }
}

export const passed: CheckResult = { status: 'passed', saw: 'it' };
export const wrong: CheckResult = { status: 'wrong', expected: 'it', saw: 'nothing' };
