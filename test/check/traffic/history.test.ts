import { describe, expect, it } from 'vitest';
import { watchTraffic } from '../../../src/check/traffic/history.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { bookstoreMesh, caller, http, sample } from './mesh-samples.ts';

/** Ten requests a second since the clock began. */
const busy = (clock: SteppedClock) => {
  const total = clock.now() / 100;
  const stats = http('bookstore/bookstore-v1', { total, '2xx': total });
  return sample(bookstoreMesh, clock.now(), [caller('bookbuyer/bookbuyer', stats)]);
};

const seconds = async (clock: SteppedClock, count: number) => {
  for (let second = 0; second < count; second += 1) await clock.step(1000);
};

describe('watching the traffic', () => {
  it('looks once a second, takes rates over the last few looks, and keeps five minutes', async () => {
    const clock = new SteppedClock();
    let changes = 0;
    const watch = watchTraffic(
      async () => busy(clock),
      clock,
      () => {
        changes += 1;
      },
    );
    await seconds(clock, 400);
    const { graphs, trouble } = watch.history();
    expect(trouble).toBeUndefined();
    expect(graphs).toHaveLength(300);
    expect(graphs.at(-1)).toMatchObject({ spanMs: 5000, edges: [{ perSecond: 10 }] });
    expect(changes).toBeGreaterThan(300);
    watch.stop();
    const before = changes;
    await seconds(clock, 5);
    expect(changes).toBe(before);
  });

  it('tells why it could not look, keeps what it saw, and goes on', async () => {
    const clock = new SteppedClock();
    let isDown = false;
    const look = async () => {
      if (isDown) throw new Error('the API server does not answer');
      return busy(clock);
    };
    const watch = watchTraffic(look, clock, () => {});
    await seconds(clock, 2);
    isDown = true;
    await seconds(clock, 3);
    expect(watch.history().trouble).toBe('the API server does not answer');
    const kept = watch.history().graphs.length;
    expect(kept).toBeGreaterThan(0);
    isDown = false;
    await seconds(clock, 6);
    expect(watch.history().trouble).toBeUndefined();
    expect(watch.history().graphs.length).toBeGreaterThan(kept);
    watch.stop();
  });
});
