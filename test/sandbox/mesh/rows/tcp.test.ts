import { afterAll, beforeAll, describe, expect } from 'vitest';
import * as resources from '../../../../src/kube/resources.ts';
import { SteppedClock } from '../../../../src/platform/clock.ts';
import { seededRandom } from '../../../../src/platform/random.ts';
import { envoyUid } from '../../../../src/sandbox/mesh/osm/names.ts';
import type { Listener } from '../../../../src/sandbox/mesh/proxy-config.ts';
import { Sidecar } from '../../../../src/sandbox/mesh/sidecar.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { netcat } from './client.ts';
import { type ClusterState, Stage } from './cluster-state.ts';
import { talk } from './observation.ts';
import { any, anyRoute, target, tcp, tcpRoute } from './policies.ts';
import { rowPrograms } from './programs.ts';
import { row } from './row.ts';

let stage: Stage;

const base: ClusterState = {
  permissive: false,
  egress: false,
  pods: {
    'shop/buyer': {},
    'shop/bytes': { image: 'test/tcp-echo' },
    'shop/greeter': { image: 'test/greeter' },
    'shop/store': { image: 'test/echo' },
  },
  services: {
    'shop/bytes': { ports: [{ name: 'tcp-echo', port: 9000 }] },
    'shop/greeter': { ports: [{ name: 'tcp-server-first-hello', port: 9001, targetPort: 9000 }] },
    'shop/store': { ports: [{ port: 80, targetPort: 14001 }] },
  },
};

const greeting = 'hello, who are you?';
const allowed: ClusterState = {
  ...base,
  policies: [tcpRoute('ports', 9000), target('bytes', { from: 'buyer', to: 'bytes', rules: [tcp('ports')] })],
};

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
});

afterAll(() => stage.mesh.close());

