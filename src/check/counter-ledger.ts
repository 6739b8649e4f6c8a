/**
 * How much counters grew since the first look, over pods that restart, leave and join. Counters live in the memory of a
 * process: one that is smaller than at the last look began again from zero. It knows no names of counters.
 */
export class CounterLedger {
  readonly #last = new Map<string, Map<string, number>>();
  readonly #grown = new Map<string, number>();
  #looks = 0;

  /**
   * One look at all sources (pods, by uid). A source that was not there at the first look counts from zero: all that it
   * did, it did since. A counter that is missing keeps its last value, since Envoy drops and brings back whole clusters.
   */
  look(sources: ReadonlyMap<string, ReadonlyMap<string, number>>): void {
    for (const [source, counters] of sources) {
      const known = this.#last.get(source);
      const last = known ?? new Map<string, number>();
      for (const [name, value] of counters) {
        const before = last.get(name) ?? (known === undefined && this.#looks === 0 ? value : 0);
        const growth = value >= before ? value - before : value;
        if (growth > 0) this.#grown.set(name, (this.#grown.get(name) ?? 0) + growth);
        last.set(name, value);
      }
      this.#last.set(source, last);
    }
    this.#looks += 1;
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
