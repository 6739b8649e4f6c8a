import type { Container, EnvVar, Pod, Service } from '../../kube/objects.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import { configMaps, secrets, services } from '../../kube/resources.ts';
import type { ClusterApi } from '../cluster-api.ts';

/** Why a container can't be made yet; its text becomes the message of CreateContainerConfigError. */
export class ContainerConfigError extends Error {
  override readonly name = 'ContainerConfigError';
}

/** What the downward API may tell of a pod; addresses are known only to the kubelet at that moment. */
export interface PodFacts {
  pod: Pod;
  podIp: string;
  hostIp: string;
}

/** The environment of one container, in Kubernetes' order of precedence: service links, envFrom, env. */
export function environmentOf(cluster: ClusterApi, container: Container, facts: PodFacts): Record<string, string> {
  const { pod } = facts;
  const namespace = pod.metadata.namespace ?? '';
  const env: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOSTNAME: pod.spec.hostname ?? pod.metadata.name ?? '',
    ...serviceLinks(cluster, namespace, pod.spec['enableServiceLinks'] !== false),
  };
  for (const source of container.envFrom ?? []) {
    const values = source.secretRef
      ? secretValues(cluster, namespace, source.secretRef)
      : configMapValues(cluster, namespace, source.configMapRef ?? { name: '' });
    for (const [key, value] of Object.entries(values ?? {})) env[`${source.prefix ?? ''}${key}`] = value;
  }
  for (const variable of container.env ?? []) {
    const value = variableValue(cluster, variable, container, facts, env);
    if (value !== undefined) env[variable.name] = value;
  }
  return env;
}

/** `$(NAME)` becomes the variable's value, `$$` a dollar; unknown names stay as they are. */
export function expandVariables(text: string, env: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) =>
    name === undefined ? '$' : (env[name] ?? whole),
  );
}

function variableValue(
  cluster: ClusterApi,
  variable: EnvVar,
  container: Container,
  facts: PodFacts,
  env: Readonly<Record<string, string>>,
): string | undefined {
  const from = variable.valueFrom;
  if (!from) return expandVariables(variable.value ?? '', env);
  const namespace = facts.pod.metadata.namespace ?? '';
  if (from.fieldRef) return fieldOf(facts, from.fieldRef.fieldPath);
  if (from.resourceFieldRef) return resourceOf(container, from.resourceFieldRef.resource);
  const key = from.secretKeyRef ?? from.configMapKeyRef;
  if (!key) return undefined;
  const values = from.secretKeyRef ? secretValues(cluster, namespace, key) : configMapValues(cluster, namespace, key);
  const value = values?.[key.key];
  if (value !== undefined || key.optional) return value;
  throw new ContainerConfigError(
    `couldn't find key ${key.key} in ${from.secretKeyRef ? 'Secret' : 'ConfigMap'} ${namespace}/${key.name}`,
  );
}

interface OptionalName {
  name: string;
  optional?: boolean;
}

export function configMapValues(cluster: ClusterApi, namespace: string, ref: OptionalName) {
  const found = cluster.get(configMaps, ref.name, namespace);
  if (found) return { ...found.data, ...decoded(found.binaryData) };
  if (ref.optional) return undefined;
  throw new ContainerConfigError(`configmap "${ref.name}" not found`);
}

export function secretValues(cluster: ClusterApi, namespace: string, ref: OptionalName) {
  const found = cluster.get(secrets, ref.name, namespace);
  if (found) return decoded(found.data);
  if (ref.optional) return undefined;
  throw new ContainerConfigError(`secret "${ref.name}" not found`);
}

const decoded = (data: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));

/** The fields of the downward API. Undefined for a label or annotation that the pod lacks. */
export function fieldOf({ pod, podIp, hostIp }: PodFacts, path: string): string | undefined {
  const { metadata, spec } = pod;
  const keyed = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (keyed?.[2]) return (keyed[1] === 'labels' ? metadata.labels : metadata.annotations)?.[keyed[2]] ?? '';
  const lines = (map: Record<string, string> = {}) =>
    Object.entries(map)
      .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      .join('\n');
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace;
    case 'metadata.uid':
      return metadata.uid;
    case 'metadata.labels':
      return lines(metadata.labels);
    case 'metadata.annotations':
      return lines(metadata.annotations);
    case 'spec.nodeName':
      return spec.nodeName;
    case 'spec.serviceAccountName':
      return spec.serviceAccountName;
    case 'status.podIP':
    case 'status.podIPs':
      return podIp;
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIp;
    default:
      throw new ContainerConfigError(`unsupported fieldPath: ${path}`);
  }
}

function resourceOf(container: Container, resource: string): string {
  const [list, name = ''] = resource.split('.');
  const quantity = (list === 'limits' ? container.resources?.limits : container.resources?.requests)?.[name] ?? '0';
  return String(Math.ceil(parseQuantity(quantity) ?? 0));
}

/** Kubernetes: the API's own Service is linked everywhere, those of the namespace unless enableServiceLinks is false. */
function serviceLinks(cluster: ClusterApi, namespace: string, all: boolean): Record<string, string> {
  const env: Record<string, string> = {};
  const api = cluster.get(services, 'kubernetes', 'default');
  const linked = [...(all ? cluster.list<Service>(services, { namespace }) : []), ...(api ? [api] : [])];
  for (const service of linked) {
    const { clusterIP, ports = [] } = service.spec;
    const first = ports[0];
    if (!clusterIP || clusterIP === 'None' || !first) continue;
    const prefix = (service.metadata.name ?? '').toUpperCase().replaceAll(/[-.]/g, '_');
    env[`${prefix}_SERVICE_HOST`] = clusterIP;
    env[`${prefix}_SERVICE_PORT`] = String(first.port);
    env[`${prefix}_PORT`] = `tcp://${clusterIP}:${first.port}`;
    for (const port of ports) {
      if (port.name) env[`${prefix}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`] = String(port.port);
      const protocol = (port.protocol ?? 'TCP').toLowerCase();
      const long = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`;
      env[long] = `${protocol}://${clusterIP}:${port.port}`;
      env[`${long}_PROTO`] = protocol;
      env[`${long}_PORT`] = String(port.port);
      env[`${long}_ADDR`] = clusterIP;
    }
  }
  return env;
}
