import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/fault.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { createDriver } from '../../src/session/driver.ts';
import type { Foresight } from '../../src/world/foresight/foresight.ts';
import { command, lesson, opened, task, Walk } from './lesson-text.ts';
import { ScriptedPorts } from './scripted-ports.ts';

const something: Foresight = {
  changes: [{ type: 'creates', object: { kind: 'Namespace', name: 'a' }, fields: [] }],
  unforeseen: [],
  refused: [],
};

const changing = command('one', { effect: 'changes' });
const asked = (walk: Walk): string[] => walk.asked.splice(0).map(({ script }) => script);

describe('what a card would change', () => {
  it.each(['changes', 'deletes'] as const)('is asked about when its effect is "%s"', (effect) => {
    const walk = new Walk(lesson(task('a', [command('one', { effect })])));
    expect(asked(walk)).toEqual(['run one']);
    expect(walk.state.foresight).toMatchObject({ status: 'waiting' });
  });

  it.each(['reads', 'cloud'] as const)('is not asked about when its effect is "%s"', (effect) => {
    const walk = new Walk(lesson(task('a', [command('one', { effect })])));
    expect(asked(walk)).toEqual([]);
    expect(walk.state.foresight).toBeUndefined();
  });

  it('is asked about commands of the learner and edited ones, whose effect nobody knows', () => {
    const walk = new Walk(lesson(task('a', [command('one', { effect: 'reads' })])));
    walk.intent({ type: 'propose', script: 'kubectl delete pod a', edited: false });
    walk.intent('decline', { type: 'propose', script: 'run one or two', edited: true });
    expect(asked(walk)).toEqual(['kubectl delete pod a', 'run one or two']);
  });

  it('is asked once for a card, and again after something ran', () => {
    const walk = new Walk(lesson(task('a', [changing])));
    walk.intent('hint', 'dismiss-notice');
    expect(asked(walk)).toEqual(['run one']);
    walk.intent('proceed').ends(1);
    expect(asked(walk)).toEqual(['run one']);
  });

  it('is forgotten with the card, and an answer that comes later is dropped', () => {
    const walk = new Walk(lesson(task('a', [changing, command('two', { effect: 'reads' })])));
    const [first] = walk.asked;
    walk.intent('proceed');
    expect(walk.state.foresight).toBeUndefined();
    const { state } = walk;
    walk.event({
      type: 'foreseen',
      foresightId: first?.foresightId ?? 0,
      answer: { status: 'foreseen', foresight: something },
    });
    expect(walk.state).toBe(state);
  });

  it('stands on the card when the answer is there', () => {
    const walk = new Walk(lesson(task('a', [changing])));
    const { foresightId } = walk.state;
    walk.event({ type: 'foreseen', foresightId, answer: { status: 'foreseen', foresight: something } });
    expect(walk.state.foresight).toMatchObject({ status: 'foreseen', foresight: something });
    expect(walk.intent('hint').state.foresight).toMatchObject({ status: 'foreseen' });
  });
});

describe('asking', () => {
  async function driverAsking(foresee: (script: string, signal: AbortSignal) => Promise<Foresight>) {
    const clock = new SteppedClock();
    const ports = Object.assign(new ScriptedPorts(clock), { foresee });
    const driver = await createDriver(
      ports,
      opened(lesson(task('a', [changing, command('two', { effect: 'reads' })])), {}),
    );
    return { clock, driver, ports };
  }

  it('waits a moment, so that who presses Enter at once starts no process', async () => {
    const scripts: string[] = [];
    const { clock, driver, ports } = await driverAsking(async (script) => {
      scripts.push(script);
      return something;
    });
    ports.expect({ script: 'run one' });
    await clock.step(200);
    driver.send({ type: 'proceed' });
    await clock.step(1_000);
    expect(scripts).toEqual([]);
    await driver.close();
  });

  it('is stopped when the learner runs the command meanwhile', async () => {
    const stopped: boolean[] = [];
    const { clock, driver, ports } = await driverAsking(
      (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            stopped.push(true);
            reject(signal.reason);
          });
        }),
    );
    ports.expect({ script: 'run one' });
    await clock.step(300);
    expect(driver.state.foresight).toMatchObject({ status: 'looking' });
    driver.send({ type: 'proceed' });
    await clock.step(10);
    expect(stopped).toEqual([true]);
    await driver.close();
    ports.done();
  });

  it('has a limit, and says that the answer did not come', async () => {
    const { clock, driver, ports } = await driverAsking(
      (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await clock.step(300);
    await clock.step(10_000);
    expect(driver.state.foresight).toMatchObject({ status: 'unknown', why: undefined });
    await driver.close();
    ports.done();
  });

  it('tells why the cluster could not be asked, and nothing else is in the way', async () => {
    const { clock, driver, ports } = await driverAsking(() =>
      Promise.reject(new Fault('cluster.unreachable', { what: 'The cluster does not answer.', next: [] })),
    );
    await clock.step(300);
    expect(driver.state).toMatchObject({
      status: 'reading',
      foresight: { status: 'unknown', why: 'The cluster does not answer.' },
    });
    await driver.close();
    ports.done();
  });
});
