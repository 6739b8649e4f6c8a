import { describe, expect, it } from 'vitest';
import { proxyConfigFor } from '../../../src/sandbox/mesh/osm/policy/proxy-config.ts';
import type { MeshSnapshot } from '../../../src/sandbox/mesh/osm/policy/snapshot.ts';
import { rootServiceName } from '../../../src/sandbox/mesh/osm/policy/traffic-split.ts';
import { whyListenerRejected, whyRouteConfigRejected } from '../../../src/sandbox/mesh/rejection.ts';
import { chooseWeighted, compileRoutes } from '../../../src/sandbox/mesh/route.ts';
import { endpoints, pod, service, snapshot as snapshotOf } from './policies/snapshot-of.ts';

/** By policies, and with features as a mesh has them that says nothing. */
const snapshot = (change: Partial<MeshSnapshot> = {}) =>
  snapshotOf({ meshConfig: { traffic: { enableEgress: false, enablePermissiveTrafficPolicyMode: false } }, ...change });

const account = (name: string) => ({ kind: 'ServiceAccount', name, namespace: 'shop' });
const target = (name: string, sources: string[], rules: { kind: string; name: string; matches?: string[] }[]) => ({
  metadata: { name, namespace: 'shop' },
  spec: { destination: account('store'), sources: sources.map(account), rules },
});

