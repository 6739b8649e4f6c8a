import type { KubeClient } from '../../kube/client.ts';
import type { Findings } from '../../words/en/findings.ts';
import { askCluster, notYet, passed, remembered, unknown, wrong } from '../answers.ts';
import { type CheckKind, type CheckResult, type Probe, SpecProblem } from '../check.ts';
import { CounterLedger, type CounterReading } from '../counter-ledger.ts';
import { waitBehind } from '../pod-waits.ts';
import { isSameShares, outboundRoutes, showShares } from '../routes.ts';
import { judgeShares } from '../share-test.ts';
import { adminGet, type ClientPods, findClient, readStats, upstreamCounter, upstreamFilter } from '../sidecar.ts';
import { type NamespacedName, nameOf, SpecFields } from '../spec-fields.ts';
import { backendsOf, listSplits, readinessOf, rootOf, type SplitBackend } from '../traffic-splits.ts';

/*
 * Requests until the verdict, 1,000 seeded runs each with the defaults (tolerance 0.25, error 1e-6, miss 0.001), callers
 * whose pods restart, join and leave, and looks that come up to 60 requests late (`npm run bench -- split-verdicts`):
 *
 *   wanted                        min   median    p95     max   false verdicts
 *   50/50  right                   56      151    317     685   0
 *          one backend missing     56      116    275     528   0
 *          off by 0.3             543    2,890  4,660   7,168   0 (one in 20 undecided after 600 looks)
 *   90/10  right                   31      115    276     432   0
 *          swapped                 19       90    271     454   0
 *          second missing         151      216    387     622   0
 *   99/1   right                   41      169    453     838   0
 *          second missing       1,585    1,756  1,988   2,198   0
 *   100/0  right                   27       84    269     449   0
 *          first missing           14       78    245     473   0
 *   any    not split at all, or routes that show it: never passed, wrong at once where the routes show it
 *
 * Looked at after each request a right 50/50 takes 70 at the median; the demo's customer sends two a second.
 */
interface Spec {
  from: NamespacedName;
  /** What must be, or the TrafficSplit that says it. */
  wanted: { backends: readonly SplitBackend[] } | { declared: NamespacedName };
  tolerance: number;
  error: number;
  miss: number;
}

const fields = {
  from: { description: 'the Deployment that calls, as namespace/name', required: true },
  backends: { description: 'Services and their weights: { bookstore/bookstore-v1: 50, bookstore/bookstore-v2: 50 }' },
  declared: { description: 'instead of backends: the TrafficSplit, as namespace/name, whose own weights must hold' },
  tolerance: { description: 'how far a share may be off; 0.25 if left out. Smaller wants more requests' },
  error: { description: 'how likely a right split may be rejected; 1e-6 if left out' },
  miss: { description: 'how likely a share beyond the tolerance may pass; 0.001 if left out' },
};

/** Counting starts anew whenever what decides the shares changes; each start has its part of `error` and `miss`. */
class SplitTrial {
  readonly ledger = new CounterLedger('left-out');
  #signature: string | undefined;
  #starts = 0;

  /** True when something changed: the counts up to this look say nothing about what holds now. */
  startOver(signature: string): boolean {
    if (signature === this.#signature) return false;
    this.#signature = signature;
    this.ledger.restart();
    return true;
  }

  /** Counting begins; waiting for the weights to be in force costs no part. */
  begin(): void {
    this.#starts += 1;
  }

  /** The sum over all starts stays below the whole: 1/2 + 1/6 + 1/12 + … = 1. */
  partOf(probability: number): number {
    return probability / (this.#starts * (this.#starts + 1));
  }
}

export const trafficSplit: CheckKind<Spec> = {
  kind: 'traffic-split',
  temper: 'level',
  summary:
    'Requests are shared among backends as the weights say, decided by a sequential test on the counters of the sidecar.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    if (spec.has('backends') === spec.has('declared')) throw new SpecProblem('', 'needs either backends or declared.');
    const backends = spec.has('backends') ? spec.weights('backends') : [];
    if (spec.has('backends') && !backends.some(({ weight }) => weight > 0)) {
      throw new SpecProblem('backends', 'must give at least one Service a weight above 0.');
    }
    return {
      from: spec.namespacedName('from'),
      wanted: spec.has('declared') ? { declared: spec.namespacedName('declared') } : { backends },
      tolerance: spec.number('tolerance', 0.25, { from: 0.01, below: 0.5 }),
      error: spec.number('error', 1e-6, { above: 0, below: 0.5 }),
      miss: spec.number('miss', 0.001, { above: 0, below: 0.5 }),
    };
  },
  describe(spec, words) {
    const { trafficSplit } = words.conditions;
    const caller = nameOf(spec.from);
    if ('declared' in spec.wanted) return trafficSplit.asDeclared(caller, nameOf(spec.wanted.declared));
    return trafficSplit.title(caller, showShares(sharesOf(spec.wanted.backends), words));
  },
  // Of a declared split the backends are not known here.
  call: ({ from, wanted }) => {
    const first = 'backends' in wanted ? wanted.backends[0] : undefined;
    return first && { from, to: first.service };
  },
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const words = probe.words.conditions.trafficSplit;
      const backends = await wantedBackends(kube, spec, words);
      if ('status' in backends) return backends;
      const expected = words.expected(showShares(sharesOf(backends.list), probe.words), spec.tolerance * 100);
      const client = await findClient(kube, spec.from, expected, probe.words);
      if (client.status === 'answered') return client.result;
      return count(kube, spec, backends.list, client, expected, probe);
    }),
};

