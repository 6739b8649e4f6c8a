import type { KubeObject } from '../../../kube/objects.ts';
import type { ResourceRef } from '../../../kube/resources.ts';
import * as resources from '../../../kube/resources.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import * as kinds from './kinds.ts';
import type { Metrics } from './metrics.ts';
import { monitoredByLabel, type OsmInstall } from './names.ts';
import { monitoredNamespaces, readMeshConfig } from './read-snapshot.ts';

/** What osm-controller counts of the cluster, beside what it counts of proxies. It decides nothing. */

/** Kind and the name of its events (pkg/announcements/types.go). OSM counts service accounts as services (pkg/k8s/client.go). */
const observedKinds: readonly (readonly [ResourceRef<KubeObject>, string])[] = [
  [resources.services, 'service'],
  [resources.serviceAccounts, 'service'],
  [resources.pods, 'pod'],
  [resources.endpoints, 'endpoint'],
  [kinds.trafficTargets, 'traffictarget'],
  [kinds.httpRouteGroups, 'routegroup'],
  [kinds.tcpRoutes, 'tcproute'],
  [kinds.trafficSplits, 'trafficsplit'],
  [kinds.egresses, 'egress'],
  [kinds.ingressBackends, 'ingressbackend'],
  [kinds.retries, 'retry'],
  [kinds.upstreamTrafficSettings, 'upstreamtrafficsetting'],
];

const verbs = { ADDED: 'added', MODIFIED: 'updated', DELETED: 'deleted' } as const;

/** Counts the events of monitored namespaces, of namespaces of the mesh, and of its MeshConfig; returns how to stop. */
export function countApiEvents(api: ClusterApi, install: OsmInstall, metrics: Metrics): () => void {
  const count = (name: string, type: keyof typeof verbs, namespace: string) =>
    metrics.add('osm_k8s_api_event_count', { type: `${name}-${verbs[type]}`, namespace });
  const isOfMesh = (object: KubeObject | undefined) => object?.metadata.labels?.[monitoredByLabel] === install.meshName;
  const stops = observedKinds.map(([kind, name]) =>
    api.watch(kind, ({ type, object }) => {
      const namespace = object.metadata.namespace ?? '';
      if (type in verbs && isOfMesh(api.get(resources.namespaces, namespace))) count(name, type, namespace);
    }),
  );
  stops.push(
    api.watch(resources.namespaces, ({ type, object }) => {
      if (isOfMesh(object)) count('namespace', type, '');
    }),
    api.watch(kinds.meshConfigs, ({ type, object }) => {
      if (object.metadata.namespace === install.namespace) count('meshconfig', type, install.namespace);
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

/** Gauges that say how things are when somebody looks. */
export function refreshGauges(api: ClusterApi, install: OsmInstall, metrics: Metrics): void {
  metrics.set('osm_resource_namespace_count', {}, monitoredNamespaces(api, install).size);
  for (const [flag, enabled] of Object.entries(featureFlagsOf(readMeshConfig(api, install)))) {
    metrics.set('osm_feature_flag_enabled', { feature_flag: flag }, enabled ? 1 : 0);
  }
}

const featureFlagNames = [
  'enableWASMStats',
  'enableEgressPolicy',
  'enableSnapshotCacheMode',
  'enableAsyncProxyServiceMapping',
  'enableIngressBackendPolicy',
  'enableEnvoyActiveHealthChecks',
  'enableRetryPolicy',
];

/** What a MeshConfig leaves out is off, as Go's zero value says. */
export const featureFlagsOf = ({ featureFlags }: kinds.MeshConfigSpec): Record<string, boolean> =>
  Object.fromEntries(featureFlagNames.map((flag) => [flag, featureFlags?.[flag] === true]));
