import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as resources from '../../../../src/kube/resources.ts';
import { authorized } from '../../../../src/sandbox/mesh/osm/policy/external-authorization.ts';
import {
  decodeCheckRequest,
  decodeCheckResponse,
  encodeCheckRequest,
  encodeCheckResponse,
} from '../../../../src/sandbox/protobuf/authorization.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { type ClusterState, Stage } from '../rows/cluster-state.ts';
import { call } from '../rows/observation.ts';
import { http, routeGroup, target } from '../rows/policies.ts';
import { row } from '../rows/row.ts';

let stage: Stage;

const base: ClusterState = {
  permissive: true,
  egress: false,
  pods: { 'shop/buyer': {}, 'shop/thief': {}, 'shop/store': { image: 'test/echo' } },
  services: { 'shop/store': { ports: [{ port: 80, targetPort: 14001 } as { port: number }] } },
};
type Authorization = NonNullable<Parameters<typeof stage.mesh.traffic>[0]['inboundExternalAuthorization']>;

const fromBuyer = (path: string, options?: Parameters<typeof call>[3]) =>
  call(stage.mesh, ['buyer', 'store'], `http://store.shop${path}`, options);
const decisions = () =>
  stage.mesh
    .log('authorizer', 'app')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Every request that comes in is asked about at a service outside the mesh. */
async function ask(change: Partial<Authorization> = {}, state: ClusterState = base): Promise<void> {
  await stage.set(state);
  await stage.mesh.traffic({
    inboundExternalAuthorization: {
      enable: true,
      address: 'authorizer.guard.svc.cluster.local',
      port: 9191,
      timeout: '5s',
      ...change,
    },
  });
  await stage.settled();
}

const rules = (content: object) =>
  stage.mesh.api.modify(resources.configMaps, 'rules', 'guard', (draft) => {
    draft.data = { 'rules.json': JSON.stringify(content) };
  });

beforeAll(async () => {
  stage = new Stage(await startMeshCluster());
  await stage.mesh.namespace('guard', false);
  await stage.mesh.api.create(resources.configMaps, {
    metadata: { name: 'rules', namespace: 'guard' },
    data: { 'rules.json': '{"allow":[]}' },
  });
  await stage.mesh.pod('guard', 'authorizer', {
    image: 'sandbox/authorization-server',
    mounts: { '/etc/authorization': { configMap: { name: 'rules' } } },
  });
  await stage.mesh.service('guard', 'authorizer', { port: 9191 });
});

afterAll(() => stage.mesh.close());

