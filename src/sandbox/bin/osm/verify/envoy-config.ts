import type { Pod } from '../../../../kube/objects.ts';
import { type ApiConnection, getObject } from '../../api/connection.ts';
import { messageOf } from '../mesh.ts';
import { type EnvoyDump, envoyDump, type FilterChain, type RouteConfig } from './envoy-dump.ts';
import { getEndpoints, getService, type ServicePortView, type ServiceView, viewOf } from './mesh-services.ts';
import { failure, type Result, success, unknown, type Verifier } from './result.ts';
import { describeTraffic, type NamespacedName, quoted, shown, type Traffic } from './traffic.ts';

/**
 * Looks into the sidecars at both ends for chain, virtual host, cluster and secrets that the traffic needs (OSM 1.2:
 * pkg/cli/verifier/envoy_config.go). It sends no traffic and reads neither RBAC nor routes, as the original.
 */
export const envoyIsConfigured =
  (api: ApiConnection, traffic: Traffic): Verifier =>
  async () => {
    const context = `Verify Envoy config for traffic: ${describeTraffic(traffic)}`;
    const nested: Result[] = [];
    for (const verify of [verifySource, verifyDestination]) {
      const result = await verify(api, traffic);
      if (!result) continue;
      nested.push(result);
      if (result.status !== 'Success') return { context, status: 'Failure', nested };
    }
    return { context, status: 'Success', nested };
  };

/** What is wrong, or nothing. */
type Complaint = string | undefined;

type Ends = 'outbound' | 'inbound';

async function dumpOf(api: ApiConnection, pod: NamespacedName): Promise<EnvoyDump | { error: string }> {
  try {
    return await envoyDump(api, pod);
  } catch (error) {
    return { error: messageOf(error) };
  }
}

async function verifySource(api: ApiConnection, traffic: Traffic): Promise<Result | undefined> {
  const { fromPod } = traffic;
  if (!fromPod) return undefined;
  const context = 'Verify Envoy config on source';
  const dump = await dumpOf(api, fromPod);
  if ('error' in dump) {
    return unknown(
      context,
      `Error retrieving Envoy config for pod ${quoted(fromPod)}, err: ${JSON.stringify(dump.error)}`,
    );
  }
  const listener = listenerIn(dump, 'outbound', `source pod ${quoted(fromPod)}`);
  if ('why' in listener) return failure(context, listener.why);
  const why =
    (traffic.toService && (await whyNoService(api, traffic, dump, listener.chains, 'outbound'))) ??
    (traffic.externalPort ? whyNoEgress(traffic, dump, listener.chains) : undefined);
  return why === undefined ? success(context) : failure(context, why);
}

async function verifyDestination(api: ApiConnection, traffic: Traffic): Promise<Result | undefined> {
  const { toPod, fromPod } = traffic;
  if (!toPod) return undefined;
  const context = 'Verify Envoy config on destination';
  const dump = await dumpOf(api, toPod);
  if ('error' in dump) {
    // The original names the source pod here; an ingress has none.
    const named = fromPod ? quoted(fromPod) : '"<nil>"';
    return unknown(context, `Error retrieving Envoy config for pod ${named}, err: ${JSON.stringify(dump.error)}`);
  }
  const listener = listenerIn(dump, 'inbound', `destination pod ${quoted(toPod)}`);
  if ('why' in listener) return failure(context, listener.why);
  const why =
    (traffic.toService && (await whyNoService(api, traffic, dump, listener.chains, 'inbound'))) ??
    (traffic.fromService && (await whyNoIngress(api, traffic, listener.chains)));
  return why === undefined ? success(context) : failure(context, why);
}

function listenerIn({ listeners }: EnvoyDump, end: Ends, where: string): { chains: FilterChain[] } | { why: string } {
  const found = listeners.find(({ name }) => name === `${end}-listener`);
  const named = `${end === 'outbound' ? 'Outbound' : 'Inbound'} listener "${end}-listener"`;
  if (!found) return { why: `${named} not found on ${where}` };
  return found.filterChains ? { chains: found.filterChains } : { why: `${named} on ${where} is not active` };
}

