import { faultOf } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Pod } from '../kube/objects.ts';
import type { Findings } from '../words/en/findings.ts';
import { notYet, wrong } from './answers.ts';
import type { CheckResult } from './check.ts';
import type { CounterReading } from './counter-ledger.ts';
import { waitIn } from './pod-waits.ts';
import { type NamespacedName, nameOf } from './spec-fields.ts';
import { findWorkload, hasSidecar, podsOf, sidecarName } from './workload.ts';

/** Envoy's admin port in OSM 1.2; `osm proxy get stats` uses it too. */
const adminPort = 15000;

export interface ClientPods {
  status: 'found';
  workload: string;
  /** Running pods with a sidecar. */
  pods: Pod[];
}

/** The pods that call, or the answer why nobody can be asked. */
export async function findClient(
  kube: KubeClient,
  from: NamespacedName,
  expected: string,
  { conditions }: Findings,
): Promise<ClientPods | { status: 'answered'; result: CheckResult }> {
  const workload = await findWorkload(kube, from);
  const answered = (result: CheckResult) => ({ status: 'answered' as const, result });
  if (!workload) {
    const tryThis = `kubectl get deployments -n ${from.namespace}`;
    return answered(wrong({ expected, saw: conditions.notDeployed(nameOf(from)), on: nameOf(from), tryThis }));
  }
  const label = `${workload.kind} ${nameOf(from)}`;
  const all = await podsOf(kube, workload);
  const pods = all.filter((pod) => pod.status?.phase === 'Running');
  const bare = pods.find((pod) => !hasSidecar(pod));
  if (bare) {
    const tryThis = `kubectl rollout restart ${workload.kind.toLowerCase()} ${from.name} -n ${from.namespace}`;
    const on = `Pod ${from.namespace}/${bare.metadata.name}, spec.containers`;
    return answered(wrong({ expected, saw: conditions.callerWithoutSidecar, on, tryThis }));
  }
  if (pods.length === 0) {
    const wait = await waitIn(kube, workload, all, conditions.waits);
    const saw = conditions.noPodRuns(label) + (wait ? `; ${wait.what}` : '');
    const tryThis = `kubectl get pods -n ${from.namespace}`;
    return answered(notYet({ expected, saw, tryThis }, wait?.isStuck));
  }
  return { status: 'found', workload: `${workload.kind.toLowerCase()}/${from.name}`, pods };
}

/** The counters and gauges of each pod's sidecar whose names match `filter`, by pod uid. */
export async function readStats(
  kube: KubeClient,
  pods: readonly Pod[],
  filter: string,
  signal: AbortSignal,
): Promise<Map<string, CounterReading>> {
  const path = `/stats?filter=${encodeURIComponent(filter)}`;
  const readings = await Promise.all(
    pods.map(async (pod) => {
      const counters = parseStats(await adminGet(kube, pod, path, signal));
      return [pod.metadata.uid ?? '', { incarnation: incarnationOf(pod), counters }] as const;
    }),
  );
  return new Map(readings);
}

/** Envoy's counters are as old as its container. */
function incarnationOf(pod: Pod): string {
  const statuses = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])];
  return String(statuses.find((status) => status.name === sidecarName)?.restartCount ?? 0);
}

/** One page of a sidecar's admin interface. */
export async function adminGet(kube: KubeClient, pod: Pod, path: string, signal: AbortSignal): Promise<string> {
  const { namespace = 'default', name = '' } = pod.metadata;
  const reply = await kube.podHttp({ namespace, name, port: adminPort }, path, signal);
  if (reply.status === 200) return reply.body;
  throw faultOf('sidecar.no-stats', namespace, name, path, reply.status);
}

/** Envoy's plain form, `name: value`; histograms and text values are left out. */
export function parseStats(body: string): Map<string, number> {
  const stats = new Map<string, number>();
  for (const line of body.split('\n')) {
    const match = /^(.+): (\d+)$/.exec(line.trim());
    if (match?.[1] && match[2]) stats.set(match[1], Number(match[2]));
  }
  return stats;
}

/** Accepts `cluster.<namespace>/<name>|<port>.<counter>` for any port, or for one. */
export function upstreamCounter(to: NamespacedName, counter: string, port?: number): (name: string) => boolean {
  const start = `cluster.${nameOf(to)}|`;
  const end = `.${counter}`;
  return (name) => {
    if (!name.startsWith(start) || !name.endsWith(end)) return false;
    const between = name.slice(start.length, -end.length);
    return port === undefined ? /^\d+$/.test(between) : between === String(port);
  };
}

/** A filter in Envoy's regular expressions for the counters of one or more upstream Services. */
export function upstreamFilter(services: readonly NamespacedName[], more: readonly string[] = []): string {
  const clusters = services.map((service) => `^cluster\\.${nameOf(service).replaceAll('.', '\\.')}\\|`);
  return [...clusters, ...more].join('|');
}
