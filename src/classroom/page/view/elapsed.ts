import type { PageWords } from './page-words.ts';

/** A length of time as it is read across a room: `45 s`, `6 min`, `1 h 05`. Pure. */
export function elapsed(ms: number, words: PageWords): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return words.elapsed.seconds(seconds);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return words.elapsed.minutes(minutes);
  return words.elapsed.hours(Math.floor(minutes / 60), String(minutes % 60).padStart(2, '0'));
}

/** What is left of a countdown, `4:59`; the last second is shown as one. */
export function clockText(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
