import { describe, expect, it } from 'vitest';
import { SteppedClock } from '../../src/platform/clock.ts';
import { createDriver } from '../../src/session/driver.ts';
import { check, command, lesson, task } from './lesson-text.ts';
import { passed, ScriptedPorts, wrong } from './scripted-ports.ts';

const forward = command('forward', { background: true });
const failing = {
  script: 'run forward',
  output: ['Unable to connect to the server\n'],
  end: { type: 'exited', code: 1 },
} as const;

async function open(ports: ScriptedPorts, ...pieces: Parameters<typeof task>) {
  return createDriver(ports, {
    lesson: lesson(task(...pieces)),
    taskIndex: 0,
    finished: new Set(),
    hints: 0,
    done: [],
    answers: {},
    titles: {},
  });
}

describe('while the world does not answer', () => {
  it('a forward is tried again as often as it takes, and at once when the world is back', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    const driver = await open(ports, 'a', [forward]);
    ports.expect(...Array.from({ length: 9 }, () => failing), {
      script: 'run forward',
      output: ['Forwarding\n'],
      hangs: true,
    });
    ports.restarting = true;
    driver.send({ type: 'proceed' });
    await clock.step(45_000);
    expect(driver.state.background).toMatchObject([{ status: 'restarting', restarts: 9 }]);
    expect(driver.state.notice).toBeUndefined();
    ports.restarting = false;
    ports.comeBack();
    await clock.step(200);
    expect(driver.state.background).toMatchObject([{ status: 'running', lastLines: ['Forwarding'] }]);
    await driver.close();
    ports.done();
  });

  it('what could not be told is no failure: no verdict, no failed check in the journal, and another look when it is back', async () => {
    const clock = new SteppedClock();
    const ports = new ScriptedPorts(clock);
    ports.seen = [{ holds: { status: 'unknown', reason: 'The cluster does not answer.' } }];
    const driver = await open(ports, 'a', [], check('holds'));
    driver.send({ type: 'proceed' });
    await clock.step(60_000);
    expect(driver.state).toMatchObject({ status: 'reading', progress: { hints: 0 } });
    expect(driver.state.notice).toEqual({ type: 'could-not-tell', reason: 'The cluster does not answer.' });
    expect(ports.records.map(({ type }) => type)).toEqual(['task-started', 'condition-changed']);
    expect(ports.looks.length).toBeGreaterThan(10);
    ports.seen = [{ holds: passed }];
    ports.comeBack();
    await clock.step(100);
    expect(driver.state.status).toBe('passed');
    await driver.close();
  });
});

it('after a sleep forwards through a network are made anew, and the world is looked at again', async () => {
  const clock = new SteppedClock();
  const ports = new ScriptedPorts(clock);
  ports.world = { kind: 'cluster', costsMoney: false };
  const up = { script: 'run forward', output: ['Forwarding\n'], hangs: true };
  ports.expect(up, up);
  ports.seen = [{ holds: wrong }];
  const driver = await open(ports, 'a', [forward], check('holds'));
  driver.send({ type: 'proceed' });
  await clock.step(10_000);
  const looks = ports.looks.length;
  clock.sleep(3_600_000);
  await clock.step(6_000);
  expect(ports.signals).toEqual(['kill run forward']);
  expect(driver.state.background).toMatchObject([{ status: 'running', restarts: 1 }]);
  expect(ports.looks.length).toBeGreaterThan(looks);
  await driver.close();
  ports.done();
});
