import { describe, expect, it } from 'vitest';
import { cluster, listener, routeConfig } from '../../../../src/sandbox/mesh/envoy-json.ts';
import { proxyConfigFor } from '../../../../src/sandbox/mesh/osm/policy/proxy-config.ts';
import { endpoints, inShop, pod, snapshot } from './snapshot-of.ts';

/** What people read in /config_dump of 5.6 to 5.9, under OSM's and Envoy's names (5.15). */
const source = { kind: 'ServiceAccount', name: 'buyer', namespace: 'shop' };
const minute = { unit: 'minute' } as const;
const state = snapshot({
  endpoints: [endpoints('store', '10.244.0.2'), endpoints('ingress', '10.244.1.9', 80, 'edge')],
  egresses: [
    inShop('out', {
      sources: [source],
      hosts: ['example.com'],
      ports: [
        { number: 80, protocol: 'http' },
        { number: 443, protocol: 'https' },
      ],
    }),
  ],
  ingressBackends: [
    inShop('door', {
      backends: [{ name: 'store', port: { number: 14001, protocol: 'http' } }],
      sources: [{ kind: 'Service', name: 'ingress', namespace: 'edge' }],
    }),
  ],
  retries: [
    inShop('again', {
      source,
      destinations: [{ kind: 'Service', name: 'store', namespace: 'shop' }],
      retryPolicy: { retryOn: '5xx', numRetries: 5, perTryTimeout: '1s', retryBackoffBaseInterval: '50ms' },
    }),
  ],
  upstreamTrafficSettings: [
    inShop('limits', {
      host: 'store.shop.svc.cluster.local',
      connectionSettings: { tcp: { maxConnections: 1 }, http: { maxRequestsPerConnection: 2 } },
      rateLimit: { local: { tcp: { connections: 3, ...minute }, http: { requests: 4, ...minute } } },
      httpRoutes: [{ path: '.*', rateLimit: { local: { requests: 5, ...minute, responseStatusCode: 503 } } }],
    }),
  ],
});
const [buyer, store] = [proxyConfigFor(state, pod('buyer')), proxyConfigFor(state, pod('store'))];
const named = <T extends { name: string }>(all: readonly T[], name: string): T => {
  const found = all.find((one) => one.name === name);
  if (!found) throw new Error(`no ${name} among ${all.map((one) => one.name).join()}`);
  return found;
};
const bucket = (tokens: number) => ({ max_tokens: tokens, tokens_per_fill: tokens, fill_interval: '60s' });
const httpLimit = 'envoy.filters.http.local_ratelimit';

describe('/config_dump of egress, ingress, retries and limits', () => {
  it('shows egress chains, their routes and their clusters', () => {
    expect(listener(named(buyer.listeners, 'outbound-listener'))).toMatchObject({
      filter_chains: expect.arrayContaining([
        expect.objectContaining({
          name: 'egress-http.80',
          filter_chain_match: { destination_port: 80, application_protocols: ['http/1.0', 'http/1.1', 'h2c'] },
        }),
        expect.objectContaining({
          name: 'egress-https.443',
          filter_chain_match: { destination_port: 443, server_names: ['example.com'] },
        }),
      ]),
    });
    expect(routeConfig(named(buyer.routes, 'rds-egress.80'))).toMatchObject({
      virtual_hosts: [{ name: 'egress_virtual-host|example.com', domains: ['example.com', 'example.com:80'] }],
    });
    const address = { socket_address: { address: 'example.com', port_value: 80 } };
    expect(cluster(named(buyer.clusters, 'example.com:80'))).toMatchObject({
      type: 'STRICT_DNS',
      alt_stat_name: 'example_com_80',
      load_assignment: { endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
    });
    expect(cluster(named(buyer.clusters, '443'))).toMatchObject({ type: 'ORIGINAL_DST' });
  });

  it('shows ingress chains and their route', () => {
    expect(listener(named(store.listeners, 'inbound-listener'))).toMatchObject({
      filter_chains: expect.arrayContaining([
        expect.objectContaining({
          name: 'ingress_shop/store_14001_http',
          filter_chain_match: {
            destination_port: 14001,
            source_prefix_ranges: [{ address_prefix: '10.244.1.9', prefix_len: 32 }],
          },
        }),
      ]),
    });
    expect(routeConfig(named(store.routes, 'rds-ingress'))).toMatchObject({
      virtual_hosts: [{ name: 'ingress_virtual-host|shop/store_from_door', domains: ['*'] }],
    });
  });

  it('shows retries and circuit breakers at the client', () => {
    expect(routeConfig(named(buyer.routes, 'rds-outbound.80'))).toMatchObject({
      virtual_hosts: [
        {
          routes: [
            {
              route: {
                retry_policy: {
                  retry_on: '5xx',
                  num_retries: 5,
                  per_try_timeout: '1s',
                  retry_back_off: { base_interval: '0.05s' },
                },
              },
            },
          ],
        },
      ],
    });
    expect(cluster(named(buyer.clusters, 'shop/store|14001'))).toMatchObject({
      max_requests_per_connection: 2,
      circuit_breakers: {
        thresholds: [{ max_connections: 1, max_pending_requests: 4294967295, track_remaining: true }],
      },
    });
  });

  it('shows rate limits at the server: of connections, of the virtual host, of the route', () => {
    const chain = expect.objectContaining({
      name: 'inbound_shop/store_14001_http',
      filters: [
        {
          name: 'l4_local_rate_limit',
          typed_config: expect.objectContaining({
            stat_prefix: 'inbound_shop/store_14001_http',
            token_bucket: bucket(3),
          }),
        },
        expect.objectContaining({ name: 'http_connection_manager' }),
      ],
    });
    expect(listener(named(store.listeners, 'inbound-listener'))).toMatchObject({
      filter_chains: expect.arrayContaining([chain]),
    });
    expect(routeConfig(named(store.routes, 'rds-inbound.14001'))).toMatchObject({
      virtual_hosts: [
        {
          typed_per_filter_config: { [httpLimit]: { status: { code: 429 }, token_bucket: bucket(4) } },
          routes: [{ typed_per_filter_config: { [httpLimit]: { status: { code: 503 }, token_bucket: bucket(5) } } }],
        },
      ],
    });
  });
});
