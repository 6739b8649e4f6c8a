import type { WeightedCluster } from '../../proxy-config.ts';
import { errorCodes } from '../error-codes.ts';
import type { TrafficSplit } from '../kinds.ts';
import { endpointsOf, type MeshService } from './mesh-service.ts';
import type { Complain, MeshSnapshot } from './snapshot.ts';

/**
 * A host name apart, with the quirks of OSM's own parser (pkg/k8s/util.go, splitHostName): what it can't know it guesses
 * from the namespaces it monitors, and four parts are always taken for a pod's name.
 */
function splitHostName(host: string, monitored: ReadonlySet<string>): { service: string; subdomain?: string } {
  const parts = (host.split(':')[0] ?? '').split('.');
  const [first = '', second = '', third = ''] = parts;
  const ofPod = { service: second, subdomain: first };
  switch (parts.length) {
    case 2:
      return monitored.has(second) ? { service: first } : ofPod;
    case 3:
      return monitored.has(third) ? ofPod : { service: first };
    case 4:
    case 6:
      return ofPod;
    default:
      return { service: first };
  }
}

/** The service that `spec.service` names to clients. */
export const rootServiceName = (spec: string, monitored: ReadonlySet<string>): string =>
  splitHostName(spec, monitored).service;

const isRoot = (snapshot: MeshSnapshot, { metadata, spec }: TrafficSplit, namespace: string, name: string) =>
  metadata.namespace === namespace &&
  spec !== undefined &&
  rootServiceName(spec.service, snapshot.monitoredNamespaces) === name;

/** The split in force for a service; of several the first counts. */
export function splitOf(
  snapshot: MeshSnapshot,
  { namespace, name }: Pick<MeshService, 'namespace' | 'name'>,
  complain: Complain,
): TrafficSplit | undefined {
  const found = snapshot.trafficSplits.filter((split) => isRoot(snapshot, split, namespace, name));
  if (found.length > 1) {
    complain(
      `Found more than 1 SMI TrafficSplit configuration for the same apex service ${namespace}/${name}, this is unsupported. Picking the first one!`,
      errorCodes.multipleSplitsOfService,
    );
  }
  return found[0];
}

/** The names under which a backend answers for its roots; a root that reads as a pod's name keeps that pod in it. */
export function rootsOf(snapshot: MeshSnapshot, { namespace, name }: MeshService): string[] {
  return snapshot.trafficSplits
    .filter(
      ({ metadata, spec }) =>
        metadata.namespace === namespace && (spec?.backends ?? []).some((backend) => backend.service === name),
    )
    .map(({ spec }) => {
      const { service, subdomain } = splitHostName(spec?.service ?? '', snapshot.monitoredNamespaces);
      return subdomain === undefined ? service : `${subdomain}.${service}`;
    });
}

/** The backend's port of the root's number names the port to look for among its endpoints; no such port, no name. */
function leafTargetPort(snapshot: MeshSnapshot, root: MeshService, backend: string): number | undefined {
  const service = snapshot.services.find(
    ({ metadata }) => metadata.namespace === root.namespace && metadata.name === backend,
  );
  if (!service) return undefined;
  const portName = service.spec.ports?.find((candidate) => candidate.port === root.port)?.name ?? '';
  return (endpointsOf(snapshot, service)?.subsets ?? [])
    .flatMap(({ ports }) => ports ?? [])
    .find(({ name = '' }) => name === portName)?.port;
}

/**
 * Where requests to the root go. A backend that has no such port or no endpoints is dropped and the others share its
 * part (OSM 1.2); an unauthorised one stays, and its share fails at the client's sidecar.
 */
export function splitClusters(
  snapshot: MeshSnapshot,
  root: MeshService,
  split: TrafficSplit,
  complain: Complain,
): WeightedCluster[] {
  const clusters = new Map<string, WeightedCluster>();
  for (const { service, weight } of split.spec?.backends ?? []) {
    const targetPort = leafTargetPort(snapshot, root, service);
    if (targetPort === undefined) {
      complain(`Error fetching target port for leaf service ${root.namespace}/${service}, ignoring it`);
      continue;
    }
    const cluster = `${root.namespace}/${service}|${targetPort}`;
    clusters.set(`${cluster} ${weight}`, { cluster, weight });
  }
  return [...clusters.values()].sort((a, b) =>
    a.cluster === b.cluster ? a.weight - b.weight : a.cluster < b.cluster ? -1 : 1,
  );
}

/** OSM converts to uint32: a negative weight becomes a huge one, which Envoy then refuses. */
export const unsigned = (clusters: readonly WeightedCluster[]): WeightedCluster[] =>
  clusters.map(({ cluster, weight }) => ({ cluster, weight: weight < 0 ? weight + 2 ** 32 : weight }));

/** A route gets no cluster where the weights add up to nothing (pkg/envoy/rds/route, buildWeightedCluster). */
export function routeClusters(clusters: readonly WeightedCluster[], complain: Complain): WeightedCluster[] {
  const total = clusters.reduce((sum, { weight }) => sum + weight, 0);
  if (total >= 1) return unsigned(clusters);
  complain(`Total weight of weighted cluster must be >= 1, got ${total}`);
  return [];
}