describe('from policies to a proxy configuration', () => {
  it('without policy and egress a client has no outbound listener and a server denies at the door', () => {
    expect(proxyConfigFor(snapshot(), pod('buyer')).listeners).toEqual([]);
    const [inbound] = proxyConfigFor(snapshot(), pod('store')).listeners;
    expect(inbound?.filterChains[0]).toMatchObject({
      name: 'inbound_shop/store_14001_http',
      match: {
        destinationPort: 14001,
        serverNames: ['store.shop.svc.cluster.local'],
        transportProtocol: 'tls',
        applicationProtocols: ['osm'],
      },
      tls: { requireClientCertificate: true, minVersion: 'auto', maxVersion: 'auto' },
      networkRbac: { statPrefix: 'network-', policies: [] },
    });
  });

  it('with egress alone the outbound listener has the passthrough chain and nothing else', () => {
    const [outbound] = proxyConfigFor(
      snapshot({ meshConfig: { traffic: { enableEgress: true } } }),
      pod('buyer'),
    ).listeners;
    expect(outbound?.filterChains).toEqual([]);
    expect(outbound?.defaultFilterChain).toMatchObject({
      name: 'outbound-egress-filter-chain',
      filter: { clusters: [{ cluster: 'passthrough-outbound' }] },
    });
  });

  it('makes one route per method, unions the principals of equal routes, and keeps the order of rules', () => {
    const matches = [
      { name: 'read', pathRegex: '/read', methods: ['GET', 'HEAD'] },
      { name: 'any', methods: ['POST', '*'], headers: [{ Host: 'x' }, { host: 'store.*' }] },
    ];
    const rules = [{ kind: 'HTTPRouteGroup', name: 'group', matches: ['read', 'any'] }];
    const config = proxyConfigFor(
      snapshot({
        httpRouteGroups: [{ metadata: { name: 'group', namespace: 'shop' }, spec: { matches } }],
        trafficTargets: [target('one', ['buyer'], rules), target('two', ['thief'], rules)],
      }),
      pod('store'),
    );
    const routes = config.routes[0]?.virtualHosts[0]?.routes ?? [];
    expect(routes.map(({ path, method }) => `${method ?? '*'} ${path.type === 'regex' ? path.regex : ''}`)).toEqual([
      'GET /read',
      'HEAD /read',
      '* .*',
    ]);
    expect(routes[0]?.rbac).toEqual({ type: 'names', names: ['buyer.shop.cluster.local', 'thief.shop.cluster.local'] });
  });

  it('takes the protocol from appProtocol, then from the prefix of the port name, and drops what it cannot do', () => {
    const permissive = { meshConfig: { traffic: { enablePermissiveTrafficPolicyMode: true } } };
    const chainsFor = (port: object) => {
      const complaints: string[] = [];
      const config = proxyConfigFor(
        snapshot({ ...permissive, services: [service('store', port)] }),
        pod('buyer'),
        (complaint) => complaints.push(complaint),
      );
      return [...config.listeners.flatMap(({ filterChains }) => filterChains.map(({ name }) => name)), ...complaints];
    };
    expect(chainsFor({ name: 'tcp-db', port: 80 })).toEqual(['outbound_shop/store_80_tcp']);
    expect(chainsFor({ name: 'mysql', port: 80 })).toEqual(['outbound_shop/store_80_http']);
    expect(chainsFor({ name: 'tcp-db', port: 80, appProtocol: 'tcp-server-first' })).toEqual([
      'outbound_shop/store_80_tcp-server-first',
    ]);
    expect(chainsFor({ name: 'web', port: 80, appProtocol: 'https' })).toEqual([
      expect.stringContaining('unsupported protocol https'),
    ]);
  });

  it('leads to a headless Service by the addresses of its pods, and to any other by its ClusterIP', () => {
    const permissive = { meshConfig: { traffic: { enablePermissiveTrafficPolicyMode: true } } };
    const rangesOf = (clusterIP: string) => {
      const store = service('store', { name: 'tcp-store', port: 80 });
      const services = [{ ...store, spec: { ...store.spec, clusterIP } }];
      const [outbound] = proxyConfigFor(snapshot({ ...permissive, services }), pod('buyer')).listeners;
      return outbound?.filterChains.map(({ match }) => match.destinationRanges);
    };
    expect(rangesOf('10.0.0.7')).toEqual([['10.0.0.7/32']]);
    expect(rangesOf('None')).toEqual([['10.244.0.2/32']]);
  });

  it('has no chain for a TCP root whose split has no backend, and an HTTP route for Envoy to refuse', () => {
    const permissive = { meshConfig: { traffic: { enablePermissiveTrafficPolicyMode: true } } };
    const split = { metadata: { name: 'split', namespace: 'shop' }, spec: { service: 'store', backends: [] } };
    const chainsFor = (port: object) => {
      const state = snapshot({ ...permissive, services: [service('store', port)], trafficSplits: [split] });
      const { listeners } = proxyConfigFor(state, pod('buyer'), () => {});
      return listeners.flatMap(({ filterChains }) => filterChains.map(({ name }) => name));
    };
    expect(chainsFor({ name: 'tcp-store', port: 80 })).toEqual([]);
    expect(chainsFor({ name: 'http-store', port: 80 })).toEqual(['outbound_shop/store_80_http']);
  });

  it('a server stands for the roots of splits in its own namespace, with a host and a local cluster for each', () => {
    const splitIn = (namespace: string, root: string) => ({
      metadata: { name: root, namespace },
      spec: { service: root, backends: [{ service: 'store', weight: 1 }] },
    });
    const config = proxyConfigFor(
      snapshot({
        monitoredNamespaces: new Set(['shop', 'away']),
        trafficSplits: [splitIn('shop', 'root'), splitIn('away', 'elsewhere'), splitIn('shop', 'store')],
      }),
      pod('store'),
    );
    expect(config.routes[0]?.virtualHosts.map(({ name }) => name)).toEqual([
      'inbound_virtual-host|store.shop.svc.cluster.local',
      'inbound_virtual-host|root.shop.svc.cluster.local',
    ]);
    expect(config.clusters.map(({ name }) => name).filter((name) => name.endsWith('|local'))).toEqual([
      'shop/store|14001|local',
      'shop/root|14001|local',
    ]);
  });

  it('serves the Services of its own namespace alone, whatever those of others select', () => {
    const away = { ...service('away'), metadata: { name: 'away', namespace: 'away' } };
    const selecting = { ...away, spec: { ...away.spec, selector: { app: 'store' } } };
    const state = snapshot({
      monitoredNamespaces: new Set(['shop', 'away']),
      services: [service('store'), selecting],
      endpoints: [endpoints('store', '10.244.0.2'), endpoints('away', '10.244.0.2', 14001, 'away')],
    });
    const [inbound] = proxyConfigFor(state, pod('store')).listeners;
    expect(inbound?.filterChains.map(({ name }) => name)).toEqual(['inbound_shop/store_14001_http']);
  });

  it('stands for a root on each of its ports, also where both lead to one target port', () => {
    const ports = [
      { name: 'http-one', port: 80, targetPort: 14001 },
      { name: 'http-two', port: 81, targetPort: 14001 },
    ];
    const store = service('store');
    const config = proxyConfigFor(snapshot({ services: [{ ...store, spec: { ...store.spec, ports } }] }), pod('store'));
    const domains = config.routes.flatMap(({ virtualHosts }) => virtualHosts.flatMap((host) => host.domains));
    expect(domains).toEqual(expect.arrayContaining(['store.shop:80', 'store.shop:81']));
  });

  it('looks at the first bytes of connections only where egress policies are on', () => {
    const inspects = (enableEgressPolicy: boolean) => {
      const meshConfig = {
        traffic: { enablePermissiveTrafficPolicyMode: true },
        featureFlags: { enableEgressPolicy },
      };
      return proxyConfigFor(snapshot({ meshConfig }), pod('buyer')).listeners[0]?.inspectTls;
    };
    expect(inspects(true)).toBe(true);
    expect(inspects(false)).toBe(false);
  });

  it('of several ports each finds its target port by name', () => {
    const ports = [
      { name: 'web', port: 80 },
      { name: 'tcp-raw', port: 81 },
    ];
    const store = service('store', {});
    const subsets = [
      {
        addresses: [{ ip: '10.244.0.2', targetRef: { kind: 'Pod', name: 'store' } }],
        ports: [
          { name: 'web', port: 14001 },
          { name: 'tcp-raw', port: 14002 },
        ],
      },
    ];
    const config = proxyConfigFor(
      snapshot({
        services: [{ ...store, spec: { ...store.spec, ports } }],
        endpoints: [{ metadata: { name: 'store', namespace: 'shop' }, subsets }],
      }),
      pod('store'),
    );
    const [inbound] = config.listeners;
    expect(inbound?.filterChains.map(({ name }) => name)).toEqual([
      'inbound_shop/store_14001_http',
      'inbound_shop/store_14002_tcp',
    ]);
  });

  it('the client believes only the accounts of the pods that the Service selects', () => {
    const config = proxyConfigFor(
      snapshot({ meshConfig: { traffic: { enablePermissiveTrafficPolicyMode: true } } }),
      pod('buyer'),
    );
    expect(config.validationContexts).toContainEqual({
      name: 'root-cert-for-mtls-outbound:shop/store',
      matchSubjectAltNames: ['store.shop.cluster.local'],
    });
    expect(config.clusters[0]).toMatchObject({
      name: 'shop/store|14001',
      endpoints: [{ ip: '10.244.0.2', port: 14001 }],
      tls: { serverName: 'store.shop.svc.cluster.local', applicationProtocols: ['osm'] },
    });
  });
});

