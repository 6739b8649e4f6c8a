import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl } from '../rows/client.ts';
import { type ClusterState, type Policy, Stage } from '../rows/cluster-state.ts';
import { call, talk } from '../rows/observation.ts';
import { any, anyRoute, routeGroup, target } from '../rows/policies.ts';
import { egress, placed, trafficSetting } from './policy-objects.ts';

let stage: Stage;

const base: ClusterState = {
  permissive: false,
  egress: false,
  pods: { 'shop/buyer': {}, 'shop/thief': {}, 'shop/store': { image: 'test/echo' } },
  services: { 'shop/store': { ports: [{ port: 80, targetPort: 14001 } as { port: number }] } },
};
const state = (...policies: Policy[]): ClusterState => ({ ...base, policies });
const refused = { curl: 7, errno: 'ECONNREFUSED' };
const reset = { curl: 56, errno: 'ECONNRESET' };
const fromBuyer = (url: string, options?: Parameters<typeof call>[3]) => call(stage.mesh, ['buyer'], url, options);

const site = 'http://example.com/';
const http = egress('http', { hosts: ['example.com'], ports: [{ number: 80, protocol: 'http' }] });
const https = egress('https', { hosts: ['example.com'], ports: [{ number: 443, protocol: 'https' }] });

beforeAll(async () => {
  stage = new Stage(await startMeshCluster());
});

afterAll(() => stage.mesh.close());

/** The name in the certificate that a client which trusts the outside CA, and nobody else, is shown. */
async function certificateName(host: string, to: string): Promise<string> {
  const raw = await stage.mesh.inside('buyer').sockets.connect(to, 443);
  const socket = connectTls({ socket: raw, servername: host, ca: stage.mesh.outside.caPem });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const { subject } = socket.getPeerCertificate();
      socket.destroy();
      resolve(String(subject.CN));
    });
  });
}