describe('3.2 inboundExternalAuthorization', () => {
  it('asks for each request over gRPC, and lets through what is allowed', async () => {
    await rules({ allow: [{ method: 'GET', path: '/open.*' }], headersToSet: { 'x-authorized-by': 'rules' } });
    await ask();
    const { seen, moved } = await fromBuyer('/open?x=1', { headers: { 'x-authorized-by': 'me' } });
    expect(seen).toMatchObject({ status: 200 });
    const reached = JSON.parse('body' in seen ? seen.body : '{}') as { headers: Record<string, string> };
    expect(reached.headers['x-authorized-by']).toBe('rules');
    expect(decisions().at(-1)).toEqual({
      decision: 'ok',
      method: 'GET',
      path: '/open?x=1',
      host: 'store.shop',
      principal: 'buyer.shop.cluster.local',
    });
    expect(moved['store']).toMatchObject({
      'http.mesh-http-conn-manager.rds-inbound.14001.ext_authz.ok': 1,
      'cluster.shop/store|14001|local.ext_authz.ok': 1,
      'grpc.inboundExtAuthz.streams_total': 1,
      'grpc.inboundExtAuthz.streams_closed_0': 1,
    });
  });

  row('5.10 external authorization', 'a denial is 403 with the flag UAEX, and the app is not reached', async () => {
    await rules({ allow: [] });
    await ask();
    const { seen, log, moved } = await fromBuyer('/closed');
    expect(seen).toMatchObject({ status: 403, body: '' });
    expect(log['store']).toContainEqual(
      expect.objectContaining({
        response_code: 403,
        response_flags: 'UAEX',
        response_code_details: 'ext_authz_denied',
        upstream_host: null,
      }),
    );
    expect(moved['store']).toMatchObject({
      'http.mesh-http-conn-manager.rds-inbound.14001.ext_authz.denied': 1,
      'cluster.shop/store|14001|local.ext_authz.denied': 1,
    });
    expect(moved['store']).not.toHaveProperty(['cluster.shop/store|14001|local.upstream_rq_total']);
  });

  it('the denial’s own status, body and headers are the client’s', async () => {
    await rules({
      allow: [],
      denied: { status: 401, body: 'who are you?', headers: { 'WWW-Authenticate': 'Bearer' } },
    });
    await ask();
    expect((await fromBuyer('/')).seen).toMatchObject({
      status: 401,
      body: 'who are you?',
      headers: { 'www-authenticate': 'Bearer' },
    });
  });

  it('shows headers and the first 8,192 bytes of the body, which reaches the app whole', async () => {
    await rules({ allow: [{ headers: { 'x-token': 's.*t' }, bodyContains: 'please' }] });
    await ask();
    const headers = { 'x-token': 'secret' };
    expect((await fromBuyer('/', { method: 'POST', headers, body: 'please' })).seen).toMatchObject({ status: 200 });
    expect((await fromBuyer('/', { method: 'POST', headers, body: 'now' })).seen).toMatchObject({ status: 403 });
    const long = (at: number) => `${'x'.repeat(at)}please${'y'.repeat(40_000)}`;
    expect((await fromBuyer('/', { method: 'POST', headers, body: long(8000) })).seen).toMatchObject({ status: 200 });
    expect((await fromBuyer('/', { method: 'POST', headers, body: long(9000) })).seen).toMatchObject({ status: 403 });
    expect((await fromBuyer('/', { method: 'POST', body: 'please' })).seen).toMatchObject({ status: 403 });
  });

  it('is asked after RBAC, and not about requests without a route', async () => {
    await rules({ allow: [] });
    const group = routeGroup('both', { name: 'buy', pathRegex: '/buy' }, { name: 'look', pathRegex: '/look' });
    const policies = [
      group,
      target('buyer', { from: 'buyer', to: 'store', rules: [http('both', 'buy')] }),
      target('thief', { from: 'thief', to: 'store', rules: [http('both', 'look')] }),
    ];
    await ask({}, { ...base, permissive: false, policies });
    const before = decisions().length;
    expect((await fromBuyer('/nowhere')).seen).toMatchObject({ status: 404 });
    expect((await fromBuyer('/look')).seen).toMatchObject({ status: 403, body: 'RBAC: access denied' });
    expect(decisions()).toHaveLength(before);
    expect((await fromBuyer('/buy')).seen).toMatchObject({ status: 403, body: '' });
    expect(decisions()).toHaveLength(before + 1);
  });

  it('a service that cannot be asked denies with 403, or lets through where failureModeAllow says so', async () => {
    await ask({ address: 'nobody.guard.svc.cluster.local' });
    const { seen, log, moved } = await fromBuyer('/');
    expect(seen).toMatchObject({ status: 403, body: '' });
    expect(log['store']).toContainEqual(
      expect.objectContaining({ response_flags: 'UAEX', response_code_details: 'ext_authz_error' }),
    );
    const stats = 'http.mesh-http-conn-manager.rds-inbound.14001.ext_authz';
    expect(moved['store']).toMatchObject({ [`${stats}.error`]: 1, 'grpc.inboundExtAuthz.streams_closed_14': 1 });
    await ask({ address: 'nobody.guard.svc.cluster.local', failureModeAllow: true });
    const allowed = await fromBuyer('/');
    expect(allowed.seen).toMatchObject({ status: 200 });
    expect(allowed.moved['store']).toMatchObject({ [`${stats}.error`]: 1, [`${stats}.failure_mode_allowed`]: 1 });
  });

  it('a service that takes longer than the timeout is an error', async () => {
    const silent = await stage.mesh.inside('buyer').sockets.listen(9191, () => {});
    const address = stage.mesh.inside('buyer').sockets.podIp;
    // Port 9191 of a pod in the mesh: its inbound listener would reset, so the pod's own loopback is no use either.
    await ask({ address, timeout: '50ms' });
    expect((await fromBuyer('/')).seen).toMatchObject({ status: 403, body: '' });
    silent.close();
  });

  it('takes a new statPrefix, and stands in /config_dump under OSM’s name', async () => {
    await rules({ allow: [{}] });
    await ask({ statPrefix: 'guard' });
    const { seen, moved } = await fromBuyer('/');
    expect(seen).toMatchObject({ status: 200 });
    expect(moved['store']).toMatchObject({ 'grpc.guard.streams_total': 1 });
    const { listeners } = await stage.shown('store');
    expect(listeners['inbound-listener']).toContain('"name":"http_external_authz"');
    expect(listeners['outbound-listener'] ?? '').not.toContain('http_external_authz');
  });

  it('switched off, nobody is asked any more', async () => {
    await rules({ allow: [] });
    await ask({ enable: false });
    await vi.waitFor(async () => expect((await fromBuyer('/')).seen).toMatchObject({ status: 200 }), 5000);
  });
});

describe('external authorization, without a cluster', () => {
  const listener = {
    name: 'inbound-listener',
    port: 15003,
    direction: 'inbound',
    inspectTls: true,
    filterChains: [{ name: 'bytes', match: {}, filter: { type: 'tcp', statPrefix: 'x', clusters: [] } }],
  } as const;

  it('concerns HTTP alone', () => {
    const traffic = { inboundExternalAuthorization: { enable: true, address: 'x', port: 1 } };
    expect(authorized(listener, { traffic })).toEqual(listener);
  });

  it('messages come out as they went in', () => {
    const request = {
      source: { address: '10.0.0.1', port: 50_000, principal: 'buyer.shop.cluster.local' },
      destination: { address: '10.0.0.2', port: 14_001, principal: '' },
      http: {
        id: 'i',
        method: 'POST',
        headers: new Map([
          [':path', '/ü'],
          ['x', ''],
        ]),
        path: '/ü',
        host: 'store',
        scheme: 'http',
        protocol: 'HTTP/1.1',
        size: 300,
        body: 'b'.repeat(300),
      },
    };
    expect(decodeCheckRequest(encodeCheckRequest(request))).toEqual(request);
    for (const response of [
      { type: 'ok', headersToSet: [['a', 'b']] },
      { type: 'denied', status: 401, headers: [['c', 'd']], body: 'no' },
    ] as const) {
      expect(decodeCheckResponse(encodeCheckResponse(response))).toEqual(response);
    }
  });
});