function sharesOf(backends: readonly SplitBackend[]): Map<string, number> {
  const total = backends.reduce((sum, { weight }) => sum + weight, 0);
  return new Map(backends.map(({ service, weight }) => [nameOf(service), weight / total]));
}

type SplitWords = Findings['conditions']['trafficSplit'];

async function wantedBackends(
  kube: KubeClient,
  spec: Spec,
  words: SplitWords,
): Promise<{ list: readonly SplitBackend[] } | CheckResult> {
  if ('backends' in spec.wanted) return { list: spec.wanted.backends };
  const { namespace, name } = spec.wanted.declared;
  const split = (await listSplits(kube, namespace)).find((object) => object.metadata.name === name);
  const list = split ? backendsOf(split) : [];
  if (list.some(({ weight }) => weight > 0)) return { list };
  const expected = words.withWeights(name);
  const saw = split ? words.noWeight : words.missing;
  const on = `TrafficSplit ${namespace}/${name}, spec.backends`;
  return wrong({ expected, saw, on, tryThis: `kubectl get trafficsplit -n ${namespace} -o yaml` });
}

async function count(
  kube: KubeClient,
  spec: Spec,
  backends: readonly SplitBackend[],
  client: ClientPods,
  expected: string,
  probe: Probe,
): Promise<CheckResult> {
  const words = probe.words.conditions.trafficSplit;
  const shares = sharesOf(backends);
  const services = backends.map(({ service }) => service);
  const namespace = services[0]?.namespace ?? 'default';
  const readiness = await Promise.all(services.map((service) => readinessOf(kube, service)));
  const missing = services[readiness.indexOf('missing')];
  if (missing) {
    const tryThis = `kubectl get services -n ${missing.namespace}`;
    return wrong({
      expected,
      saw: words.noService(nameOf(missing)),
      on: `Service ${nameOf(missing)}`,
      tryThis,
    });
  }
  const idle =
    services[readiness.findIndex((ready, index) => ready === 'not-ready' && (backends[index]?.weight ?? 0) > 0)];
  const trial = remembered(probe, 'trial', SplitTrial, () => new SplitTrial());
  // Routes first, counters second: a change in between is seen at the next look, which drops what was counted.
  const roots = (await listSplits(kube, namespace)).map(rootOf);
  const routes = await routesOf(kube, client, shares, roots, probe);
  if (routes.status === 'unreadable') return unknown(words.unreadable, routesCommand(client, spec));
  const stats = await readStats(kube, client.pods, upstreamFilter(services), probe.signal);
  trial.ledger.look(stats);
  const empty = services.filter(
    (service, index) => (backends[index]?.weight ?? 0) > 0 && isWithoutEndpoint(service, stats),
  );
  const restarted = trial.startOver(JSON.stringify([[...shares], readiness, routes, empty.map(nameOf)]));
  const tryThis = `osm proxy get stats ${client.pods[0]?.metadata.name} -n ${spec.from.namespace}`;
  const pending = idle ?? empty[0];
  if (pending) {
    const wait = await waitBehind(kube, pending, probe.words.conditions.waits);
    const saw = words.notCallable(nameOf(pending)) + (wait ? `; ${wait.what}` : '');
    return notYet({ expected, saw, tryThis: `kubectl get pods -n ${namespace}` }, wait?.isStuck);
  }
  if (routes.status === 'other') return judgeRoutes(kube, shares, routes.saw, namespace, expected, probe.words);
  if (restarted) {
    trial.begin();
    return notYet({ expected, saw: words.inForce, tryThis });
  }

  const counts = services.map((service) => sent(trial.ledger, service));
  const saw = describeCounts(services, counts, words);
  const [error, miss] = [trial.partOf(spec.error), trial.partOf(spec.miss)];
  const verdict = judgeShares({ shares: [...shares.values()], tolerance: spec.tolerance, error, miss }, counts);
  switch (verdict.type) {
    case 'within':
      return passed(words.sure(saw, spec.tolerance * 100, Math.round(1 / spec.miss)));
    case 'undecided': {
      const unseen = verdict.unseen === undefined ? undefined : services[verdict.unseen]?.name;
      return notYet({
        expected,
        saw: unseen ? words.mustGetOne(saw, unseen) : words.tooFew(saw),
        tryThis,
      });
    }
    case 'outside':
      return wrong({
        expected,
        saw,
        on: words.weightOf(namespace, services[verdict.backend]?.name ?? ''),
        tryThis,
      });
  }
}

