/** What a sidecar was told, out of Envoy's `/config_dump`: chains, virtual hosts, routes, clusters. Reads JSON; knows no API. */
export interface ProxyFacts {
  /** By name: `outbound-listener`, `inbound-listener`. */
  listeners: ReadonlyMap<string, ListenerFacts>;
  /** By name: `rds-outbound.14001`. */
  routeConfigs: ReadonlyMap<string, readonly VirtualHostFacts[]>;
  clusters: ReadonlySet<string>;
  /** Addresses by cluster; clusters that a discovery service fills only. */
  endpoints: ReadonlyMap<string, number>;
}

export interface ListenerFacts {
  chains: readonly ChainFacts[];
  hasDefaultChain: boolean;
}

export interface ChainFacts {
  name: string;
  destinationPort: number | undefined;
  routeConfig: string | undefined;
  /** Absent where the chain asks nobody who they are. */
  connectionPolicies: readonly ConnectionPolicy[] | undefined;
}

/** One policy of the network filter `l4_rbac`. */
export interface ConnectionPolicy {
  name: string;
  /** Empty allows every port. */
  ports: readonly number[];
  principals: Principals;
}

export type Principals = 'any' | readonly string[];

export interface VirtualHostFacts {
  name: string;
  domains: readonly string[];
  routes: readonly RouteFacts[];
}

export interface RouteFacts {
  /** A regular expression for the whole path. */
  path: string;
  method: string;
  headers: readonly { name: string; regex: string }[];
  clusters: readonly { name: string; weight: number }[];
  /** Who may use the route; undefined where nobody is asked. */
  principals: Principals | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objects = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);
const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((inner, key) => (isObject(inner) ? inner[key] : undefined), value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Undefined when the text is no configuration dump. */
export function proxyFacts(dump: string): ProxyFacts | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(dump);
  } catch {
    return undefined;
  }
  const configs = objects(at(parsed, 'configs'));
  if (configs.length === 0) return undefined;
  const all = (section: string) => configs.flatMap((config) => objects(config[section]));
  return {
    listeners: new Map(all('dynamic_listeners').map((one) => [text(one['name']), listenerFacts(one)])),
    routeConfigs: new Map(
      all('dynamic_route_configs').map((one) => [
        text(at(one, 'route_config', 'name')),
        objects(at(one, 'route_config', 'virtual_hosts')).map(virtualHost),
      ]),
    ),
    clusters: new Set(all('dynamic_active_clusters').map((one) => text(at(one, 'cluster', 'name')))),
    endpoints: new Map(all('dynamic_endpoint_configs').map(endpointCount)),
  };
}

function endpointCount(one: Json): [string, number] {
  const config = one['endpoint_config'];
  const count = objects(at(config, 'endpoints')).flatMap((group) => objects(group['lb_endpoints'])).length;
  return [text(at(config, 'cluster_name')), count];
}

function listenerFacts(one: Json): ListenerFacts {
  const listener = at(one, 'active_state', 'listener');
  return {
    chains: objects(at(listener, 'filter_chains')).map(chainFacts),
    hasDefaultChain: isObject(at(listener, 'default_filter_chain')),
  };
}

function chainFacts(chain: Json): ChainFacts {
  const filters = objects(chain['filters']);
  const config = (name: string) =>
    at(
      filters.find((filter) => filter['name'] === name),
      'typed_config',
    );
  const port = at(chain, 'filter_chain_match', 'destination_port');
  const routeConfig = at(config('http_connection_manager'), 'rds', 'route_config_name');
  const policies = at(config('l4_rbac'), 'rules', 'policies');
  return {
    name: text(chain['name']),
    destinationPort: typeof port === 'number' ? port : undefined,
    routeConfig: typeof routeConfig === 'string' ? routeConfig : undefined,
    // A filter without policies denies everybody; no filter asks nobody.
    connectionPolicies: config('l4_rbac') === undefined ? undefined : connectionPolicies(policies),
  };
}

function connectionPolicies(policies: unknown): ConnectionPolicy[] {
  return Object.entries(isObject(policies) ? policies : {}).map(([name, policy]) => ({
    name,
    ports: objects(at(policy, 'permissions')).flatMap(({ destination_port: port }) =>
      typeof port === 'number' ? [port] : [],
    ),
    principals: principalsOf(at(policy, 'principals')),
  }));
}

function principalsOf(value: unknown): Principals {
  const all = objects(value);
  if (all.some(({ any }) => any === true)) return 'any';
  return all.map((one) => text(at(one, 'authenticated', 'principal_name', 'exact')));
}

function virtualHost(host: Json): VirtualHostFacts {
  const domains = Array.isArray(host['domains']) ? host['domains'].map(String) : [];
  return { name: text(host['name']), domains, routes: objects(host['routes']).map(routeFacts) };
}

function routeFacts(route: Json): RouteFacts {
  const headers = objects(at(route, 'match', 'headers')).map((header) => ({
    name: text(header['name']),
    regex: text(at(header, 'safe_regex_match', 'regex')),
  }));
  const rules = at(route, 'typed_per_filter_config', 'envoy.filters.http.rbac', 'rbac', 'rules', 'policies');
  const policy = at(rules, 'rbac-for-route', 'principals');
  return {
    path: text(at(route, 'match', 'safe_regex', 'regex')),
    method: headers.find(({ name }) => name === ':method')?.regex ?? '.*',
    headers: headers.filter(({ name }) => name !== ':method'),
    clusters: objects(at(route, 'route', 'weighted_clusters', 'clusters')).map(({ name, weight }) => ({
      name: text(name),
      weight: typeof weight === 'number' ? weight : 0,
    })),
    principals: policy === undefined ? undefined : principalsOf(policy),
  };
}

/** RE2 as Envoy uses it here: the whole text must match. */
export function matchesWhole(regex: string, value: string): boolean {
  try {
    return new RegExp(`^(?:${regex})$`).test(value);
  } catch {
    return false;
  }
}
