import type { Endpoints, LabelSelector, Pod, Service } from '../../../../kube/objects.ts';
import type { ErrorCode } from '../error-codes.ts';
import type { HttpRouteGroup, MeshConfigSpec, TcpRoute, TrafficSplit, TrafficTarget } from '../kinds.ts';
import type { Egress, IngressBackend, Retry, UpstreamTrafficSetting } from '../policy-kinds.ts';

/**
 * Everything the control plane knows when it decides, frozen at one moment; policies are pure functions of it. Only
 * objects of monitored namespaces are in it, except where a field says so. It knows no proxy and no connection.
 */
export interface MeshSnapshot {
  meshConfig: MeshConfigSpec;
  trustDomain: string;
  controlPlaneNamespace: string;
  monitoredNamespaces: ReadonlySet<string>;
  services: readonly Service[];
  /** Of all namespaces: an IngressBackend names sources outside the mesh (pkg/k8s/client.go, GetEndpoints). */
  endpoints: readonly Endpoints[];
  pods: readonly Pod[];
  trafficTargets: readonly TrafficTarget[];
  httpRouteGroups: readonly HttpRouteGroup[];
  tcpRoutes: readonly TcpRoute[];
  trafficSplits: readonly TrafficSplit[];
  egresses: readonly Egress[];
  ingressBackends: readonly IngressBackend[];
  /** Of all namespaces: OSM does not look at where a Retry lies (pkg/policy/client.go, ListRetryPolicies). */
  retries: readonly Retry[];
  /** Of all namespaces, as `retries`. */
  upstreamTrafficSettings: readonly UpstreamTrafficSetting[];
}

/** A service account: what OSM calls a service identity. */
export interface Identity {
  namespace: string;
  account: string;
}

export const principalOf = ({ namespace, account }: Identity, trustDomain: string): string =>
  `${account}.${namespace}.${trustDomain}`;

export function identityOf(pod: Pod): Identity {
  return {
    namespace: pod.metadata.namespace ?? '',
    account: pod.spec.serviceAccountName ?? pod.spec.serviceAccount ?? 'default',
  };
}

export function isSelected(
  selector: LabelSelector['matchLabels'],
  labels: Record<string, string> | undefined,
): boolean {
  const wanted = Object.entries(selector ?? {});
  return wanted.length > 0 && wanted.every(([key, value]) => labels?.[key] === value);
}

export function podsOfService(snapshot: MeshSnapshot, service: Service): Pod[] {
  return snapshot.pods.filter(
    (pod) =>
      pod.metadata.namespace === service.metadata.namespace && isSelected(service.spec.selector, pod.metadata.labels),
  );
}

export const isPermissive = ({ meshConfig }: MeshSnapshot): boolean =>
  meshConfig.traffic?.enablePermissiveTrafficPolicyMode === true;

/** What a decision wants the control plane's log to say; the words are OSM's. */
export type Complaint = string;
export type Complain = (complaint: Complaint, code?: ErrorCode) => void;
