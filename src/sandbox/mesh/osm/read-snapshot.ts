import type { KubeObject } from '../../../kube/objects.ts';
import * as resources from '../../../kube/resources.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import * as kinds from './kinds.ts';
import { ignoreLabel, meshConfigName, monitoredByLabel, type OsmInstall } from './names.ts';
import type { MeshSnapshot } from './policy/snapshot.ts';

/** What the mesh may see of the cluster, at this moment. */
export function monitoredNamespaces(api: ClusterApi, { meshName }: Pick<OsmInstall, 'meshName'>): Set<string> {
  return new Set(
    api
      .list(resources.namespaces)
      .filter(({ metadata }) => metadata.labels?.[monitoredByLabel] === meshName)
      .map(({ metadata }) => metadata.name ?? ''),
  );
}

export const isIgnored = (object: KubeObject): boolean => ignoreLabel in (object.metadata.labels ?? {});

/** An absent MeshConfig means Go's zero values: neither permissive nor egress. */
export function readMeshConfig(api: ClusterApi, { namespace }: Pick<OsmInstall, 'namespace'>): kinds.MeshConfigSpec {
  return api.get(kinds.meshConfigs, meshConfigName, namespace)?.spec ?? {};
}

/** `cached` is what the controller's own caches hold of kinds that it may fail to read. */
export function readSnapshot(
  api: ClusterApi,
  install: OsmInstall,
  cached: Pick<MeshSnapshot, 'trafficSplits' | 'httpRouteGroups'> = {
    trafficSplits: api.list(kinds.trafficSplits),
    httpRouteGroups: api.list(kinds.httpRouteGroups),
  },
): MeshSnapshot {
  const monitored = monitoredNamespaces(api, install);
  const isMonitored = (object: KubeObject) => monitored.has(object.metadata.namespace ?? '');
  return {
    meshConfig: readMeshConfig(api, install),
    trustDomain: install.trustDomain,
    controlPlaneNamespace: install.namespace,
    monitoredNamespaces: monitored,
    services: api.list(resources.services).filter(isMonitored),
    endpoints: api.list(resources.endpoints),
    pods: api.list(resources.pods).filter(isMonitored),
    trafficTargets: api.list(kinds.trafficTargets).filter(isMonitored),
    httpRouteGroups: cached.httpRouteGroups.filter(isMonitored),
    tcpRoutes: api.list(kinds.tcpRoutes).filter(isMonitored),
    trafficSplits: cached.trafficSplits.filter(isMonitored),
    egresses: api.list(kinds.egresses).filter(isMonitored),
    ingressBackends: api.list(kinds.ingressBackends).filter(isMonitored),
    retries: api.list(kinds.retries),
    upstreamTrafficSettings: api.list(kinds.upstreamTrafficSettings),
  };
}
