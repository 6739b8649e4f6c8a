import type { Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type PeerCertificate, type SecureContext } from 'node:tls';
import type { Clock } from '../../platform/clock.ts';
import type { ContainerSockets } from '../network/pod-network.ts';
import { ClusterLimits } from './circuit-breakers.ts';
import { type ClusterStats, clusterStats } from './cluster-stats.ts';
import { ConnectionBytes } from './connection-bytes.ts';
import { DnsResolution } from './dns-cluster.ts';
import { HealthChecker } from './health-check.ts';
import type { Histogram } from './histogram.ts';
import type { Address, HealthCheck, UpstreamCluster } from './proxy-config.ts';
import type { Secrets } from './secrets.ts';
import type { Stat, StatScope, StatStore } from './stats.ts';
import { tlsOptions } from './tls-protocol.ts';

/** One endpoint of a cluster with its own counters, as `/clusters` lists them. */
export class UpstreamHost {
  readonly address: Address;
  readonly key: string;
  connectionsActive = 0;
  connectionsTotal = 0;
  connectFailures = 0;
  requestsTotal = 0;
  requestsActive = 0;
  requestErrors = 0;
  removed = false;
  failsHealthChecks = false;
  /** Discovery names it no longer, and its health checks still pass. */
  isPendingRemoval = false;
  /** Called when kept connections are to be let go: the endpoint left the cluster, or fails its health checks. */
  onDrain: (() => void) | undefined;

  constructor(address: Address) {
    this.address = address;
    this.key = `${address.ip}:${address.port}`;
  }
}

/** Why there is no connection, in the words of Envoy's 503 body. */
export class UpstreamConnectError extends Error {
  readonly reason: 'connection failure' | 'connection termination';
  /** What went wrong in TLS. */
  readonly transportFailure: string | undefined;

  constructor(reason: UpstreamConnectError['reason'], transportFailure: string | undefined, cause: unknown) {
    super(transportFailure ?? reason, { cause });
    this.reason = reason;
    this.transportFailure = transportFailure;
  }

  static from(error: unknown): UpstreamConnectError {
    return error instanceof UpstreamConnectError
      ? error
      : new UpstreamConnectError('connection failure', undefined, error);
  }
}

/** BoringSSL's wording, which is what people find when they search for it. */
function tlsFailure(error: NodeJS.ErrnoException): UpstreamConnectError {
  const code = error.code ?? '';
  if (code === 'ECONNRESET' || code === 'EPIPE')
    return new UpstreamConnectError('connection termination', undefined, error);
  const isPlaintext = code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG';
  const reason = isPlaintext ? '268435703:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER' : verifyFailed;
  return new UpstreamConnectError('connection failure', `TLS error: ${reason}`, error);
}

const verifyFailed = '268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED';

/** The DNS names of a certificate's subjectAltName extension. */
export function dnsNames(subjectAltName: string | undefined): string[] {
  return (subjectAltName ?? '')
    .split(', ')
    .filter((entry) => entry.startsWith('DNS:'))
    .map((entry) => entry.slice(4));
}

/** A cluster at work: chooses endpoints in turn and opens connections to them. It does not know HTTP. */
export class UpstreamRuntime {
  readonly name: string;
  readonly scope: StatScope;
  readonly stats: ClusterStats;
  readonly limits: ClusterLimits;
  /** From the request's beginning to the answer's end; ms. */
  readonly requestTime: Histogram;
  readonly #bytes: ConnectionBytes;
  #config: UpstreamCluster;
  #hosts: UpstreamHost[] = [];
  /** Those that take turns: the healthy ones, or all of them in a panic. */
  #balanced: readonly UpstreamHost[] = [];
  #isPanicking = false;
  #turn = 0;
  #context: SecureContext | undefined;
  #dns: DnsResolution | undefined;
  #health: HealthChecker | undefined;
  readonly #sockets: ContainerSockets;
  readonly #clock: Clock;
  #secrets: Secrets;
  readonly #handshakes: Stat | undefined;
  readonly #verifySanFailures: Stat | undefined;

