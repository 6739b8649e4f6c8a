import type { Endpoints, Pod, Service, ServicePort } from '../../../../kube/objects.ts';
import type { Address } from '../../proxy-config.ts';
import type { MeshSnapshot } from './snapshot.ts';

/** One port of one Service, as OSM thinks of services (pkg/k8s/client.go, ServiceToMeshServices). */
export interface MeshService {
  namespace: string;
  /** `<hostname>.<service>` for a pod of a headless Service with hostnames. */
  name: string;
  port: number;
  /** 0 when no endpoint tells it. */
  targetPort: number;
  protocol: string;
  service: Service;
  /** Set when this stands for one pod of a StatefulSet. */
  hostname?: string;
}

const prefixes = ['tcp-server-first', 'http', 'tcp', 'grpc'];

function protocolOf(port: ServicePort): string {
  if (port.appProtocol) return port.appProtocol.toLowerCase();
  return prefixes.find((prefix) => port.name?.startsWith(`${prefix}-`)) ?? 'http';
}

export const isHttp = (protocol: string): boolean => protocol === 'http' || protocol === 'grpc';
export const isTcp = (protocol: string): boolean => protocol === 'tcp' || protocol === 'tcp-server-first';

export function endpointsOf(snapshot: MeshSnapshot, service: Service): Endpoints | undefined {
  return snapshot.endpoints.find(
    ({ metadata }) => metadata.namespace === service.metadata.namespace && metadata.name === service.metadata.name,
  );
}

/** By the port's name where a subset has several ports, else the one there is; 0 where nothing tells it. */
export function targetPortFrom(endpoints: Endpoints | undefined, portName = ''): number {
  for (const { ports = [] } of endpoints?.subsets ?? []) {
    const found = portName === '' || ports.length === 1 ? ports[0] : ports.find(({ name }) => name === portName);
    if (found) return found.port;
  }
  return 0;
}

export function meshServicesOf(snapshot: MeshSnapshot, service: Service): MeshService[] {
  const endpoints = endpointsOf(snapshot, service);
  const { namespace = '', name = '' } = service.metadata;
  const hostnames =
    service.spec.clusterIP === 'None'
      ? (endpoints?.subsets ?? []).flatMap(({ addresses }) =>
          (addresses ?? []).flatMap(({ hostname }) => hostname ?? []),
        )
      : [];
  return (service.spec.ports ?? []).flatMap((port) => {
    const shared = {
      namespace,
      port: port.port,
      targetPort: targetPortFrom(endpoints, port.name),
      protocol: protocolOf(port),
      service,
    };
    return hostnames.length === 0
      ? [{ ...shared, name }]
      : hostnames.map((hostname) => ({ ...shared, name: `${hostname}.${name}`, hostname }));
  });
}

export interface PodEndpoint {
  address: Address;
  podName: string | undefined;
}

/** Ready endpoints of one port. */
export function readyEndpoints(snapshot: MeshSnapshot, { service, targetPort, hostname }: MeshService): PodEndpoint[] {
  return (endpointsOf(snapshot, service)?.subsets ?? [])
    .filter(({ ports }) => (ports ?? []).some(({ port }) => port === targetPort))
    .flatMap(({ addresses }) => addresses ?? [])
    .filter((address) => hostname === undefined || address.hostname === hostname)
    .map((address) => ({ address: { ip: address.ip, port: targetPort }, podName: address.targetRef?.name }));
}

/** What clients connect to: the ClusterIP, or the pods themselves for a headless Service. */
export function destinationIps(snapshot: MeshSnapshot, meshService: MeshService): string[] {
  const { clusterIP } = meshService.service.spec;
  if (clusterIP && clusterIP !== 'None') return [clusterIP];
  return readyEndpoints(snapshot, meshService).map(({ address }) => address.ip);
}

export const fqdnOf = ({ namespace, name }: MeshService): string => `${name}.${namespace}.svc.cluster.local`;
export const clusterNameOf = ({ namespace, name, targetPort }: MeshService): string =>
  `${namespace}/${name}|${targetPort}`;
export const localClusterNameOf = (meshService: MeshService): string => `${clusterNameOf(meshService)}|local`;

/** pkg/k8s/util.go, GetHostnamesForService: with and without the port, bare names only within the namespace. */
export function hostnamesOf({ namespace, name, port }: MeshService, sameNamespace: boolean): string[] {
  const names = [
    ...(sameNamespace ? [name] : []),
    `${name}.${namespace}`,
    `${name}.${namespace}.svc`,
    `${name}.${namespace}.svc.cluster`,
    `${name}.${namespace}.svc.cluster.local`,
  ];
  return names.flatMap((host) => [host, `${host}:${port}`]);
}

/** A Deployment's name from its ReplicaSet's, the hash suffix cut; `unknown` for a bare pod (OSM: osm-stats headers). */
export function workloadOf(pod: Pod): { kind: string; name: string } {
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller) ?? pod.metadata.ownerReferences?.[0];
  if (!owner) return { kind: 'unknown', name: 'unknown' };
  return owner.kind === 'ReplicaSet'
    ? { kind: 'Deployment', name: owner.name.replace(/-[^-]*$/, '') }
    : { kind: owner.kind, name: owner.name };
}
