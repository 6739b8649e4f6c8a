import type { Socket } from 'node:net';
import { connect as connectTls, createServer, type Server, type TLSSocket } from 'node:tls';
import type { ContainerSockets } from '../network/pod-network.ts';
import type { ProxyUpdate, TlsProtocol } from './proxy-config.ts';
import { tlsOptions } from './tls-protocol.ts';
import { dnsNames } from './upstream.ts';

/**
 * How a proxy gets its configuration: one mutually authenticated connection on the pod network, a JSON line per message.
 * It stands for Envoy's gRPC streams (xDS) and like them knows resources and acknowledgements, not policies.
 */
export type ToProxy = { type: 'update'; update: ProxyUpdate };
export type FromProxy =
  | {
      type: 'hello';
      node: string;
      /** The version that the proxy has from another connection. */
      applied?: string;
    }
  | { type: 'ack'; version: string }
  | { type: 'nack'; version: string; errors: readonly string[] };

export interface XdsIdentity {
  certPem: string;
  keyPem: string;
  caPem: string;
}

/** A configuration of hundreds of services fits; more than this on one line is no message of ours. */
const longestLine = 64 * 1024 * 1024;

/** Calls back for each line; destroys the connection when what comes is no JSON. */
function onMessages<Message>(socket: Socket, receive: (message: Message) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > longestLine) socket.destroy();
    for (const line of lines) {
      const message = parse<Message>(line);
      if (message === undefined) socket.destroy();
      else receive(message);
    }
  });
}

/** The two ends are built together, so a line that is JSON has one of the message types above. */
function parse<Message>(line: string): Message | undefined {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return undefined;
  }
}

const write = (socket: Socket, message: ToProxy | FromProxy) => socket.write(`${JSON.stringify(message)}\n`);

export interface ConnectedProxy {
  /** The DNS SAN of the proxy's certificate. */
  readonly name: string;
  send(update: ProxyUpdate): void;
  close(): void;
}

export interface XdsServerEvents {
  connected(proxy: ConnectedProxy, applied: string | undefined): void;
  answered(proxy: ConnectedProxy, answer: Extract<FromProxy, { type: 'ack' | 'nack' }>): void;
  disconnected(proxy: ConnectedProxy): void;
}

/** Serves proxies on a port of the control plane's pod; returns how to stop. */
export async function serveXds(
  sockets: ContainerSockets,
  port: number,
  identity: XdsIdentity,
  events: XdsServerEvents,
): Promise<() => void> {
  const server: Server = createServer({
    cert: identity.certPem,
    key: identity.keyPem,
    ca: identity.caPem,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
  });
  const open = new Set<TLSSocket>();
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => {
    open.add(socket);
    const proxy: ConnectedProxy = {
      name: dnsNames(socket.getPeerX509Certificate()?.subjectAltName)[0] ?? '',
      send: (update) => void write(socket, { type: 'update', update }),
      close: () => socket.destroy(),
    };
    socket.on('error', () => {});
    socket.once('close', () => {
      open.delete(socket);
      events.disconnected(proxy);
    });
    onMessages<FromProxy>(socket, (message) => {
      if (message.type === 'hello') events.connected(proxy, message.applied);
      else events.answered(proxy, message);
    });
  });
  const listener = await sockets.listen(port, ({ socket }) => server.emit('connection', socket));
  return () => {
    listener.close();
    for (const socket of open) socket.destroy();
  };
}

export interface XdsSubscription {
  readonly closed: Promise<void>;
  close(): void;
}

/** Connects a proxy; rejects when the control plane can't be reached or is not the one that the CA vouches for. */
export async function subscribeXds(
  sockets: ContainerSockets,
  server: { host: string; port: number; tls: TlsProtocol },
  identity: XdsIdentity & { node: string; applied?: string },
  apply: (update: ProxyUpdate) => Promise<readonly string[]>,
): Promise<XdsSubscription> {
  const raw = await sockets.connect(server.host, server.port);
  const socket = connectTls({
    socket: raw,
    cert: identity.certPem,
    key: identity.keyPem,
    ca: identity.caPem,
    ...tlsOptions(server.tls, 'client'),
    // Envoy's bootstrap trusts whoever the CA vouches for, whatever its name.
    checkServerIdentity: () => undefined,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('secureConnect', resolve);
    socket.once('close', () => reject(new Error('the control plane closed the connection')));
  });
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  onMessages<ToProxy>(socket, ({ update }) => {
    void apply(update).then((errors) => {
      if (socket.destroyed) return;
      const { version } = update;
      write(socket, errors.length === 0 ? { type: 'ack', version } : { type: 'nack', version, errors });
    });
  });
  const { node, applied } = identity;
  write(socket, { type: 'hello', node, ...(applied === undefined ? {} : { applied }) });
  return { closed, close: () => socket.destroy() };
}
