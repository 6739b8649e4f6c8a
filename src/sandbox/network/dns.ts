import type { EndpointAddress } from '../../kube/objects.ts';
import * as resources from '../../kube/resources.ts';
import type { ClusterApi } from '../cluster-api.ts';
import { errnoError, toNumber } from './addresses.ts';
import type { BeyondCluster } from './beyond-cluster.ts';

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

/** Records of an absolute name, following at most `depth` aliases. */
type Resolve = (name: string, depth: number) => readonly string[];

function serviceRecords(
  api: ClusterApi,
  labels: readonly string[],
  depth: number,
  resolve: Resolve,
): readonly string[] {
  const [service = '', namespace = ''] = labels.slice(-2);
  const hostname = labels.length === 3 ? labels[0] : undefined;
  if (labels.length < 2 || labels.length > 3) return [];
  const found = api.get(resources.services, service, namespace);
  if (!found) return [];
  if (found.spec.type === 'ExternalName') {
    const alias = found.spec.externalName;
    return alias && depth > 0 ? resolve(alias.replace(/\.$/, '').toLowerCase(), depth - 1) : [];
  }
  if (found.spec.clusterIP && found.spec.clusterIP !== 'None') return hostname ? [] : [found.spec.clusterIP];
  const addresses = endpointAddresses(api, namespace, service);
  const wanted = hostname
    ? addresses.filter(({ hostname: own, ip }) => own === hostname || ip.replaceAll('.', '-') === hostname)
    : addresses;
  return [...new Set(wanted.map(({ ip }) => ip))];
}

function clusterRecords(api: ClusterApi, name: string, depth: number, resolve: Resolve): readonly string[] {
  const labels = name.slice(0, -zone.length - 1).split('.');
  const type = labels.pop();
  if (type === 'svc') return serviceRecords(api, labels, depth, resolve);
  return type === 'pod' ? podRecord(labels) : [];
}

/**
 * A records as CoreDNS and a pod's resolver give them: services, headless services, pods of a StatefulSet, pod names, and
 * what lies beyond the cluster. Throws ENOTFOUND.
 */
export function resolveName(
  api: ClusterApi,
  beyond: BeyondCluster | undefined,
  namespace: string,
  host: string,
): readonly string[] {
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
  const resolve: Resolve = (absolute, depth) =>
    absolute.endsWith(`.${zone}`) ? clusterRecords(api, absolute, depth, resolve) : (beyond?.resolve(absolute) ?? []);
  for (const candidate of candidates) {
    const found = resolve(candidate, longestAliasChain);
    if (found.length > 0) return found;
  }
  throw errnoError('ENOTFOUND', 'getaddrinfo', host, 'no such name in this cluster, nor among the hosts outside it');
}
