import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CheckKind, CheckResult, Probe } from '../../src/check/check.ts';
import { checkKinds } from '../../src/check/registry.ts';
import { runCheck } from '../../src/check/run-check.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { probeOf } from './scripted-probe.ts';

const passed: CheckResult = { status: 'passed', saw: 'it' };
const notYet: CheckResult = { status: 'not-yet', expected: 'it', saw: 'less' };
const wrong: CheckResult = { status: 'wrong', expected: 'it', saw: 'other' };

/** A kind whose looks are answered by a function of how often it was asked. */
function kindOf(
  answer: (looks: number, probe: Probe) => CheckResult | Promise<CheckResult>,
  temper: 'level' | 'edge' = 'level',
) {
  let looks = 0;
  const kind: CheckKind = {
    kind: 'scripted',
    temper,
    summary: '',
    fields: {},
    parse: () => ({}),
    describe: () => '',
    verify: async (_spec, probe) => {
      looks += 1;
      return answer(looks, probe);
    },
  };
  return { kind, looks: () => looks };
}

const condition = (id: string, kind = 'scripted', needs: string[] = []) => ({ id, needs, kind, spec: {} });

function run(
  kinds: CheckKind[],
  conditions: ReturnType<typeof condition>[],
  more: { patienceMs?: number; lookMs?: number; signal?: AbortSignal; memory?: Map<string, unknown> } = {},
) {
  const clock = new SteppedClock();
  const told: string[] = [];
  const { patienceMs = 0, lookMs = 10_000, memory = new Map<string, unknown>(), signal } = more;
  const ended = runCheck({
    conditions,
    kinds,
    probe: probeOf({ clock, ...(signal ? { signal } : {}) }),
    memory,
    patienceMs,
    lookMs,
    onResult: (id, result) => told.push(`${id} ${result.status}`),
  });
  return { clock, told, ended };
}

describe('a check', () => {
  it('does not look at what needs a condition that does not hold', async () => {
    const first = { ...kindOf(() => wrong).kind, kind: 'first' };
    const second = kindOf(() => passed);
    const { told, ended } = run([first, second.kind], [condition('a', 'first'), condition('b', 'scripted', ['a'])]);
    expect([...(await ended).keys()]).toEqual(['a']);
    expect(told).toEqual(['a wrong']);
    expect(second.looks()).toBe(0);
  });

  it('looks at conditions without needs side by side and tells each when it is known', async () => {
    const gate = Promise.withResolvers<void>();
    const slow = { ...kindOf(() => gate.promise.then(() => passed)).kind, kind: 'slow' };
    const { clock, told, ended } = run([slow, kindOf(() => passed).kind], [condition('a', 'slow'), condition('b')]);
    await clock.step(0);
    expect(told).toEqual(['b passed']);
    gate.resolve();
    await ended;
    expect(told).toEqual(['b passed', 'a passed']);
  });

  it('looks again while there is patience, tells changes only, and ends when all hold', async () => {
    const { kind, looks } = kindOf((count) => (count < 4 ? notYet : passed));
    const { clock, told, ended } = run([kind], [condition('a')], { patienceMs: 10_000 });
    await clock.step(10_000);
    expect((await ended).get('a')).toEqual(passed);
    expect(told).toEqual(['a not-yet', 'a passed']);
    expect(looks()).toBe(4);
  });

  it('looks again soon after the world changed, also when it changed during a look', async () => {
    const clock = new SteppedClock();
    const listeners = new Set<() => void>();
    const tell = () => listeners.forEach((listener) => void listener());
    const { kind, looks } = kindOf((count) => {
      if (count === 2) tell();
      return count < 4 ? notYet : passed;
    });
    const ended = runCheck({
      conditions: [condition('a')],
      kinds: [kind],
      probe: probeOf({ clock }),
      memory: new Map(),
      patienceMs: 10_000,
      onWorldChange(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      onResult: () => {},
    });
    await clock.step(0);
    expect(looks()).toBe(1);
    tell();
    await clock.step(20);
    expect(looks()).toBe(2);
    await clock.step(20);
    expect(looks()).toBe(3);
    // Nothing more changed: the third pause takes its time.
    await clock.step(200);
    expect(looks()).toBe(3);
    await clock.step(25);
    await ended;
    expect([looks(), listeners.size]).toEqual([4, 0]);
  });

  it('ends with the last results when patience ends', async () => {
    const { kind, looks } = kindOf(() => notYet);
    const { clock, ended } = run([kind], [condition('a')], { patienceMs: 1_000 });
    await clock.step(1_000);
    expect((await ended).get('a')).toEqual(notYet);
    expect(looks()).toBeGreaterThan(2);
  });

  it('gives up one look that takes too long and tells it to stop', async () => {
    let told: AbortSignal | undefined;
    const { kind } = kindOf((_count, probe) => {
      told = probe.signal;
      return new Promise<CheckResult>(() => {});
    });
    const { clock, ended } = run([kind], [condition('a')], { lookMs: 5_000 });
    await clock.step(5_000);
    expect((await ended).get('a')).toEqual({ status: 'unknown', reason: 'There was no answer in 5 s.' });
    expect(told?.aborted).toBe(true);
  });

  it('ends at once when it is cancelled, in a look or between two', async () => {
    for (const answer of [() => new Promise<CheckResult>(() => {}), () => notYet]) {
      const stop = new AbortController();
      const { clock, ended } = run([kindOf(answer).kind], [condition('a')], {
        signal: stop.signal,
        patienceMs: 60_000,
      });
      await clock.step(0);
      stop.abort();
      await ended;
    }
  });

  it('remembers that an edge condition held, and looks anew at a level one', async () => {
    for (const [temper, looks] of [
      ['edge', 1],
      ['level', 2],
    ] as const) {
      const scripted = kindOf((count) => (count === 1 ? passed : wrong), temper);
      const memory = new Map<string, unknown>();
      await run([scripted.kind], [condition('a')], { memory }).ended;
      const again = await run([scripted.kind], [condition('a')], { memory }).ended;
      expect(scripted.looks()).toBe(looks);
      expect(again.get('a')?.status).toBe(temper === 'edge' ? 'passed' : 'wrong');
    }
  });

  it('keeps what each condition remembers apart', async () => {
    const { kind } = kindOf((_count, probe) => {
      const before = probe.memory.get('seen');
      probe.memory.set('seen', true);
      return before ? wrong : passed;
    });
    const results = await run([kind], [condition('a'), condition('b')]).ended;
    expect([...results.values()].map((result) => result.status)).toEqual(['passed', 'passed']);
  });

  it('lets a bug of a kind through', async () => {
    const { kind } = kindOf(() => Promise.reject(new TypeError('x')));
    await expect(run([kind], [condition('a')]).ended).rejects.toThrow(TypeError);
  });
});

describe('the registry', () => {
  it('has one line for each file in kinds/', () => {
    const files = readdirSync(join(import.meta.dirname, '../../src/check/kinds')).map((name) =>
      name.replace('.ts', ''),
    );
    expect(checkKinds.map((kind) => kind.kind).toSorted()).toEqual(files.toSorted());
  });

  it('describes every field of every kind', () => {
    for (const kind of checkKinds) {
      expect(kind.summary).toMatch(/\.$/);
      for (const field of Object.values(kind.fields)) expect(field.description).not.toBe('');
    }
  });
});
