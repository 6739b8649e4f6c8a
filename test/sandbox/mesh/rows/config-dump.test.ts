import { afterAll, beforeAll, describe, expect } from 'vitest';
import * as resources from '../../../../src/kube/resources.ts';
import { addOn } from '../../../../src/sandbox/mesh/osm/names.ts';
import { proxyConfigFor } from '../../../../src/sandbox/mesh/osm/policy/proxy-config.ts';
import { readSnapshot } from '../../../../src/sandbox/mesh/osm/read-snapshot.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { type ClusterState, Stage } from './cluster-state.ts';
import { any, anyRoute, split, target, tcp, tcpRoute } from './policies.ts';
import { rowPrograms } from './programs.ts';
import { row } from './row.ts';

let stage: Stage;

const state: ClusterState = {
  permissive: false,
  egress: true,
  pods: {
    'shop/buyer': { annotations: { 'prometheus.io/scrape': 'true' } },
    'shop/store': { image: 'test/echo' },
    'shop/store-v2': { image: 'test/echo', labels: { app: 'store-v2' } },
    'shop/bytes': { image: 'test/tcp-echo' },
  },
  services: {
    'shop/store': { ports: [{ port: 80, targetPort: 14001 }] },
    'shop/store-v2': { ports: [{ port: 80, targetPort: 14001 }] },
    'shop/bytes': { ports: [{ name: 'tcp-echo', port: 9000 }] },
  },
  policies: [
    anyRoute,
    tcpRoute('ports', 9000),
    target('bytes', { from: 'buyer', to: 'bytes', rules: [tcp('ports')] }),
    target('stores', { from: 'buyer', to: 'store', rules: [any] }),
    target('stores-v2', { from: 'buyer', to: 'store-v2', rules: [any] }),
    split('split', 'store', ['store-v2', 100]),
  ],
};

interface Chain {
  name: string;
  filter_chain_match: Record<string, unknown>;
  filters: { name: string; typed_config: Record<string, unknown> & { http_filters?: { name: string }[] } }[];
}
interface ShownListener {
  name: string;
  address: { socket_address: { address: string; port_value: number } };
  filter_chains: Chain[];
  default_filter_chain?: Chain;
  listener_filters: { name: string }[];
}

async function listenerOf(pod: string, name: string): Promise<ShownListener> {
  const text = (await stage.shown(pod)).listeners[name];
  if (!text) throw new Error(`${pod} shows no ${name}`);
  return JSON.parse(text) as ShownListener;
}

async function routesOf(pod: string): Promise<Record<string, string[]>> {
  const { routes } = await stage.shown(pod);
  const hosts = (text: string) => (JSON.parse(text) as { virtual_hosts: { name: string }[] }).virtual_hosts;
  return Object.fromEntries(Object.entries(routes).map(([name, text]) => [name, hosts(text).map((host) => host.name)]));
}

const filterNames = (chain: Chain | undefined) => chain?.filters.map(({ name }) => name);

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
  await stage.given(state);
});

afterAll(() => stage.mesh.close());

