import { describe, expect, it } from 'vitest';
import { egressConfig } from '../../../../src/sandbox/mesh/osm/policy/egress.ts';
import { proxyConfigFor } from '../../../../src/sandbox/mesh/osm/policy/proxy-config.ts';
import type { Egress } from '../../../../src/sandbox/mesh/osm/policy-kinds.ts';
import { whyListenerRejected, whyRouteConfigRejected } from '../../../../src/sandbox/mesh/rejection.ts';
import { inShop, pod, snapshot } from './snapshot-of.ts';

const buyer = { namespace: 'shop', account: 'buyer' };
const egress = (name: string, spec: Omit<NonNullable<Egress['spec']>, 'sources'>, account = 'buyer'): Egress =>
  inShop(name, { sources: [{ kind: 'ServiceAccount', name: account, namespace: 'shop' }], ...spec });
const http80 = { number: 80, protocol: 'http' };

function compiled(egresses: Egress[], change: Parameters<typeof snapshot>[0] = {}) {
  const complaints: string[] = [];
  return { ...egressConfig(snapshot({ egresses, ...change }), buyer, (text) => complaints.push(text)), complaints };
}

describe('Egress policies in a proxy configuration', () => {
  it('HTTP: a chain by port and protocol, one virtual host and one STRICT_DNS cluster per host', () => {
    const { filterChains, routes, clusters } = compiled([
      egress('out', { hosts: ['example.com', 'example.org'], ports: [http80], ipAddresses: ['192.0.2.0/24'] }),
    ]);
    expect(filterChains).toMatchObject([
      {
        name: 'egress-http.80',
        match: { destinationPort: 80, applicationProtocols: ['http/1.0', 'http/1.1', 'h2c'] },
        filter: { type: 'http', routeConfig: 'rds-egress.80', direction: 'outbound' },
      },
    ]);
    expect(filterChains[0]?.match.destinationRanges).toBeUndefined();
    expect(routes.map(({ name }) => name)).toEqual(['rds-egress.80']);
    expect(routes[0]?.virtualHosts).toMatchObject([
      { name: 'egress_virtual-host|example.com', domains: ['example.com', 'example.com:80'] },
      { name: 'egress_virtual-host|example.org', domains: ['example.org', 'example.org:80'] },
    ]);
    expect(clusters).toMatchObject([
      {
        name: 'example.com:80',
        altStatName: 'example_com_80',
        discovery: 'strict-dns',
        host: 'example.com',
        port: 80,
      },
      { name: 'example.org:80', discovery: 'strict-dns' },
    ]);
  });

  it('HTTPS passes by port, SNI and range to where the client wanted to go; TCP ignores hosts', () => {
    const ipAddresses = ['192.0.2.0/24'];
    const { filterChains, clusters, serverFirstPorts } = compiled([
      egress('out', {
        hosts: ['example.com'],
        ipAddresses,
        ports: [
          { number: 443, protocol: 'https' },
          { number: 9000, protocol: 'tcp' },
          { number: 3306, protocol: 'tcp-server-first' },
        ],
      }),
    ]);
    expect(filterChains.map(({ name, match }) => [name, match])).toEqual([
      ['egress-https.443', { destinationPort: 443, destinationRanges: ipAddresses, serverNames: ['example.com'] }],
      ['egress-tcp.9000', { destinationPort: 9000, destinationRanges: ipAddresses }],
      ['egress-tcp-server-first.3306', { destinationPort: 3306, destinationRanges: ipAddresses }],
    ]);
    expect(filterChains[0]?.filter).toMatchObject({
      statPrefix: 'egress-tcp-proxy.443',
      clusters: [{ cluster: '443' }],
    });
    expect(clusters.map(({ name, discovery }) => [name, discovery])).toEqual([
      ['443', 'original-dst'],
      ['9000', 'original-dst'],
      ['3306', 'original-dst'],
    ]);
    expect(serverFirstPorts).toEqual([3306]);
  });

  it('concerns the sources it names, by account and namespace, and nobody while its feature flag is off', () => {
    const policy = egress('out', { hosts: ['example.com'], ports: [http80] }, 'somebody-else');
    expect(compiled([policy]).filterChains).toEqual([]);
    const namesake = { kind: 'ServiceAccount', name: 'buyer', namespace: 'elsewhere' };
    const ofNamesake = inShop('out', { sources: [namesake], hosts: ['example.com'], ports: [http80] });
    expect(compiled([ofNamesake]).filterChains).toEqual([]);
    const own = egress('out', { hosts: ['example.com'], ports: [http80] });
    expect(compiled([own], { meshConfig: { featureFlags: { enableEgressPolicy: false } } })).toMatchObject({
      filterChains: [],
      clusters: [],
      routes: [],
    });
  });

  it('stands beside enableEgress: with it the passthrough stays the default chain, without it there is none', () => {
    const egresses = [egress('out', { hosts: ['example.com'], ports: [http80] })];
    for (const enableEgress of [true, false]) {
      const meshConfig = { traffic: { enableEgress }, featureFlags: { enableEgressPolicy: true } };
      const [outbound] = proxyConfigFor(snapshot({ egresses, meshConfig }), pod('buyer')).listeners;
      expect(outbound).toMatchObject({ inspectTls: true, inspectHttp: true });
      expect(outbound?.filterChains.map(({ name }) => name)).toEqual(['egress-http.80']);
      expect(outbound?.defaultFilterChain?.name).toBe(enableEgress ? 'outbound-egress-filter-chain' : undefined);
    }
  });

  it('takes paths, methods and headers from the HTTPRouteGroups it refers to, and the union of several', () => {
    const matches = [{ apiGroup: 'specs.smi-spec.io/v1alpha4', kind: 'HTTPRouteGroup', name: 'read' }];
    const policy = egress('out', { hosts: ['example.com'], ports: [http80], matches });
    const httpRouteGroups = [
      inShop('read', {
        matches: [
          { name: 'a', pathRegex: '/get', methods: ['GET', 'HEAD'] },
          { name: 'b', headers: [{ version: '2' }] },
        ],
      }),
    ];
    const [table] = compiled([policy], { httpRouteGroups }).routes;
    expect(table?.virtualHosts[0]?.routes).toEqual([
      expect.objectContaining({ path: { type: 'regex', regex: '/get' }, method: 'GET', headers: [] }),
      expect.objectContaining({ path: { type: 'regex', regex: '/get' }, method: 'HEAD', headers: [] }),
      expect.objectContaining({
        path: { type: 'regex', regex: '.*' },
        headers: [{ name: 'version', regex: '2' }],
      }),
    ]);
    const missing = compiled([policy]);
    expect(missing.routes[0]?.virtualHosts[0]?.routes).toEqual([]);
    expect(missing.complaints).toEqual([
      'Error fetching HTTPRouteGroup resource shop/read referenced in Egress policy shop/out',
    ]);
  });

  it('takes limits from the UpstreamTrafficSetting it refers to, and falls whole with a missing one', () => {
    const matches = [
      { apiGroup: 'policy.openservicemesh.io/v1alpha1', kind: 'UpstreamTrafficSetting', name: 'limits' },
    ];
    const policy = egress('out', { hosts: ['example.com'], ports: [http80], matches });
    const upstreamTrafficSettings = [
      inShop('limits', {
        host: 'whatever',
        connectionSettings: { tcp: { maxConnections: 1, connectTimeout: '250ms' }, http: { maxPendingRequests: 2 } },
      }),
    ];
    expect(compiled([policy], { upstreamTrafficSettings }).clusters).toMatchObject([
      { connectTimeoutMs: 250, circuitBreakers: { maxConnections: 1, maxPendingRequests: 2 } },
    ]);
    const missing = compiled([policy]);
    expect(missing).toMatchObject({ filterChains: [], clusters: [], routes: [] });
    expect(missing.complaints).toEqual([
      'UpstreamTrafficSetting shop/limits specified in Egress policy shop/out could not be found, ignoring it',
    ]);
  });

  it('compares protocols as they are written when it makes chains: HTTP in capitals has routes and no chain', () => {
    const { filterChains, routes } = compiled([
      egress('out', { hosts: ['example.com'], ports: [{ number: 80, protocol: 'HTTP' }] }),
    ]);
    expect(filterChains).toEqual([]);
    expect(routes.map(({ name }) => name)).toEqual(['rds-egress.80']);
  });

  it('makes equal chains of several policies one, and leaves out ranges that are none', () => {
    const ports = [{ number: 9000, protocol: 'tcp' }];
    const { filterChains, complaints } = compiled([
      egress('a', { ports, ipAddresses: ['192.0.2.0/24', '198.51.100.0/24'] }),
      egress('b', { ports, ipAddresses: ['198.51.100.0/24', '192.0.2.0/24', '999.1.1.1/8'] }),
    ]);
    expect(filterChains).toHaveLength(1);
    expect(complaints).toEqual([
      'Error parsing IP range 999.1.1.1/8 while building TCP filter chain for match egress-tcp.9000, skipping',
    ]);
  });

  it('[derived] two policies with one host, or overlapping names on one port, are refused by the proxy', () => {
    const twice = [
      egress('a', { hosts: ['example.com'], ports: [http80] }),
      egress('b', { hosts: ['example.com'], ports: [http80] }),
    ];
    const [table] = compiled(twice).routes;
    expect(table && whyRouteConfigRejected(table)).toContain('Only unique values for domains are permitted');
    const https = { number: 443, protocol: 'https' };
    const overlapping = [
      egress('a', { hosts: ['example.com', 'example.org'], ports: [https] }),
      egress('b', { hosts: ['example.com'], ports: [https] }),
    ];
    const [listener] = proxyConfigFor(
      snapshot({ egresses: overlapping, meshConfig: { featureFlags: { enableEgressPolicy: true } } }),
      pod('buyer'),
    ).listeners;
    expect(listener && whyListenerRejected(listener)).toBe(
      "error adding listener '0.0.0.0:15001': multiple filter chains with overlapping matching rules are defined",
    );
  });
});
