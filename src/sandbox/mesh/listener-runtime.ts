import type { Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from 'node:tls';
import type { Clock } from '../../platform/clock.ts';
import type { AcceptedConnection, ContainerSockets, PodListener } from '../network/pod-network.ts';
import { connectionLine, type LoggedConnection } from './access-log.ts';
import { inspectFirstBytes } from './client-hello.ts';
import type { ProxyEngine, ServedConnection } from './engine.ts';
import { type ConnectionFacts, chooseFilterChain } from './filter-chain.ts';
import { type HttpInspection, inspectRequestLine } from './http-inspector.ts';
import type { ManagerRules } from './http-rules.ts';
import { NetworkRateLimiters } from './local-rate-limit.ts';
import { isConnectionAllowed } from './network-rbac.ts';
import type { DownstreamTls, FilterChain, Listener, NetworkRbac } from './proxy-config.ts';
import type { Secrets } from './secrets.ts';
import type { StatScope } from './stats.ts';
import { closeUnread, proxyTcp, type TcpProxyParts } from './tcp-proxy.ts';
import { tlsOptions } from './tls-protocol.ts';
import { dnsNames } from './upstream.ts';

export interface ListenerParts extends TcpProxyParts {
  sockets: ContainerSockets;
  engine: ProxyEngine;
  rules: ManagerRules;
  secrets: () => Secrets;
}

/** Envoy: listener_filters_timeout. Then the choice is made with what is known. */
const inspectionTimeoutMs = 15_000;

/** A connection that has found its chain; `chain` is replaced when a new configuration carries the same one on. */
interface Connection extends LoggedConnection {
  socket: Socket;
  chain: FilterChain;
  peerNames: readonly string[];
  served: ServedConnection | undefined;
}

/** One listener at work: accepts, looks, chooses a chain, ends TLS, asks who may pass, hands over. */
export class ListenerRuntime {
  #config: Listener;
  readonly #parts: ListenerParts;
  readonly #scope: StatScope;
  readonly #connections = new Set<Connection>();
  readonly #rateLimiters: NetworkRateLimiters;
  readonly #tlsServers = new Map<string, TlsServer>();
  /** Connections in a TLS handshake, by the loopback port of the client. */
  readonly #handshakes = new Map<number, (socket: TLSSocket) => void>();
  #listening: PodListener | undefined;

  constructor(config: Listener, parts: ListenerParts) {
    this.#config = config;
    this.#parts = parts;
    this.#rateLimiters = new NetworkRateLimiters(parts.clock, parts.stats);
    const address = `${config.host ?? '0.0.0.0'}_${config.port}`;
    this.#scope = parts.stats.scope(`listener.${address}`, 'listener', { envoy_listener_address: address });
    this.#scope.counter('downstream_cx_total');
    this.#scope.gauge('downstream_cx_active');
    this.#scope.counter('no_filter_chain_match');
    this.#prepareStats();
  }

  get config(): Listener {
    return this.#config;
  }

  async open(): Promise<void> {
    const { port, host } = this.#config;
    this.#listening = await this.#parts.sockets.listen(
      port,
      (connection) => this.#accept(connection),
      host === undefined ? {} : { host },
    );
  }

  /** The same port with other chains. Connections whose chain is still there, by name and TLS, live on under the new one. */
  update(config: Listener): void {
    this.#config = config;
    for (const server of this.#tlsServers.values()) server.close();
    this.#tlsServers.clear();
    this.#prepareStats();
    const chains = [...config.filterChains, ...(config.defaultFilterChain ? [config.defaultFilterChain] : [])];
    const byName = new Map(chains.map((chain) => [chain.name, chain]));
    for (const connection of this.#connections) {
      const next = byName.get(connection.chain.name);
      if (!next || !isSameKind(connection.chain, next)) this.#drain(connection);
      else if (!isAllowed(next.networkRbac, connection)) connection.socket.destroy();
      else connection.chain = next;
    }
  }

  /** Stops listening; idle connections end now, busy ones with their answer. */
  close(): void {
    this.#listening?.close();
    for (const connection of this.#connections) this.#drain(connection);
    for (const server of this.#tlsServers.values()) server.close();
  }

  #prepareStats(): void {
    const { filterChains, defaultFilterChain } = this.#config;
    this.#rateLimiters.prepare(filterChains.flatMap(({ networkRateLimit }) => networkRateLimit ?? []));
    for (const { filter } of [...filterChains, ...(defaultFilterChain ? [defaultFilterChain] : [])]) {
      if (filter.type === 'http') this.#parts.rules.statsOf(filter.statPrefix);
    }
  }

  #drain(connection: Connection): void {
    if (connection.served) connection.served.drain();
    else connection.socket.destroy();
  }

  #accept({ socket, remote, originalDestination }: AcceptedConnection): void {
    this.#scope.counter('downstream_cx_total').value++;
    const active = this.#scope.gauge('downstream_cx_active');
    active.value++;
    socket.once('close', () => {
      active.value--;
    });
    const facts: ConnectionFacts = {
      originalDestination,
      source: remote,
      transportProtocol: 'raw_buffer',
      applicationProtocols: [],
    };
    const skip = this.#config.inspectionDisabledPorts?.includes(originalDestination.port) === true;
    const { inspectTls, inspectHttp = false } = this.#config;
    if (!inspectTls || skip) this.#choose(socket, facts);
    else inspect(this.#parts.clock, socket, inspectHttp, (seen) => this.#choose(socket, { ...facts, ...seen }));
  }

  #choose(socket: Socket, facts: ConnectionFacts): void {
    const { filterChains, defaultFilterChain } = this.#config;
    const chain = chooseFilterChain(filterChains, defaultFilterChain, facts);
    const logged: LoggedConnection = {
      source: facts.source,
      originalDestination: facts.originalDestination,
      requestedServerName: facts.serverName,
    };
    if (!chain) {
      this.#scope.counter('no_filter_chain_match').value++;
      // Unread bytes lie in the socket, so the kernel answers the close with a reset.
      socket.resetAndDestroy();
      this.#parts.log(unmatchedLine(this.#parts.clock.now(), logged));
      return;
    }
    // Before the handshake, as every network filter hears of a connection when it is there (Envoy: onNewConnection).
    if (!this.#rateLimiters.admits(chain.networkRateLimit)) {
      closeUnread(socket);
      this.#parts.log(refusedLine(this.#parts.clock.now(), logged));
      return;
    }
    if (!chain.tls) this.#enter({ ...logged, socket, chain, peerNames: [], served: undefined });
    else this.#handshake(socket, chain, chain.tls, logged);
  }

  #handshake(raw: Socket, chain: FilterChain, tls: DownstreamTls, logged: LoggedConnection): void {
    const server = this.#tlsServer(chain, tls);
    const key = raw.remotePort ?? 0;
    if (!server) {
      raw.destroy();
      return;
    }
    this.#handshakes.set(key, (socket) => {
      const peerNames = dnsNames(socket.getPeerX509Certificate()?.subjectAltName);
      this.#enter({ ...logged, socket, chain, peerNames, served: undefined });
    });
    raw.once('close', () => this.#handshakes.delete(key));
    server.emit('connection', raw);
  }

  /** One TLS server per chain, never listening: it is handed connections. Undefined while its certificate is missing. */
  #tlsServer(chain: FilterChain, tls: DownstreamTls): TlsServer | undefined {
    const known = this.#tlsServers.get(chain.name);
    if (known) return known;
    const secrets = this.#parts.secrets();
    const certificate = secrets.certificate(tls.certificate);
    if (!certificate) return undefined;
    const server = createTlsServer({
      cert: certificate.certPem,
      key: certificate.keyPem,
      ca: secrets.trustedCaPem,
      requestCert: tls.requireClientCertificate,
      rejectUnauthorized: tls.requireClientCertificate,
      ...tlsOptions(tls, 'server'),
      ALPNProtocols: [...tls.applicationProtocols],
    });
    server.on('secureConnection', (socket) => {
      this.#scope.counter('ssl.handshake').value++;
      const enter = this.#handshakes.get(socket.remotePort ?? 0);
      this.#handshakes.delete(socket.remotePort ?? 0);
      if (enter) enter(socket);
      else socket.destroy();
    });
    server.on('tlsClientError', () => {
      this.#scope.counter('ssl.connection_error').value++;
    });
    this.#tlsServers.set(chain.name, server);
    return server;
  }

  #enter(connection: Connection): void {
    const { socket, chain } = connection;
    const { filter } = chain;
    socket.on('error', () => {});
    const allowed = isAllowed(chain.networkRbac, connection);
    if (chain.networkRbac) this.#countRbac(chain.networkRbac, allowed);
    // A TCP proxy writes this line itself, with what it carried.
    if (this.#config.logsConnections && !(allowed && filter.type === 'tcp')) this.#logWhenClosed(connection);
    if (!allowed) {
      socket.destroy();
      return;
    }
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
    if (filter.type === 'tcp') {
      void proxyTcp(this.#parts, filter, socket, connection);
      return;
    }
    this.#parts.rules.accepted(filter, socket);
    let rules = this.#parts.rules.forConnection(filter, connection.peerNames, connection);
    let rulesChain = chain;
    connection.served = this.#parts.engine.serve(socket, () => {
      const current = connection.chain;
      if (current !== rulesChain && current.filter.type === 'http') {
        rules = this.#parts.rules.forConnection(current.filter, connection.peerNames, connection);
        rulesChain = current;
      }
      return rules;
    });
  }

  #countRbac({ statPrefix }: NetworkRbac, allowed: boolean): void {
    this.#parts.stats.stat('counter', `${statPrefix}rbac.${allowed ? 'allowed' : 'denied'}`).value++;
  }

  #logWhenClosed(connection: Connection): void {
    const { clock, log } = this.#parts;
    const startMs = clock.now();
    connection.socket.once('close', () => log(closedLine(startMs, clock.now(), connection, '-', null)));
  }
}

