import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl, netcat } from './client.ts';
import { type ClusterState, Stage } from './cluster-state.ts';
import { call, observe, statsOf, talk } from './observation.ts';
import { any, anyRoute, target, tcp, tcpRoute } from './policies.ts';
import { rowPrograms } from './programs.ts';
import { row } from './row.ts';

let stage: Stage;

const base: ClusterState = {
  permissive: false,
  egress: true,
  outside: ['outside'],
  pods: {
    'shop/buyer': {},
    'shop/thief': {},
    'shop/store': { image: 'test/status' },
    'shop/bytes': { image: 'test/tcp-echo' },
    'outside/plain': { image: 'test/echo' },
    'outside/stranger': {},
  },
  services: {
    'shop/store': { ports: [{ port: 80, targetPort: 14001 }] },
    'shop/bytes': { ports: [{ name: 'tcp-echo', port: 9000 }] },
    'outside/plain': { ports: [{ port: 80, targetPort: 14001 }] },
  },
  policies: [
    anyRoute,
    tcpRoute('ports', 9000),
    target('a-thief', { from: 'thief', to: 'store', rules: [any] }),
    target('bytes', { from: 'buyer', to: 'bytes', rules: [tcp('ports')] }),
    target('buyer', { from: 'buyer', to: 'store', rules: [any] }),
  ],
};

const app = (pod: string) => stage.mesh.inside(pod);

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
});

afterAll(() => stage.mesh.close());

describe('5.14 stats', () => {
  row('5.14 cluster', 'requests are counted in all, by class and by code, and connections once for many', async () => {
    await stage.given(base);
    await curl(app('buyer'), 'http://store.shop/200');
    const { moved } = await observe(stage.mesh, ['buyer'], async () => {
      for (const code of [200, 200, 204, 404, 500, 503]) await curl(app('buyer'), `http://store.shop/${code}`);
    });
    const cluster = 'cluster.shop/store|14001';
    expect(moved['buyer']).toMatchObject({
      [`${cluster}.upstream_rq_total`]: 6,
      [`${cluster}.upstream_rq_2xx`]: 3,
      [`${cluster}.upstream_rq_4xx`]: 1,
      [`${cluster}.upstream_rq_5xx`]: 2,
      [`${cluster}.upstream_rq_200`]: 2,
      [`${cluster}.upstream_rq_503`]: 1,
    });
    expect(moved['buyer']).not.toHaveProperty([`${cluster}.upstream_cx_total`]);
    const stats = await statsOf(stage.mesh, 'buyer');
    for (const [name, value] of Object.entries({
      upstream_cx_overflow: 0,
      upstream_rq_pending_overflow: 0,
      upstream_rq_retry: 0,
      upstream_rq_retry_limit_exceeded: 0,
      membership_healthy: 1,
      membership_total: 1,
      // Of no limit, less the connection that is kept.
      'circuit_breakers.default.remaining_cx': 4294967294,
    })) {
      expect([name, stats.get(`${cluster}.${name}`)]).toEqual([name, value]);
    }
  });

  row('5.14 http', 'both connection managers count, and the server says whom it let in', async () => {
    await stage.given(base);
    const { moved } = await call(stage.mesh, ['buyer', 'store'], 'http://store.shop/200');
    expect(moved).toMatchObject({
      buyer: {
        'http.mesh-http-conn-manager.rds-outbound.80.downstream_rq_total': 1,
        'http.mesh-http-conn-manager.rds-outbound.80.downstream_rq_2xx': 1,
      },
      store: {
        'http.mesh-http-conn-manager.rds-inbound.14001.downstream_rq_total': 1,
        'http.mesh-http-conn-manager.rds-inbound.14001.rbac.allowed': 1,
      },
    });
    expect(moved['store']).not.toHaveProperty(['http.mesh-http-conn-manager.rds-inbound.14001.rbac.denied']);
    expect([...(await statsOf(stage.mesh, 'store')).keys()]).toContain(
      'http.mesh-http-conn-manager.rds-inbound.14001.rbac.denied',
    );
  });

  row('5.14 network rbac', 'a connection counts once, however many requests it carries', async () => {
    await stage.given(base);
    const twice = () =>
      observe(stage.mesh, ['bytes'], async () => {
        await netcat(app('buyer'), 'bytes.shop:9000', 'one');
        await netcat(app('buyer'), 'bytes.shop:9000', 'two');
      });
    expect((await twice()).moved['bytes']).toMatchObject({ 'network-rbac.allowed': 2 });
    await stage.given({ ...base, policies: [tcpRoute('ports', 1), ...(base.policies ?? []).slice(2), anyRoute] });
    const { moved } = await twice();
    expect(moved['bytes']).toMatchObject({ 'network-rbac.denied': 2 });
    expect(moved['bytes']).not.toHaveProperty(['network-rbac.allowed']);
  });

  row('5.14 listener', 'connections without a chain are counted where they ended', async () => {
    await stage.given({ ...base, egress: false });
    const outbound = await call(stage.mesh, ['buyer'], 'http://plain.outside/');
    expect(outbound.moved['buyer']).toMatchObject({
      'listener.0.0.0.0_15001.no_filter_chain_match': 1,
      'listener.0.0.0.0_15001.downstream_cx_total': 1,
    });
    const inbound = await observe(stage.mesh, ['store'], () => curl(app('stranger'), 'http://store.shop/200'));
    expect(inbound.moved['store']).toMatchObject({ 'listener.0.0.0.0_15003.no_filter_chain_match': 1 });
  });

  row('5.14 tcp', 'TCP proxies count under their chain on the client and their cluster on the server', async () => {
    await stage.given(base);
    const { moved } = await talk(stage.mesh, ['buyer', 'bytes'], 'bytes.shop:9000', 'hello');
    expect(moved).toMatchObject({
      buyer: { 'tcp.outbound-mesh-tcp-proxy_outbound_shop/bytes_9000_tcp.downstream_cx_total': 1 },
      bytes: { 'tcp.inbound-mesh-tcp-proxy.shop/bytes|9000|local.downstream_cx_total': 1 },
    });
    const passed = await call(stage.mesh, ['buyer'], 'http://plain.outside/');
    expect(passed.moved['buyer']).toMatchObject({
      'tcp.egress-tcp-proxy.passthrough-outbound.downstream_cx_total': 1,
      'cluster.passthrough-outbound.upstream_cx_total': 1,
    });
  });

  row('5.14 server', 'it is live, and knows its control plane', async () => {
    await stage.given(base);
    const stats = await statsOf(stage.mesh, 'store');
    expect([stats.get('server.live'), stats.get('control_plane.connected_state')]).toEqual([1, 1]);
  });
});
