import type { Socket } from 'node:net';

/** An address of the simulated pod network (10.244.x.y, 10.0.x.y), never one of this machine. */
export interface SocketAddress {
  ip: string;
  port: number;
}

/** A connection that reached a listener of a pod: a real loopback socket plus the addresses the pod would see. */
export interface AcceptedConnection {
  /** Paused until the listener's callback returns; no bytes are lost. */
  socket: Socket;
  remote: SocketAddress;
  /** Where the client wanted to go before any redirect (Linux: SO_ORIGINAL_DST). */
  originalDestination: SocketAddress;
}

export interface PodListener {
  readonly port: number;
  close(): void;
}

/** What iptables rules do for one pod; set by its osm-init container, gone when the pod is. TCP only. */
export interface Redirects {
  /** User id whose connections are never redirected (the proxy's own). */
  proxyUid: number;
  inboundPort: number;
  outboundPort: number;
  inboundPortExclusions: readonly number[];
  outboundPortExclusions: readonly number[];
  /** CIDRs. */
  outboundIpRangeExclusions: readonly string[];
  outboundIpRangeInclusions: readonly string[];
  /** What comes or goes through these is not redirected; a pod has `lo` and `eth0`. */
  excludedInterfaces?: readonly string[];
  /** What the proxy sends to 127.0.0.1 goes to the pod's own address instead (DNAT). */
  proxyToPodIp?: boolean;
}

/**
 * The sockets API of one container: its pod's network namespace plus its user id. Every connection is a real TCP
 * connection on loopback; names, ClusterIPs and redirects are resolved on the way.
 */
export interface ContainerSockets {
  readonly podIp: string;
  /**
   * Listens on a port of the pod, on all of its addresses unless `host` is '127.0.0.1' or the pod IP.
   * Rejects with code EADDRINUSE when a container of this pod has it.
   */
  listen(
    port: number,
    onConnection: (connection: AcceptedConnection) => void,
    options?: { host?: string },
  ): Promise<PodListener>;
  /** Rejects with an errno error as the kernel would: ENOTFOUND, ECONNREFUSED, EHOSTUNREACH. */
  connect(host: string, port: number): Promise<Socket>;
  /** A records of a name in the cluster's DNS; rejects with code ENOTFOUND. */
  resolve(host: string): Promise<string[]>;
  /** Installs or replaces the pod's redirects; needs user id 0 as iptables does. */
  redirect(redirects: Redirects): void;
}

/** The network of one cluster, as the kubelet and the API server see it. */
export interface PodNetwork {
  /** Gives the pod its address (from its node's range) and an empty network namespace. */
  addPod(pod: { uid: string; namespace: string; name: string; nodeName: string }): string;
  /** Closes all listeners and connections of the pod and frees its address. */
  removePod(uid: string): void;
  sockets(podUid: string, runAsUser: number): ContainerSockets;
  /** From the pod's node into the pod by its IP, through its inbound redirects (kubelet probes). */
  connectFromNode(podUid: string, port: number): Promise<Socket>;
  /** To 127.0.0.1:port inside the pod, past all redirects (port-forward). Rejects with ECONNREFUSED. */
  connectInside(podUid: string, port: number): Promise<Socket>;
  /** From the API server to a Service, by its ready endpoints (webhooks). */
  connectToService(namespace: string, name: string, port: number): Promise<Socket>;
  close(): Promise<void>;
}
