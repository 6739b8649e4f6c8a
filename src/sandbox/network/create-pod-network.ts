import { connect, type Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { ClusterApi } from '../cluster-api.ts';
import { errnoError, isLoopback } from './addresses.ts';
import type { BeyondCluster } from './beyond-cluster.ts';
import { Conntrack, type Flow } from './conntrack.ts';
import { resolveName } from './dns.ts';
import { NetworkNamespace } from './network-namespace.ts';
import { PodAddresses } from './pod-addresses.ts';
import type { ContainerSockets, PodNetwork, Redirects, SocketAddress } from './pod-network.ts';
import { ServiceProxy } from './service-proxy.ts';

/**
 * The network of one cluster: pods with addresses of their own, Services, names and redirects over real loopback
 * connections. It does not know what travels on them, nor what a mesh is.
 */
export interface PodNetworkParts {
  api: ClusterApi;
  clock: Clock;
  random: Random;
  /** Without it nothing lies outside the cluster. */
  beyond?: BeyondCluster;
}

/** The end of a path: a listening port inside a pod, reached on one of the pod's addresses. */
interface Arrival {
  pod: NetworkNamespace;
  port: number;
  localIp: string;
  originalDestination: SocketAddress;
}

const refused = ({ ip, port }: SocketAddress) => errnoError('ECONNREFUSED', 'connect', `${ip}:${port}`);
const unreachable = ({ ip, port }: SocketAddress) => errnoError('EHOSTUNREACH', 'connect', `${ip}:${port}`);

class LoopbackPodNetwork implements PodNetwork {
  readonly #api: ClusterApi;
  readonly #conntrack: Conntrack;
  readonly #serviceProxy: ServiceProxy;
  readonly #addresses: PodAddresses;
  readonly #byUid = new Map<string, NetworkNamespace>();
  readonly #byIp = new Map<string, NetworkNamespace>();
  readonly #visitors = new Set<Socket>();
  readonly #beyond: BeyondCluster | undefined;
  readonly #hosts = new Map<string, Promise<NetworkNamespace>>();

  constructor({ api, clock, random, beyond }: PodNetworkParts) {
    this.#api = api;
    this.#beyond = beyond;
    this.#conntrack = new Conntrack(clock);
    this.#serviceProxy = new ServiceProxy(api, random);
    this.#addresses = new PodAddresses(api);
  }

  addPod(pod: { uid: string; namespace: string; name: string; nodeName: string }): string {
    const ip = this.#addresses.take(pod.nodeName);
    const created = new NetworkNamespace(ip, pod.namespace, this.#conntrack);
    this.#byUid.set(pod.uid, created);
    this.#byIp.set(ip, created);
    return ip;
  }

  removePod(uid: string): void {
    const pod = this.#byUid.get(uid);
    if (!pod) return;
    pod.close();
    this.#byUid.delete(uid);
    this.#byIp.delete(pod.ip);
    this.#addresses.free(pod.ip);
  }

  sockets(podUid: string, runAsUser: number): ContainerSockets {
    const pod = this.#pod(podUid);
    const resolve = async (host: string) => [...resolveName(this.#api, this.#beyond, pod.namespace, host)];
    return {
      podIp: pod.ip,
      listen: (port, onConnection, options) => pod.listen(port, onConnection, options?.host),
      resolve,
      connect: async (host, port) => {
        const [ip = host] = await resolve(host);
        return this.#connectFromPod(pod, runAsUser, { ip, port });
      },
      redirect(redirects: Redirects) {
        if (runAsUser !== 0) throw errnoError('EPERM', 'iptables', 'you must be root');
        pod.redirects = redirects;
      },
    };
  }

  async connectFromNode(podUid: string, port: number): Promise<Socket> {
    const pod = this.#pod(podUid);
    const node = pod.ip.replace(/\d+$/, '1');
    return this.#open(this.#enterPod({ ip: pod.ip, port }), node);
  }

  async connectInside(podUid: string, port: number): Promise<Socket> {
    const pod = this.#pod(podUid);
    return this.#open(local(pod, port, { ip: '127.0.0.1', port }), '127.0.0.1');
  }

  async connectToService(namespace: string, name: string, port: number): Promise<Socket> {
    const endpoint = this.#serviceProxy.endpointOf(namespace, name, port);
    if (!endpoint)
      throw errnoError('ECONNREFUSED', 'connect', `${name}.${namespace}.svc:${port}`, 'no ready endpoints');
    return this.#open(this.#enterPod(endpoint), endpoint.ip.replace(/\d+$/, '1'));
  }

  async close(): Promise<void> {
    for (const uid of [...this.#byUid.keys()]) this.removePod(uid);
    for (const host of this.#hosts.values()) (await host).close();
    for (const socket of this.#visitors) socket.destroy();
    this.#conntrack.close();
    this.#serviceProxy.close();
  }

  #pod(uid: string): NetworkNamespace {
    const pod = this.#byUid.get(uid);
    if (!pod) throw errnoError('EHOSTUNREACH', 'connect', `pod ${uid}`);
    return pod;
  }

  async #connectFromPod(pod: NetworkNamespace, uid: number, destination: SocketAddress): Promise<Socket> {
    if (pod.closed) throw errnoError('ENETDOWN', 'connect', `${destination.ip}:${destination.port}`);
    const arrival = isLoopback(destination.ip)
      ? local(pod, destination.port, pod.loopbackDestination(uid, destination))
      : await this.#leave(pod, pod.outboundRedirect(uid, destination), destination);
    const socket = await this.#open(arrival, isLoopback(destination.ip) ? '127.0.0.1' : pod.ip);
    pod.adopt(socket);
    if (pod.closed) socket.destroy();
    return socket;
  }

  async #leave(pod: NetworkNamespace, redirectedTo: number | undefined, destination: SocketAddress): Promise<Arrival> {
    if (redirectedTo !== undefined || destination.ip === pod.ip)
      return local(pod, redirectedTo ?? destination.port, destination);
    return this.#enter(this.#toEndpoint(destination));
  }

  #toEndpoint(destination: SocketAddress): SocketAddress {
    return this.#serviceProxy.isClusterIp(destination.ip) ? this.#serviceProxy.choose(destination) : destination;
  }

  async #enter(destination: SocketAddress): Promise<Arrival> {
    const host = this.#byIp.has(destination.ip) ? undefined : this.#hostAt(destination.ip);
    if (!host) return this.#enterPod(destination);
    const { port, ip } = destination;
    return { pod: await host, port, localIp: ip, originalDestination: destination };
  }

  /** A host beyond the cluster, which starts when it is first connected to. */
  #hostAt(ip: string): Promise<NetworkNamespace> | undefined {
    const known = this.#hosts.get(ip);
    if (known) return known;
    const host = this.#beyond?.hostAt(ip);
    if (!host) return undefined;
    const place = new NetworkNamespace(ip, '', this.#conntrack);
    const started = host.start((port, onConnection) => place.listen(port, onConnection, undefined)).then(() => place);
    this.#hosts.set(ip, started);
    return started;
  }

  /** From outside into the pod that has the address, through its nat PREROUTING chain. */
  #enterPod(destination: SocketAddress): Arrival {
    const pod = this.#byIp.get(destination.ip);
    if (!pod) throw unreachable(destination);
    return {
      pod,
      port: pod.inboundPort(destination.port),
      localIp: pod.ip,
      originalDestination: destination,
    };
  }

  #open({ pod, port, localIp, originalDestination }: Arrival, sourceIp: string): Promise<Socket> {
    const loopbackPort = pod.loopbackPort(port, localIp);
    if (!loopbackPort) return Promise.reject(refused(originalDestination));
    return new Promise((resolve, reject) => {
      const socket = connect({ host: '127.0.0.1', port: loopbackPort, noDelay: true });
      this.#visitors.add(socket);
      socket.once('close', () => this.#visitors.delete(socket));
      socket.once('error', () => reject(refused(originalDestination)));
      socket.once('connect', () => {
        const clientPort = socket.localPort ?? 0;
        const flow: Flow = { remote: { ip: sourceIp, port: clientPort }, originalDestination };
        this.#conntrack.announce(loopbackPort, clientPort, flow);
        socket.on('error', () => {});
        socket.once('close', () => this.#conntrack.forget(loopbackPort, clientPort));
        resolve(socket);
      });
    });
  }
}

/** An arrival inside the same pod: over lo, where a listener on the pod's IP alone is not reached by 127.0.0.1. */
function local(pod: NetworkNamespace, port: number, destination: SocketAddress): Arrival {
  const localIp = destination.ip === pod.ip && destination.port === port ? pod.ip : '127.0.0.1';
  return { pod, port, localIp, originalDestination: destination };
}

export function createPodNetwork(parts: PodNetworkParts): PodNetwork {
  return new LoopbackPodNetwork(parts);
}
