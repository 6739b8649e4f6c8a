import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl } from './client.ts';
import { Stage } from './cluster-state.ts';
import { call, observe, talk } from './observation.ts';
import { any, anyRoute, target } from './policies.ts';
import { rowPrograms } from './programs.ts';
import { row } from './row.ts';
import { having, openShop, web } from './shop.ts';

let stage: Stage;

const uninjected = { 'openservicemesh.io/sidecar-injection': 'disabled' };

const base = having(openShop, { pods: { 'outside/stranger': {} } });

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
});

afterAll(() => stage.mesh.close());

describe('5.1 permissive mode', () => {
  row('P1', 'an in-mesh call gets the answer of the app through two sidecars', async () => {
    await stage.given(base);
    const { seen, log, moved } = await call(stage.mesh, ['buyer', 'store'], 'http://store.shop/any/path?x=1', {
      method: 'POST',
      body: 'five!',
    });
    expect(seen).toMatchObject({
      status: 200,
      headers: { server: 'envoy', identity: 'store', 'x-envoy-upstream-service-time': expect.stringMatching(/^\d+$/) },
    });
    const shared = {
      method: 'POST',
      path: '/any/path?x=1',
      response_code: 200,
      response_flags: '-',
      bytes_received: 5,
    };
    expect(log['buyer']?.[0]).toMatchObject({ ...shared, upstream_cluster: 'shop/store|14001' });
    expect(log['store']?.[0]).toMatchObject({ ...shared, upstream_cluster: 'shop/store|14001|local' });
    expect(moved).toMatchObject({
      buyer: { 'cluster.shop/store|14001.upstream_rq_total': 1, 'cluster.shop/store|14001.upstream_rq_2xx': 1 },
      store: {
        'http.mesh-http-conn-manager.rds-inbound.14001.downstream_rq_total': 1,
        'http.mesh-http-conn-manager.rds-inbound.14001.rbac.allowed': 1,
      },
    });
  });

  row('P2', 'a name that no Service has does not resolve', async () => {
    await stage.given(base);
    const { seen, log } = await call(stage.mesh, ['buyer'], 'http://nowhere.shop/');
    expect(seen).toEqual({ curl: 6, errno: 'ENOTFOUND' });
    expect(log).toEqual({ buyer: [] });
  });

  row('P3', 'with egress on, a Service outside the mesh is reached in plaintext and untouched', async () => {
    await stage.given(base);
    const { seen, log, moved } = await call(stage.mesh, ['buyer'], 'http://plain.outside/');
    expect(seen).toMatchObject({ status: 200, headers: { identity: 'plain' } });
    expect(seen).not.toHaveProperty('headers.server');
    expect(seen).not.toHaveProperty('headers.x-envoy-upstream-service-time');
    expect(log['buyer']).toEqual([expect.objectContaining({ upstream_cluster: 'passthrough-outbound', method: null })]);
    expect(moved['buyer']).toMatchObject({ 'tcp.egress-tcp-proxy.passthrough-outbound.downstream_cx_total': 1 });
  });

  row('P4', 'with egress off it is reset, without a handshake for TLS and without a byte for TCP', async () => {
    await stage.given({ ...base, egress: false });
    const { seen, log, moved } = await call(stage.mesh, ['buyer'], 'http://plain.outside/');
    expect(seen).toEqual({ curl: 56, errno: 'ECONNRESET' });
    expect(log['buyer']).toEqual([
      expect.objectContaining({ response_flags: 'NR', response_code_details: 'filter_chain_not_found' }),
    ]);
    expect(moved['buyer']).toMatchObject({ 'listener.0.0.0.0_15001.no_filter_chain_match': 1 });
    expect((await call(stage.mesh, ['buyer'], 'https://plain.outside:80/')).seen).toEqual({
      curl: 35,
      errno: 'ECONNRESET',
    });
    expect((await talk(stage.mesh, ['buyer'], 'plain.outside:80', 'hello')).seen).toEqual({ bytes: '', end: 'reset' });
  });

  row('P5', 'a Service of the mesh whose pod has no sidecar answers 503 with the TLS error', async () => {
    await stage.given({
      ...base,
      pods: {
        ...base.pods,
        'shop/bare': { image: 'test/echo', annotations: uninjected },
        'shop/bare-bytes': { image: 'test/tcp-echo', annotations: uninjected },
      },
      services: {
        ...base.services,
        'shop/bare': { ports: [web] },
        'shop/bare-bytes': { ports: [{ name: 'tcp-echo', port: 9000 }] },
      },
    });
    const { seen, log, moved } = await call(stage.mesh, ['buyer'], 'http://bare.shop/');
    expect(seen).toMatchObject({
      status: 503,
      body: expect.stringMatching(
        /^upstream connect error or disconnect\/reset before headers\. reset reason: connection failure, transport failure reason: TLS error: .*WRONG_VERSION_NUMBER/,
      ),
    });
    expect(log['buyer']?.[0]).toMatchObject({ response_code: 503, response_flags: 'UF' });
    expect(moved['buyer']).toMatchObject({ 'cluster.shop/bare|14001.upstream_cx_connect_fail': 1 });
    const bytes = await talk(stage.mesh, ['buyer'], 'bare-bytes.shop:9000', 'hello');
    expect(bytes.seen).toMatchObject({ bytes: '', end: expect.stringMatching(/closed|reset/) });
    expect(bytes.log['buyer']).toEqual([expect.objectContaining({ response_flags: 'UF,URX' })]);
  });

  row('P6', 'a client outside the mesh is reset', async () => {
    await stage.given(base);
    const { seen, log, moved } = await observe(stage.mesh, ['store'], () =>
      curl(stage.mesh.inside('stranger'), 'http://store.shop/'),
    );
    expect(seen).toEqual({ curl: 56, errno: 'ECONNRESET' });
    expect(log['store']).toEqual([expect.objectContaining({ response_flags: 'NR' })]);
    expect(moved['store']).toMatchObject({ 'listener.0.0.0.0_15003.no_filter_chain_match': 1 });
  });

  row(
    'P7',
    'a pod called by its IP gets plaintext by passthrough and hangs up, or is reset with egress off',
    async () => {
      await stage.given(base);
      const url = `http://${stage.mesh.inside('store').sockets.podIp}:14001/`;
      const { seen, log } = await call(stage.mesh, ['buyer', 'store'], url);
      expect(seen).toEqual({ curl: 52 });
      expect(log['buyer']).toEqual([expect.objectContaining({ upstream_cluster: 'passthrough-outbound' })]);
      expect(log['store']).toEqual([expect.objectContaining({ response_flags: 'NR' })]);
      await stage.given({ ...base, egress: false });
      expect((await call(stage.mesh, ['buyer'], url)).seen).toEqual({ curl: 56, errno: 'ECONNRESET' });
    },
  );

  row('P8', 'a port that the Service does not declare is a reset, in passthrough or without a chain', async () => {
    await stage.given(base);
    const { seen, log } = await call(stage.mesh, ['buyer'], 'http://store.shop:81/');
    expect(seen).toEqual({ curl: 56, errno: 'ECONNRESET' });
    expect(log['buyer']).toEqual([
      expect.objectContaining({ upstream_cluster: 'passthrough-outbound', response_flags: 'UF,URX' }),
    ]);
    await stage.given({ ...base, egress: false });
    expect((await call(stage.mesh, ['buyer'], 'http://store.shop:81/')).seen).toMatchObject({ curl: 56 });
  });

  row('P9', 'the right ClusterIP under a wrong Host is a 404 of the client sidecar', async () => {
    await stage.given(base);
    const { seen, log, moved } = await call(stage.mesh, ['buyer', 'store'], 'http://store.shop/', {
      headers: { host: 'foo' },
    });
    expect(seen).toMatchObject({ status: 404, body: '', headers: { server: 'envoy', 'content-length': '0' } });
    expect(seen).not.toHaveProperty('headers.x-envoy-upstream-service-time');
    expect(log['buyer']?.[0]).toMatchObject({ response_flags: 'NR', response_code_details: 'route_not_found' });
    expect(log['store']).toEqual([]);
    expect(moved['buyer']).toMatchObject({ 'http.mesh-http-conn-manager.rds-outbound.80.no_route': 1 });
    expect(moved['store']).toEqual({});
  });

  row(
    'P10',
    'with egress on, a host outside the cluster answers as itself, over TLS with its own certificate',
    async () => {
      await stage.given(base);
      const { seen, log } = await call(stage.mesh, ['buyer'], 'http://example.com/');
      expect(seen).toMatchObject({ status: 200 });
      expect(seen).not.toMatchObject({ headers: { server: 'envoy' } });
      expect(seen).not.toHaveProperty('headers.x-envoy-upstream-service-time');
      const passed = expect.objectContaining({ upstream_cluster: 'passthrough-outbound', method: null });
      expect(log['buyer']).toEqual([passed]);
      const tls = await call(stage.mesh, ['buyer'], 'https://example.com/');
      expect(tls.seen).toMatchObject({ status: 200 });
      expect(tls.log['buyer']).toEqual([passed]);
      expect(tls.log['buyer']?.[0]).toMatchObject({ requested_server_name: 'example.com' });
    },
  );

  row('P11', 'with egress off, it is reset where there is an outbound listener', async () => {
    await stage.given({ ...base, egress: false });
    const { seen, log } = await call(stage.mesh, ['buyer'], 'http://example.com/');
    expect(seen).toEqual({ curl: 56, errno: 'ECONNRESET' });
    expect(log['buyer']).toEqual([expect.objectContaining({ response_flags: 'NR' })]);
    expect((await call(stage.mesh, ['buyer'], 'https://example.com/')).seen).toMatchObject({ curl: 35 });
  });

  row('P11', 'with egress off, it is refused where no Service of the mesh makes a listener', async () => {
    await stage.given({ ...base, egress: false, services: {} });
    const { seen, log } = await call(stage.mesh, ['buyer'], 'http://example.com/');
    expect(seen).toEqual({ curl: 7, errno: 'ECONNREFUSED' });
    expect(log).toEqual({ buyer: [] });
    expect((await stage.shown('buyer')).listeners).toEqual({});
  });

  row('P12', 'an app that does not listen is a 503 of the server sidecar', async () => {
    await stage.given({
      ...base,
      pods: { ...base.pods, 'shop/deaf': { image: 'test/echo', port: 7777 } },
      services: { ...base.services, 'shop/deaf': { ports: [web] } },
    });
    const { seen, log, moved } = await call(stage.mesh, ['buyer', 'deaf'], 'http://deaf.shop/');
    expect(seen).toMatchObject({
      status: 503,
      body: 'upstream connect error or disconnect/reset before headers. reset reason: connection failure',
      headers: { 'x-envoy-upstream-service-time': expect.stringMatching(/^\d+$/) },
    });
    expect(log['buyer']?.[0]).toMatchObject({ response_code: 503, response_flags: '-' });
    expect(log['deaf']?.[0]).toMatchObject({
      response_code: 503,
      response_flags: 'UF',
      upstream_host: '127.0.0.1:14001',
      upstream_cluster: 'shop/deaf|14001|local',
    });
    expect(moved['buyer']).toMatchObject({ 'cluster.shop/deaf|14001.upstream_rq_503': 1 });
    expect(moved['deaf']).toMatchObject({ 'cluster.shop/deaf|14001|local.upstream_cx_connect_fail': 1 });
  });

  row(
    'P13',
    'an app on the pod IP alone is a 503, and answers in a pod injected with localProxyMode PodIP',
    async () => {
      const services = { ...base.services, 'shop/shy': { ports: [web] } };
      await stage.given({ ...base, services, pods: { ...base.pods, 'shop/shy': { image: 'test/shy' } } });
      const { seen } = await call(stage.mesh, ['buyer', 'shy'], 'http://shy.shop/');
      expect(seen).toMatchObject({ status: 503, body: expect.stringMatching(/reset reason: connection failure$/) });
      const mode = { sidecar: { localProxyMode: 'PodIP' } };
      await stage.given({ ...base, ...mode, services, pods: { ...base.pods, 'shop/shy': { image: 'test/shy' } } });
      expect((await call(stage.mesh, ['buyer'], 'http://shy.shop/')).seen).toMatchObject({ status: 503 });
      const reborn = { image: 'test/shy', env: { GENERATION: '2' } };
      await stage.given({ ...base, ...mode, services, pods: { ...base.pods, 'shop/shy': reborn } });
      const second = await call(stage.mesh, ['buyer', 'shy'], 'http://shy.shop/');
      expect(second.seen).toMatchObject({ status: 200, body: 'from the pod IP' });
      expect(second.log['shy']?.[0]).toMatchObject({ upstream_host: '127.0.0.1:14001' });
    },
  );

  row('P14', 'a Service without endpoints answers 503 no healthy upstream', async () => {
    await stage.given({ ...base, services: { ...base.services, 'shop/ghost': { ports: [web] } } });
    const { seen, log, moved } = await call(stage.mesh, ['buyer'], 'http://ghost.shop/');
    expect(seen).toMatchObject({ status: 503, body: 'no healthy upstream', headers: { server: 'envoy' } });
    expect(seen).not.toHaveProperty('headers.x-envoy-upstream-service-time');
    expect(log['buyer']?.[0]).toMatchObject({ response_flags: 'UH', response_code_details: 'no_healthy_upstream' });
    expect(moved['buyer']).toMatchObject({ 'cluster.shop/ghost|0.upstream_cx_none_healthy': 1 });
  });

  row('P15', 'a Service without selector answers the same, on a cluster of target port 0', async () => {
    await stage.given({ ...base, services: { ...base.services, 'shop/empty': { ports: [web], selector: null } } });
    const { seen, log } = await call(stage.mesh, ['buyer'], 'http://empty.shop/');
    expect(seen).toMatchObject({ status: 503, body: 'no healthy upstream' });
    expect(log['buyer']?.[0]).toMatchObject({ upstream_cluster: 'shop/empty|0', response_flags: 'UH' });
    expect((await stage.shown('buyer')).clusters).toHaveProperty('shop/empty|0');
  });

  row('P16', 'a port of appProtocol https has no chain, so that the egress flag decides', async () => {
    const secured = { ports: [{ ...web, appProtocol: 'https' }] };
    const state = {
      ...base,
      pods: { ...base.pods, 'shop/legacy': { image: 'test/echo', annotations: uninjected } },
      services: { ...base.services, 'shop/legacy': secured, 'shop/secure': { ...secured, selector: { app: 'store' } } },
    };
    await stage.given(state);
    const { seen, log } = await call(stage.mesh, ['buyer'], 'http://legacy.shop/');
    expect(seen).toMatchObject({ status: 200, headers: { identity: 'legacy' } });
    expect(seen).not.toHaveProperty('headers.server');
    expect(log['buyer']?.[0]).toMatchObject({ upstream_cluster: 'passthrough-outbound' });
    expect((await call(stage.mesh, ['buyer'], 'http://secure.shop/')).seen).toEqual({ curl: 52 });
    await stage.given({ ...state, egress: false });
    expect((await call(stage.mesh, ['buyer'], 'http://legacy.shop/')).seen).toEqual({ curl: 56, errno: 'ECONNRESET' });
  });

  row('5.1 ignored', 'a TrafficTarget that would keep the client out keeps nobody out', async () => {
    const nobody = target('nobody', { from: 'stranger', to: 'store', rules: [any] });
    await stage.given({ ...base, policies: [anyRoute, nobody] });
    expect((await call(stage.mesh, ['buyer'], 'http://store.shop/')).seen).toMatchObject({ status: 200 });
  });
});