async function whyNoService(
  api: ApiConnection,
  traffic: Traffic,
  dump: EnvoyDump,
  chains: readonly FilterChain[],
  end: Ends,
): Promise<Complaint> {
  const { toService, fromPod, toPod } = traffic;
  if (!toService) return undefined;
  const service = await getService(api, toService).catch(messageOf);
  if (typeof service === 'string') return `Destination service ${quoted(toService)} not found: ${service}`;
  const endpoints = await getEndpoints(api, toService);
  const view = viewOf(service, endpoints);
  const nothing =
    view.ports.length === 0 ? `endpoints not found for service ${shown(toService)}, err: %!w(<nil>)` : undefined;
  const missing = (what: string, why: Complaint) =>
    why && `Did not find matching ${end} ${what} for service ${quoted(toService)}: ${why}`;
  const client = end === 'outbound' ? fromPod : toPod;
  const secrets = client && (await whyNoSecrets(api, client, toService, dump, end));
  return (
    missing('filter chain', nothing ?? firstOf(view.ports, (port) => whyNoChain(port, view, chains, end))) ??
    missing(
      'route configuration',
      firstOf(view.ports, (port) => whyNoRoute(port, dump.routes, end)),
    ) ??
    missing(
      'cluster',
      firstOf(view.ports, (port) => whyNoCluster(clusterOf(port, end), dump.clusters)),
    ) ??
    (client &&
      secrets &&
      `${end === 'outbound' ? 'Client' : 'Server'} TLS secret not found for pod ${quoted(client)}: ${secrets}`)
  );
}

