import { describe, expect, it } from 'vitest';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { Broadcast } from '../../../src/sandbox/mesh/osm/broadcast.ts';

describe('batching', () => {
  it('pushes two seconds after the last change, and ten after the first at the latest', async () => {
    const clock = new SteppedClock(0);
    const pushes: number[] = [];
    const broadcast = new Broadcast(clock, 1, () => pushes.push(clock.now()));
    broadcast.request();
    await clock.step(1500);
    broadcast.request();
    await clock.step(2500);
    expect(pushes).toEqual([3500]);
    for (let second = 0; second < 12; second++) {
      broadcast.request();
      await clock.step(1000);
    }
    expect(pushes).toEqual([3500, 14_000]);
  });
});
