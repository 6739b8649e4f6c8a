import { Bucket } from './bucket.ts';

/**
 * Who may still try a join code. Only wrong ones count, so that a room behind one address gets in at once. Eight characters
 * are 40 bits: at the fifty wrong tries a second that are let through in all, a day guesses one in 250,000 classes.
 */
const ofOne = { most: 10, perSecond: 1 / 6 };
const ofAll = { most: 200, perSecond: 50 };
const keptAddresses = 10_000;

export class CodeTries {
  readonly #addresses = new Map<string, Bucket>();
  #all: Bucket | undefined;

  /** How long to wait before another try; 0 when it is allowed. */
  waitMs(address: string, now: number): number {
    const own = this.#addresses.get(originOf(address))?.waitMs(now) ?? 0;
    return Math.max(own, this.#all?.waitMs(now) ?? 0);
  }

  wrong(address: string, now: number): void {
    const from = originOf(address);
    const bucket = this.#addresses.get(from) ?? new Bucket(ofOne.most, ofOne.perSecond, now);
    bucket.take(1, now);
    // Moved to the end: the first of the map is the one that was quiet longest.
    this.#addresses.delete(from);
    this.#addresses.set(from, bucket);
    this.#all ??= new Bucket(ofAll.most, ofAll.perSecond, now);
    this.#all.take(1, now);
    this.#forget(now);
  }

  #forget(now: number): void {
    for (const [from, bucket] of this.#addresses) {
      if (this.#addresses.size <= keptAddresses && !bucket.isFull(now)) return;
      this.#addresses.delete(from);
    }
  }
}

/** A machine has a whole /64 of IPv6 addresses to itself. */
function originOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!address.includes(':')) return address;
  const [front = '', back] = address.split('::');
  const before = front.split(':').filter(Boolean);
  const after = (back ?? '').split(':').filter(Boolean);
  const middle = back === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(Math.max(0, middle)).fill('0'), ...after].slice(0, 4).join(':');
}
