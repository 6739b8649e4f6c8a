import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as resources from '../../../../src/kube/resources.ts';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import { Metrics } from '../../../../src/sandbox/mesh/osm/metrics.ts';
import { eventually, fetchOver, type MeshCluster, startMeshCluster } from '../mesh-cluster.ts';

/** What the control plane says of itself: metrics on 9091 (9.3) and the debug server on 9092 (9.6). */
let mesh: MeshCluster;
const patient = { timeout: 30_000, interval: 20 };

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.namespace('outside', false);
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'store', { image: 'test/echo' });
  await mesh.service('shop', 'store', { port: 80, targetPort: 14001 });
  await mesh.pod('outside', 'visitor');
  await eventually(() => mesh.call('buyer', 'store.shop:80'), 200);
});

afterAll(() => mesh.close());

const podsOf = (app: string) =>
  mesh.api
    .list(resources.pods, { namespace: 'kube-system' })
    .filter(({ metadata }) => metadata.labels?.['app'] === app);

/** The metrics of all replicas added up: proxies connect to either of them. */
async function metrics(app: string): Promise<Map<string, number>> {
  const all = new Map<string, number>();
  for (const { metadata } of podsOf(app)) {
    const socket = await mesh.network.connectInside(metadata.uid ?? '', 9091);
    const seen = await fetchOver(socket, 'x', { path: '/metrics', headers: { connection: 'close' } });
    if (seen.type !== 'answer') throw new Error(seen.type);
    for (const line of seen.body.split('\n').filter((text) => text !== '' && !text.startsWith('#'))) {
      const [, series = '', value] = /^(.*) ([^ ]+)$/.exec(line) ?? [];
      all.set(series, (all.get(series) ?? 0) + Number(value));
    }
  }
  return all;
}

const sum = (all: Map<string, number>, ...parts: string[]): number =>
  [...all].reduce(
    (total, [series, value]) => (parts.every((part) => series.includes(part)) ? total + value : total),
    0,
  );

describe('the metrics of osm-controller', () => {
  it('count connected proxies, and requests and answers per proxy, identity and type', async () => {
    const all = await metrics('osm-controller');
    expect(sum(all, 'osm_proxy_connect_count')).toBe(2);
    const uuid = mesh.api.get(resources.pods, 'store', 'shop')?.metadata.labels?.['osm-proxy-uuid'];
    const series = (name: string, type: string) =>
      all.get(`${name}{identity="store.shop",proxy_uuid="${uuid}",type="type.googleapis.com/envoy.${type}"}`);
    const sent = series('osm_proxy_response_send_success_count', 'config.listener.v3.Listener') ?? 0;
    expect(sent).toBeGreaterThan(0);
    expect(series('osm_proxy_response_send_success_count', 'extensions.transport_sockets.tls.v3.Secret')).toBe(sent);
    // The first request, and an acknowledgement of each answer.
    expect(series('osm_proxy_xds_request_count', 'config.cluster.v3.Cluster')).toBe(sent + 1);
    expect(sum(all, 'osm_proxy_config_update_time_count{resource_type="ADS",success="true"}')).toBe(
      sum(all, 'osm_proxy_response_send_success_count', 'Listener'),
    );
  });

  it('count events of the mesh by kind and namespace, and none of other namespaces', async () => {
    const all = await metrics('osm-controller');
    const replicas = podsOf('osm-controller').length;
    const events = (type: string, namespace: string) =>
      (all.get(`osm_k8s_api_event_count{namespace="${namespace}",type="${type}"}`) ?? 0) / replicas;
    expect(events('namespace-added', '')).toBe(1);
    expect(events('pod-added', 'shop')).toBe(2);
    expect(events('endpoint-added', 'shop')).toBe(1);
    // One Service and three ServiceAccounts, which OSM counts as services.
    expect(events('service-added', 'shop')).toBe(1 + 3);
    expect(sum(all, 'osm_k8s_api_event_count', 'outside')).toBe(0);
    expect(sum(all, 'osm_resource_namespace_count') / replicas).toBe(1);
  });

  it('count a broadcast for a change of policy, an error by its code, and flags by their name', async () => {
    const before = await metrics('osm-controller');
    const [service, spec] = ['store', { service: 'store', backends: [{ service: 'store', weight: 1 }] }];
    for (const name of ['one', 'two']) {
      await mesh.apply(kinds.trafficSplits, { metadata: { name, namespace: 'shop' }, spec: { ...spec, service } });
    }
    await vi.waitFor(async () => {
      const after = await metrics('osm-controller');
      expect(sum(after, 'osm_proxy_broadcast_event_count')).toBeGreaterThan(
        sum(before, 'osm_proxy_broadcast_event_count'),
      );
      expect(sum(after, 'osm_error_err_code_count{err_code="E2007"}')).toBeGreaterThan(0);
    }, patient);
    expect((await metrics('osm-controller')).get('osm_feature_flag_enabled{feature_flag="enableWASMStats"}')).toBe(
      podsOf('osm-controller').length,
    );
  });

  it('say which version runs, with HELP and TYPE before each family', async () => {
    const socket = await mesh.network.connectInside(podsOf('osm-controller')[0]?.metadata.uid ?? '', 9091);
    const seen = await fetchOver(socket, 'x', { path: '/metrics', headers: { connection: 'close' } });
    if (seen.type !== 'answer') throw new Error(seen.type);
    expect(seen.body).toMatch(
      /^osm_version_info\{build_date="[^"]+",git_commit="[0-9a-f]{40}",version="v1\.2\.\d+"\} 1$/m,
    );
    expect(seen.body).toContain(
      '# HELP osm_proxy_connect_count Represents the number of proxies connected to OSM controller\n# TYPE osm_proxy_connect_count gauge\n',
    );
    expect(seen.body).toMatch(/^osm_http_response_total\{code="200",method="get",path="\/health\/ready"\} [1-9]/m);
  });
});

