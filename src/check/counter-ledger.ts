/** What one process counted, as one look saw it. */
export interface CounterReading {
  /** Changes when the process began anew in the same pod, so that its counters began from zero. */
  incarnation: string;
  counters: ReadonlyMap<string, number>;
}

/**
 * What a pod that joins, or a process that began anew, counted before it was first seen. `counted` where more is only
 * sooner; `left-out` where counts are weighed against each other and some may be older than what is asked about.
 */
export type Newcomers = 'counted' | 'left-out';

interface KnownSource {
  incarnation: string;
  last: Map<string, number>;
}

/**
 * How much counters grew since the first look, over pods that restart, leave and join. Counters live in the memory of a
 * process: one that is smaller than at the last look began again from zero. It knows no names of counters.
 */
export class CounterLedger {
  readonly #newcomers: Newcomers;
  readonly #sources = new Map<string, KnownSource>();
  readonly #grown = new Map<string, number>();
  #looks = 0;

  constructor(newcomers: Newcomers = 'counted') {
    this.#newcomers = newcomers;
  }

  /** One look at all sources (pods, by uid). */
  look(sources: ReadonlyMap<string, CounterReading>): void {
    for (const [name, { incarnation, counters }] of sources) {
      const known = this.#sources.get(name);
      // A process that counted further than the one before it looks like the same one by its counters alone, and the
      // difference of the two would tilt the shares.
      const isNew = known?.incarnation !== incarnation;
      const isLeftOut = isNew && (this.#looks === 0 || this.#newcomers === 'left-out');
      const last = isLeftOut ? new Map(counters) : (known?.last ?? new Map<string, number>());
      this.#count(last, counters);
      this.#sources.set(name, { incarnation, last });
    }
    this.#looks += 1;
  }

  /** A counter that is missing keeps its last value, since Envoy drops and brings back whole clusters. */
  #count(last: Map<string, number>, counters: ReadonlyMap<string, number>): void {
    for (const [name, value] of counters) {
      const before = last.get(name) ?? 0;
      const growth = value >= before ? value - before : value;
      if (growth > 0) this.#grown.set(name, (this.#grown.get(name) ?? 0) + growth);
      last.set(name, value);
    }
  }

  /** Growth of all counters whose name is accepted. */
  grown(accept: (name: string) => boolean): number {
    let sum = 0;
    for (const [name, growth] of this.#grown) if (accept(name)) sum += growth;
    return sum;
  }

  /** Forgets the growth, keeps the last values: counts from here. */
  restart(): void {
    this.#grown.clear();
  }
}