function firstOf<T>(items: readonly T[], whyNot: (item: T) => Complaint): Complaint {
  for (const item of items) {
    const why = whyNot(item);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Go prints a set of the golang-set package so. */
const goSet = (items: Iterable<string>) => `Set{${[...items].join(', ')}}`;
const isSame = (a: ReadonlySet<string>, b: ReadonlySet<string>) => a.size === b.size && [...a].every((x) => b.has(x));

function whyNoChain(port: ServicePortView, view: ServiceView, chains: readonly FilterChain[], end: Ends): Complaint {
  const number = end === 'outbound' ? port.port : port.targetPort;
  const wanted = `${end}_${port.namespace}/${port.name}_${number}_${port.protocol}`;
  const chain = chains.find(({ name }) => name === wanted);
  if (!chain) return `filter chain match ${wanted} not found`;
  const match = chain.filter_chain_match ?? {};
  if (match.destination_port !== number) return `filter chain match not found for port ${number}`;
  if (end === 'outbound') {
    const addresses = new Set(view.addresses);
    const configured = new Set((match.prefix_ranges ?? []).map((range) => range.address_prefix));
    if (!isSame(addresses, configured))
      return `filter chain match not found for IP ranges ${goSet(addresses)}, found ${goSet(configured)}`;
  }
  return whyNoFilter(chain, port.protocol);
}

const filterOf: Readonly<Record<string, string>> = {
  http: 'http_connection_manager',
  tcp: 'tcp_proxy',
  https: 'tcp_proxy',
};

function whyNoFilter({ filters = [] }: FilterChain, protocol: string): Complaint {
  const wanted = filterOf[protocol];
  if (wanted === undefined) return `unsupported protocol ${protocol}`;
  return filters.some(({ name }) => name === wanted) ? undefined : `filter ${wanted} not found`;
}

function whyNoRoute(port: ServicePortView, routes: readonly RouteConfig[], end: Ends): Complaint {
  if (port.protocol !== 'http') return undefined;
  const name = end === 'outbound' ? `rds-outbound.${port.port}` : `rds-inbound.${port.targetPort}`;
  return whyNoVirtualHost(routes, name, `${port.name}.${port.namespace}.svc.cluster.local`);
}

function whyNoVirtualHost(routes: readonly RouteConfig[], name: string, domain: string): Complaint {
  const config = routes.find((route) => route.name === name);
  if (!config) return `route configuration ${name} not found`;
  if (domain === '') return undefined;
  const isThere = (config.virtual_hosts ?? []).some(({ domains = [] }) => domains.includes(domain));
  return isThere ? undefined : `virtual host for domain ${domain} not found`;
}

const clusterOf = ({ namespace, name, targetPort }: ServicePortView, end: Ends) =>
  `${namespace}/${name}|${targetPort}${end === 'inbound' ? '|local' : ''}`;

const whyNoCluster = (wanted: string, clusters: readonly string[]): Complaint =>
  clusters.includes(wanted) ? undefined : `cluster ${wanted} not found`;

/** Each side needs its own certificate and what to check the other's against. */
async function whyNoSecrets(
  api: ApiConnection,
  pod: NamespacedName,
  service: NamespacedName,
  { secrets }: EnvoyDump,
  end: Ends,
): Promise<Complaint> {
  const object = await getObject<Pod>(api, `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}`);
  if (!object) return `pod ${shown(pod)} not found`;
  const account = `${pod.namespace}/${object.spec.serviceAccountName ?? ''}`;
  const wanted = [
    `service-cert:${account}`,
    end === 'outbound' ? `root-cert-for-mtls-outbound:${shown(service)}` : `root-cert-for-mtls-inbound:${account}`,
  ];
  const missing = wanted.filter((name) => !secrets.includes(name));
  return missing.length > 0 ? `expected secrets ${goSet(missing)} not found` : undefined;
}

function whyNoEgress(
  { externalHost, externalPort, protocol }: Traffic,
  dump: EnvoyDump,
  chains: readonly FilterChain[],
) {
  const chain = chains.find(({ name }) => name === `egress-${protocol.toLowerCase()}.${externalPort}`);
  if (!chain) {
    return `Did not find matching filter chain: filter chain not found for for port=${externalPort}, protocol=${protocol}`;
  }
  const filter = whyNoFilter(chain, protocol);
  if (filter) return `Did not find matching filter chain: ${filter}`;
  const isHttp = protocol === 'http';
  const route = isHttp ? whyNoVirtualHost(dump.routes, `rds-egress.${externalPort}`, externalHost) : undefined;
  if (route) return `Did not find outbound route configuration: ${route}`;
  const cluster = whyNoCluster(isHttp ? `${externalHost}:${externalPort}` : String(externalPort), dump.clusters);
  return cluster && `Did not find cluster for external port ${externalPort}: ${cluster}`;
}

async function whyNoIngress(api: ApiConnection, traffic: Traffic, chains: readonly FilterChain[]): Promise<Complaint> {
  const { fromService, toService, toPort, protocol } = traffic;
  if (!fromService || !toService) return undefined;
  const missing = (why: string) =>
    `Did not find matching inbound filter chain for ingress ${quoted(toService)}: ${why}`;
  const endpoints = await getEndpoints(api, fromService);
  if (!endpoints)
    return missing(
      `ingress source service ${quoted(fromService)} not found: endpoints "${fromService.name}" not found`,
    );
  const name = `ingress_${shown(toService)}_${toPort}_${protocol}`;
  const chain = chains.find((other) => other.name === name);
  if (!chain) return missing(`ingress filter chain ${name} not found`);
  const sources = (chain.filter_chain_match?.source_prefix_ranges ?? [])
    .filter(({ prefix_len }) => prefix_len === 32)
    .map(({ address_prefix }) => address_prefix);
  const stranger = (endpoints.subsets ?? [])
    .flatMap(({ addresses }) => addresses ?? [])
    .find(({ ip }) => !sources.includes(ip));
  return stranger && missing(`service endpoint ${stranger.ip} was not found in the ingress inbound filter chain`);
}
