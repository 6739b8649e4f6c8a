import { createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { errorCode } from '../../platform/files.ts';
import { errnoError } from './addresses.ts';
import type { PodNetwork } from './pod-network.ts';

/**
 * The outer ends of load balancers: real listeners on this machine's loopback, from which each connection goes to a ready
 * pod of a Service. It does not know which Services want one, nor what an address is shown as.
 */
export interface Frontend {
  readonly ip: string;
  /** Closes its listeners and its connections. */
  close(): void;
}

export interface FrontendWish {
  namespace: string;
  name: string;
  ports: readonly number[];
  /** Tried first: the address of before, or one that somebody asked for. */
  ip: string | undefined;
}

export interface Frontends {
  /** All of the ports at one address, or an errno error: EACCES, or EADDRINUSE when no address has them all free. */
  open(wish: FrontendWish): Promise<Frontend>;
}

/** Linux answers on all of 127/8; elsewhere (EADDRNOTAVAIL) there is 127.0.0.1 and nothing else. */
const candidates = [...Array.from({ length: 20 }, (_, index) => `127.0.0.${index + 2}`), '127.0.0.1'];

export const isLoopback = (ip: string): boolean => /^127\.\d+\.\d+\.\d+$/.test(ip);

/** Another address may do where this one does not. */
const addressIsToBlame = new Set(['EADDRINUSE', 'EADDRNOTAVAIL']);

export function loopbackFrontends(network: Pick<PodNetwork, 'connectToService'>): Frontends {
  return {
    async open({ namespace, name, ports, ip: wished }) {
      const first = wished !== undefined && isLoopback(wished) ? [wished] : [];
      for (const ip of new Set([...first, ...candidates])) {
        try {
          return await openAt(ip, ports, (port) => network.connectToService(namespace, name, port));
        } catch (error) {
          if (!addressIsToBlame.has(errorCode(error) ?? '')) throw error;
        }
      }
      throw errnoError('EADDRINUSE', 'listen', `127.0.0.1:${ports.join(',')}`, 'taken at every loopback address tried');
    },
  };
}

async function openAt(
  ip: string,
  ports: readonly number[],
  connectTo: (port: number) => Promise<Socket>,
): Promise<Frontend> {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const close = () => {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  };
  try {
    for (const port of ports) servers.push(await listen(ip, port, (client) => serve(client, connectTo(port), sockets)));
  } catch (error) {
    close();
    throw error;
  }
  return { ip, close };
}

function listen(host: string, port: number, onConnection: (client: Socket) => void): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, onConnection);
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', reject);
      // A connection that can't be taken (EMFILE) is that client's misfortune.
      server.on('error', () => {});
      // The sandbox ends when it is told to, not when its last load balancer goes.
      server.unref();
      resolve(server);
    });
  });
}

/** A Service without a ready pod ends the connection at once, as a load balancer without healthy backends does. */
function serve(client: Socket, target: Promise<Socket>, sockets: Set<Socket>): void {
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  };
  track(client);
  target.then(
    (pod) => {
      track(pod);
      if (client.destroyed) return void pod.destroy();
      pipeline(client, pod, client, () => {
        client.destroy();
        pod.destroy();
      });
    },
    () => client.resetAndDestroy(),
  );
}