describe('names, weights and refusals', () => {
  it('reads the root of a split as OSM does, quirks included', () => {
    const monitored = new Set(['shop']);
    const names = [
      'store',
      'store.shop',
      'pod.store',
      'store.shop.svc',
      'root.shop.svc.cluster',
      'store.shop.svc.cluster.local',
      'store.shop:80',
    ];
    expect(names.map((name) => rootServiceName(name, monitored))).toEqual([
      'store',
      'store',
      'store',
      'store',
      'shop',
      'store',
      'store',
    ]);
  });

  it('chooses by weight and never what weighs nothing', () => {
    const choices = [
      { weight: 0, id: 'a' },
      { weight: 1, id: 'b' },
      { weight: 3, id: 'c' },
    ];
    expect([0, 0.24, 0.25, 0.99].map((roll) => chooseWeighted(choices, roll)?.id)).toEqual(['b', 'b', 'c', 'c']);
    expect(chooseWeighted([{ weight: 0 }, { weight: 0 }], 0.5)).toBeUndefined();
  });

  it('matches RE2 expressions against the whole path without its query, and treats a bad one as no match', () => {
    const choose = (regex: string, path: string) =>
      compileRoutes({
        name: 'r',
        virtualHosts: [
          { name: 'v', domains: ['*'], routes: [{ path: { type: 'regex', regex }, headers: [], clusters: [] }] },
        ],
      }).choose({
        authority: 'x',
        method: 'GET',
        path,
        header: () => undefined,
      }).status;
    expect(choose('/buy', '/buy?now=1')).toBe('routed');
    expect(choose('/buy', '/buy/more')).toBe('no-route');
    expect(choose('.*a-book.*new', '/buy-a-book/new')).toBe('routed');
    expect(choose('(', '/')).toBe('no-route');
  });

  it('refuses what Envoy refuses', () => {
    const route = {
      path: { type: 'regex', regex: '.*' },
      headers: [],
      clusters: [{ cluster: 'a', weight: 0 }],
    } as const;
    expect(
      whyRouteConfigRejected({ name: 'r', virtualHosts: [{ name: 'v', domains: ['a'], routes: [route] }] }),
    ).toContain('at least 1');
    const twice = [
      { name: 'v', domains: ['a'], routes: [] },
      { name: 'w', domains: ['a'], routes: [] },
    ];
    expect(whyRouteConfigRejected({ name: 'r', virtualHosts: twice })).toContain(
      'Only unique values for domains are permitted',
    );
    const tcp = {
      type: 'tcp',
      statPrefix: 't',
      clusters: [
        { cluster: 'a', weight: 0 },
        { cluster: 'b', weight: 1 },
      ],
    } as const;
    const listener = {
      name: 'l',
      port: 1,
      direction: 'outbound',
      inspectTls: false,
      filterChains: [{ name: 'c', match: {}, filter: tcp }],
    } as const;
    expect(whyListenerRejected(listener)).toContain('ClusterWeightValidationError');
  });
});
