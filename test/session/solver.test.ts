import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/check/check.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { createDriver } from '../../src/session/driver.ts';
import { solveTask } from '../../src/session/solver.ts';
import { findings } from '../../src/words/en/findings.ts';
import { check, command, lesson, question, task } from './lesson-text.ts';
import { passed, ScriptedPorts, wrong } from './scripted-ports.ts';

const open = (ports: ScriptedPorts, what: ReturnType<typeof task>) =>
  createDriver(ports, {
    lesson: lesson(what),
    taskIndex: 0,
    finished: new Set(),
    hints: 0,
    done: [],
    answers: {},
    titles: {},
  });

describe('solving a task', () => {
  it('answers, confirms, leaves out what is optional, and waits for the check', async () => {
    const ports = new ScriptedPorts();
    ports.expect({ script: 'run drop' }, { script: 'run apply' });
    ports.seen = [{ holds: wrong }, { holds: wrong }, { holds: passed }];
    const what = task(
      'a',
      [
        question('q', 'quiz'),
        command('drop', { effect: 'deletes' }),
        command('page', { optional: true }),
        command('apply'),
      ],
      check('holds'),
    );
    const driver = await open(ports, what);
    expect(await solveTask(driver, ports.clock, findings.told.solving)).toMatchObject({ solved: true });
    expect(driver.state.progress).toMatchObject({ done: ['drop', 'apply'], skipped: ['page'] });
    await driver.close();
    ports.done();
  });

  it("plays the author's own solution where there is one", async () => {
    const ports = new ScriptedPorts();
    ports.expect({ script: 'run own' });
    ports.seen = [{ holds: passed }];
    const what = { ...task('a', [], check('holds')), solution: [command('own')] };
    const driver = await open(ports, what);
    expect(await solveTask(driver, ports.clock, findings.told.solving)).toMatchObject({ solved: true });
    await driver.close();
    ports.done();
  });

  it('passes when a command fails because what it wants is there already', async () => {
    const ports = new ScriptedPorts();
    ports.expect({ script: 'run one', end: { type: 'exited', code: 1 } });
    ports.seen = [{ holds: passed }];
    const driver = await open(ports, task('a', [command('one')], check('holds')));
    expect(await solveTask(driver, ports.clock, findings.told.solving)).toMatchObject({ solved: true });
    await driver.close();
    ports.done();
  });

  it('asks when a command fails because what it wants is there already, and others are left', async () => {
    const ports = new ScriptedPorts();
    ports.expect({ script: 'run one', end: { type: 'exited', code: 1 } });
    ports.seen = [{ holds: passed }];
    const driver = await open(ports, task('a', [command('one'), command('two')], check('holds')));
    expect(await solveTask(driver, ports.clock, findings.told.solving)).toMatchObject({ solved: true });
    await driver.close();
    ports.done();
  });

  it('tries a command again that failed because the world was just coming back', async () => {
    const ports = new ScriptedPorts();
    const dies = () => {
      ports.restarts += 1;
    };
    const end = { type: 'exited', code: 1 } as const;
    ports.expect(
      { script: 'run one', end, onEnd: dies },
      { script: 'run one' },
      { script: 'run own', end, onEnd: dies },
    );
    ports.expect({ script: 'run own' });
    ports.seen = [{ holds: wrong }, { holds: passed }];
    const shown = await open(ports, task('a', [command('one')], check('holds')));
    expect(await solveTask(shown, ports.clock, findings.told.solving)).toMatchObject({ solved: true });
    await shown.close();

    ports.seen = [{ holds: wrong }, { holds: wrong }, { holds: passed }];
    const own = await open(ports, { ...task('a', [], check('holds')), solution: [command('own')] });
    expect(await solveTask(own, ports.clock, findings.told.solving)).toMatchObject({ solved: true });
    await own.close();
    ports.done();
  });

  it('tries a command again a few times where a network lies between it and its cluster, but none that costs money', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    ports.world = { kind: 'cluster', costsMoney: false };
    const end = { type: 'exited', code: 1 } as const;
    ports.expect({ script: 'run one', end }, { script: 'run one', end }, { script: 'run one' });
    ports.seen = [{ holds: wrong }, { holds: wrong }, { holds: wrong }, { holds: passed }];
    const driver = await open(ports, task('a', [command('one')], check('holds')));
    const solving = solveTask(driver, clock, findings.told.solving);
    await clock.step(10_000);
    expect(await solving).toMatchObject({ solved: true });
    await driver.close();

    ports.expect({ script: 'run two', end });
    ports.seen = [{ holds: wrong }];
    const two = command('two', { effect: 'cloud' });
    const costly = await open(ports, { ...task('a', [two], check('holds')), solution: [two] });
    const paying = solveTask(costly, clock, findings.told.solving);
    await clock.step(10_000);
    expect(await paying).toMatchObject({ solved: false });
    await costly.close();
    ports.done();
  });

  it('never makes what costs money a second time, also when the world was away meanwhile', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    ports.world = { kind: 'aks', costsMoney: true };
    const end = { type: 'exited', code: 1 } as const;
    const goes = () => {
      ports.restarts += 1;
    };
    const make = command('make', { effect: 'cloud' });
    const shown = { ...task('a', [make], check('holds')), solution: [make] };
    const own = { ...task('a', [], check('holds')), solution: [make] };
    for (const what of [shown, own]) {
      ports.expect({ script: 'run make', end, onEnd: goes });
      ports.seen = [{ holds: wrong }];
      const driver = await open(ports, what);
      const solving = solveTask(driver, clock, findings.told.solving);
      await clock.step(10_000);
      expect(await solving).toMatchObject({ solved: false });
      await driver.close();
    }
    ports.done();
  });

  it('is patient again after each command, however long that took', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    ports.expect({ script: 'run one', livesFor: 300_000 }, { script: 'run two' });
    ports.seen = [{ holds: wrong }, { holds: wrong }, { holds: passed }];
    const driver = await open(ports, task('a', [command('one'), command('two')], check('holds')));
    const solving = solveTask(driver, clock, findings.told.solving);
    await clock.step(320_000);
    expect(await solving).toMatchObject({ solved: true });
    await driver.close();
    ports.done();
  });

  it('waits for a world that takes long to come back, and tries the command again then', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    const end = { type: 'exited', code: 1 } as const;
    const dies = () => {
      ports.restarting = true;
    };
    ports.expect({ script: 'run one', end, onEnd: dies }, { script: 'run one' });
    ports.seen = [{ holds: wrong }, { holds: passed }];
    const driver = await open(ports, task('a', [command('one')], check('holds')));
    const solving = solveTask(driver, clock, findings.told.solving);
    for (let second = 0; second < 40; second += 1) await clock.step(1000);
    expect(driver.state.lastRun?.end).toEqual(end);
    ports.restarting = false;
    ports.restarts += 1;
    for (let second = 0; second < 10; second += 1) await clock.step(1000);
    expect(await solving).toMatchObject({ solved: true });
    await driver.close();
    ports.done();
  });

  it('gives the reason: the command and its last line, or the condition with what was expected and seen', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    ports.expect({ script: 'run one', output: ['no such thing\n'], end: { type: 'exited', code: 3 } });
    ports.seen = [{ holds: wrong }];
    const first = await open(ports, task('a', [command('one')], check('holds')));
    const failing = solveTask(first, clock, findings.told.solving);
    await clock.step(130_000);
    expect(await failing).toMatchObject({
      solved: false,
      reason: 'The command ended with exit code 3: run one (no such thing)',
    });
    await first.close();

    ports.expect({ script: 'run one' });
    const second = await open(ports, task('a', [command('one')], check('holds')));
    const waiting = solveTask(second, clock, findings.told.solving);
    await clock.step(130_000);
    expect(await waiting).toMatchObject({ solved: false, reason: 'holds: expected it, saw nothing. holds matters.' });
    await second.close();
    ports.done();
  });

  it('ends with the last words of a command that did not stay up, and not after all its patience', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    const dies = { script: 'run forward', output: ['port taken\n'], end: { type: 'exited', code: 1 } } as const;
    ports.expect(dies, dies, dies, dies, dies);
    ports.seen = [{ holds: { status: 'wrong', expected: 'it', saw: 'nothing', tryThis: 'curl it' } }];
    const driver = await open(ports, task('a', [command('forward', { background: true })], check('holds')));
    const solving = solveTask(driver, clock, findings.told.solving);
    await clock.step(20_000);
    expect(await solving).toEqual({
      solved: false,
      reason: 'forward did not stay up (port taken).',
      tryThis: 'curl it',
    });
    await driver.close();
    ports.done();
  });

  it('ends before all its patience when what is wrong stays so, and not while only time is wanted', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    const opened = async (result: CheckResult) => {
      ports.expect({ script: 'run one' });
      ports.seen = [{ holds: result }];
      const driver = await open(ports, task('a', [command('one')], check('holds')));
      let isOver = false;
      const solving = solveTask(driver, clock, findings.told.solving).finally(() => (isOver = true));
      await clock.step(60_000);
      const wasOver = isOver;
      await clock.step(90_000);
      expect(await solving).toMatchObject({ solved: false });
      await driver.close();
      return wasOver;
    };
    expect(await opened({ status: 'wrong', expected: 'it', saw: 'another program' })).toBe(true);
    expect(await opened({ status: 'not-yet', expected: 'it', saw: 'a part of it' })).toBe(false);
    ports.done();
  });

  it('ends when it is not wanted any more', async () => {
    const ports = new ScriptedPorts();
    ports.expect({ script: 'run one', hangs: true });
    const driver = await open(ports, task('a', [command('one')], check('holds')));
    const controller = new AbortController();
    const solving = solveTask(driver, ports.clock, findings.told.solving, controller.signal);
    controller.abort(new Error('enough'));
    await expect(solving).rejects.toThrow('enough');
    ports.seen = [{ holds: wrong }];
    await driver.close();
    ports.done();
  });
});
