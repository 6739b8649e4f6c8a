import { afterAll, beforeAll, describe, expect } from 'vitest';
import * as resources from '../../../../src/kube/resources.ts';
import { proxyUuidLabel } from '../../../../src/sandbox/mesh/osm/names.ts';
import { rootServiceName } from '../../../../src/sandbox/mesh/osm/policy/traffic-split.ts';
import { controllerLogs } from '../controllers.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl, netcat } from './client.ts';
import { type ClusterState, type Policy, Stage } from './cluster-state.ts';
import { call, observe } from './observation.ts';
import { any, anyRoute, split, target } from './policies.ts';
import { rowPrograms } from './programs.ts';
import { row } from './row.ts';

let stage: Stage;

const web = { name: 'web', port: 80, targetPort: 14001 };
const version = (name: string) => ({ app: 'store', version: name });
const server = (name: string) => ({ image: 'test/echo', labels: version(name) });

const base: ClusterState = {
  permissive: true,
  egress: false,
  pods: { 'shop/buyer': {}, 'shop/store-v1': server('v1'), 'shop/store-v2': server('v2') },
  services: {
    'shop/store': { ports: [web] },
    'shop/store-v1': { ports: [web], selector: version('v1') },
    'shop/store-v2': { ports: [web], selector: version('v2') },
  },
};

const store = 'http://store.shop/';
const state = (...policies: Policy[]): ClusterState => ({ ...base, policies });
const shopSplit = (...backends: [string, number][]) => split('split', 'store', ...backends);

/** Which pod answered, or which status. */
async function answeredBy(url: string, pod = 'buyer'): Promise<string> {
  const seen = await curl(stage.mesh.inside(pod), url);
  if ('curl' in seen) return `curl ${seen.curl}`;
  return seen.status === 200 ? String(seen.headers['identity']) : String(seen.status);
}

async function share(count: number, url = store): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  for (let index = 0; index < count; index++) {
    const key = await answeredBy(url);
    seen[key] = (seen[key] ?? 0) + 1;
  }
  return seen;
}

interface ShownRoute {
  virtual_hosts: {
    name: string;
    routes: { route: { weighted_clusters: { clusters: { name: string; weight: number }[] } } }[];
  }[];
}

/** Where a client's sidecar sends requests for a Service, as `cluster=weight`. */
async function weights(service = 'store', pod = 'buyer'): Promise<string[]> {
  const { virtual_hosts } = JSON.parse((await stage.shown(pod)).routes['rds-outbound.80'] ?? '{}') as ShownRoute;
  const host = virtual_hosts.find(({ name }) => name === `outbound_virtual-host|${service}.shop.svc.cluster.local`);
  return (host?.routes ?? []).flatMap(({ route }) =>
    route.weighted_clusters.clusters.map(({ name, weight }) => `${name}=${weight}`),
  );
}

/** What the controllers logged of refusals by this pod's sidecar. */
function refusals(pod: string): number {
  const uuid = stage.mesh.api.get(resources.pods, pod, 'shop')?.metadata.labels?.[proxyUuidLabel] ?? 'none';
  return controllerLogs(stage.mesh)
    .split('\n')
    .filter((line) => line.includes('[NACK]') && line.includes(uuid)).length;
}

/** Sets a state and waits until the sidecar refuses what comes of it. */
async function untilRefused(pod: string, refused: ClusterState): Promise<void> {
  const before = refusals(pod);
  await stage.set(refused);
  await expect.poll(() => refusals(pod), { timeout: 30_000, interval: 20 }).toBeGreaterThan(before);
}

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
});

afterAll(() => stage.mesh.close());

