import type { Endpoints, Pod, Service } from '../../../../src/kube/objects.ts';
import type { MeshSnapshot } from '../../../../src/sandbox/mesh/osm/policy/snapshot.ts';

/** A small cluster state for policies that are pure functions: buyer calls store on port 80, in namespace shop. */
export const pod = (name: string, account = name): Pod => ({
  metadata: { name, namespace: 'shop', labels: { app: name } },
  spec: { serviceAccountName: account, containers: [] },
});

export const service = (name: string, port: object = { port: 80 }): Service => ({
  metadata: { name, namespace: 'shop' },
  spec: { clusterIP: '10.0.0.7', selector: { app: name }, ports: [port as { port: number }] },
});

export const endpoints = (name: string, ip: string, port = 14001, namespace = 'shop'): Endpoints => ({
  metadata: { name, namespace },
  subsets: [{ addresses: [{ ip, targetRef: { kind: 'Pod', name } }], ports: [{ port }] }],
});

export function snapshot(change: Partial<MeshSnapshot> = {}): MeshSnapshot {
  return {
    meshConfig: {
      traffic: { enableEgress: false, enablePermissiveTrafficPolicyMode: true },
      featureFlags: { enableEgressPolicy: true, enableRetryPolicy: true },
    },
    trustDomain: 'cluster.local',
    controlPlaneNamespace: 'kube-system',
    monitoredNamespaces: new Set(['shop']),
    services: [service('store')],
    endpoints: [endpoints('store', '10.244.0.2')],
    pods: [pod('store'), pod('buyer')],
    trafficTargets: [],
    httpRouteGroups: [],
    tcpRoutes: [],
    trafficSplits: [],
    egresses: [],
    ingressBackends: [],
    retries: [],
    upstreamTrafficSettings: [],
    ...change,
  };
}

export const inShop = <T>(name: string, spec: T) => ({ metadata: { name, namespace: 'shop' }, spec });