describe('the metrics of osm-injector', () => {
  it('count certificates for sidecars, reviews by kind, and HTTP answers by path', async () => {
    const all = await metrics('osm-injector');
    expect(sum(all, 'osm_cert_issued_count')).toBe(2);
    expect(sum(all, 'osm_cert_issued_time_count')).toBe(2);
    expect(sum(all, 'osm_admission_webhook_response_total{kind="Pod",success="true"}')).toBe(2);
    expect(sum(all, 'osm_http_response_duration_count{code="200",method="post",path="/mutate-pod-creation"}')).toBe(2);
  });
});

describe('metrics as text', () => {
  it('leave out what is not registered, and what has labels and was never used', () => {
    const store = new Metrics(['osm_error_err_code_count', 'osm_proxy_connect_count']);
    store.add('osm_proxy_broadcast_event_count', {});
    expect(store.text()).toMatch(
      /^# HELP osm_proxy_connect_count .*\n# TYPE osm_proxy_connect_count gauge\nosm_proxy_connect_count 0\n$/,
    );
  });

  it('add up the buckets of a histogram', () => {
    const store = new Metrics(['osm_cert_issued_time']);
    for (const seconds of [0.05, 0.3, 200]) store.observe('osm_cert_issued_time', {}, seconds);
    expect(store.text()).toMatch(
      /le="0\.25"\} 1\n.*le="0\.5"\} 2\n[\s\S]*le="90"\} 2\n.*le="\+Inf"\} 3\n.*_sum 200\.35\n.*_count 3\n$/,
    );
  });
});