describe('5.5 TCP', () => {
  row('5.5 allowed', 'bytes flow both ways over mutual TLS', async () => {
    await stage.given(allowed);
    const { seen, log, moved } = await talk(stage.mesh, ['buyer', 'bytes'], 'bytes.shop:9000', 'hello');
    expect(seen).toEqual({ bytes: 'hello', end: 'ours' });
    const line = { method: null, path: null, response_code: 0, response_flags: '-', bytes_received: 5, bytes_sent: 5 };
    expect(log).toEqual({
      buyer: [expect.objectContaining({ ...line, upstream_cluster: 'shop/bytes|9000', requested_server_name: null })],
      bytes: [
        expect.objectContaining({
          ...line,
          upstream_cluster: 'shop/bytes|9000|local',
          upstream_host: '127.0.0.1:9000',
          requested_server_name: 'bytes.shop.svc.cluster.local',
        }),
      ],
    });
    expect(moved).toMatchObject({
      buyer: {
        'cluster.shop/bytes|9000.upstream_cx_total': 1,
        'cluster.shop/bytes|9000.ssl.handshake': 1,
        'tcp.outbound-mesh-tcp-proxy_outbound_shop/bytes_9000_tcp.downstream_cx_total': 1,
      },
      bytes: {
        'network-rbac.allowed': 1,
        'tcp.inbound-mesh-tcp-proxy.shop/bytes|9000|local.downstream_cx_total': 1,
      },
    });
  });

  row('5.5 denied', 'without a policy the connection is refused, or closed where egress is on', async () => {
    await stage.given(base);
    expect((await talk(stage.mesh, ['buyer'], 'bytes.shop:9000', 'hello')).seen).toEqual({ errno: 'ECONNREFUSED' });
    await stage.given({ ...base, egress: true });
    expect((await talk(stage.mesh, ['buyer'], 'bytes.shop:9000', 'hello')).seen).toMatchObject({
      bytes: '',
      end: expect.stringMatching(/closed|reset/),
    });
  });

  row('5.5 denied', 'a port that the TCPRoute does not list is closed by the server', async () => {
    await stage.given({ ...allowed, policies: [tcpRoute('ports', 9009), ...(allowed.policies ?? []).slice(1)] });
    const { seen, moved } = await talk(stage.mesh, ['buyer', 'bytes'], 'bytes.shop:9000', 'hello');
    expect(seen).toMatchObject({ bytes: '', end: expect.stringMatching(/closed|reset/) });
    expect(moved['bytes']).toMatchObject({ 'network-rbac.denied': 1 });
  });

  row('5.5 server first', 'a server that speaks first is heard before the client says anything', async () => {
    await stage.given({ ...base, permissive: true });
    const { seen } = await talk(stage.mesh, ['buyer', 'greeter'], 'greeter.shop:9001', '', greeting.length);
    expect(seen).toEqual({ bytes: greeting, end: 'ours' });
    const shown = (await stage.shown('buyer')).listeners['outbound-listener'];
    expect(JSON.parse(shown ?? '{}')).toMatchObject({
      listener_filters: [
        { name: 'original_dst' },
        {
          name: 'tls_inspector',
          filter_disabled: { or_match: { rules: [{ destination_port_range: { start: 9001 } }] } },
        },
        { name: 'http_inspector', filter_disabled: expect.anything() },
      ],
      continue_on_listener_filters_timeout: true,
    });
  });

  row(
    '5.5 server first',
    'without egress policies nothing is looked at, and every port may be server-first',
    async () => {
      const asTcp = { 'shop/greeter': { ports: [{ name: 'tcp-hello', port: 9001, targetPort: 9000 }] } };
      const services = { ...base.services, ...asTcp };
      await stage.given({ ...base, permissive: true, services, features: { enableEgressPolicy: false } });
      const { seen } = await talk(stage.mesh, ['buyer', 'greeter'], 'greeter.shop:9001', '', greeting.length);
      expect(seen).toEqual({ bytes: greeting, end: 'ours' });
    },
  );

  row('5.5 client waits', 'a client that says nothing is held for fifteen seconds on any other port', async () => {
    await stage.given(base);
    const clock = new SteppedClock();
    const uid = stage.mesh.api.list(resources.pods).find(({ metadata }) => metadata.name === 'greeter')?.metadata.uid;
    const sockets = stage.mesh.network.sockets(uid ?? '', envoyUid);
    const sidecar = new Sidecar({ sockets, clock, random: seededRandom(1), log: () => {} });
    await sidecar.start({
      version: '1',
      trustedCaPem: '',
      certificates: [],
      config: {
        listeners: [{ ...watching, port: 8001 }],
        routes: [],
        clusters: [
          { name: 'app', discovery: 'static', endpoints: [{ ip: '127.0.0.1', port: 9000 }], connectTimeoutMs: 5000 },
        ],
        validationContexts: [],
      },
    });
    try {
      let answered = false;
      const heard = netcat({ sockets }, '127.0.0.1:8001', '', greeting.length).finally(() => {
        answered = true;
      });
      await expect.poll(() => sidecar.stats.list(/8001\.downstream_cx_active$/)[0]?.value).toBe(1);
      await clock.step(14_999);
      expect(answered).toBe(false);
      await clock.step(1);
      expect(await heard).toEqual({ bytes: greeting, end: 'ours' });
    } finally {
      await sidecar.close();
    }
  });

  row('5.5 raw bytes', 'what is no HTTP gets a bare 400 from the client sidecar on an http port', async () => {
    const policies = [anyRoute, target('store', { from: 'buyer', to: 'store', rules: [any] })];
    await stage.given({ ...base, policies });
    const { seen, log } = await talk(stage.mesh, ['buyer', 'store'], 'store.shop:80', 'hello there\r\n\r\n', 999);
    expect(seen).toMatchObject({ bytes: expect.stringMatching(/^HTTP\/1\.1 400 Bad Request\r\n/), end: 'closed' });
    expect(log['store']).toEqual([]);
  });
});

const watching: Omit<Listener, 'port'> = {
  name: 'outbound-listener',
  direction: 'outbound',
  inspectTls: true,
  filterChains: [
    { name: 'all', match: {}, filter: { type: 'tcp', statPrefix: 'all', clusters: [{ cluster: 'app', weight: 1 }] } },
  ],
};
