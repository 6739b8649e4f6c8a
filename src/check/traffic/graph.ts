import type { CallerCounters, MeshSplit, MeshWorkload, TrafficSample } from './sample.ts';

/** Who calls whom, how often and with what result, between two looks. Pure; rates are per second. */
export interface TrafficGraph {
  atMs: number;
  /** The time that the rates are taken over; 0 when there was only one look. */
  spanMs: number;
  nodes: readonly TrafficNode[];
  edges: readonly TrafficEdge[];
  unheard: readonly string[];
}

export type TrafficNode =
  | { id: string; type: 'workload'; workload: MeshWorkload }
  /** A Service that stands for no workload, or for several: the root of a split. */
  | { id: string; type: 'service'; service: string; isSplit: boolean }
  /** Where pass-through connections go; Envoy does not count by destination there. */
  | { id: string; type: 'outside' };

export interface TrafficEdge {
  from: string;
  to: string;
  /** The Service that was called, as namespace/name. */
  service: string;
  /** Requests, or connections where the protocol is no HTTP. */
  unit: 'requests' | 'connections';
  perSecond: number;
  /** Connections open now, where the unit is connections. */
  open: number;
  /** Of `perSecond`. What is in none of them has not been answered yet. */
  answers: Answers;
  retriesPerSecond: number;
  /** Of the requests that went to the root of a split; `weight` is what the TrafficSplit says. */
  share?: { now: number | undefined; weight: number };
  state: EdgeState;
  /** The client's sidecar finished TLS handshakes with this upstream. */
  isSecured: boolean;
  /** The stat or the log that says so. */
  evidence: string;
}

/** Requests per second by result. `refused` never reached a server: no route, no chain, no connection. */
export interface Answers {
  succeeded: number;
  /** 403: the server's policy said no. */
  forbidden: number;
  otherClientErrors: number;
  serverErrors: number;
  refused: number;
}

export type EdgeState = 'idle' | 'flowing' | 'partly-failing' | 'failing' | 'denied';

const noAnswers: Answers = { succeeded: 0, forbidden: 0, otherClientErrors: 0, serverErrors: 0, refused: 0 };
export const outsideId = 'outside the mesh';
const passthrough = 'cluster.passthrough-outbound.upstream_cx_total';
/** Attempts that the logs know by name are the same as those that passed through; less than this share is noise. */
const noise = 0.2;

/** `cluster.<namespace>/<name>|<port>.<counter>`; a server's own `…|local` clusters are not calls. */
const upstreamStat = /^cluster\.([^/|]+\/[^|]+)\|\d+\.(.+)$/;

type Counters = Map<string, number>;

/** Growth of a pod's counter; a smaller value than before began again from zero. */
const growth = (before: number | undefined, now: number): number =>
  before === undefined || now < before ? now : now - before;

/**
 * The Service of an upstream. OSM has a cluster for each pod of a headless Service, named `<pod>.<service>`; the name of a
 * Service itself has no dot.
 */
function serviceOf(upstream: string): string {
  const [namespace = '', name = ''] = upstream.split('/');
  return `${namespace}/${name.slice(name.indexOf('.') + 1)}`;
}

/** What one workload's pods did towards one Service: totals ever, and growth since the look before. */
interface Call {
  workload: string;
  service: string;
  /** The statistics that count it, as a sidecar names them. */
  stat: string;
  grown: Counters;
  total: Counters;
}

function addTo(counters: Counters, name: string, value: number): void {
  counters.set(name, (counters.get(name) ?? 0) + value);
}

/** All calls, by workload and Service. A pod that was not there at the look before counts from zero. */
function callsBetween(before: TrafficSample | undefined, now: TrafficSample): Call[] {
  const calls = new Map<string, Call>();
  const callOf = (workload: string, service: string, stat = `cluster.${service}|…`): Call => {
    const key = `${workload} ${service}`;
    const known = calls.get(key);
    if (known) return known;
    const created = { workload, service, stat, grown: new Map<string, number>(), total: new Map<string, number>() };
    calls.set(key, created);
    return created;
  };
  const earlier = new Map((before?.callers ?? []).map((caller) => [caller.pod, caller]));
  for (const caller of now.callers) {
    const last = earlier.get(caller.pod);
    const since = (known: ReadonlyMap<string, number> | undefined, name: string, value: number) =>
      before === undefined ? 0 : growth(known?.get(name) ?? (last ? undefined : 0), value);
    for (const [name, value] of caller.stats) {
      const [, upstream, counter] = upstreamStat.exec(name) ?? [];
      const call =
        name === passthrough
          ? callOf(caller.workload, outsideId, passthrough)
          : upstream !== undefined
            ? callOf(caller.workload, serviceOf(upstream), `cluster.${upstream}|…`)
            : undefined;
      if (!call) continue;
      const short = counter ?? 'upstream_cx_total';
      addTo(call.total, short, value);
      addTo(call.grown, short, since(last?.stats, name, value));
    }
    addRefusals(caller, (service, value) => {
      const call = callOf(caller.workload, service);
      addTo(call.total, 'refused', value);
      addTo(call.grown, 'refused', since(last?.refusals, service, value));
    });
  }
  return [...calls.values()];
}