describe('the debug server', () => {
  const debug = (path: string) => mesh.call('visitor', 'osm-controller.kube-system:9092', { path });
  const page = async (path: string) => {
    const seen = await debug(path);
    if (seen.type !== 'answer') throw new Error(seen.type);
    return seen;
  };
  const enable = (enableDebugServer: boolean) =>
    mesh.api.modify(kinds.meshConfigs, 'osm-mesh-config', 'kube-system', (draft) => {
      draft.spec = { ...draft.spec, observability: { ...draft.spec?.observability, enableDebugServer } };
    });

  it('answers from outside the mesh while the MeshConfig says so, and refuses when it does not [e2e]', async () => {
    await enable(true);
    await eventually(() => debug('/debug'), 200);
    await enable(false);
    await eventually(() => debug('/debug'), 'refused');
    await enable(true);
    await eventually(() => debug('/debug'), 200);
  });

  it('lists its pages', async () => {
    const { body, headers } = await page('/debug');
    expect(headers['content-type']).toBe('text/html');
    for (const name of ['certs', 'config', 'feature-flags', 'namespaces', 'policies', 'proxy', 'xds']) {
      expect(body).toContain(`<li><a href="/debug/${name}">/debug/${name}</a><br/>`);
    }
    expect((await page('/debug/nothing')).status).toBe(404);
  });

  it('shows configuration, flags, namespaces and policies as JSON', async () => {
    await mesh.apply(kinds.trafficTargets, {
      metadata: { name: 'buy', namespace: 'shop' },
      spec: {
        destination: { kind: 'ServiceAccount', name: 'store', namespace: 'shop' },
        sources: [{ kind: 'ServiceAccount', name: 'buyer', namespace: 'shop' }],
        rules: [{ kind: 'HTTPRouteGroup', name: 'routes', matches: ['all'] }],
      },
    });
    const json = async (path: string) => JSON.parse((await page(path)).body) as Record<string, unknown>;
    expect(await page('//')).toMatchObject({ status: 404, body: '404 page not found\n' });
    expect(await json('/debug/config')).toMatchObject({ traffic: { enablePermissiveTrafficPolicyMode: true } });
    expect(await json('/debug/feature-flags')).toMatchObject({ enableWASMStats: true, enableRetryPolicy: false });
    expect(await json('/debug/namespaces')).toEqual({ namespaces: ['shop'] });
    expect(await json('/debug/policies')).toMatchObject({
      service_accounts: [
        { Namespace: 'shop', Name: 'store' },
        { Namespace: 'shop', Name: 'buyer' },
      ],
      traffic_targets: [{ metadata: { name: 'buy' } }],
      traffic_splits: [{ metadata: { name: 'one' } }, { metadata: { name: 'two' } }],
      route_groups: [],
    });
  });

  it('shows connected proxies, what was sent to them and their certificates; each replica its own', async () => {
    const names = new Set<string>();
    await vi.waitFor(async () => {
      const { body } = await page('/debug/proxy');
      const count = Number(/Connected Proxies \((\d+)\):/.exec(body)?.[1]);
      const found = [...body.matchAll(/<td>(\w+\.shop)<\/td><td>([0-9a-f-]{36})<\/td>/g)].map(([, name = '']) => name);
      expect(found).toHaveLength(count);
      for (const name of found) names.add(name);
      expect(names).toEqual(new Set(['buyer.shop', 'store.shop']));
    }, patient);
    await vi.waitFor(async () => {
      expect((await page('/debug/xds')).body).toMatch(
        /---\[ store\.shop:[0-9a-f-]{36}\n\t type\.googleapis\.com\/envoy\.config\.cluster\.v3\.Cluster \(\d+\):\n\t\t\d{4}-\d\d-\d\d /,
      );
    }, patient);
    await vi.waitFor(async () => {
      const { body } = await page('/debug/certs');
      expect(body).toMatch(/---\[ \d \]---\n\t Common Name: "store\.shop\.cluster\.local"\n\t Valid Until: \d{4}-/);
      expect(body).toContain('\t x509.Subject: CN=store.shop.cluster.local,O=Open Service Mesh\n');
      expect(body).toContain('\t x509.DNSNames: [store.shop.cluster.local]\n');
    }, patient);
  });

  it('knows no proxy that is not connected', async () => {
    expect(await page('/debug/proxy?uuid=nobody')).toMatchObject({
      status: 404,
      body: 'Proxy for UUID nobody not found, may have been disconnected\n',
    });
  });
});

describe('a control plane that comes back', () => {
  it('counts proxies that bring a configuration along as reconnects', async () => {
    for (const { metadata } of podsOf('osm-controller')) {
      await mesh.api.delete(resources.pods, metadata.name ?? '', 'kube-system');
    }
    await vi.waitFor(
      async () => {
        const all = await metrics('osm-controller');
        expect(sum(all, 'osm_proxy_connect_count')).toBe(2);
        expect(sum(all, 'osm_proxy_reconnect_count')).toBe(2 * 5);
      },
      { timeout: 20_000, interval: 50 },
    );
  });
});