describe('5.4 TrafficSplit', () => {
  row('5.4 root names', 'one, two, three and five parts name the service, four the second part', async () => {
    const monitored = new Set(['shop', 'bookstore']);
    const names = (...specs: string[]) => specs.map((spec) => rootServiceName(spec, monitored));
    expect(names('store', 'store.shop', 'store.shop.svc', 'store.shop.svc.cluster.local')).toEqual([
      ...['store', 'store', 'store', 'store'],
    ]);
    expect(names('store:80', 'store.shop:80', 'store.shop.svc.cluster.local:80')).toEqual(['store', 'store', 'store']);
    expect(names('pod.store', 'pod.store.shop', 'pod.store.shop.svc.cluster.local')).toEqual([
      ...['store', 'store', 'store'],
    ]);
    expect(names('store.shop.svc.cluster', 'bookstore.bookstore.svc.cluster')).toEqual(['shop', 'bookstore']);
    for (const spec of ['store', 'store.shop', 'store.shop.svc', 'store.shop.svc.cluster.local', 'store.shop:80']) {
      await stage.given(state(split('split', spec, ['store-v2', 1])));
      expect(await share(2)).toEqual({ 'store-v2': 2 });
    }
    // The leaf takes the four parts for a pod's name, whose short form is the root's own name: its routes are refused.
    await untilRefused('store-v2', state(split('split', 'store.shop.svc.cluster', ['store-v2', 1])));
    expect(await weights()).toEqual(['shop/store|14001=100']);
    expect(await share(4)).toEqual({ 'store-v1': 2, 'store-v2': 2 });
  });

  row('5.4 namespace', 'a split elsewhere, monitored or not, changes nothing for this root', async () => {
    const elsewhere = (namespace: string) => split(`${namespace}/split`, 'store.shop', ['store-v2', 1]);
    await stage.given({ ...base, outside: ['outside'], policies: [elsewhere('away'), elsewhere('outside')] });
    expect(await weights()).toEqual(['shop/store|14001=100']);
    expect(await share(4)).toEqual({ 'store-v1': 2, 'store-v2': 2 });
  });

  row('5.4 root service', 'in permissive mode a root needs no pods, and without a Service it has no name', async () => {
    const root = { 'shop/root': { ports: [web], selector: null } };
    const policies = [split('split', 'root', ['store-v2', 1]), split('nothing', 'nothing', ['store-v2', 1])];
    await stage.given({ ...base, services: { ...base.services, ...root }, policies });
    expect(await share(2, 'http://root.shop/')).toEqual({ 'store-v2': 2 });
    expect(await answeredBy('http://nothing.shop/')).toBe('curl 6');
  });

  row(
    '5.4 root service',
    'by policies a root whose selector finds no allowed pod is unknown to the client',
    async () => {
      const root = { 'shop/root': { ports: [web], selector: null } };
      const policies = [
        split('split', 'root', ['store-v2', 1]),
        shopSplit(['store-v2', 1]),
        anyRoute,
        target('v2', { from: 'buyer', to: 'store-v2', rules: [any] }),
      ];
      await stage.given({ ...base, permissive: false, services: { ...base.services, ...root }, policies });
      expect(await answeredBy('http://root.shop/')).toBe('curl 56');
      expect(await share(2)).toEqual({ 'store-v2': 2 });
    },
  );

  row('5.4 weights relative', 'three to one is three quarters, drawn for each request on its own', async () => {
    await stage.given(state(shopSplit(['store-v1', 3], ['store-v2', 1])));
    expect(await weights()).toEqual(['shop/store-v1|14001=3', 'shop/store-v2|14001=1']);
    const seen = await share(200);
    // With probability 1/4 per request, 50 of 200 are expected and 25 is four standard deviations.
    expect(seen['store-v2']).toBeGreaterThan(25);
    expect(seen['store-v2']).toBeLessThan(75);
    expect((seen['store-v1'] ?? 0) + (seen['store-v2'] ?? 0)).toBe(200);
    const { log } = await call(stage.mesh, ['buyer', 'store-v1', 'store-v2'], store);
    const [hit] = [...(log['store-v1'] ?? []), ...(log['store-v2'] ?? [])];
    // Each leaf has a local cluster of its own for the names of its root.
    expect(hit).toMatchObject({ authority: 'store.shop', upstream_cluster: 'shop/store|14001|local' });
  });

  row('5.4 weight zero', 'a backend of weight 0 is listed and never drawn', async () => {
    await stage.given(state(shopSplit(['store-v1', 0], ['store-v2', 100])));
    expect(await weights()).toEqual(['shop/store-v1|14001=0', 'shop/store-v2|14001=100']);
    expect(await share(20)).toEqual({ 'store-v2': 20 });
  });

  row('5.4 single backend', 'alone it takes everything, at weight 1 as at 1000', async () => {
    for (const weight of [1, 1000]) {
      await stage.given(state(shopSplit(['store-v1', weight])));
      expect(await share(5)).toEqual({ 'store-v1': 5 });
    }
  });

  row('5.4 twice listed', 'the same backend with the same weight is one entry', async () => {
    await stage.given(state(shopSplit(['store-v1', 50], ['store-v1', 50], ['store-v2', 50])));
    expect(await weights()).toEqual(['shop/store-v1|14001=50', 'shop/store-v2|14001=50']);
  });

  row('5.4 missing backend', 'one without a Service or without endpoints is dropped', async () => {
    const empty = { 'shop/store-v3': { ports: [web], selector: version('v3') } };
    const policies = [shopSplit(['store-v1', 50], ['store-v3', 25], ['store-v9', 25])];
    await stage.given({ ...base, services: { ...base.services, ...empty }, policies });
    expect(await weights()).toEqual(['shop/store-v1|14001=50']);
    expect(await share(10)).toEqual({ 'store-v1': 10 });
  });

  row('5.4 port lookup', 'the port of the same number gives the name to look for among the endpoints', async () => {
    const services = {
      'shop/root': { ports: [web], selector: null },
      'shop/other-name': { ports: [{ ...web, name: 'http-web' }], selector: version('v1') },
      'shop/other-number': { ports: [{ ...web, port: 8080 }], selector: version('v1') },
      'shop/unnamed': { ports: [{ port: 8080, targetPort: 14001 }], selector: version('v2') },
    };
    const backends: [string, number][] = [
      ['other-name', 1],
      ['other-number', 2],
      ['unnamed', 4],
    ];
    const policies = [split('split', 'root', ...backends)];
    await stage.set({ ...base, services: { ...base.services, ...services }, policies });
    await expect
      .poll(() => weights('root'), { timeout: 30_000 })
      .toEqual(['shop/other-name|14001=1', 'shop/unnamed|14001=4']);
    expect(await weights('root')).toEqual(['shop/other-name|14001=1', 'shop/unnamed|14001=4']);
  });

  row('5.4 not ready', 'a backend whose pods are not ready costs its share 503 no healthy upstream', async () => {
    const pods = { ...base.pods, 'shop/store-v3': { ...server('v3'), neverReady: true } };
    const services = { ...base.services, 'shop/store-v3': { ports: [web], selector: version('v3') } };
    await stage.given({ ...base, pods, services, policies: [shopSplit(['store-v3', 1])] });
    const { seen, log } = await call(stage.mesh, ['buyer'], store);
    expect(seen).toMatchObject({ status: 503, body: 'no healthy upstream' });
    expect(log['buyer']?.[0]).toMatchObject({ response_flags: 'UH', upstream_cluster: 'shop/store-v3|14001' });
    await stage.given({ ...base, pods, services, policies: [shopSplit(['store-v1', 1], ['store-v3', 1])] });
    expect(Object.keys(await share(30)).sort()).toEqual(['503', 'store-v1']);
  });

  row('5.4 unauthorised leaf', 'a backend whose account the client may not call is an empty 503', async () => {
    const mayV1 = target('v1', { from: 'buyer', to: 'store-v1', rules: [any] });
    const byPolicies = (...backends: [string, number][]) => ({
      ...state(anyRoute, mayV1, shopSplit(...backends)),
      permissive: false,
    });
    await stage.given(byPolicies(['store-v2', 1]));
    const { seen, log, moved } = await call(stage.mesh, ['buyer', 'store-v2'], store);
    expect(seen).toMatchObject({ status: 503, body: '', headers: { 'content-length': '0' } });
    expect(log['buyer']?.[0]).toMatchObject({ response_flags: 'NC', response_code_details: 'cluster_not_found' });
    expect(moved['store-v2']).toEqual({});
    await stage.given(byPolicies(['store-v1', 1], ['store-v2', 1]));
    expect(Object.keys(await share(30)).sort()).toEqual(['503', 'store-v1']);
  });

  row('5.4 direct leaf', 'a client that calls a backend by its own name bypasses the split', async () => {
    await stage.given(state(shopSplit(['store-v1', 1])));
    expect(await share(3, 'http://store-v2.shop/')).toEqual({ 'store-v2': 3 });
  });

  row('5.4 two splits', 'the first of two for one root counts, and the controller says so', async () => {
    await stage.given(state(split('a-split', 'store', ['store-v1', 1]), split('b-split', 'store', ['store-v2', 1])));
    expect(await share(5)).toEqual({ 'store-v1': 5 });
    const complaint = 'Found more than 1 SMI TrafficSplit configuration for the same apex service shop/store';
    expect(controllerLogs(stage.mesh)).toContain(complaint);
  });

  row('5.4 recursive', 'a root that is its own backend is all pods that its Service selects', async () => {
    await stage.given(state(shopSplit(['store', 100])));
    expect(await weights()).toEqual(['shop/store|14001=100']);
    expect(await share(4)).toEqual({ 'store-v1': 2, 'store-v2': 2 });
  });

  row('5.4 nested', 'a backend that is the root of another split keeps its own cluster', async () => {
    await stage.given(state(shopSplit(['store-v1', 1]), split('nested', 'store-v1', ['store-v2', 1])));
    expect(await weights()).toEqual(['shop/store-v1|14001=1']);
    expect(await share(3)).toEqual({ 'store-v1': 3 });
    expect(await share(3, 'http://store-v1.shop/')).toEqual({ 'store-v2': 3 });
  });

  row('5.4 round robin', 'without a split the pods of the root take turns', async () => {
    await stage.given(base);
    expect(await share(10)).toEqual({ 'store-v1': 5, 'store-v2': 5 });
  });

  row('5.4 matches', 'spec.matches is pruned and every request is divided alike', async () => {
    const withMatches = shopSplit(['store-v2', 1]);
    const spec = { ...(withMatches.object['spec'] as object), matches: [{ kind: 'HTTPRouteGroup', name: 'none' }] };
    await stage.given(state({ ...withMatches, object: { ...withMatches.object, spec } }));
    expect(await share(3)).toEqual({ 'store-v2': 3 });
    expect(stage.mesh.api.get(withMatches.ref, 'split', 'shop')).not.toHaveProperty('spec.matches');
  });

  row('5.4 all zero', 'an update without a usable weight is refused: a known client keeps its routes', async () => {
    for (const backends of [
      [['store-v1', 0] as const, ['store-v2', 0] as const],
      [['store-v8', 50] as const, ['store-v9', 50] as const],
    ]) {
      await stage.given(state(shopSplit(['store-v1', 1])));
      await untilRefused('buyer', state(split('split', 'store', ...backends)));
      expect(await share(3)).toEqual({ 'store-v1': 3 });
      expect(controllerLogs(stage.mesh)).toContain('Total weight of weighted cluster must be >= 1, got 0');
    }
  });

  row('5.4 all zero', 'a fresh client has no route at all', async () => {
    const refusedSplit = state(shopSplit(['store-v1', 0]));
    await stage.set({ ...refusedSplit, pods: { ...base.pods, 'shop/newcomer': {} } });
    await expect.poll(() => refusals('newcomer'), { timeout: 30_000, interval: 20 }).toBeGreaterThan(0);
    const { seen, log } = await call(stage.mesh, ['newcomer'], store);
    expect(seen).toMatchObject({ status: 404, body: '' });
    expect(log['newcomer']?.[0]).toMatchObject({ response_flags: 'NR' });
  });

  row('5.4 negative', 'a negative weight is stored by the API and refused by the sidecar', async () => {
    const beside: [string, number][] = [
      ['store-v1', -1],
      ['store-v2', 2],
    ];
    const alone: [string, number][] = [['store-v2', -1]];
    for (const backends of [beside, alone]) {
      await stage.given(state(shopSplit(['store-v1', 1])));
      await untilRefused('buyer', state(shopSplit(...backends)));
      expect(await share(3)).toEqual({ 'store-v1': 3 });
    }
  });

  row(
    '5.4 ports differ',
    'a leaf on another port than the root that selects its pods gets its routes refused',
    async () => {
      const services = {
        ...base.services,
        'shop/root': { ports: [{ ...web, port: 8080 }], selector: version('v1') },
      };
      await stage.given({ ...base, services });
      await untilRefused('store-v1', { ...base, services, policies: [split('split', 'root', ['store-v1', 1])] });
      expect(controllerLogs(stage.mesh)).toContain('Only unique values for domains are permitted');
    },
  );

  row('5.4 fraction', 'one weight of 0.5 anywhere stalls every TrafficSplit until it is gone', async () => {
    await stage.given(state(shopSplit(['store-v1', 1])));
    await stage.set(state(shopSplit(['store-v1', 1]), split('away/half', 'other', ['another', 0.5])));
    await stage.set(state(shopSplit(['store-v2', 1]), split('away/half', 'other', ['another', 0.5])));
    await expect
      .poll(() => controllerLogs(stage.mesh), { timeout: 30_000 })
      .toContain(
        'cannot unmarshal number 0.5 into Go struct field TrafficSplitBackend.items.spec.backends.weight of type int',
      );
    await stage.push();
    expect(await share(5)).toEqual({ 'store-v1': 5 });
    await stage.given(state(shopSplit(['store-v2', 1])));
    expect(await share(5)).toEqual({ 'store-v2': 5 });
  });
});