  constructor(
    config: UpstreamCluster,
    parts: { sockets: ContainerSockets; clock: Clock; stats: StatStore; secrets: Secrets },
  ) {
    this.name = config.name;
    this.#config = config;
    this.#sockets = parts.sockets;
    this.#clock = parts.clock;
    this.#secrets = parts.secrets;
    const statName = config.altStatName ?? config.name;
    this.scope = parts.stats.scope(`cluster.${statName}`, 'cluster', { envoy_cluster_name: statName });
    this.stats = clusterStats(this.scope);
    this.limits = new ClusterLimits(this.scope);
    this.requestTime = this.scope.histogram('upstream_rq_time');
    this.#bytes = new ConnectionBytes(parts.stats, this.scope, 'upstream_cx');
    this.#handshakes = config.tls && this.scope.counter('ssl.handshake');
    this.#verifySanFailures = config.tls && this.scope.counter('ssl.fail_verify_san');
    this.update(config, parts.secrets);
  }

  get config(): UpstreamCluster {
    return this.#config;
  }

  get hosts(): readonly UpstreamHost[] {
    return this.#hosts;
  }

  /** Endpoints that stay keep their connections and counters; new key material serves new connections only. */
  update(config: UpstreamCluster, secrets: Secrets): void {
    this.#config = config;
    this.#secrets = secrets;
    this.limits.update(config.circuitBreakers);
    this.#context = undefined;
    if (config.discovery === 'strict-dns') this.#lookUp(config);
    else this.#replaceHosts(config.endpoints);
    this.#checkHealth(config.healthCheck);
  }

  #checkHealth(config: HealthCheck | undefined): void {
    if (JSON.stringify(config) === JSON.stringify(this.#health?.config)) return;
    this.#health?.stop();
    this.#health =
      config &&
      new HealthChecker(config, this.#hosts, {
        clock: this.#clock,
        scope: this.scope,
        connect: (host) => this.#open(host),
        hasTraffic: () => this.stats.cxTotal.value > 0 || this.stats.cxTotal.used,
        onChange: (host) => this.#onHealthChange(host),
      });
    this.#keepHosts(this.#hosts.filter((host) => config || !host.isPendingRemoval));
  }

