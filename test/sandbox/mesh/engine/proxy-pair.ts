import { connect, type Server, type Socket } from 'node:net';
import type { Clock } from '../../../../src/platform/clock.ts';
import { systemClock } from '../../../../src/platform/clock.ts';
import { seededRandom } from '../../../../src/platform/random.ts';
import type {
  HttpConnectionManager,
  ProxyConfig,
  ProxyUpdate,
  Route,
  UpstreamCluster,
} from '../../../../src/sandbox/mesh/proxy-config.ts';
import { Sidecar } from '../../../../src/sandbox/mesh/sidecar.ts';
import { errnoError } from '../../../../src/sandbox/network/addresses.ts';
import { Conntrack } from '../../../../src/sandbox/network/conntrack.ts';
import { NetworkNamespace } from '../../../../src/sandbox/network/network-namespace.ts';
import type { ContainerSockets } from '../../../../src/sandbox/network/pod-network.ts';
import { CertificateAuthority } from '../../../../src/sandbox/pki/authority.ts';

/** Two pods with real loopback sockets and nothing of a cluster; `10.0.0.80:80` is the service that clients mean. */
const clientIp = '10.244.0.1';
const serverIp = '10.244.0.2';
const serviceIp = '10.0.0.80';
const appPort = 8080;
const hourMs = 3_600_000;

const authority = CertificateAuthority.create(systemClock, { commonName: 'engine tests' });
const identities = ['client', 'server'].map((commonName) => ({
  name: `cert-of-${commonName}`,
  ...authority.issue({ commonName, dnsNames: [`${commonName}.test`], validityMs: hourMs }),
}));

class TwoPods {
  readonly #conntrack = new Conntrack(systemClock);
  readonly #pods = new Map(
    [clientIp, serverIp].map((ip) => [ip, new NetworkNamespace(ip, 'test', this.#conntrack)] as const),
  );

  sockets(ip: string): ContainerSockets {
    const pod = this.#pods.get(ip);
    if (!pod) throw new Error(`no pod has ${ip}`);
    return {
      podIp: ip,
      listen: (port, onConnection, options) => pod.listen(port, onConnection, options?.host),
      connect: (host, port) => this.connect(ip, host === '127.0.0.1' ? ip : host, port, { ip: host, port }),
      resolve: async (host) => [host],
      redirect() {},
    };
  }

  connect(from: string, ip: string, port: number, originalDestination = { ip, port }): Promise<Socket> {
    // A pod's connections from outside arrive at its sidecar, as iptables would have it.
    const arrival = from !== ip && ip === serverIp ? 15003 : port;
    const loopbackPort = this.#pods.get(ip)?.loopbackPort(arrival, ip === from ? '127.0.0.1' : ip);
    if (loopbackPort === undefined) return Promise.reject(errnoError('ECONNREFUSED', 'connect', `${ip}:${port}`));
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: loopbackPort, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        this.#conntrack.announce(loopbackPort, socket.localPort ?? 0, {
          remote: { ip: from, port: 1 },
          originalDestination,
        });
        socket.off('error', reject).on('error', () => {});
        resolve(socket);
      });
    });
  }

  close(): void {
    for (const pod of this.#pods.values()) pod.close();
    this.#conntrack.close();
  }
}

const manager = (direction: 'inbound' | 'outbound'): HttpConnectionManager => ({
  type: 'http',
  statPrefix: direction,
  routeConfig: direction,
  direction,
  generateRequestId: true,
  requestHeadersToAdd: {},
  responseHeadersToAdd: {},
  responseHeadersToRemove: [],
});

const tls = (own: 'client' | 'server', peer: 'client' | 'server') => ({
  certificate: `cert-of-${own}`,
  validationContext: `peer-${peer}`,
  minVersion: 'TLSv1.2' as const,
  maxVersion: 'TLSv1.3' as const,
  applicationProtocols: ['osm'],
});

const everyPath = { path: { type: 'prefix', prefix: '/' }, headers: [] } as const;

function update(config: Omit<ProxyConfig, 'validationContexts'>): ProxyUpdate {
  return {
    version: '1',
    config: {
      ...config,
      validationContexts: ['client', 'server'].map((name) => ({
        name: `peer-${name}`,
        matchSubjectAltNames: [`${name}.test`],
      })),
    },
    certificates: identities.map(({ name, certPem, keyPem }) => ({ name, certPem, keyPem })),
    trustedCaPem: authority.certPem,
  };
}

