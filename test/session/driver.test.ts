import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/fault.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { createDriver, type Driver } from '../../src/session/driver.ts';
import type { LessonOpening } from '../../src/session/ports.ts';
import type { SessionStatus } from '../../src/session/state.ts';
import { check, command, lesson, task } from './lesson-text.ts';
import { passed, ScriptedPorts, wrong } from './scripted-ports.ts';

const opening = (what = lesson(task('a', [command('one')], check('holds')))): LessonOpening => ({
  lesson: what,
  taskIndex: 0,
  finished: new Set(),
  hints: 0,
  done: [],
  answers: {},
  titles: {},
});

async function statusIs(driver: Driver, status: SessionStatus): Promise<void> {
  while (driver.state.status !== status) {
    await new Promise<void>((resolve) => {
      const stop = driver.subscribe(() => {
        stop();
        resolve();
      });
    });
  }
}

describe('the driver', () => {
  it('plays a task from Enter to the journal', async () => {
    const ports = new ScriptedPorts();
    ports.expect({ script: 'run one', output: ['crea', 'ted\n'] });
    ports.seen = [{ holds: passed }];
    const driver = await createDriver(ports, opening());
    driver.send({ type: 'proceed' });
    await driver.idle();
    expect(driver.state).toMatchObject({
      status: 'passed',
      lastRun: { output: { lines: [{ text: 'created', stream: 'out' }], dropped: 0 } },
    });
    expect(ports.records.map(({ type }) => type)).toEqual([
      'task-started',
      'command-ended',
      'condition-changed',
      'task-passed',
      'lesson-passed',
    ]);
    await driver.close();
    expect(ports.watches).toBe(0);
    ports.done();
  });

  it('tells how far a command is while it runs, with what the world costs by then, and no more once it has ended', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    ports.world = { kind: 'aks', costsMoney: true };
    ports.expect({ script: 'run one', livesFor: 60_000 });
    ports.seen = [{ holds: wrong }];
    const driver = await createDriver(ports, opening());
    driver.send({ type: 'proceed' });
    await statusIs(driver, 'running');
    await clock.step(30_000);
    const cost = { cluster: 'own', perHour: { low: 0.4, high: 1 }, since: 0, currency: 'USD' } as const;
    ports.world = { kind: 'aks', costsMoney: true, cost };
    driver.notice({ type: 'under-way', sentence: 'Azure: Creating.' });
    await statusIs(driver, 'running');
    await clock.step(0);
    expect(driver.state).toMatchObject({
      notice: { type: 'under-way', sentence: 'Azure: Creating.' },
      world: { cost },
    });
    await clock.step(30_000);
    await driver.idle();
    driver.notice({ type: 'under-way', sentence: 'Azure: Creating.' });
    expect(driver.state.notice).toBeUndefined();
    await driver.close();
    ports.done();
  });

  it('has a passed task on disk before anyone can see that it passed', async () => {
    const ports = new ScriptedPorts();
    ports.expect({ script: 'run one' });
    ports.seen = [{ holds: passed }];
    const driver = await createDriver(ports, opening());
    const seenWhileRecording: string[] = [];
    ports.onRecord = (record) => {
      if (record.type === 'task-passed') seenWhileRecording.push(driver.state.status);
    };
    driver.send({ type: 'proceed' });
    await driver.idle();
    expect(seenWhileRecording).toEqual(['verifying']);
    await driver.close();
    ports.done();
  });

  it('lets the learner pass on a full disk, and says that it is not saved', async () => {
    const ports = new ScriptedPorts();
    ports.seen = [{ holds: passed }];
    ports.diskFull = true;
    const driver = await createDriver(ports, opening());
    driver.send({ type: 'verify' });
    await driver.idle();
    expect(driver.state).toMatchObject({
      status: 'passed',
      notice: { type: 'not-saved', what: 'The disk is full.' },
    });
    await driver.close();
    ports.done();
  });

  it('looks again by itself when the world changes after a failure', async () => {
    const ports = new ScriptedPorts();
    ports.seen = [{ holds: wrong }, { holds: passed }];
    const driver = await createDriver(ports, opening());
    driver.send({ type: 'verify' });
    await statusIs(driver, 'failed');
    ports.changeWorld();
    await driver.idle();
    expect(driver.state.status).toBe('passed');
    await driver.close();
    ports.done();
  });

  it('looks again ever more slowly in a world that reports no changes', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    ports.seen = [{ holds: wrong }];
    const driver = await createDriver(ports, opening());
    driver.send({ type: 'verify' });
    await clock.step(0);
    expect(driver.state.status).toBe('failed');
    const begins = ports.looks.length;
    await clock.step(10_000);
    const early = ports.looks.length - begins;
    await clock.step(30_000);
    const late = ports.looks.length - begins - early;
    expect(early).toBeGreaterThanOrEqual(5);
    expect(late).toBeGreaterThanOrEqual(9);
    expect(late).toBeLessThanOrEqual(11);
    ports.seen = [{ holds: passed }];
    await clock.step(3_000);
    expect(driver.state.status).toBe('passed');
    await driver.close();
    ports.done();
  });

  it('answers many changes during one look with a single look after it', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    ports.seen = [{ holds: wrong }];
    const driver = await createDriver(ports, opening());
    driver.send({ type: 'verify' });
    await clock.step(0);
    const before = ports.looks.length;
    for (let change = 0; change < 50; change += 1) ports.changeWorld();
    await clock.step(100);
    expect(ports.looks.length - before).toBe(1);
    await driver.close();
    ports.done();
  });

  it('drops a look that a newer run overtook', async () => {
    const ports = new ScriptedPorts();
    ports.lookHangs = true;
    ports.expect({ script: 'own', hangs: true });
    const driver = await createDriver(ports, opening());
    driver.send({ type: 'verify' });
    driver.send({ type: 'propose', script: 'own', edited: false });
    driver.send({ type: 'confirm' });
    expect(driver.state.status).toBe('running');
    expect(ports.looks[0]?.signal.aborted).toBe(true);
    await driver.close();
    ports.done();
  });

  it('is closed only when the way back from the task is kept, so that nobody takes the world away meanwhile', async () => {
    const [kept, order] = [Promise.withResolvers<void>(), [] as string[]];
    const ports = Object.assign(new ScriptedPorts(), { enter: () => kept.promise });
    const driver = await createDriver(ports, { ...opening(), taskIndex: -1 });
    driver.send({ type: 'proceed' });
    const closed = driver.close().then(() => order.push('closed'));
    await new Promise((resolve) => setImmediate(resolve));
    order.push('kept');
    kept.resolve();
    await closed;
    expect(order).toEqual(['kept', 'closed']);
  });

  it('interrupts a command once and then kills it, and kills it when it closes', async () => {
    const ports = new ScriptedPorts();
    ports.seen = [{ holds: wrong }];
    ports.expect({ script: 'run one', hangs: true });
    const driver = await createDriver(ports, opening());
    driver.send({ type: 'proceed' });
    driver.send({ type: 'interrupt' });
    await statusIs(driver, 'reading');
    expect(driver.state.lastRun?.end).toEqual({ type: 'cancelled' });
    ports.expect({ script: 'run one', hangs: true });
    driver.send({ type: 'proceed' });
    await driver.close();
    expect(ports.signals).toEqual(['interrupt run one', 'kill run one']);
    ports.done();
  });

  it('keeps a background command going, brings it back when it dies, and stops it in the end', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    const forward = command('forward', { background: true });
    ports.expect({ script: 'run forward', output: ['Forwarding\n'], hangs: true });
    const driver = await createDriver(ports, opening(lesson(task('a', [forward, command('one')]))));
    driver.send({ type: 'proceed' });
    await clock.step(200);
    expect(driver.state.background).toMatchObject([
      { command: 'forward', status: 'running', lastLines: ['Forwarding'] },
    ]);
    expect(driver.state.progress.done).toEqual(['forward']);
    driver.send({ type: 'stop-background', command: 'forward' });
    await clock.step(0);
    expect(driver.state.background).toMatchObject([{ status: 'ended', end: { type: 'cancelled' } }]);
    await driver.close();
    ports.done();
  });

  it('gives up on a background command that keeps dying, with growing pauses', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    const forward = command('forward', { background: true });
    const dies = { script: 'run forward', output: ['port 8081 is taken\n'], end: { type: 'exited', code: 1 } } as const;
    ports.expect(dies, dies, dies, dies, dies);
    const driver = await createDriver(ports, opening(lesson(task('a', [forward]))));
    driver.send({ type: 'proceed' });
    await clock.step(60_000);
    expect(driver.state).toMatchObject({
      background: [{ status: 'ended', restarts: 4 }],
      notice: { type: 'background-ended', command: 'forward', lastLine: 'port 8081 is taken' },
      next: { type: 'run' },
    });
    await driver.close();
    ports.done();
  });

  it('gives up as well on one that says something and lives a moment before each death', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    const forward = command('forward', { background: true });
    const dies = { script: 'run forward', output: ['Unable to listen\n'], end: { type: 'exited', code: 1 } } as const;
    ports.seen = [{ holds: wrong }];
    const livesFor = (ms: number) => ({ ...dies, livesFor: ms });
    // The second one was up for long enough, so the five deaths are counted from the third on.
    ports.expect(...[400, 6_000, 400, 400, 400, 400, 400].map(livesFor));
    const driver = await createDriver(ports, opening(lesson(task('a', [forward], check('holds')))));
    const told = new Set<string>();
    driver.subscribe(() => void driver.state.background.forEach(({ status }) => void told.add(status)));
    driver.send({ type: 'proceed' });
    await clock.step(60_000);
    expect(driver.state).toMatchObject({
      background: [{ status: 'ended', restarts: 6 }],
      notice: { type: 'background-ended', command: 'forward', lastLine: 'Unable to listen' },
      next: { type: 'run' },
    });
    expect([...told]).toEqual(['starting', 'running', 'restarting', 'ended']);
    await driver.close();
    ports.done();
  });

  it('opens the following lesson, and blocks with a reason when it cannot', async () => {
    const ports = new ScriptedPorts();
    const first = { ...opening(lesson(task('a', []))), following: 'lesson-two' };
    ports.openings.set('lesson-two', { ...opening({ ...lesson(task('z', [])), id: 'lesson-two' }), following: 'none' });
    const driver = await createDriver(ports, first);
    driver.send({ type: 'proceed' });
    driver.send({ type: 'proceed' });
    await driver.idle();
    expect(driver.state.lesson.id).toBe('lesson-two');
    expect(driver.state.status).toBe('reading');
    driver.send({ type: 'proceed' });
    driver.send({ type: 'proceed' });
    await driver.idle();
    expect(driver.state).toMatchObject({ status: 'blocked', what: 'There is no lesson "none".' });
    await driver.close();
    ports.done();
  });

  it('turns an expected failure of a look into a blocked lesson, and hands our own bugs on', async () => {
    const ports = new ScriptedPorts();
    ports.look = async () => {
      throw new Fault('world.gone', {
        what: 'The sandbox is gone.',
        why: 'It was stopped.',
        next: ['meshwalk sandbox start'],
      });
    };
    const driver = await createDriver(ports, opening());
    driver.send({ type: 'verify' });
    await driver.idle();
    expect(driver.state).toMatchObject({ status: 'blocked', what: 'The sandbox is gone.' });
    ports.look = async () => {
      throw new TypeError('ours');
    };
    driver.send({ type: 'proceed' });
    driver.send({ type: 'verify' });
    await driver.idle();
    expect(ports.bugs).toMatchObject([{ message: 'ours' }]);
    await driver.close();
  });

  it('describes the world again after each command, and watches the new context', async () => {
    const ports = new ScriptedPorts();
    ports.seen = [{ holds: wrong }];
    ports.expect({ script: 'run one' });
    const driver = await createDriver(ports, opening());
    await driver.idle();
    ports.world = { ...ports.world, context: 'bookstore' };
    driver.send({ type: 'proceed' });
    await statusIs(driver, 'failed');
    await driver.idle();
    expect(driver.state.world.context).toBe('bookstore');
    expect(ports.watches).toBe(1);
    await driver.close();
    expect(ports.watches).toBe(0);
    ports.done();
  });

  it('tells its subscribers once about changes that come together', async () => {
    const ports = new ScriptedPorts();
    const driver = await createDriver(ports, opening());
    await driver.idle();
    let told = 0;
    driver.subscribe(() => {
      told += 1;
    });
    driver.send({ type: 'hint' });
    driver.send({ type: 'hint' });
    await driver.idle();
    expect(told).toBe(1);
    await driver.close();
  });
});