const routesCommand = (client: ClientPods, spec: Spec) =>
  `osm proxy get config_dump ${client.pods[0]?.metadata.name} -n ${spec.from.namespace}`;

/**
 * Each request that was given to the Service, also those for which no pod could be found. A retry is another attempt at
 * a backend that was drawn already, and no draw of its own; Envoy counts it as a request to the upstream all the same.
 */
function sent(ledger: CounterLedger, service: NamespacedName): number {
  const grown = (counter: string) => ledger.grown(upstreamCounter(service, counter));
  const given = ['upstream_rq_total', 'upstream_cx_none_healthy', 'upstream_rq_pending_failure_eject'];
  return Math.max(0, given.reduce((sum, counter) => sum + grown(counter), 0) - grown('upstream_rq_retry'));
}

/** True when some sidecar has the cluster but no healthy endpoint in it. */
function isWithoutEndpoint(service: NamespacedName, stats: ReadonlyMap<string, CounterReading>): boolean {
  const isMembership = upstreamCounter(service, 'membership_healthy');
  // OSM names a cluster by its target port, which is 0 until an endpoint tells it: such a one may still be listed beside
  // the one that replaced it, and says nothing.
  return [...stats.values()].some(({ counters }) => {
    const healthy = [...counters].flatMap(([name, value]) => (isMembership(name) ? [value] : []));
    return healthy.length > 0 && healthy.every((value) => value === 0);
  });
}

function describeCounts(services: readonly NamespacedName[], counts: readonly number[], words: SplitWords): string {
  const total = counts.reduce((sum, one) => sum + one, 0);
  const parts = services.map((service, index) => {
    const hits = counts[index] ?? 0;
    return words.part(hits, total === 0 ? 0 : Math.round((hits / total) * 100), service.name);
  });
  return total === 0 ? words.noRequest : words.counts(total, parts);
}

type RoutesSeen = { status: 'in-force' } | { status: 'other'; saw: string } | { status: 'unreadable' };

/**
 * Whether each caller's sidecar routes by these shares where a root of a split is called. Every backend has a virtual host
 * of its own, too, that sends all to itself, and says nothing about a split that gives all to one of them.
 */
async function routesOf(
  kube: KubeClient,
  client: ClientPods,
  shares: ReadonlyMap<string, number>,
  roots: readonly string[],
  { signal, words }: Probe,
): Promise<RoutesSeen> {
  const wanted = new Map([...shares].filter(([, share]) => share > 0));
  for (const pod of client.pods) {
    const dump = await adminGet(kube, pod, '/config_dump?resource=dynamic_route_configs', signal);
    const all = outboundRoutes(dump);
    if (!all) return { status: 'unreadable' };
    const routes = all.filter(({ host }) => host === undefined || roots.length === 0 || roots.includes(host));
    if (routes.some((route) => isSameShares(route.shares, wanted))) continue;
    // A Service's own route (all to itself) says nothing about the split; the longest that knows a backend does.
    const related = routes.filter((route) => [...route.shares.keys()].some((name) => shares.has(name)));
    const split = related.toSorted((a, b) => b.shares.size - a.shares.size)[0];
    return {
      status: 'other',
      saw: split
        ? words.conditions.trafficSplit.routesBy(showShares(split.shares, words))
        : words.conditions.trafficSplit.noSuchSplit,
    };
  }
  return { status: 'in-force' };
}

/** The sidecar routes otherwise: it will follow if the object says so already, else the object must change. */
async function judgeRoutes(
  kube: KubeClient,
  shares: ReadonlyMap<string, number>,
  saw: string,
  namespace: string,
  expected: string,
  words: Findings,
): Promise<CheckResult> {
  const { inNamespace, trafficSplit } = words.conditions;
  const splits = await listSplits(kube, namespace);
  const tryThis = `kubectl get trafficsplit -n ${namespace} -o yaml`;
  if (splits.some((split) => isSameShares(sharesOf(backendsOf(split)), shares)))
    return notYet({ expected, saw, tryThis });
  const name = splits[0]?.metadata.name;
  const on = name ? `TrafficSplit ${namespace}/${name}, spec.backends` : inNamespace('TrafficSplit', namespace);
  const declared = showShares(sharesOf(backendsOf(splits[0] ?? { metadata: {} })), words);
  const found = name ? trafficSplit.inObject(declared, saw) : saw;
  return wrong({ expected, saw: found, on, tryThis });
}
