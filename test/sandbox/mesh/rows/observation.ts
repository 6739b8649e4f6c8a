import { vi } from 'vitest';
import type { MeshCluster } from '../mesh-cluster.ts';
import { curl, type Heard, netcat, type RequestOptions, type Seen } from './client.ts';

/** What one action of a client program did: what it saw itself, what sidecars wrote meanwhile, which stats moved. */
export interface Observation<T> {
  seen: T;
  /** New lines of the access log, by pod. */
  log: Record<string, Record<string, unknown>[]>;
  /** By how much each stat of a sidecar changed; those that did not are left out. */
  moved: Record<string, Record<string, number>>;
}

type Stats = Map<string, number>;

export async function statsOf(mesh: MeshCluster, pod: string): Promise<Stats> {
  const { body } = await mesh.admin(pod, '/stats?format=json');
  const { stats } = JSON.parse(body) as { stats: { name?: string; value?: number }[] };
  return new Map(
    stats.flatMap(({ name, value }): [string, number][] => (name && value !== undefined ? [[name, value]] : [])),
  );
}

/** Nothing under way, and two looks in a row that show the same. */
async function quietStats(mesh: MeshCluster, pods: readonly string[], before: Map<string, Stats>) {
  let previous = '';
  return vi.waitFor(
    async () => {
      const stats = new Map(await Promise.all(pods.map(async (pod) => [pod, await statsOf(mesh, pod)] as const)));
      const busy = [...stats].flatMap(([pod, values]) =>
        [...values].filter(
          ([name, value]) =>
            (name.endsWith('.downstream_rq_active') && value > 0) ||
            (name === 'listener.0.0.0.0_15001.downstream_cx_active' && value > (before.get(pod)?.get(name) ?? 0)),
        ),
      );
      if (busy.length > 0) throw new Error(`still busy: ${busy.join('; ')}`);
      const text = JSON.stringify([...stats].map(([pod, values]) => [pod, ...values]));
      const same = text === previous;
      previous = text;
      if (!same) throw new Error('the stats still move');
      return stats;
    },
    { timeout: 30_000, interval: 5 },
  );
}

/** A connection that somebody had opened before, and that closes meanwhile: no action of ours makes a gauge fall. */
const isOfBefore = (name: string, change: number): boolean =>
  (name.endsWith('_active') && change < 0) || (name.includes('.circuit_breakers.') && change > 0);

export async function observe<T>(
  mesh: MeshCluster,
  pods: readonly string[],
  act: () => Promise<T>,
): Promise<Observation<T>> {
  const lines = new Map(pods.map((pod) => [pod, mesh.envoyLog(pod).length]));
  const before = new Map(await Promise.all(pods.map(async (pod) => [pod, await statsOf(mesh, pod)] as const)));
  const seen = await act();
  const after = await quietStats(mesh, pods, before);
  const changes = (pod: string) =>
    [...(after.get(pod) ?? [])]
      .map(([name, value]) => [name, value - (before.get(pod)?.get(name) ?? 0)] as const)
      .filter(([name, change]) => change !== 0 && !isOfBefore(name, change));
  return {
    seen,
    log: Object.fromEntries(pods.map((pod) => [pod, mesh.envoyLog(pod).slice(lines.get(pod))])),
    moved: Object.fromEntries(pods.map((pod) => [pod, Object.fromEntries(changes(pod))])),
  };
}

/** The pods whose sidecars a row looks at, the client first. */
type Pair = readonly [client: string, ...servers: string[]];

export function call(mesh: MeshCluster, pods: Pair, url: string, options?: RequestOptions): Promise<Observation<Seen>> {
  return observe(mesh, pods, () => curl(mesh.inside(pods[0]), url, options));
}

export function talk(
  mesh: MeshCluster,
  pods: Pair,
  to: string,
  text: string,
  enough?: number,
): Promise<Observation<Heard>> {
  return observe(mesh, pods, () => netcat(mesh.inside(pods[0]), to, text, enough));
}
