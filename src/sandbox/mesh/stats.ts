/**
 * Counters and gauges under Envoy's dotted names, with the labels that its Prometheus page gives them. It knows nothing
 * of what is counted. Callers keep the Stat and add to it; nothing is looked up per request.
 */
export interface Stat {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly family: string;
  readonly labels: Readonly<Record<string, string>>;
  value: number;
}

export class StatStore {
  readonly #stats = new Map<string, Stat>();

  stat(kind: Stat['kind'], name: string, family = name, labels: Record<string, string> = {}): Stat {
    const known = this.#stats.get(name);
    if (known) return known;
    const created = { kind, name, family, labels, value: 0 };
    this.#stats.set(name, created);
    return created;
  }

  scope(prefix: string, family: string, labels: Record<string, string>): StatScope {
    return new StatScope(this, prefix, family, labels);
  }

  /** Sorted by name, as Envoy prints them. */
  list(filter?: RegExp): Stat[] {
    return [...this.#stats.values()]
      .filter(({ name }) => filter === undefined || filter.test(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  resetCounters(): void {
    for (const stat of this.#stats.values()) if (stat.kind === 'counter') stat.value = 0;
  }
}

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

/** `name: value` lines, as `GET /stats` prints them. */
export function asText(stats: readonly Stat[]): string {
  return stats.map(({ name, value }) => `${name}: ${value}\n`).join('');
}

export function asJson(stats: readonly Stat[]): string {
  return JSON.stringify({ stats: stats.map(({ name, value }) => ({ name, value })) });
}

const metricName = (family: string) => `envoy_${family.replaceAll(/[^a-zA-Z0-9_]/g, '_')}`;
const labelText = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** The exposition format, one TYPE line per family. */
export function asPrometheus(stats: readonly Stat[]): string {
  const families = Map.groupBy(stats, ({ family }) => family);
  const lines: string[] = [];
  for (const [family, members] of [...families].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = metricName(family);
    lines.push(`# TYPE ${name} ${members[0]?.kind ?? 'counter'}`);
    for (const { labels, value } of members) {
      const pairs = Object.entries(labels).map(([key, text]) => `${key}="${labelText(text)}"`);
      lines.push(`${name}{${pairs.join(',')}} ${value}`);
    }
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
