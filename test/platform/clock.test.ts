import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';

const day = 86_400_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each([1, 30, 90])('%d days are over when they are over, however far a timer of Node reaches', (days) => {
  const fire = vi.fn();
  systemClock.after(days * day, fire);
  vi.advanceTimersByTime(days * day - 1);
  expect(fire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(fire).toHaveBeenCalledTimes(1);
});

it('a wait is called off in any part of it, and one without end stays one', () => {
  const fire = vi.fn();
  const cancel = systemClock.after(90 * day, fire);
  systemClock.after(Number.POSITIVE_INFINITY, fire);
  vi.advanceTimersByTime(60 * day);
  cancel();
  vi.advanceTimersByTime(60 * day);
  expect(fire).not.toHaveBeenCalled();
});
