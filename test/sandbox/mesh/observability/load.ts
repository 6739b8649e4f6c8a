import { Agent, createServer, request as httpRequest, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type Random, seededRandom } from '../../../../src/platform/random.ts';
import type { ContainerContext } from '../../../../src/sandbox/node/program.ts';

/** A server with one behaviour per path, and a client that sends a seeded mix of them on kept connections. */

/** What one request ended with, as the client saw it. */
export type Outcome = number | 'gave-up' | 'cut-off';

export const behaviours = ['/ok', '/created', '/missing', '/broken', '/die', '/half', '/hang'] as const;
export type Behaviour = (typeof behaviours)[number];

export interface LoadServer {
  server: Server;
  /** Calls back when the request with this number has reached the app. */
  whenReached(id: string, reached: () => void): void;
}

export async function serveLoad({ sockets }: ContainerContext, port: number): Promise<LoadServer> {
  const waiting = new Map<string, () => void>();
  const server = createServer((request, response) => {
    request.resume();
    waiting.get(String(request.headers['x-load-id']))?.();
    switch (request.url) {
      case '/created':
        response.writeHead(201).end('x'.repeat(70_000));
        break;
      case '/missing':
        response.writeHead(404).end('nothing here');
        break;
      case '/broken':
        response.writeHead(500).end();
        break;
      case '/die':
        request.socket.destroy();
        break;
      case '/half':
        response.writeHead(200, { 'content-length': 100 });
        response.write('half', () => request.socket.destroy());
        break;
      case '/hang':
        break;
      default:
        response.end('fine');
    }
  });
  server.keepAliveTimeout = 0;
  await sockets.listen(port, ({ socket }) => server.emit('connection', socket));
  return { server, whenReached: (id, reached) => waiting.set(id, reached) };
}

export interface Load {
  host: string;
  requests: number;
  connections: number;
  seed: number;
}

/** Sends the mix and says how often each path ended how. */
export async function sendLoad(
  { sockets }: ContainerContext,
  server: LoadServer,
  { host, requests, connections, seed }: Load,
): Promise<Map<Behaviour, Map<Outcome, number>>> {
  const random = seededRandom(seed);
  const [name = '', port = '80'] = host.split(':');
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  agent.createConnection = (_options, ready) => {
    sockets.connect(name, Number(port)).then(
      (socket) => ready?.(null, socket),
      (error: Error) => ready?.(error, undefined as unknown as Socket),
    );
    return undefined;
  };
  const seen = new Map<Behaviour, Map<Outcome, number>>();
  let sent = 0;
  const worker = async () => {
    while (sent < requests) {
      const id = `${seed}-${sent++}`;
      const path = pick(random);
      const outcome = await send(agent, server, { host, path, id });
      const outcomes = seen.get(path) ?? new Map<Outcome, number>();
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      seen.set(path, outcomes);
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
  agent.destroy();
  return seen;
}

/** Half of the requests are plain successes. */
function pick(random: Random): Behaviour {
  const roll = random.next();
  return roll < 0.5 ? '/ok' : (behaviours[Math.floor((roll - 0.5) * 2 * behaviours.length)] ?? '/ok');
}

function send(
  agent: Agent,
  server: LoadServer,
  { host, path, id }: { host: string; path: Behaviour; id: string },
): Promise<Outcome> {
  return new Promise((resolve) => {
    const outgoing = httpRequest({ agent, path, headers: { host, 'x-load-id': id } });
    let answered: number | undefined;
    outgoing.on('response', (response) => {
      answered = response.statusCode ?? 0;
      response.resume();
      response.once('end', () => resolve(answered ?? 0));
      response.once('error', () => resolve('cut-off'));
    });
    outgoing.on('error', () => resolve('gave-up'));
    // A client that leaves once its request is with the app: both sidecars have seen all of it.
    if (path === '/hang') server.whenReached(id, () => outgoing.destroy());
    outgoing.end();
  });
}
