import type { Endpoints, Service } from '../../../../kube/objects.ts';
import { targetPortFrom } from '../../../mesh/osm/policy/mesh-service.ts';
import { type ApiConnection, getObject, requestJson } from '../../api/connection.ts';
import { inPath, ofNamespace } from '../../api/names.ts';
import type { NamespacedName } from './traffic.ts';

/**
 * A Service's ports as the verifier thinks of them (OSM 1.2: getDstMeshServicesForSvcPod). Unlike the control plane it
 * reads the protocol from appProtocol alone, so a port that only its name calls tcp counts as http.
 */
export interface ServicePortView {
  namespace: string;
  name: string;
  port: number;
  targetPort: number;
  protocol: string;
}

export interface ServiceView {
  ports: ServicePortView[];
  /** What clients connect to. */
  addresses: string[];
}

export const getService = async (api: ApiConnection, { namespace, name }: NamespacedName) =>
  requestJson<Service>(api, `/api/v1/${ofNamespace(namespace)}/services/${inPath(name)}`);
export const getEndpoints = async (api: ApiConnection, { namespace, name }: NamespacedName) =>
  getObject<Endpoints>(api, `/api/v1/${ofNamespace(namespace)}/endpoints/${inPath(name)}`);

export function viewOf({ metadata, spec }: Service, endpoints: Endpoints | undefined): ServiceView {
  const { namespace = '', name = '' } = metadata;
  const isHeadless = !spec.clusterIP || spec.clusterIP === 'None';
  const ready = (endpoints?.subsets ?? []).flatMap(({ addresses }) => addresses ?? []);
  const hostnames = isHeadless ? ready.flatMap(({ hostname }) => hostname || []) : [];
  const ports = (endpoints ? (spec.ports ?? []) : []).flatMap((port) => {
    const view = {
      namespace,
      port: port.port,
      targetPort: targetPortFrom(endpoints, port.name),
      protocol: port.appProtocol ?? 'http',
    };
    return hostnames.length === 0
      ? [{ ...view, name }]
      : hostnames.map((hostname) => ({ ...view, name: `${hostname}.${name}` }));
  });
  return { ports, addresses: isHeadless ? ready.map(({ ip }) => ip) : [spec.clusterIP ?? ''] };
}
