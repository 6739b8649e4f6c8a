/**
 * Looks at the conditions of one check in the order of their needs and tells every result as it comes.
 * It knows kinds and a Probe; of lessons, screens and journals it knows nothing.
 */
import { AwakeTime } from '../platform/awake.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import type { Findings } from '../words/en/findings.ts';
import { unknown } from './answers.ts';
import type { CheckKind, CheckResult, Probe } from './check.ts';
import { Patience, usualPatience } from './patience.ts';

/** A condition as far as verifying it goes; a lesson's Condition fits. */
export interface RunnableCondition {
  id: string;
  needs: readonly string[];
  kind: string;
  spec: unknown;
}

export interface RunCheckOptions {
  conditions: readonly RunnableCondition[];
  kinds: readonly CheckKind[];
  /** Everything of a Probe but the memory, which is per condition. */
  probe: Omit<Probe, 'memory'>;
  /** Kept by the caller for as long as a task is open; holds a map per condition. */
  memory: Map<string, unknown>;
  /** How long conditions that do not hold are looked at again; 0 looks once. A sleep of the machine does not count. */
  patienceMs: number;
  /** As long as something moves, patience begins anew, and it ends early where only somebody could mend what is seen. */
  isPatientWithProgress?: boolean;
  /** Calls back when the world changes, so that no pause outlasts what it waits for; returns how to stop. */
  onWorldChange?(listener: () => void): () => void;
  /** One look that takes longer is given up as `unknown`; 10 s if left out. */
  lookMs?: number;
  /** Called for the first result of a condition and then when it changes. */
  onResult(condition: string, result: CheckResult): void;
}

// Traffic counters tell nobody that they grew, so they must be looked at; objects are watched by the caller as well.
const pauseMs = 100;
const longestPauseMs = 1000;
/** One change seldom comes alone. */
const settleMs = 20;

/**
 * Ends when every condition holds, when patience ends, or with the probe's signal. A condition whose need does not hold
 * is not looked at and has no result. Never rejects for what the world does.
 */
export async function runCheck(options: RunCheckOptions): Promise<ReadonlyMap<string, CheckResult>> {
  const { clock, signal } = options.probe;
  const results = new Map<string, CheckResult>();
  const awake = new AwakeTime(clock);
  const until = awake.now() + options.patienceMs;
  const patience = options.isPatientWithProgress
    ? new Patience(awake.now(), { ...usualPatience, quietMs: options.patienceMs, obstacleMs: options.patienceMs })
    : undefined;
  const pauses = new Pauses(clock);
  const stop = options.onWorldChange?.(() => pauses.worldChanged());
  try {
    for (let pause = pauseMs; ; pause = Math.min(longestPauseMs, pause * 1.5)) {
      pauses.lookBegins();
      await lookOnce(options, results);
      const isDone = options.conditions.every((condition) => results.get(condition.id)?.status === 'passed');
      const at = awake.now();
      const isOver = patience ? patience.isOver(openIn(results), false, at) : at + pause > until;
      if (isDone || signal.aborted || isOver) return results;
      await pauses.pause(pause, signal);
      if (signal.aborted) return results;
    }
  } finally {
    stop?.();
  }
}

const openIn = (results: ReadonlyMap<string, CheckResult>): CheckResult[] =>
  [...results.values()].filter(({ status }) => status !== 'passed');

/** Pauses between looks that end early when the world changes, also when it changed during the look before. */
class Pauses {
  readonly #clock: Clock;
  #hasMoved = false;
  #end: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  worldChanged(): void {
    this.#hasMoved = true;
    this.#end?.();
  }

  /** What changes from now on is news to the look that begins. */
  lookBegins(): void {
    this.#hasMoved = false;
  }

  async pause(ms: number, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    let cancel = () => {};
    this.#end = () => {
      cancel();
      cancel = this.#clock.after(settleMs, () => over.abort());
    };
    if (this.#hasMoved) this.#end();
    await sleep(this.#clock, ms, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    cancel();
    this.#end = undefined;
  }
}

/** One look at everything that does not hold yet; conditions that need nothing are looked at side by side. */
async function lookOnce(options: RunCheckOptions, results: Map<string, CheckResult>): Promise<void> {
  const looks = new Map<string, Promise<boolean>>();
  const look = async (condition: RunnableCondition): Promise<boolean> => {
    const needs = await Promise.all(condition.needs.map((need) => looks.get(need) ?? false));
    if (needs.includes(false)) {
      results.delete(condition.id);
      return false;
    }
    if (options.probe.signal.aborted) return false;
    const result = await verify(condition, options);
    if (options.probe.signal.aborted) return false;
    const before = results.get(condition.id);
    results.set(condition.id, result);
    if (!isSame(before, result)) options.onResult(condition.id, result);
    return result.status === 'passed';
  };
  for (const condition of options.conditions) looks.set(condition.id, look(condition));
  await Promise.all(looks.values());
}

const isSame = (a: CheckResult | undefined, b: CheckResult) =>
  a !== undefined && JSON.stringify(a) === JSON.stringify(b);

function memoryOf(memory: Map<string, unknown>, condition: string): Map<string, unknown> {
  const known = memory.get(condition);
  if (known instanceof Map) return known;
  const made = new Map<string, unknown>();
  memory.set(condition, made);
  return made;
}

const heldKey = 'run-check: held';

async function verify(condition: RunnableCondition, options: RunCheckOptions): Promise<CheckResult> {
  const kind = options.kinds.find((one) => one.kind === condition.kind);
  const { asking } = options.probe.words.conditions;
  if (!kind) return unknown(asking.noSuchKind(condition.kind));
  const memory = memoryOf(options.memory, condition.id);
  const held = memory.get(heldKey);
  if (kind.temper === 'edge' && isPassed(held)) return held;
  const limit = new AbortController();
  const signal = AbortSignal.any([options.probe.signal, limit.signal]);
  const lookMs = options.lookMs ?? 10_000;
  const result = await firstOf(
    kind.verify(condition.spec, { ...options.probe, memory, signal }),
    options.probe.clock,
    lookMs,
    limit,
    options.probe.signal,
    asking,
  );
  if (kind.temper === 'edge' && result.status === 'passed') memory.set(heldKey, result);
  return result;
}

const isPassed = (value: unknown): value is CheckResult =>
  typeof value === 'object' && value !== null && 'status' in value && value.status === 'passed';

/** The look, or `unknown` when it takes too long or is stopped; what still runs is told by its signal. */
function firstOf(
  look: Promise<CheckResult>,
  clock: Clock,
  lookMs: number,
  limit: AbortController,
  signal: AbortSignal,
  asking: Findings['conditions']['asking'],
): Promise<CheckResult> {
  return new Promise((resolve, reject) => {
    const end = () => {
      cancel();
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      end();
      resolve(unknown(asking.stopped));
    };
    const cancel = clock.after(lookMs, () => {
      end();
      limit.abort();
      resolve(unknown(asking.noAnswerIn(Math.round(lookMs / 1000))));
    });
    signal.addEventListener('abort', onAbort, { once: true });
    look.then(
      (result) => {
        end();
        resolve(result);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}