export interface PairOptions {
  /** HTTP unless said otherwise. */
  protocol?: 'http' | 'tcp';
  clock?: Clock;
  /** Laid over the client's route and its cluster. */
  route?: Partial<Route>;
  cluster?: Partial<UpstreamCluster>;
  /** Laid over the server's route and its connection manager. */
  server?: { route?: Partial<Route>; manager?: Partial<HttpConnectionManager> };
}

export interface ProxyPair {
  outbound: Sidecar;
  inbound: Sidecar;
  /** Access log lines of the client's and the server's sidecar. */
  logs: { outbound: Record<string, unknown>[]; inbound: Record<string, unknown>[] };
  /** As the client's app would, through both sidecars. */
  connect(): Promise<Socket>;
  stat(side: 'outbound' | 'inbound', name: string): number;
  /** Gives the client's cluster other settings. */
  update(cluster: Partial<UpstreamCluster>): Promise<unknown>;
  close(): Promise<void>;
}

/** `app` takes the connections that reach the server's pod. */
export async function startProxyPair(app: (socket: Socket) => void, options: PairOptions = {}): Promise<ProxyPair> {
  const { protocol = 'http', clock = systemClock, route, cluster, server = {} } = options;
  const pods = new TwoPods();
  const logs: ProxyPair['logs'] = { outbound: [], inbound: [] };
  const sidecar = (ip: string, lines: Record<string, unknown>[], seed: number) =>
    new Sidecar({
      sockets: pods.sockets(ip),
      clock,
      random: seededRandom(seed),
      log: (line) => lines.push(JSON.parse(line)),
    });
  const outbound = sidecar(clientIp, logs.outbound, 1);
  const inbound = sidecar(serverIp, logs.inbound, 2);
  await pods.sockets(serverIp).listen(appPort, ({ socket }) => app(socket));
  const weighted = (name: string) => [{ cluster: name, weight: 100 }];
  const filter = (direction: 'inbound' | 'outbound', name: string) =>
    protocol === 'http'
      ? { ...manager(direction), ...(direction === 'inbound' ? server.manager : {}) }
      : ({ type: 'tcp', statPrefix: direction, clusters: weighted(name) } as const);
  const routes = (name: string, routeTo: string, changes: Partial<Route> = {}) => [
    {
      name,
      virtualHosts: [{ name, domains: ['*'], routes: [{ ...everyPath, clusters: weighted(routeTo), ...changes }] }],
    },
  ];
  await inbound.apply(
    update({
      listeners: [
        {
          name: 'inbound-listener',
          port: 15003,
          direction: 'inbound',
          inspectTls: true,
          filterChains: [
            {
              name: 'inbound',
              match: { transportProtocol: 'tls' },
              tls: { ...tls('server', 'client'), requireClientCertificate: true },
              filter: filter('inbound', 'app|local'),
            },
          ],
        },
      ],
      routes: routes('inbound', 'app|local', server.route),
      clusters: [
        {
          name: 'app|local',
          discovery: 'static',
          endpoints: [{ ip: '127.0.0.1', port: appPort }],
          connectTimeoutMs: 5000,
        },
      ],
    }),
  );
  const outboundUpdate = (changes: Partial<UpstreamCluster>) =>
    update({
      listeners: [
        {
          name: 'outbound-listener',
          port: 15001,
          direction: 'outbound',
          inspectTls: false,
          filterChains: [{ name: 'outbound', match: {}, filter: filter('outbound', 'app') }],
        },
      ],
      routes: routes('outbound', 'app', route),
      clusters: [
        {
          name: 'app',
          discovery: 'static',
          endpoints: [{ ip: serverIp, port: appPort }],
          connectTimeoutMs: 5000,
          tls: { ...tls('client', 'server'), serverName: 'app.test' },
          ...changes,
        },
      ],
    });
  await outbound.apply(outboundUpdate({ ...cluster }));
  return {
    outbound,
    inbound,
    logs,
    connect: () => pods.connect(clientIp, clientIp, 15001, { ip: serviceIp, port: 80 }),
    stat: (side, name) => ({ outbound, inbound })[side].stats.list().find((stat) => stat.name === name)?.value ?? 0,
    update: (changes) => outbound.apply(outboundUpdate(changes)),
    async close() {
      await outbound.close();
      await inbound.close();
      pods.close();
    },
  };
}

/** Hands a pod's connections to a server that listens nowhere. */
export const intoServer =
  (server: Server) =>
  (socket: Socket): void => {
    // Accepted sockets are paused, and an HTTP/2 session on a paused socket never reads.
    socket.resume();
    server.emit('connection', socket);
  };