function addRefusals({ refusals }: CallerCounters, add: (service: string, value: number) => void): void {
  for (const [service, value] of refusals) add(service, value);
}

const countOf = (counters: Counters, name: string): number => counters.get(name) ?? 0;

/** An application logs also what its sidecar answered with an error, so only what the stats don't know was refused. */
function refusedBy({ grown }: Call): number {
  const answeredWithError = countOf(grown, 'upstream_rq_4xx') + countOf(grown, 'upstream_rq_5xx');
  return Math.max(0, countOf(grown, 'refused') - answeredWithError);
}

function answersOf(call: Call, perSecond: (count: number) => number): Answers {
  const { grown } = call;
  const forbidden = countOf(grown, 'upstream_rq_403');
  return {
    succeeded: perSecond(countOf(grown, 'upstream_rq_2xx') + countOf(grown, 'upstream_rq_3xx')),
    forbidden: perSecond(forbidden),
    otherClientErrors: perSecond(Math.max(0, countOf(grown, 'upstream_rq_4xx') - forbidden)),
    serverErrors: perSecond(countOf(grown, 'upstream_rq_5xx')),
    refused: perSecond(refusedBy(call)),
  };
}

function stateOf(answers: Answers, perSecond: number, open = 0): EdgeState {
  if (perSecond === 0) return open > 0 ? 'flowing' : 'idle';
  const failed = answers.otherClientErrors + answers.serverErrors;
  const denied = answers.forbidden + answers.refused;
  if (failed + denied === 0) return 'flowing';
  if (answers.succeeded > 0) return 'partly-failing';
  return denied >= failed ? 'denied' : 'failing';
}

function edgeOf(call: Call, to: string, spanMs: number): TrafficEdge {
  const perSecondOf = (count: number) => (spanMs > 0 ? (count * 1000) / spanMs : 0);
  const requests = countOf(call.grown, 'upstream_rq_total');
  const isHttp = countOf(call.total, 'upstream_rq_total') > 0 || !call.total.has('upstream_cx_total');
  const refused = refusedBy(call);
  const answers: Answers = isHttp
    ? answersOf(call, perSecondOf)
    : { ...noAnswers, succeeded: perSecondOf(countOf(call.grown, 'upstream_cx_total')), refused: perSecondOf(refused) };
  const perSecond = perSecondOf((isHttp ? requests : countOf(call.grown, 'upstream_cx_total')) + refused);
  const open = isHttp ? 0 : countOf(call.total, 'upstream_cx_active');
  const isFromLog = refused > 0 && requests === 0;
  return {
    from: call.workload,
    to,
    service: call.service,
    unit: isHttp ? 'requests' : 'connections',
    perSecond,
    open,
    answers,
    retriesPerSecond: perSecondOf(countOf(call.grown, 'upstream_rq_retry')),
    state: stateOf(answers, perSecond, open),
    isSecured: countOf(call.total, 'ssl.handshake') > 0,
    evidence: isFromLog ? `the log of ${call.workload}` : `sidecar of ${call.workload}: ${call.stat}`,
  };
}

/** Ever used, or tried and refused: a cluster that a sidecar merely knows is no call. */
const isUsed = ({ total }: Call): boolean =>
  ['upstream_rq_total', 'upstream_cx_total', 'refused'].some((name) => countOf(total, name) > 0);

/** The workload that stands for a Service: the one behind it, when there is exactly one. */
function standsFor(sample: TrafficSample, service: string): string | undefined {
  const workloads = sample.services.find(({ name }) => name === service)?.workloads ?? [];
  return workloads.length === 1 ? workloads[0] : undefined;
}

/** A Service's node may not have the name of a workload's. */
const serviceId = (service: string): string => `service ${service}`;

export function trafficGraph(before: TrafficSample | undefined, now: TrafficSample): TrafficGraph {
  const spanMs = before ? now.atMs - before.atMs : 0;
  const workloads = new Map(now.workloads.map((workload) => [workload.name, workload]));
  const calls = callsBetween(before, now).filter(isUsed);
  const edges = calls.flatMap((call) => {
    if (call.service === outsideId) return outsideEdge(call, calls, spanMs);
    const stands = standsFor(now, call.service);
    const isRoot = now.splits.some(({ root }) => root === call.service);
    const to = isRoot || stands === undefined || !workloads.has(stands) ? serviceId(call.service) : stands;
    return [edgeOf(call, to, spanMs)];
  });
  const routed = edges.flatMap((edge) => throughSplits(edge, edges, now.splits));
  const merged = mergeRoots(routed);
  return { atMs: now.atMs, spanMs, nodes: nodesOf(now, merged), edges: merged, unheard: now.unheard };
}