describe('5.6 egress policies', () => {
  it('without any, egress off: an outside host is refused', async () => {
    await stage.given(state());
    expect((await fromBuyer(site)).seen).toEqual(refused);
    expect((await fromBuyer('https://example.com/')).seen).toEqual(refused);
  });

  it('HTTP to a listed host is answered through the sidecar: server: envoy and the service time', async () => {
    await stage.given(state(http));
    const { seen, log, moved } = await fromBuyer(site, { method: 'HEAD' });
    expect(seen).toMatchObject({ status: 200, headers: { server: 'envoy' } });
    expect(seen).toHaveProperty(['headers', 'x-envoy-upstream-service-time'], expect.stringMatching(/^\d+$/));
    expect(log['buyer']).toContainEqual(
      expect.objectContaining({
        method: 'HEAD',
        authority: 'example.com',
        response_code: 200,
        response_flags: '-',
        response_code_details: 'via_upstream',
        upstream_cluster: 'example.com:80',
        upstream_host: '192.0.2.10:80',
      }),
    );
    expect(moved['buyer']).toMatchObject({
      'cluster.example_com_80.upstream_rq_total': 1,
      'cluster.example_com_80.upstream_rq_200': 1,
      'http.mesh-http-conn-manager.rds-egress.80.downstream_rq_total': 1,
    });
  });

  it('Host may carry the port, and letters may be of either case', async () => {
    await stage.given(state(http));
    for (const host of ['example.com:80', 'EXAMPLE.com']) {
      expect((await fromBuyer(site, { headers: { host } })).seen).toMatchObject({ status: 200 });
    }
  });

  it('a host that is not listed on that port is an empty 404, whether egress is on or off', async () => {
    for (const on of [false, true]) {
      await stage.given({ ...state(http), egress: on });
      const { seen, log } = await fromBuyer('http://httpbin.example.org/get');
      expect(seen).toMatchObject({ status: 404, body: '', headers: { server: 'envoy' } });
      expect(seen).not.toHaveProperty(['headers', 'x-envoy-upstream-service-time']);
      expect(log['buyer']).toContainEqual(
        expect.objectContaining({ response_flags: 'NR', response_code_details: 'route_not_found' }),
      );
    }
  });

  it('[derived] what is no HTTP meets no chain on that port: reset, or passed through where egress is on', async () => {
    await stage.given(state(http));
    expect((await talk(stage.mesh, ['buyer'], 'example.com:80', 'hello there\r\n', 1)).seen).toMatchObject({
      end: 'reset',
    });
    await stage.given({ ...state(http), egress: true });
    const { seen, log } = await talk(stage.mesh, ['buyer'], 'example.com:80', 'hello there\r\n', 12);
    expect(seen).toMatchObject({ bytes: expect.stringContaining('HTTP/1.1 400') });
    expect(log['buyer']).toContainEqual(expect.objectContaining({ upstream_cluster: 'passthrough-outbound' }));
  });

  it('concerns the accounts it names: another one stays without a listener', async () => {
    await stage.given(state(http));
    expect(await curl(stage.mesh.inside('thief'), site)).toEqual(refused);
  });

  it('means nothing in a namespace that the mesh does not monitor', async () => {
    await stage.given({ ...state(placed('outside', http)), outside: ['outside'] });
    expect((await fromBuyer(site)).seen).toEqual(refused);
  });

  it('other ports of a listed host are reset', async () => {
    await stage.given(state(http));
    expect((await fromBuyer('http://example.com:443/')).seen).toEqual(reset);
  });

  it('paths and methods are those of the HTTPRouteGroup: others are 404', async () => {
    const matches = [{ apiGroup: 'specs.smi-spec.io/v1alpha4', kind: 'HTTPRouteGroup', name: 'get' }];
    const limited = egress('limited', {
      hosts: ['httpbin.example.org'],
      ports: [{ number: 80, protocol: 'http' }],
      matches,
    });
    await stage.given(state(limited, routeGroup('get', { name: 'get', pathRegex: '/get', methods: ['GET'] })));
    const echo = 'http://httpbin.example.org';
    expect((await fromBuyer(`${echo}/get?x=1`)).seen).toMatchObject({ status: 200 });
    expect((await fromBuyer(`${echo}/status/200`)).seen).toMatchObject({ status: 404, body: '' });
    expect((await fromBuyer(`${echo}/get`, { method: 'POST' })).seen).toMatchObject({ status: 404, body: '' });
    await stage.given(state(limited));
    expect((await fromBuyer(`${echo}/get`)).seen).toMatchObject({ status: 404, body: '' });
  });

  it('HTTPS passes as bytes, end to end with the host’s own certificate', async () => {
    await stage.given(state(https));
    const { seen, log, moved } = await call(stage.mesh, ['buyer'], 'https://example.com/');
    expect(seen).toMatchObject({ status: 200, headers: { server: 'simulated-internet' } });
    expect(await certificateName('example.com', 'example.com')).toBe('example.com');
    expect(log['buyer']).toContainEqual(
      expect.objectContaining({
        method: null,
        requested_server_name: 'example.com',
        upstream_cluster: '443',
        upstream_host: '192.0.2.10:443',
      }),
    );
    expect(moved['buyer']).toMatchObject({
      'tcp.egress-tcp-proxy.443.downstream_cx_total': 1,
      'cluster.443.upstream_cx_total': 1,
    });
  });

  it('HTTPS to another name is cut off in the handshake, and passed through where egress is on', async () => {
    await stage.given(state(https));
    const { seen, log, moved } = await fromBuyer('https://httpbin.example.org/get');
    expect(seen).toEqual({ curl: 35, errno: 'ECONNRESET' });
    expect(log['buyer']).toContainEqual(
      expect.objectContaining({
        response_code_details: 'filter_chain_not_found',
        requested_server_name: 'httpbin.example.org',
      }),
    );
    expect(moved['buyer']).toMatchObject({ 'listener.0.0.0.0_15001.no_filter_chain_match': 1 });
    await stage.given({ ...state(https), egress: true });
    expect((await fromBuyer('https://httpbin.example.org/get')).seen).toMatchObject({ status: 200 });
  });

  it('HTTPS with ranges wants the name and the address', async () => {
    const elsewhere = egress('https', {
      hosts: ['example.com'],
      ports: [{ number: 443, protocol: 'https' }],
      ipAddresses: ['203.0.113.0/24'],
    });
    await stage.given(state(elsewhere));
    expect((await fromBuyer('https://example.com/')).seen).toEqual({ curl: 35, errno: 'ECONNRESET' });
  });

  it('TCP is let out by port and range; hosts do not count', async () => {
    const tcp = (ipAddresses: string[]) =>
      egress('tcp', { hosts: ['nobody.example'], ports: [{ number: 9000, protocol: 'tcp' }], ipAddresses });
    await stage.given(state(tcp(['203.0.113.0/24'])));
    const { seen, log, moved } = await talk(stage.mesh, ['buyer'], 'tcp-echo.example.net:9000', 'hello');
    expect(seen).toEqual({ bytes: 'hello', end: 'ours' });
    expect(log['buyer']).toContainEqual(
      expect.objectContaining({ upstream_cluster: '9000', upstream_host: '203.0.113.30:9000' }),
    );
    expect(moved['buyer']).toMatchObject({ 'tcp.egress-tcp-proxy.9000.downstream_cx_total': 1 });
    await stage.given(state(tcp(['192.0.2.0/24'])));
    expect((await talk(stage.mesh, ['buyer'], 'tcp-echo.example.net:9000', 'hello')).seen).toMatchObject({
      end: 'reset',
    });
  });

  it('a server that speaks first is heard at once where the policy says tcp-server-first', async () => {
    await stage.given(state(egress('first', { ports: [{ number: 9001, protocol: 'tcp-server-first' }] })));
    const { seen } = await talk(stage.mesh, ['buyer'], 'tcp-echo.example.net:9001', '', 1);
    expect(seen).toMatchObject({ bytes: '220 tcp-echo.example.net ready\n' });
  });

  it('the mesh goes on beside it: a Service on the same port is reached by its own chain', async () => {
    const mayCall = target('store', { from: 'buyer', to: 'store', rules: [any] });
    await stage.given(state(http, anyRoute, mayCall));
    expect((await call(stage.mesh, ['buyer', 'store'], 'http://store.shop/')).seen).toMatchObject({ status: 200 });
    expect((await fromBuyer(site)).seen).toMatchObject({ status: 200 });
  });

  it('an UpstreamTrafficSetting that is referred to and missing voids the policy', async () => {
    const matches = [
      { apiGroup: 'policy.openservicemesh.io/v1alpha1', kind: 'UpstreamTrafficSetting', name: 'limits' },
    ];
    const limited = egress('http', { hosts: ['example.com'], ports: [{ number: 80, protocol: 'http' }], matches });
    await stage.given(state(limited));
    expect((await fromBuyer(site)).seen).toEqual(refused);
    await stage.given(state(limited, trafficSetting('limits', { connectionSettings: { tcp: { maxConnections: 7 } } })));
    expect((await fromBuyer(site)).seen).toMatchObject({ status: 200 });
    expect((await stage.shown('buyer')).clusters['example.com:80']).toContain('"max_connections":7');
  });

  it('featureFlags.enableEgressPolicy off: the policy is not read', async () => {
    await stage.given({ ...state(http), features: { enableEgressPolicy: false } });
    expect((await fromBuyer(site)).seen).toEqual(refused);
  });

  it('after its deletion the host is refused again', async () => {
    await stage.given(state(http, https));
    expect((await fromBuyer(site)).seen).toMatchObject({ status: 200 });
    await stage.given(state());
    expect((await fromBuyer(site)).seen).toEqual(refused);
    expect((await fromBuyer('https://example.com/')).seen).toEqual(refused);
  });
});
