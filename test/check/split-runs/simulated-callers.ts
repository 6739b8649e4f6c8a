import type { Pod } from '../../../src/kube/objects.ts';
import { integerBetween, type Random } from '../../../src/platform/random.ts';
import { chooseWeighted } from '../../../src/sandbox/mesh/route.ts';
import { pod } from '../scripted-probe.ts';

/** Where requests really go, whatever the TrafficSplit says. */
export type Traffic =
  | { type: 'drawn'; weights: Readonly<Record<string, number>> }
  /** Kubernetes' own way without a split: one pod after the other. */
  | { type: 'in-turn'; services: readonly string[] };

interface Sidecar {
  pod: Pod;
  counters: Map<string, number>;
  /** The API tells of a restart of its container only after the next look. */
  staleRestarts: number;
}

const cluster = (service: string) => `cluster.bookstore/${service}|14001`;

/**
 * Callers with sidecars that live as on a cluster: the counters are read from Envoy's text by the check itself, requests
 * come between any two reads, containers and pods restart, callers are scaled.
 */
export class SimulatedCallers {
  traffic: Traffic;
  /** All requests that were given to a backend, by whichever sidecar. */
  requests = 0;
  readonly #random: Random;
  /** Requests between two reads, at most: some customers are slow, some looks are late. */
  readonly #mostAtOnce: number;
  readonly #sidecars: Sidecar[] = [];
  #turn = 0;
  #born = 0;

  constructor(random: Random, traffic: Traffic) {
    this.#random = random;
    this.traffic = traffic;
    this.#mostAtOnce = integerBetween(random, 2, 60);
    for (let count = integerBetween(random, 1, 4); count > 0; count--) this.#add();
  }

  /** What happened before anybody looked: under other weights, of course. */
  live(requests: number): void {
    for (let request = 0; request < requests; request++) this.#send();
  }

  /** What may happen between one read and the next. */
  goOn(): void {
    const random = this.#random;
    this.live(random.next() < 0.2 ? 0 : integerBetween(random, 0, this.#mostAtOnce));
    const fate = random.next();
    const sidecar = this.#sidecars[integerBetween(random, 0, this.#sidecars.length)];
    if (!sidecar) return;
    if (fate < 0.01) this.#restart(sidecar);
    else if (fate < 0.015) this.#replace(sidecar);
    else if (fate < 0.02 && this.#sidecars.length < 4) this.#add();
    else if (fate < 0.025 && this.#sidecars.length > 1) this.#sidecars.splice(this.#sidecars.indexOf(sidecar), 1);
  }

  /** As the API lists them. */
  pods(): Pod[] {
    return this.#sidecars.map((sidecar) => {
      const { pod: known, staleRestarts } = sidecar;
      sidecar.staleRestarts = 0;
      const [envoy] = known.status?.containerStatuses ?? [];
      if (!envoy) return known;
      const restartCount = envoy.restartCount - staleRestarts;
      return { ...known, status: { ...known.status, containerStatuses: [{ ...envoy, restartCount }] } };
    });
  }

  /** Envoy's `/stats`, of more than the caller asked for. */
  stats(name: string): string {
    const counters = this.#sidecars.find((sidecar) => sidecar.pod.metadata.name === name)?.counters ?? new Map();
    const lines = [...counters].map(([counter, value]) => `${counter}: ${value}`);
    return `${['server.live: 1', 'cluster.bookstore/bookstore-v1|14001.upstream_rq_time: No recorded values', ...lines].join('\n')}\n`;
  }

  #add(): void {
    const name = `bookbuyer-${this.#born++}`;
    const made = pod('bookbuyer', name, 'bookbuyer');
    const state = { state: { running: {} }, lastState: {}, ready: true };
    const envoy = { name: 'envoy', image: 'envoyproxy/envoy', imageID: '', restartCount: 0, ...state };
    this.#sidecars.push({
      pod: { ...made, status: { ...made.status, containerStatuses: [envoy] } },
      counters: freshCounters(),
      staleRestarts: 0,
    });
  }

  #restart(sidecar: Sidecar): void {
    const [envoy] = sidecar.pod.status?.containerStatuses ?? [];
    if (envoy) envoy.restartCount += 1;
    sidecar.counters = freshCounters();
    if (this.#random.next() < 0.3) sidecar.staleRestarts += 1;
  }

  #replace(sidecar: Sidecar): void {
    this.#sidecars.splice(this.#sidecars.indexOf(sidecar), 1);
    this.#add();
  }

  #send(): void {
    const sidecar = this.#sidecars[integerBetween(this.#random, 0, this.#sidecars.length)];
    const service = this.#choose();
    if (!sidecar || service === undefined) return;
    this.requests += 1;
    const count = (counter: string) => {
      const name = `${cluster(service)}.${counter}`;
      sidecar.counters.set(name, (sidecar.counters.get(name) ?? 0) + 1);
    };
    // A moment without an endpoint is no request to the upstream, but it was this backend's turn.
    const isLost = this.#random.next() < 0.01;
    count(isLost ? 'upstream_cx_none_healthy' : 'upstream_rq_total');
    // One backend answers worse than the other, so its requests are tried again.
    while (service === 'bookstore-v2' && this.#random.next() < 0.1) {
      count('upstream_rq_total');
      count('upstream_rq_retry');
    }
  }

  #choose(): string | undefined {
    const { traffic } = this;
    if (traffic.type === 'in-turn') return traffic.services[this.#turn++ % traffic.services.length];
    const choices = Object.entries(traffic.weights).map(([name, weight]) => ({ name, weight }));
    return chooseWeighted(choices, this.#random.next())?.name;
  }
}

const freshCounters = () =>
  new Map(['bookstore-v1', 'bookstore-v2'].map((service) => [`${cluster(service)}.membership_healthy`, 1]));
