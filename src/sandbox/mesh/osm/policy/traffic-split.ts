import type { WeightedCluster } from '../../proxy-config.ts';
import type { TrafficSplit } from '../kinds.ts';
import { endpointsOf, type MeshService, targetPortFrom } from './mesh-service.ts';
import type { Complaint, MeshSnapshot } from './snapshot.ts';

/**
 * The service that `spec.service` names, with the quirks of OSM's own parser (pkg/k8s/util.go, splitHostName): two parts
 * are service.namespace only if the second is a monitored namespace, and of four parts the second is taken.
 */
export function rootServiceName(spec: string, monitoredNamespaces: ReadonlySet<string>): string {
  const parts = (spec.split(':')[0] ?? '').split('.');
  const [first = '', second = ''] = parts;
  switch (parts.length) {
    case 2:
      return monitoredNamespaces.has(second) ? first : second;
    case 3:
      return parts[2] === 'svc' ? first : second;
    case 4:
    case 6:
      return second;
    default:
      return first;
  }
}

const isRoot = (snapshot: MeshSnapshot, { metadata, spec }: TrafficSplit, namespace: string, name: string) =>
  metadata.namespace === namespace &&
  spec !== undefined &&
  rootServiceName(spec.service, snapshot.monitoredNamespaces) === name;

/** The split in force for a service; of several the first counts. */
export function splitOf(
  snapshot: MeshSnapshot,
  { namespace, name }: Pick<MeshService, 'namespace' | 'name'>,
  complain: (complaint: Complaint) => void,
): TrafficSplit | undefined {
  const found = snapshot.trafficSplits.filter((split) => isRoot(snapshot, split, namespace, name));
  if (found.length > 1) {
    complain(`Found more than 1 SMI TrafficSplit configuration for the same apex service ${namespace}/${name}`);
  }
  return found[0];
}

/** Root services of which this service is a backend. */
export function rootsOf(snapshot: MeshSnapshot, { namespace, service }: MeshService): string[] {
  return snapshot.trafficSplits
    .filter(
      ({ metadata, spec }) =>
        metadata.namespace === namespace &&
        (spec?.backends ?? []).some((backend) => backend.service === service.metadata.name),
    )
    .map(({ spec }) => rootServiceName(spec?.service ?? '', snapshot.monitoredNamespaces));
}

/** The backend's port of the root's number names the port to look for among its endpoints. */
function leafTargetPort(snapshot: MeshSnapshot, root: MeshService, backend: string): number | undefined {
  const service = snapshot.services.find(
    ({ metadata }) => metadata.namespace === root.namespace && metadata.name === backend,
  );
  if (!service) return undefined;
  const port = service.spec.ports?.find((candidate) => candidate.port === root.port);
  return targetPortFrom(endpointsOf(snapshot, service), port?.name);
}

/**
 * Where requests to the root go. A backend that has no such port or no endpoints is dropped and the others share its
 * part (OSM 1.2); an unauthorised one stays, and its share fails at the client's sidecar.
 */
export function splitClusters(
  snapshot: MeshSnapshot,
  root: MeshService,
  split: TrafficSplit,
  complain: (complaint: Complaint) => void,
): WeightedCluster[] {
  const clusters = new Map<string, WeightedCluster>();
  for (const { service, weight } of split.spec?.backends ?? []) {
    const targetPort = leafTargetPort(snapshot, root, service);
    if (targetPort === undefined) {
      complain(`Error fetching target port for leaf service ${root.namespace}/${service}, ignoring it`);
      continue;
    }
    // OSM converts to uint32: a negative weight becomes a huge one, which Envoy then refuses.
    const unsigned = weight < 0 ? weight + 2 ** 32 : weight;
    const cluster = `${root.namespace}/${service}|${targetPort}`;
    clusters.set(`${cluster} ${unsigned}`, { cluster, weight: unsigned });
  }
  const found = [...clusters.values()];
  const total = found.reduce((sum, { weight }) => sum + weight, 0);
  if (total < 1) complain(`Total weight of weighted cluster must be >= 1, got ${total}`);
  return found;
}