  #onHealthChange(host: UpstreamHost): void {
    if (host.failsHealthChecks) host.onDrain?.();
    this.#keepHosts(this.#hosts.filter((one) => !(one.isPendingRemoval && one.failsHealthChecks)));
  }

  /** Settles when the cluster has had a chance to learn its endpoints. */
  get warmed(): Promise<unknown> {
    return Promise.all([this.#dns?.first, this.#health?.first]);
  }

  #lookUp({ host = '', port = 0 }: UpstreamCluster): void {
    if (this.#dns?.host === host && this.#dns.port === port) return;
    this.#dns?.stop();
    this.#replaceHosts([]);
    const parts = { sockets: this.#sockets, clock: this.#clock, scope: this.scope };
    this.#dns = new DnsResolution({ host, port }, parts, (addresses) => this.#replaceHosts(addresses));
  }

  #replaceHosts(addresses: readonly Address[]): void {
    const known = new Map(this.#hosts.map((host) => [host.key, host]));
    const named = addresses.map((address) => known.get(`${address.ip}:${address.port}`) ?? new UpstreamHost(address));
    for (const host of named) host.isPendingRemoval = false;
    const unnamed = [...known.values()].filter((host) => !named.includes(host));
    for (const host of unnamed) host.isPendingRemoval = this.#health !== undefined && !host.failsHealthChecks;
    this.#keepHosts([...named, ...unnamed.filter(({ isPendingRemoval }) => isPendingRemoval)]);
  }

  /**
   * With less than half of the endpoints healthy those that are would be overrun, so health counts for nothing then (Envoy:
   * healthy_panic_threshold, 50 % unless it is set).
   */
  #keepHosts(hosts: UpstreamHost[]): void {
    for (const host of this.#hosts) if (!hosts.includes(host)) this.#retire(host);
    this.#hosts = hosts;
    this.#health?.follow(hosts);
    const healthy = hosts.filter(({ failsHealthChecks }) => !failsHealthChecks);
    this.#isPanicking = healthy.length * 2 < hosts.length;
    this.#balanced = this.#isPanicking ? hosts : healthy;
    this.scope.gauge('membership_total').value = hosts.length;
    this.scope.gauge('membership_healthy').value = healthy.length;
  }

  close(): void {
    this.#bytes.close();
    this.#dns?.stop();
    this.#health?.stop();
    this.#health = undefined;
    this.#keepHosts([]);
  }

  #retire(host: UpstreamHost): void {
    host.removed = true;
    host.onDrain?.();
  }

  /** The next endpoint in turn; undefined when there is none. */
  pick(): UpstreamHost | undefined {
    if (this.#isPanicking) this.stats.lbHealthyPanic.value++;
    return this.#balanced[this.#turn++ % Math.max(1, this.#balanced.length)];
  }

  /** A connection ready for bytes. Rejects with UpstreamConnectError. Whether the limit leaves room is asked before. */
  async connect(host: UpstreamHost): Promise<Socket> {
    this.stats.cxTotal.value++;
    this.limits.connections.take();
    host.connectionsTotal++;
    try {
      const raw = await this.#withTimeout(this.#sockets.connect(host.address.ip, host.address.port));
      const socket = this.#config.tls ? await this.#secure(raw) : raw;
      this.stats.cxActive.value++;
      host.connectionsActive++;
      this.#bytes.follow(socket);
      socket.once('close', () => {
        this.limits.connections.release();
        this.stats.cxActive.value--;
        host.connectionsActive--;
      });
      return socket;
    } catch (error) {
      this.limits.connections.release();
      this.stats.cxConnectFail.value++;
      host.connectFailures++;
      throw UpstreamConnectError.from(error);
    }
  }

  async #open({ address }: UpstreamHost): Promise<Socket> {
    const raw = await this.#sockets.connect(address.ip, address.port);
    return this.#config.tls ? this.#secure(raw) : raw;
  }

  #withTimeout(connecting: Promise<Socket>): Promise<Socket> {
    return new Promise((resolve, reject) => {
      let late = false;
      const cancel = this.#clock.after(this.#config.connectTimeoutMs, () => {
        late = true;
        this.stats.cxConnectTimeout.value++;
        reject(new UpstreamConnectError('connection failure', undefined, undefined));
      });
      connecting.then(
        (socket) => {
          cancel();
          if (late) socket.destroy();
          else resolve(socket);
        },
        (error) => {
          cancel();
          reject(error);
        },
      );
    });
  }

  #secure(raw: Socket): Promise<Socket> {
    const tls = this.#config.tls;
    if (!tls) return Promise.resolve(raw);
    const certificate = this.#secrets.certificate(tls.certificate);
    if (!certificate) {
      raw.destroy();
      return Promise.reject(
        new UpstreamConnectError('connection failure', 'TLS error: Secret is not supplied by SDS', undefined),
      );
    }
    this.#context ??= createSecureContext({
      cert: certificate.certPem,
      key: certificate.keyPem,
      ca: this.#secrets.trustedCaPem,
      ...tlsOptions(tls, 'client'),
    });
    const context = this.#context;
    return new Promise((resolve, reject) => {
      const socket = connectTls({
        socket: raw,
        secureContext: context,
        servername: tls.serverName,
        ALPNProtocols: [...tls.applicationProtocols],
        checkServerIdentity: (_name, peer) => this.#checkPeer(tls.validationContext, peer),
      });
      const fail = (error: Error) => {
        socket.destroy();
        reject(tlsFailure(error));
      };
      socket.once('error', fail);
      socket.once('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
      socket.once('secureConnect', () => {
        socket.removeAllListeners('close');
        if (this.#handshakes) this.#handshakes.value++;
        socket.on('error', () => {});
        resolve(socket);
      });
    });
  }

  /** The other half of "checked on both sides": the server must be one of the service's accounts. */
  #checkPeer(contextName: string, peer: PeerCertificate): Error | undefined {
    const wanted = this.#secrets.validationContext(contextName)?.matchSubjectAltNames ?? [];
    const presented = dnsNames(peer.subjectaltname);
    if (wanted.length === 0 || presented.some((name) => wanted.includes(name))) return undefined;
    if (this.#verifySanFailures) this.#verifySanFailures.value++;
    return new Error(`the server is ${presented.join(', ') || 'nobody'}, expected one of ${wanted.join(', ')}`);
  }
}
