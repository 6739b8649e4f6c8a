import { Histogram } from './histogram.ts';

/**
 * Counters, gauges and histograms under Envoy's dotted names, with the labels that its Prometheus page gives them. It
 * knows nothing of what is counted. Callers keep the Stat and add to it; nothing is looked up per request.
 */
export interface Stat {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly family: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Left as it is on the Prometheus page, where all others get the prefix `envoy_`. */
  readonly ownNamespace: boolean;
  value: number;
  /** Was ever more than zero, even if it was reset since. */
  used: boolean;
}

export class StatStore {
  readonly #stats = new Map<string, Stat>();
  readonly #histograms = new Map<string, Histogram>();
  readonly #refreshers = new Set<() => void>();

  stat(
    kind: Stat['kind'],
    name: string,
    family = name,
    labels: Record<string, string> = {},
    ownNamespace = false,
  ): Stat {
    const known = this.#stats.get(name);
    if (known) return known;
    const created = { kind, name, family, labels, ownNamespace, value: 0, used: false };
    this.#stats.set(name, created);
    return created;
  }

  histogram(name: string, family = name, labels: Record<string, string> = {}, ownNamespace = false): Histogram {
    const known = this.#histograms.get(name);
    if (known) return known;
    const created = new Histogram(name, family, labels, ownNamespace);
    this.#histograms.set(name, created);
    return created;
  }

  /** For what is cheaper to ask for than to count: called before statistics are listed. Returns how to stop. */
  beforeReading(refresh: () => void): () => void {
    this.#refreshers.add(refresh);
    return () => void this.#refreshers.delete(refresh);
  }

  /** Of what is gone: Envoy frees the statistics of a removed cluster with it. */
  forget(prefix: string): void {
    for (const name of this.#stats.keys()) if (name.startsWith(`${prefix}.`)) this.#stats.delete(name);
    for (const name of this.#histograms.keys()) if (name.startsWith(`${prefix}.`)) this.#histograms.delete(name);
  }

  scope(prefix: string, family: string, labels: Record<string, string>): StatScope {
    return new StatScope(this, prefix, family, labels);
  }

  /**
   * Of a connection manager or TCP proxy. Envoy takes the first part of a dotted prefix for the label and leaves the rest
   * in the metric's name (source/common/config/well_known_names.cc, `http.$.**`).
   */
  prefixed(kind: 'http' | 'tcp', prefix: string, label: string): StatScope {
    const [first = '', ...rest] = prefix.split('.');
    return this.scope(`${kind}.${prefix}`, [kind, ...rest].join('.'), { [label]: first });
  }

  /** Sorted by name, as Envoy prints them. */
  list(filter?: RegExp): Stat[] {
    for (const refresh of this.#refreshers) refresh();
    return [...this.#stats.values()].filter(({ name }) => filter === undefined || filter.test(name)).sort(byName);
  }

  histograms(filter?: RegExp): Histogram[] {
    return [...this.#histograms.values()].filter(({ name }) => filter === undefined || filter.test(name)).sort(byName);
  }

  /** Envoy leaves gauges and histograms alone. */
  resetCounters(): void {
    for (const stat of this.#stats.values()) {
      if (stat.kind !== 'counter') continue;
      stat.used ||= stat.value > 0;
      stat.value = 0;
    }
  }
}

const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

/** The stats of one cluster, listener or connection manager. */
export class StatScope {
  readonly #store: StatStore;
  readonly #prefix: string;
  readonly #family: string;
  readonly #labels: Record<string, string>;
  readonly #codes = new Map<string, Stat>();

  constructor(store: StatStore, prefix: string, family: string, labels: Record<string, string>) {
    this.#store = store;
    this.#prefix = prefix;
    this.#family = family;
    this.#labels = labels;
  }

  counter(name: string): Stat {
    return this.#store.stat('counter', `${this.#prefix}.${name}`, `${this.#family}.${name}`, this.#labels);
  }

  gauge(name: string): Stat {
    return this.#store.stat('gauge', `${this.#prefix}.${name}`, `${this.#family}.${name}`, this.#labels);
  }

  forget(): void {
    this.#store.forget(this.#prefix);
  }

  histogram(name: string): Histogram {
    return this.#store.histogram(`${this.#prefix}.${name}`, `${this.#family}.${name}`, this.#labels);
  }

  /** Counts `upstream_rq_2xx`, `upstream_rq_200` and the like; Envoy makes them when the first such answer comes. */
  countCode(name: string, code: number, alsoExact: boolean): void {
    const classDigit = String(Math.floor(code / 100));
    this.#code(name, `${classDigit}xx`, `${name}_xx`, { envoy_response_code_class: classDigit });
    if (alsoExact) this.#code(name, String(code), name, { envoy_response_code: String(code) });
  }

  #code(name: string, suffix: string, family: string, labels: Record<string, string>): void {
    const key = `${name}_${suffix}`;
    let stat = this.#codes.get(key);
    if (!stat) {
      stat = this.#store.stat('counter', `${this.#prefix}.${key}`, `${this.#family}.${family}`, {
        ...labels,
        ...this.#labels,
      });
      this.#codes.set(key, stat);
    }
    stat.value++;
  }
}
