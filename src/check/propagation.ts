import type { KubeClient } from '../kube/client.ts';
import type { KubeObject } from '../kube/objects.ts';
import { StatusError } from '../kube/status.ts';
import type { Probe } from './check.ts';
import { httpRouteGroups, meshConfigs, trafficSplits, trafficTargets } from './resource-table.ts';
import { adminGet, type ClientPods } from './sidecar.ts';

/**
 * Whether a change of policy has reached the sidecars that must heed it: the times that the API server notes of changes are
 * held against those that Envoy notes of its configuration. Both clocks are the cluster's. Of an object that was deleted
 * no time is left, so a deletion on its way is not seen.
 */

/** The sentence that tells of a sidecar that is behind; undefined when none is, or none can be seen to be. */
export async function whoIsBehind(
  kube: KubeClient,
  client: ClientPods,
  namespace: string,
  { signal, words }: Probe,
): Promise<string | undefined> {
  const latest = await latestChange(kube, namespace);
  if (!latest) return undefined;
  for (const pod of client.pods) {
    // The whole dump of a real sidecar is large; policies become listeners and routes.
    const parts = ['dynamic_listeners', 'dynamic_route_configs'].map((part) =>
      adminGet(kube, pod, `/config_dump?resource=${part}`, signal),
    );
    const configuredAt = configuredIn((await Promise.all(parts)).join(''));
    if (configuredAt === undefined || configuredAt >= latest.at) continue;
    return words.conditions.waits.older(pod.metadata.name ?? '', latest.object);
  }
  return undefined;
}

/** The policy of the namespace, or setting of the mesh, that changed last. */
async function latestChange(kube: KubeClient, namespace: string): Promise<{ object: string; at: number } | undefined> {
  const lists = [
    ...[trafficTargets, httpRouteGroups, trafficSplits].map((ref) => ({ ref, options: { namespace } })),
    { ref: meshConfigs, options: {} },
  ];
  const found = await Promise.all(
    lists.map(async ({ ref, options }) => {
      const objects = await kube.list(ref, options).catch(noneOfAKind);
      return objects.map((object) => ({ object: `${ref.kind} ${object.metadata.name}`, at: changedAt(object) }));
    }),
  );
  return found
    .flat()
    .filter(({ at }) => at > 0)
    .sort((a, b) => b.at - a.at)[0];
}

function noneOfAKind(error: unknown): KubeObject[] {
  if (error instanceof StatusError && (error.code === 404 || error.code === 403)) return [];
  throw error;
}

/** Whole seconds, rounded down, as the API server writes them: a sidecar is never held to be behind that is not. */
function changedAt({ metadata }: KubeObject): number {
  const written = (metadata.managedFields ?? []).map((entry) =>
    typeof entry === 'object' && entry !== null && 'time' in entry ? String(entry.time) : '',
  );
  const times = [metadata.creationTimestamp ?? '', ...written].map((time) => Date.parse(time));
  return Math.max(0, ...times.filter((time) => !Number.isNaN(time)));
}

/** The latest `last_updated` of anything in Envoy's dump. */
function configuredIn(dump: string): number | undefined {
  const times = [...dump.matchAll(/"last_updated":\s*"([^"]+)"/g)].map(([, time = '']) => Date.parse(time));
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length === 0 ? undefined : Math.max(...known);
}
