/**
 * By how much a learner's clock is ahead of the class's, from questions and answers as in NTP: the answer was given in
 * the middle between asking and hearing, and the quickest of the last ones says it best. Reads no clock itself.
 */
const keptSamples = 8;

export class ClockOffset {
  #samples: { offsetMs: number; tripMs: number }[] = [];

  /** `askedAt` and `heardAt` by the class's clock, `theirs` by the learner's. */
  heard(askedAt: number, theirs: number, heardAt: number): void {
    const tripMs = Math.max(0, heardAt - askedAt);
    this.#samples = [...this.#samples, { offsetMs: theirs - (askedAt + heardAt) / 2, tripMs }].slice(-keptSamples);
  }

  /** An unasked word: no trip is known, so any answer says it better. */
  said(theirs: number, heardAt: number): void {
    this.#samples.push({ offsetMs: theirs - heardAt, tripMs: Number.POSITIVE_INFINITY });
  }

  get offsetMs(): number {
    let best = this.#samples[0];
    for (const sample of this.#samples) if (best === undefined || sample.tripMs < best.tripMs) best = sample;
    return best?.offsetMs ?? 0;
  }

  /** A learner's time on the class's clock; nothing was done later than now. */
  corrected(theirs: number, now: number): number {
    return Math.min(now, Math.round(theirs - this.offsetMs));
  }
}
