import { describe, expect, it } from 'vitest';
import { proxyConfigFor } from '../../../../src/sandbox/mesh/osm/policy/proxy-config.ts';
import type {
  HttpLocalRateLimit,
  Retry,
  UpstreamTrafficSetting,
} from '../../../../src/sandbox/mesh/osm/policy-kinds.ts';
import { inShop, pod, snapshot } from './snapshot-of.ts';

const host = 'store.shop.svc.cluster.local';
type Limits = Omit<NonNullable<UpstreamTrafficSetting['spec']>, 'host'>;
const setting = (spec: Limits, name = host) => inShop('limits', { host: name, ...spec });

const configOf = (name: string, change: Parameters<typeof snapshot>[0]) => proxyConfigFor(snapshot(change), pod(name));
const storeCluster = (change: Parameters<typeof snapshot>[0]) =>
  configOf('buyer', change).clusters.find(({ name }) => name === 'shop/store|14001');
const storeHost = (change: Parameters<typeof snapshot>[0]) =>
  configOf('store', change).routes.find(({ name }) => name === 'rds-inbound.14001')?.virtualHosts[0];

describe('UpstreamTrafficSetting in a proxy configuration', () => {
  const connectionSettings = {
    tcp: { maxConnections: 1, connectTimeout: '2s' },
    http: { maxRequests: 2, maxPendingRequests: 3, maxRetries: 4, maxRequestsPerConnection: 5 },
  };

  it('limits the client’s cluster; without one there is no limit and the timeout is Envoy’s five seconds', () => {
    expect(storeCluster({ upstreamTrafficSettings: [setting({ connectionSettings })] })).toMatchObject({
      connectTimeoutMs: 2000,
      circuitBreakers: {
        maxConnections: 1,
        maxRequests: 2,
        maxPendingRequests: 3,
        maxRetries: 4,
        maxRequestsPerConnection: 5,
      },
    });
    expect(storeCluster({})).toMatchObject({ connectTimeoutMs: 5000, circuitBreakers: {} });
  });

  it('needs the full name of the service, and lies in its namespace', () => {
    for (const wrong of ['store', 'store.shop', 'store.shop.svc', 'STORE.shop.svc.cluster.local']) {
      const upstreamTrafficSettings = [setting({ connectionSettings }, wrong)];
      expect(storeCluster({ upstreamTrafficSettings })?.circuitBreakers).toEqual({});
    }
    const elsewhere = { ...setting({ connectionSettings }), metadata: { name: 'limits', namespace: 'other' } };
    expect(storeCluster({ upstreamTrafficSettings: [elsewhere] })?.circuitBreakers).toEqual({});
  });

  it('[derived] an empty host matches every service of every namespace', () => {
    const everywhere = { ...setting({ connectionSettings }, ''), metadata: { name: 'limits', namespace: 'other' } };
    expect(storeCluster({ upstreamTrafficSettings: [everywhere] })?.circuitBreakers).toMatchObject({
      maxConnections: 1,
    });
  });

  it('the first of several counts', () => {
    const first = setting({ connectionSettings: { tcp: { maxConnections: 7 } } });
    const upstreamTrafficSettings = [first, setting({ connectionSettings })];
    expect(storeCluster({ upstreamTrafficSettings })?.circuitBreakers).toEqual({ maxConnections: 7 });
  });

  it('limits connections at the server’s filter chain, under the chain’s name', () => {
    const rateLimit = { local: { tcp: { connections: 10, unit: 'minute', burst: 5 } } } as const;
    const [inbound] = configOf('store', { upstreamTrafficSettings: [setting({ rateLimit })] }).listeners.filter(
      ({ name }) => name === 'inbound-listener',
    );
    expect(inbound?.filterChains[0]?.networkRateLimit).toEqual({
      statPrefix: 'inbound_shop/store_14001_http',
      bucket: { maxTokens: 15, tokensPerFill: 10, fillIntervalMs: 60_000 },
    });
  });

  it('limits requests to the virtual host with 429 and to a route with what it says', () => {
    const route: HttpLocalRateLimit = {
      requests: 1,
      unit: 'hour',
      burst: 1,
      responseStatusCode: 503,
      responseHeadersToAdd: [{ name: 'Slow-Down', value: 'please' }],
    };
    const spec: Limits = {
      rateLimit: { local: { http: { requests: 3, unit: 'minute' } } },
      httpRoutes: [{ path: '.*', rateLimit: { local: route } }],
    };
    const virtualHost = storeHost({ upstreamTrafficSettings: [setting(spec)] });
    expect(virtualHost?.rateLimit).toEqual({
      statPrefix: 'http_local_rate_limiter',
      bucket: { maxTokens: 3, tokensPerFill: 3, fillIntervalMs: 60_000 },
      status: 429,
      responseHeadersToAdd: [],
    });
    expect(virtualHost?.routes[0]?.rateLimit).toMatchObject({
      bucket: { maxTokens: 2, tokensPerFill: 1, fillIntervalMs: 3_600_000 },
      status: 503,
      responseHeadersToAdd: [['slow-down', 'please']],
    });
  });

  it('compares a route’s path with the regex as text, so that /buy does not limit /buy.*', () => {
    const rules = [{ kind: 'HTTPRouteGroup', name: 'group', matches: ['buy'] }];
    const account = (name: string) => ({ kind: 'ServiceAccount', name, namespace: 'shop' });
    const smi = {
      meshConfig: { traffic: { enablePermissiveTrafficPolicyMode: false } },
      httpRouteGroups: [inShop('group', { matches: [{ name: 'buy', pathRegex: '/buy.*' }] })],
      trafficTargets: [inShop('t', { destination: account('store'), sources: [account('buyer')], rules })],
    };
    const limitFor = (path: string) =>
      storeHost({
        ...smi,
        upstreamTrafficSettings: [
          setting({ httpRoutes: [{ path, rateLimit: { local: { requests: 1, unit: 'minute' } } }] }),
        ],
      })?.routes[0]?.rateLimit;
    expect(limitFor('/buy')).toBeUndefined();
    expect(limitFor('/buy.*')).toBeDefined();
  });
});

