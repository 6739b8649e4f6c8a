import type { ApiConnection } from '../../api/connection.ts';
import { proxyAnswer } from '../proxy.ts';

/** Envoy's /config_dump, cut to what a verification reads of it; dynamic resources only (Envoy: admin.v3). */
export interface FilterChain {
  name?: string;
  filter_chain_match?: {
    destination_port?: number;
    prefix_ranges?: { address_prefix: string }[];
    source_prefix_ranges?: { address_prefix: string; prefix_len?: number }[];
  };
  filters?: { name: string }[];
}

export interface RouteConfig {
  name: string;
  virtual_hosts?: { domains?: string[] }[];
}

export interface EnvoyDump {
  /** Without `filterChains` when it is not active. */
  listeners: { name: string; filterChains?: FilterChain[] }[];
  routes: RouteConfig[];
  clusters: string[];
  secrets: string[];
}

interface Named {
  name: string;
}

/** The sections of a dump, by the last word of their type. */
interface DumpSections {
  dynamic_listeners?: (Named & { active_state?: { listener?: { filter_chains?: FilterChain[] } } })[];
  dynamic_route_configs?: { route_config: RouteConfig }[];
  dynamic_active_clusters?: { cluster: Named }[];
  dynamic_active_secrets?: { name: string }[];
}

function parseDump(text: string): EnvoyDump {
  const { configs = [] } = JSON.parse(text) as { configs?: DumpSections[] };
  return {
    listeners: configs.flatMap(({ dynamic_listeners = [] }) =>
      dynamic_listeners.map(({ name, active_state }) => ({
        name,
        ...(active_state ? { filterChains: active_state.listener?.filter_chains ?? [] } : {}),
      })),
    ),
    routes: configs.flatMap(({ dynamic_route_configs = [] }) =>
      dynamic_route_configs.map(({ route_config }) => route_config),
    ),
    clusters: configs.flatMap(({ dynamic_active_clusters = [] }) =>
      dynamic_active_clusters.map(({ cluster }) => cluster.name),
    ),
    secrets: configs.flatMap(({ dynamic_active_secrets = [] }) => dynamic_active_secrets.map(({ name }) => name)),
  };
}

export async function envoyDump(api: ApiConnection, pod: { namespace: string; name: string }): Promise<EnvoyDump> {
  return parseDump(await proxyAnswer(api, pod, 'config_dump?include_eds'));
}