describe('5.15 /config_dump', () => {
  row('5.15 pure', 'what a sidecar shows is what the policy code makes of the cluster, byte for byte', async () => {
    const snapshot = readSnapshot(stage.mesh.api, addOn);
    for (const pod of stage.mesh.api.list(resources.pods, { namespace: 'shop' })) {
      const config = proxyConfigFor(snapshot, pod);
      expect(await stage.difference(pod.metadata.name ?? '', config)).toBeUndefined();
      const other = { ...config, clusters: config.clusters.slice(1) };
      expect(await stage.difference(pod.metadata.name ?? '', other)).toMatch(/^(clusters|endpoints) /);
    }
  });

  row('5.15 listeners', 'outbound, inbound and Prometheus listeners with their filters', async () => {
    expect(Object.keys((await stage.shown('buyer')).listeners).sort()).toEqual([
      'inbound-prometheus-listener',
      'outbound-listener',
    ]);
    const outbound = await listenerOf('buyer', 'outbound-listener');
    expect(outbound.address.socket_address).toEqual({ address: '0.0.0.0', port_value: 15001 });
    expect(outbound.listener_filters.map(({ name }) => name)).toEqual([
      ...['original_dst', 'tls_inspector', 'http_inspector'],
    ]);
    const inbound = await listenerOf('store', 'inbound-listener');
    expect(inbound.address.socket_address).toEqual({ address: '0.0.0.0', port_value: 15003 });
    expect(inbound.listener_filters.map(({ name }) => name)).toEqual(['tls_inspector', 'original_dst']);
    const prometheus = await listenerOf('buyer', 'inbound-prometheus-listener');
    expect(prometheus.address.socket_address.port_value).toBe(15010);
    const [manager] = prometheus.filter_chains[0]?.filters ?? [];
    expect(manager?.typed_config.http_filters?.map(({ name }) => name)).toEqual(['http_router']);
  });

  row('5.15 listeners', 'an HTTP chain has its filters in the order in which they see a request', async () => {
    const names = async (pod: string, listener: string) => {
      const { filter_chains } = await listenerOf(pod, listener);
      const manager = filter_chains
        .flatMap(({ filters }) => filters)
        .find(({ name }) => name === 'http_connection_manager');
      return manager?.typed_config.http_filters?.map(({ name }) => name);
    };
    const wanted = [
      ...['envoy.filters.http.rbac', 'envoy.filters.http.local_ratelimit'],
      ...['http_lua', 'envoy.filters.http.wasm', 'http_router'],
    ];
    expect(await names('buyer', 'outbound-listener')).toEqual(wanted);
    expect(await names('store', 'inbound-listener')).toEqual(wanted);
  });

  row('5.15 chains', 'by direction, service, port and protocol, with what they match', async () => {
    const outbound = await listenerOf('buyer', 'outbound-listener');
    expect(outbound.filter_chains.map(({ name }) => name).sort()).toEqual([
      ...['outbound_shop/bytes_9000_tcp', 'outbound_shop/store-v2_80_http', 'outbound_shop/store_80_http'],
    ]);
    const store = outbound.filter_chains.find(({ name }) => name === 'outbound_shop/store_80_http');
    const ip = stage.mesh.api.get(resources.services, 'store', 'shop')?.spec.clusterIP;
    expect(store?.filter_chain_match).toEqual({
      destination_port: 80,
      prefix_ranges: [{ address_prefix: ip, prefix_len: 32 }],
    });
    expect(outbound.default_filter_chain?.name).toBe('outbound-egress-filter-chain');
    expect(filterNames(outbound.default_filter_chain)).toEqual(['tcp_proxy']);
    const [chain] = (await listenerOf('store', 'inbound-listener')).filter_chains;
    expect(chain?.name).toBe('inbound_shop/store_14001_http');
    expect(chain?.filter_chain_match).toEqual({
      destination_port: 14001,
      server_names: ['store.shop.svc.cluster.local'],
      transport_protocol: 'tls',
      application_protocols: ['osm'],
    });
    expect(filterNames(chain)).toEqual(['l4_rbac', 'http_connection_manager']);
    const [tcpChain] = (await listenerOf('bytes', 'inbound-listener')).filter_chains;
    expect(tcpChain?.name).toBe('inbound_shop/bytes_9000_tcp');
    expect(filterNames(tcpChain)).toEqual(['l4_rbac', 'tcp_proxy']);
  });

  row('5.15 routes', 'by direction and port; a leaf answers for its root too', async () => {
    expect(await routesOf('buyer')).toMatchObject({
      'rds-outbound.80': [
        'outbound_virtual-host|store.shop.svc.cluster.local',
        'outbound_virtual-host|store-v2.shop.svc.cluster.local',
      ],
    });
    expect(await routesOf('store-v2')).toMatchObject({
      'rds-inbound.14001': [
        'inbound_virtual-host|store-v2.shop.svc.cluster.local',
        'inbound_virtual-host|store.shop.svc.cluster.local',
      ],
    });
  });

  row(
    '5.15 clusters',
    'by service and target port, local ones marked, passthrough and metrics under their own names',
    async () => {
      expect(Object.keys((await stage.shown('buyer')).clusters).sort()).toEqual([
        ...['envoy-metrics-cluster', 'passthrough-outbound'],
        ...['shop/bytes|9000', 'shop/store-v2|14001', 'shop/store|14001'],
      ]);
      const { clusters } = await stage.shown('store-v2');
      expect(Object.keys(clusters)).toEqual(
        expect.arrayContaining(['shop/store-v2|14001|local', 'shop/store|14001|local']),
      );
      const dump = (await stage.mesh.admin('buyer', '/config_dump')).body;
      expect(dump).toContain('"osm-controller"');
    },
  );

  row('5.15 policies', 'l4 policies carry the TrafficTarget, those of routes are all called alike', async () => {
    const [chain] = (await listenerOf('bytes', 'inbound-listener')).filter_chains;
    expect(chain?.filters[0]?.typed_config).toMatchObject({
      stat_prefix: 'network-',
      rules: {
        policies: {
          'shop/bytes': {
            permissions: [{ destination_port: 9000 }],
            principals: [{ authenticated: { principal_name: { exact: 'buyer.shop.cluster.local' } } }],
          },
        },
      },
    });
    const routes = (await stage.shown('store')).routes['rds-inbound.14001'] ?? '{}';
    expect(JSON.parse(routes)).toMatchObject({
      virtual_hosts: [
        {
          routes: [
            {
              match: { safe_regex: { regex: '.*' }, headers: [{ name: ':method', safe_regex_match: { regex: '.*' } }] },
              typed_per_filter_config: {
                'envoy.filters.http.rbac': {
                  rbac: {
                    rules: {
                      policies: {
                        'rbac-for-route': {
                          permissions: [{ any: true }],
                          principals: [{ authenticated: { principal_name: { exact: 'buyer.shop.cluster.local' } } }],
                        },
                      },
                    },
                  },
                },
              },
            },
          ],
        },
      ],
    });
  });

  row('5.15 secrets', "the account's certificate and whom to believe, and never a key", async () => {
    const secrets = async (pod: string) => {
      const { body } = await stage.mesh.admin(pod, '/config_dump?resource=dynamic_active_secrets');
      expect(body).not.toContain(Buffer.from('PRIVATE KEY').toString('base64').slice(0, 10));
      return (JSON.parse(body) as { configs: { name: string }[] }).configs.map(({ name }) => name);
    };
    expect((await secrets('buyer')).sort()).toEqual([
      ...['root-cert-for-mtls-inbound:shop/buyer', 'root-cert-for-mtls-outbound:shop/bytes'],
      ...['root-cert-for-mtls-outbound:shop/store', 'root-cert-for-mtls-outbound:shop/store-v2'],
      'service-cert:shop/buyer',
    ]);
    expect(await secrets('store')).toEqual(
      expect.arrayContaining(['root-cert-for-mtls-inbound:shop/store', 'service-cert:shop/store']),
    );
  });
});
