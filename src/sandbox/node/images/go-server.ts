import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ContainerContext } from '../program.ts';

/**
 * A plain HTTP server as the demo applications build it (Go's net/http with gorilla/mux), on a port of a container's
 * pod. It does not know what is served.
 */
export interface Exchange {
  path: string;
  /** Request headers in the order they came, repeated ones apart. */
  headers: readonly (readonly [name: string, value: string])[];
  body(): Promise<string>;
  setHeader(name: string, value: string): void;
  /** Kept until the handler ends, as Go's buffered writer keeps a short answer. */
  write(text: string): void;
  setStatus(code: number): void;
}

export interface Route {
  path: string;
  method: 'GET' | 'POST';
  handle(exchange: Exchange): void | Promise<void>;
}

export interface GoServer {
  close(): void;
}

function headerPairs(request: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    const [name, value] = [request.rawHeaders[at] ?? '', request.rawHeaders[at + 1] ?? ''];
    // Go moves Host out of the header map.
    if (name.toLowerCase() !== 'host') pairs.push([name, value]);
  }
  return pairs;
}

/** What net/http's DetectContentType says of the texts that occur here. */
function sniff(text: string): string {
  return /^\s*<(!doctype html|html)/i.test(text) ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
}

async function answer(
  routes: readonly Route[],
  context: ContainerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
  const samePath = routes.filter((route) => route.path === path);
  const route = samePath.find((candidate) => candidate.method === request.method);
  let text = '';
  response.removeHeader('connection');
  response.setHeader('Date', new Date(context.clock.now()).toUTCString());
  if (route) {
    await route.handle({
      path,
      headers: headerPairs(request),
      body: async () => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        return Buffer.concat(chunks).toString();
      },
      setHeader: (name, value) => response.setHeader(name, value),
      write: (more) => {
        text += more;
      },
      setStatus: (code) => {
        response.statusCode = code;
      },
    });
  } else if (samePath.length > 0) {
    response.statusCode = 405;
  } else {
    response.statusCode = 404;
    response.setHeader('X-Content-Type-Options', 'nosniff');
    text = '404 page not found\n';
  }
  if (text !== '' && !response.hasHeader('Content-Type')) response.setHeader('Content-Type', sniff(text));
  request.resume();
  response.end(text);
}

/** Rejects with code EADDRINUSE when the pod already listens on the port. */
export async function serve(context: ContainerContext, port: number, routes: readonly Route[]): Promise<GoServer> {
  const open = new Set<Socket>();
  const server = createServer((request, response) => {
    answer(routes, context, request, response).catch((error: unknown) => {
      context.stderr(`http: panic serving: ${error instanceof Error ? error.message : String(error)}\n`);
      response.destroy();
    });
  });
  // Go's zero values: no limits.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  const listener = await context.sockets.listen(port, ({ socket }) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    server.emit('connection', socket);
  });
  const close = () => {
    context.signal.removeEventListener('abort', close);
    listener.close();
    for (const socket of open) socket.destroy();
  };
  context.signal.addEventListener('abort', close, { once: true });
  if (context.signal.aborted) close();
  return { close };
}

/** Go's process ends with 2 when it is process 1 of a container and gets a SIGTERM that it does not handle. */
export const endedBySigterm = 2;

export function untilStopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
