/** What one process counted, as one look saw it. */
export interface CounterReading {
  /** Changes when the process began anew in the same pod, so that its counters began from zero. */
  incarnation: string;
  counters: ReadonlyMap<string, number>;
}

interface KnownSource {
  incarnation: string;
  last: Map<string, number>;
  /** Its counters fell before the API knew of a restart: the next incarnation is the one that is counted already. */
  hasFallen: boolean;
}

/**
 * How much counters grew since the first look, over pods that restart, leave and join. Counters live in the memory of a
 * process: with a new incarnation all of them begin again from zero. Within one, a counter that is smaller than at the
 * last look did so alone, since Envoy drops and brings back whole clusters. It knows no names of counters.
 */
export class CounterLedger {
  readonly #sources = new Map<string, KnownSource>();
  readonly #grown = new Map<string, number>();
  #looks = 0;

  /**
   * One look at all sources (pods, by uid). A source that was not there at the first look counts from zero: all that it
   * did, it did since. A counter that is missing keeps its last value.
   */
  look(sources: ReadonlyMap<string, CounterReading>): void {
    for (const [name, reading] of sources) {
      const source = this.#sources.get(name) ?? this.#enter(name, reading);
      if (source.incarnation !== reading.incarnation) {
        // Without this, a process that counted further than the one before it would look like the same one, and the
        // difference of the two would tilt the shares.
        if (!source.hasFallen) source.last.clear();
        source.incarnation = reading.incarnation;
        source.hasFallen = false;
      }
      this.#count(source, reading.counters);
    }
    this.#looks += 1;
  }

  #enter(name: string, reading: CounterReading): KnownSource {
    const last = new Map(this.#looks === 0 ? reading.counters : []);
    const source = { incarnation: reading.incarnation, last, hasFallen: false };
    this.#sources.set(name, source);
    return source;
  }

  #count(source: KnownSource, counters: ReadonlyMap<string, number>): void {
    for (const [name, value] of counters) {
      const before = source.last.get(name) ?? 0;
      const growth = value >= before ? value - before : value;
      if (value < before) source.hasFallen = true;
      if (growth > 0) this.#grown.set(name, (this.#grown.get(name) ?? 0) + growth);
      source.last.set(name, value);
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

  get looks(): number {
    return this.#looks;
  }
}