describe('5.4 TrafficSplit over TCP', () => {
  const tcp = { name: 'tcp-echo', port: 9000 };
  const bytes: ClusterState = {
    ...base,
    pods: {
      'shop/buyer': {},
      'shop/bytes-v1': { image: 'test/tcp-echo' },
      'shop/bytes-v2': { image: 'test/tcp-echo' },
    },
    services: {
      'shop/bytes': { ports: [tcp], selector: null },
      'shop/bytes-v1': { ports: [tcp] },
      'shop/bytes-v2': { ports: [tcp] },
    },
  };
  const withSplit = (...backends: [string, number][]): ClusterState => ({
    ...bytes,
    policies: [split('split', 'bytes', ...backends)],
  });
  const hello = () => netcat(stage.mesh.inside('buyer'), 'bytes.shop:9000', 'hello');
  const echoed = { bytes: 'hello', end: 'ours' };

  row('5.4 TCP', 'each connection is drawn anew and stays where it was sent', async () => {
    await stage.given(withSplit(['bytes-v1', 1], ['bytes-v2', 1]));
    const { moved } = await observe(stage.mesh, ['buyer'], async () => {
      for (let connection = 0; connection < 30; connection++) expect(await hello()).toEqual(echoed);
    });
    const connections = ['v1', 'v2'].map(
      (name) => moved['buyer']?.[`cluster.shop/bytes-${name}|9000.upstream_cx_total`],
    );
    expect(connections.map((count) => (count ?? 0) > 0)).toEqual([true, true]);
    expect((connections[0] ?? 0) + (connections[1] ?? 0)).toBe(30);
  });

  row('5.4 TCP single', 'the weight of a single backend does not matter, not even 0', async () => {
    await stage.given(withSplit(['bytes-v2', 0]));
    expect(await hello()).toEqual(echoed);
  });

  row('5.4 missing backend', 'a TCP root without a usable backend has no chain', async () => {
    await stage.given(withSplit(['bytes-v8', 1]));
    expect(await hello()).toEqual({ bytes: '', end: 'reset' });
  });

  row('5.4 TCP zero', 'one weight of 0 beside another refuses the whole listener', async () => {
    await stage.given(withSplit(['bytes-v1', 1]));
    await untilRefused('buyer', withSplit(['bytes-v1', 0], ['bytes-v2', 1]));
    const { moved } = await observe(stage.mesh, ['buyer'], hello);
    expect(moved['buyer']).toMatchObject({ 'cluster.shop/bytes-v1|9000.upstream_cx_total': 1 });
  });
});