/** Pass-through that is more than the refusals which the application logged by name. */
function outsideEdge(call: Call, calls: readonly Call[], spanMs: number): TrafficEdge[] {
  const known = calls
    .filter(({ workload, service }) => workload === call.workload && service !== outsideId)
    .reduce((sum, other) => sum + refusedBy(other), 0);
  const opened = countOf(call.grown, 'upstream_cx_total');
  const left = opened - known;
  if (known > 0 && left <= opened * noise) return [];
  const grown = new Map([['upstream_cx_total', Math.max(0, left)]]);
  return [edgeOf({ ...call, grown }, outsideId, spanMs)];
}

/** A call to a backend of a split goes by the root: caller → root, root → backend with its share. */
function throughSplits(edge: TrafficEdge, all: readonly TrafficEdge[], splits: readonly MeshSplit[]): TrafficEdge[] {
  const split = splits.find(({ backends }) => backends.some(({ service }) => service === edge.service));
  const backend = split?.backends.find(({ service }) => service === edge.service);
  if (!split || !backend || split.root === edge.service) return [edge];
  const isOfSplit = (other: TrafficEdge) => split.backends.some(({ service }) => service === other.service);
  const siblings = all.filter((other) => other.from === edge.from && isOfSplit(other));
  const sum = siblings.reduce((total, { perSecond }) => total + perSecond, 0);
  const weights = split.backends.reduce((total, { weight }) => total + weight, 0);
  const share = {
    now: sum > 0 ? edge.perSecond / sum : undefined,
    weight: weights > 0 ? backend.weight / weights : 0,
  };
  const root = serviceId(split.root);
  const { share: _, ...plain } = edge;
  return [
    { ...plain, to: root, service: split.root },
    { ...edge, from: root, share },
  ];
}

const sumOf = (a: Answers, b: Answers): Answers => ({
  succeeded: a.succeeded + b.succeeded,
  forbidden: a.forbidden + b.forbidden,
  otherClientErrors: a.otherClientErrors + b.otherClientErrors,
  serverErrors: a.serverErrors + b.serverErrors,
  refused: a.refused + b.refused,
});

/** Edges between the same two nodes become one: what a caller sent to each backend is one stream to the root. */
function mergeRoots(edges: readonly TrafficEdge[]): TrafficEdge[] {
  const byEnds = new Map<string, TrafficEdge>();
  for (const edge of edges) {
    const key = `${edge.from} ${edge.to}`;
    const known = byEnds.get(key);
    if (!known) byEnds.set(key, edge);
    else byEnds.set(key, mergeTwo(known, edge));
  }
  const merged = [...byEnds.values()];
  return merged.map((edge) => (edge.share ? { ...edge, share: shareAmong(edge, merged) ?? edge.share } : edge));
}

function mergeTwo(a: TrafficEdge, b: TrafficEdge): TrafficEdge {
  const answers = sumOf(a.answers, b.answers);
  const perSecond = a.perSecond + b.perSecond;
  return {
    ...a,
    perSecond,
    open: a.open + b.open,
    answers,
    retriesPerSecond: a.retriesPerSecond + b.retriesPerSecond,
    state: stateOf(answers, perSecond, a.open + b.open),
    isSecured: a.isSecured && b.isSecured,
  };
}

/** With several callers the share of a backend is of all that went to the root. */
function shareAmong(edge: TrafficEdge, all: readonly TrafficEdge[]): TrafficEdge['share'] {
  if (!edge.share) return undefined;
  const sum = all.filter(({ from }) => from === edge.from).reduce((total, { perSecond }) => total + perSecond, 0);
  return { now: sum > 0 ? edge.perSecond / sum : undefined, weight: edge.share.weight };
}

function nodesOf(sample: TrafficSample, edges: readonly TrafficEdge[]): TrafficNode[] {
  const ends = new Set(edges.flatMap(({ from, to }) => [from, to]));
  const workloads = sample.workloads.map(
    (workload): TrafficNode => ({ id: workload.name, type: 'workload', workload }),
  );
  const known = new Set(workloads.map(({ id }) => id));
  const others = [...ends]
    .filter((id) => !known.has(id))
    .map((id): TrafficNode => {
      if (id === outsideId) return { id, type: 'outside' };
      const service = id.slice(serviceId('').length);
      return { id, type: 'service', service, isSplit: sample.splits.some(({ root }) => root === service) };
    });
  return [...workloads, ...others];
}
