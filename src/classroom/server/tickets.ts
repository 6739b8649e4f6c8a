import type { Clock } from '../../platform/clock.ts';
import { makeToken } from './secrets.ts';

/** Paths that lead somewhere once, within a minute: whoever reads one later has nothing. */
const validMs = 60_000;

export class Tickets {
  readonly #clock: Clock;
  readonly #places = new Map<string, { place: string; until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  to(place: string): string {
    const path = `/ticket/${makeToken()}`;
    this.#places.set(path, { place, until: this.#clock.now() + validMs });
    return path;
  }

  spend(path: string): string | undefined {
    const ticket = this.#places.get(path);
    this.#places.delete(path);
    return ticket && this.#clock.now() < ticket.until ? ticket.place : undefined;
  }
}
