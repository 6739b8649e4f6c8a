// Small meshes as an observer would see them, look by look.
import { type TrafficGraph, trafficGraph } from '../../../src/check/traffic/graph.ts';
import type { CallerCounters, MeshSplit, TrafficSample } from '../../../src/check/traffic/sample.ts';

export type Counts = Readonly<Record<string, number>>;

/** Counters of one upstream: `http('bookstore/bookstore', { total: 10, '2xx': 10 })`. */
export function http(service: string, counts: Counts, port = 14001): Counts {
  const name = `cluster.${service}|${port}`;
  const named = Object.entries(counts).map(([counter, value]) => [`${name}.upstream_rq_${counter}`, value] as const);
  return { ...Object.fromEntries(named), [`${name}.ssl.handshake`]: 1 };
}

export const connections = (service: string, port: number, total: number, active: number): Counts => ({
  [`cluster.${service}|${port}.upstream_cx_total`]: total,
  [`cluster.${service}|${port}.upstream_cx_active`]: active,
});

export function caller(
  workload: string,
  stats: Counts,
  refusals: Counts = {},
  pod = `${workload}-pod`,
): CallerCounters {
  return { pod, workload, stats: new Map(Object.entries(stats)), refusals: new Map(Object.entries(refusals)) };
}

export interface Mesh {
  workloads: readonly string[];
  /** Services by name, with the workloads behind them. */
  services: Readonly<Record<string, readonly string[]>>;
  splits?: readonly MeshSplit[];
}

export const bookstoreMesh: Mesh = {
  workloads: [
    'bookbuyer/bookbuyer',
    'bookthief/bookthief',
    'bookstore/bookstore',
    'bookstore/bookstore-v2',
    'bookwarehouse/bookwarehouse',
  ],
  services: {
    'bookstore/bookstore': ['bookstore/bookstore', 'bookstore/bookstore-v2'],
    'bookstore/bookstore-v1': ['bookstore/bookstore'],
    'bookstore/bookstore-v2': ['bookstore/bookstore-v2'],
    'bookwarehouse/bookwarehouse': ['bookwarehouse/bookwarehouse'],
  },
};

export const bookstoreSplit: MeshSplit = {
  root: 'bookstore/bookstore',
  backends: [
    { service: 'bookstore/bookstore-v1', weight: 50 },
    { service: 'bookstore/bookstore-v2', weight: 50 },
  ],
};

export function sample(mesh: Mesh, atMs: number, callers: readonly CallerCounters[]): TrafficSample {
  return {
    atMs,
    workloads: mesh.workloads.map((name) => {
      const [namespace, account] = name.split('/');
      return { name, identity: `${account}.${namespace}.cluster.local`, pods: 1, ready: 1, sidecars: 1 };
    }),
    services: Object.entries(mesh.services).map(([name, workloads]) => ({ name, workloads })),
    splits: mesh.splits ?? [],
    callers,
    unheard: [],
  };
}

/** Two looks ten seconds apart: nothing counted at the first one, unless it says so. */
export function graphOf(
  mesh: Mesh,
  now: readonly CallerCounters[],
  before: readonly CallerCounters[] = now.map((one) => ({ ...one, stats: new Map(), refusals: new Map() })),
): TrafficGraph {
  return trafficGraph(sample(mesh, 0, before), sample(mesh, 10_000, now));
}
