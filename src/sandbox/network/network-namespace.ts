import { createServer, type Server, type Socket } from 'node:net';
import { errnoError, isInRange } from './addresses.ts';
import type { Conntrack } from './conntrack.ts';
import type { AcceptedConnection, PodListener, Redirects, SocketAddress } from './pod-network.ts';

interface Listening {
  server: Server;
  host: string | undefined;
  loopbackPort: number;
}

/**
 * The network of one pod: its address, its listeners and its redirects. It does not know other pods.
 * Each listener is a real server on an ephemeral loopback port; only the network maps addresses to it.
 */
export class NetworkNamespace {
  readonly ip: string;
  readonly namespace: string;
  readonly #conntrack: Conntrack;
  readonly #listeners = new Map<number, Listening[]>();
  readonly #sockets = new Set<Socket>();
  redirects: Redirects | undefined;
  closed = false;

  constructor(ip: string, namespace: string, conntrack: Conntrack) {
    this.ip = ip;
    this.namespace = namespace;
    this.#conntrack = conntrack;
  }

  async listen(
    port: number,
    onConnection: (connection: AcceptedConnection) => void,
    host: string | undefined,
  ): Promise<PodListener> {
    const taken = (this.#listeners.get(port) ?? []).some((other) => !other.host || !host || other.host === host);
    if (taken) throw errnoError('EADDRINUSE', 'listen', `${host ?? '0.0.0.0'}:${port}`);
    if (host !== undefined && host !== '127.0.0.1' && host !== this.ip) {
      throw errnoError('EADDRNOTAVAIL', 'listen', `${host}:${port}`);
    }
    const server = createServer({ pauseOnConnect: true, noDelay: true });
    const listening: Listening = { server, host, loopbackPort: 0 };
    this.#listeners.set(port, [...(this.#listeners.get(port) ?? []), listening]);
    server.on('connection', (socket) => this.#accept(listening, socket, onConnection));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    listening.loopbackPort = typeof address === 'object' && address ? address.port : 0;
    server.unref();
    if (this.closed) server.close();
    return { port, close: () => this.#forget(port, listening) };
  }

  #forget(port: number, listening: Listening): void {
    listening.server.close();
    const rest = (this.#listeners.get(port) ?? []).filter((other) => other !== listening);
    if (rest.length === 0) this.#listeners.delete(port);
    else this.#listeners.set(port, rest);
  }

  #accept(listening: Listening, socket: Socket, onConnection: (connection: AcceptedConnection) => void): void {
    this.adopt(socket);
    this.#conntrack.claim(listening.loopbackPort, socket.remotePort ?? 0, (flow) => {
      if (!flow || socket.destroyed || this.closed) {
        socket.destroy();
        return;
      }
      onConnection({ socket, ...flow });
      // A consumer that reads by 'readable' or wraps the socket keeps it paused; one with 'data' listeners wants bytes.
      if (socket.listenerCount('data') > 0) socket.resume();
    });
  }

  /** The loopback port behind `port` on the given local address; undefined when nothing listens. */
  loopbackPort(port: number, localIp: string): number | undefined {
    return this.#listeners.get(port)?.find(({ host }) => host === undefined || host === localIp)?.loopbackPort;
  }

  /** Sockets of this pod die with it; an unheard 'error' must not take the whole process along. */
  adopt(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** Where iptables' nat OUTPUT chain sends a connection of this pod; undefined means it leaves the pod as it is. */
  outboundRedirect(uid: number, destination: SocketAddress): number | undefined {
    const rules = this.redirects;
    if (!rules) return undefined;
    const toItself = destination.ip === this.ip;
    if (uid === rules.proxyUid) return toItself ? rules.inboundPort : undefined;
    if (this.#isExcludedInterface(toItself ? 'lo' : 'eth0')) return undefined;
    if (toItself || rules.outboundPortExclusions.includes(destination.port)) return undefined;
    const matches = (cidr: string) => isInRange(destination.ip, cidr);
    if (rules.outboundIpRangeExclusions.some(matches)) return undefined;
    const included = rules.outboundIpRangeInclusions;
    return included.length === 0 || included.some(matches) ? rules.outboundPort : undefined;
  }

  /** Where iptables' nat OUTPUT chain sends what this user wants on loopback: the pod's own address, or loopback still. */
  loopbackDestination(uid: number, destination: SocketAddress): SocketAddress {
    const { proxyToPodIp = false, proxyUid } = this.redirects ?? {};
    return proxyToPodIp && uid === proxyUid ? { ip: this.ip, port: destination.port } : destination;
  }

  /** nat PREROUTING: the port on which a connection from outside the pod ends up. */
  inboundPort(port: number): number {
    const rules = this.redirects;
    const excluded = rules?.inboundPortExclusions.includes(port) || this.#isExcludedInterface('eth0');
    return !rules || excluded ? port : rules.inboundPort;
  }

  #isExcludedInterface(name: 'lo' | 'eth0'): boolean {
    return this.redirects?.excludedInterfaces?.includes(name) === true;
  }

  close(): void {
    this.closed = true;
    for (const listening of [...this.#listeners.values()].flat()) listening.server.close();
    this.#listeners.clear();
    for (const socket of this.#sockets) socket.destroy();
    this.redirects = undefined;
  }
}