const isAllowed = (rbac: NetworkRbac | undefined, { peerNames, originalDestination }: Connection): boolean =>
  isConnectionAllowed(rbac, peerNames, originalDestination.port);

/** A connection can change chains when only routes, weights or principals differ. */
function isSameKind(a: FilterChain, b: FilterChain): boolean {
  return a.filter.type === b.filter.type && JSON.stringify(a.tls) === JSON.stringify(b.tls);
}

const unmatchedLine = (nowMs: number, connection: LoggedConnection): string =>
  closedLine(nowMs, nowMs, connection, 'NR', 'filter_chain_not_found');

const refusedLine = (nowMs: number, connection: LoggedConnection): string =>
  closedLine(nowMs, nowMs, connection, '-', null);

function closedLine(
  startMs: number,
  endMs: number,
  connection: LoggedConnection,
  flags: string,
  details: string | null,
): string {
  return connectionLine(
    {
      startMs,
      endMs,
      flags,
      details,
      upstreamCluster: null,
      upstreamHost: null,
      bytesReceived: 0,
      bytesSent: 0,
    },
    connection,
  );
}

type Seen = Pick<ConnectionFacts, 'transportProtocol' | 'applicationProtocols' | 'serverName'>;

/** Reads until it can tell TLS from plaintext, and HTTP from other plaintext if asked; puts the bytes back; reports once. */
function inspect(clock: Clock, socket: Socket, alsoHttp: boolean, report: (seen: Seen) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  const settle = (seen: Seen) => {
    cancel();
    socket.off('readable', look);
    socket.off('close', gone);
    if (bytes.length > 0) socket.unshift(bytes);
    report(seen);
  };
  const plaintext: Seen = { transportProtocol: 'raw_buffer', applicationProtocols: [] };
  const gone = () => {
    cancel();
    socket.off('readable', look);
  };
  const look = () => {
    const chunk: Buffer | null = socket.read();
    if (chunk === null) {
      if (socket.readableEnded || socket.readable === false) settle(plaintext);
      return;
    }
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const seen = seenIn(bytes, alsoHttp);
    if (seen) settle(seen);
  };
  const cancel = clock.after(inspectionTimeoutMs, () => settle(plaintext));
  socket.on('readable', look);
  socket.once('close', gone);
}

/** Undefined while the bytes could still become either. */
function seenIn(bytes: Buffer, alsoHttp: boolean): Seen | undefined {
  const { status, ...tls } = inspectFirstBytes(bytes);
  switch (status) {
    case 'more':
      return undefined;
    case 'tls':
      return { transportProtocol: 'tls', applicationProtocols: [], ...tls };
    case 'plaintext': {
      const line: HttpInspection = alsoHttp ? inspectRequestLine(bytes) : { status: 'other' };
      if (line.status === 'more') return undefined;
      return {
        transportProtocol: 'raw_buffer',
        applicationProtocols: line.status === 'http' ? [line.protocol] : [],
      };
    }
  }
}