describe('Retry in a proxy configuration', () => {
  const policy = (change: Partial<NonNullable<Retry['spec']>> = {}, namespace = 'shop'): Retry => ({
    metadata: { name: 'again', namespace },
    spec: {
      source: { kind: 'ServiceAccount', name: 'buyer', namespace: 'shop' },
      destinations: [{ kind: 'Service', name: 'store', namespace: 'shop' }],
      retryPolicy: { retryOn: '5xx,reset', numRetries: 5, perTryTimeout: '1s', retryBackoffBaseInterval: '50ms' },
      ...change,
    },
  });
  const retryOf = (retries: Retry[], change: Parameters<typeof snapshot>[0] = {}) =>
    configOf('buyer', { retries, ...change }).routes.find(({ name }) => name === 'rds-outbound.80')?.virtualHosts[0]
      ?.routes[0]?.retry;

  it('puts the policy on the client’s route to the service', () => {
    expect(retryOf([policy()])).toEqual({
      retryOn: ['5xx', 'reset'],
      numRetries: 5,
      perTryTimeoutMs: 1000,
      backoffBaseMs: 50,
    });
  });

  it('retries once after 25 ms where it names neither, and never times out by itself', () => {
    expect(retryOf([policy({ retryPolicy: { retryOn: '5xx' } })])).toEqual({
      retryOn: ['5xx'],
      numRetries: 1,
      perTryTimeoutMs: 0,
      backoffBaseMs: 25,
    });
  });

  it('does nothing while featureFlags.enableRetryPolicy is off, which is its default', () => {
    expect(retryOf([policy()], { meshConfig: { traffic: { enablePermissiveTrafficPolicyMode: true } } })).toBe(
      undefined,
    );
  });

  it('holds wherever it lies, for its source and its Services only; the first one wins', () => {
    expect(retryOf([policy({}, 'far-away')])).toBeDefined();
    expect(retryOf([policy({ source: { kind: 'ServiceAccount', name: 'thief', namespace: 'shop' } })])).toBe(undefined);
    expect(retryOf([policy({ destinations: [{ kind: 'Service', name: 'other', namespace: 'shop' }] })])).toBe(
      undefined,
    );
    const first = policy({ retryPolicy: { retryOn: 'reset', numRetries: 2 } });
    expect(retryOf([first, policy()])?.numRetries).toBe(2);
  });

  it('complains of destinations that are no Services', () => {
    const complaints: string[] = [];
    const retries = [policy({ destinations: [{ kind: 'ServiceAccount', name: 'store', namespace: 'shop' }] })];
    const config = proxyConfigFor(snapshot({ retries }), pod('buyer'), (text) => complaints.push(text));
    expect(config.routes[0]?.virtualHosts[0]?.routes[0]?.retry).toBeUndefined();
    expect(complaints).toEqual(['Retry policy destinations must be a service: store is a ServiceAccount']);
  });
});
