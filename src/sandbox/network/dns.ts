import type { EndpointAddress } from '../../kube/objects.ts';
import * as resources from '../../kube/resources.ts';
import type { ClusterApi } from '../cluster-api.ts';
import { errnoError, toNumber } from './addresses.ts';

const zone = 'cluster.local';
/** kubelet writes `options ndots:5`: shorter names try the search list before they are taken as they stand. */
const ndots = 5;
const longestAliasChain = 8;

function endpointAddresses(api: ClusterApi, namespace: string, name: string): EndpointAddress[] {
  const notReadyToo = api.get(resources.services, name, namespace)?.spec.publishNotReadyAddresses === true;
  const subsets = api.get(resources.endpoints, name, namespace)?.subsets ?? [];
  return subsets.flatMap((subset) => [
    ...(subset.addresses ?? []),
    ...(notReadyToo ? (subset.notReadyAddresses ?? []) : []),
  ]);
}

/** `10-244-1-3.namespace.pod.cluster.local`; AKS runs CoreDNS with `pods insecure`, which believes the name. */
function podRecord(labels: readonly string[]): string[] {
  const ip = labels.length === 2 ? (labels[0] ?? '').replaceAll('-', '.') : '';
  return toNumber(ip) === undefined ? [] : [ip];
}

function serviceRecords(api: ClusterApi, labels: readonly string[], depth: number): string[] {
  const [service = '', namespace = ''] = labels.slice(-2);
  const hostname = labels.length === 3 ? labels[0] : undefined;
  if (labels.length < 2 || labels.length > 3) return [];
  const found = api.get(resources.services, service, namespace);
  if (!found) return [];
  if (found.spec.type === 'ExternalName') {
    const alias = found.spec.externalName;
    return alias && depth > 0 ? absolute(api, alias.replace(/\.$/, ''), depth - 1) : [];
  }
  if (found.spec.clusterIP && found.spec.clusterIP !== 'None') return hostname ? [] : [found.spec.clusterIP];
  const addresses = endpointAddresses(api, namespace, service);
  const wanted = hostname
    ? addresses.filter(({ hostname: own, ip }) => own === hostname || ip.replaceAll('.', '-') === hostname)
    : addresses;
  return [...new Set(wanted.map(({ ip }) => ip))];
}

function absolute(api: ClusterApi, name: string, depth: number): string[] {
  if (!name.endsWith(`.${zone}`)) return [];
  const labels = name.slice(0, -zone.length - 1).split('.');
  const type = labels.pop();
  if (type === 'svc') return serviceRecords(api, labels, depth);
  return type === 'pod' ? podRecord(labels) : [];
}

/**
 * A records as CoreDNS and a pod's resolver give them: services, headless services, pods of a StatefulSet, pod names.
 * It knows no world outside the cluster. Throws ENOTFOUND.
 */
export function resolveName(api: ClusterApi, namespace: string, host: string): string[] {
  if (toNumber(host) !== undefined) return [host];
  const name = host.toLowerCase();
  if (name === 'localhost') return ['127.0.0.1'];
  const searchList = [`${namespace}.svc.${zone}`, `svc.${zone}`, zone].map((suffix) => `${name}.${suffix}`);
  const dots = name.split('.').length - 1;
  const candidates = name.endsWith('.')
    ? [name.slice(0, -1)]
    : dots >= ndots
      ? [name, ...searchList]
      : [...searchList, name];
  for (const candidate of candidates) {
    const found = absolute(api, candidate, longestAliasChain);
    if (found.length > 0) return found;
  }
  throw errnoError('ENOTFOUND', 'getaddrinfo', host, 'no such name in this cluster, and nothing lies outside it');
}
