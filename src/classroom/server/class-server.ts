import http, { type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { faultOf } from '../../fault.ts';
import { fileFault } from '../../platform/files.ts';
import { ClassExport, csvOf } from '../export.ts';
import { limits } from '../protocol.ts';
import type { Classroom } from './classroom.ts';
import { CodeTries } from './code-tries.ts';
import { type GateOptions, gateRefusal, setSecurityHeaders } from './gate.ts';
import { InstructorEnd } from './instructor-end.ts';
import { InstructorKeys } from './instructor-keys.ts';
import { LearnerEnd } from './learner-end.ts';
import type { PageFile } from './page-files.ts';
import { Tickets } from './tickets.ts';

/**
 * The class on the network: pages, exports, and the two kinds of connections. It decides who comes in and passes them on;
 * it knows nothing of what they say, and logs no address, token or header.
 */
export interface ClassServerOptions extends GateOptions {
  classroom: Classroom;
  pages: ReadonlyMap<string, PageFile>;
  code: string;
  /** The lines that learners type to join, for the instructor's page. */
  join?: (port: number) => readonly string[];
  /** Hashes of instructors' tokens; another host of the class may add some. */
  instructorKeys: () => readonly string[];
  /** PEM; absent: plain HTTP, for a network of one's own. */
  tls?: { key: string; cert: string };
  onBug(error: unknown): void;
}

export interface ClassServer {
  port: number;
  /** A path that leads there once, and within a minute: for what others on this machine may read. */
  ticketTo(place: string): string;
  close(): Promise<void>;
}

/** From one address. */
const strangersOfOne = 512;
const mostConnections = 12_000;

/** Throws a Fault when the port cannot be had. */
export async function startClassServer(
  options: ClassServerOptions,
  where: { host?: string | undefined; port: number },
): Promise<ClassServer> {
  const entrance = new Entrance(options);
  const server = listener(options.tls, (request, response) => void entrance.answer(request, response));
  server.on('upgrade', (request, socket, head) => entrance.upgrade(request, socket, head));
  server.maxConnections = mostConnections;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(fileFault(error, (errno) => faultOf('class.port', where.port, errno))));
    server.listen(where.port, where.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  entrance.join = options.join?.(port);
  return {
    port,
    ticketTo: (place) => entrance.tickets.to(place),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function listener(tls: ClassServerOptions['tls'], answer: RequestListener): Server | https.Server {
  // Whoever sends a header byte by byte has ten seconds for all of it.
  const patience = { headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 5_000, maxHeaderSize: 8_192 };
  return tls
    ? https.createServer({ ...patience, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 }, answer)
    : http.createServer(patience, answer);
}

class Entrance {
  join: readonly string[] | undefined;
  readonly tickets: Tickets;
  readonly #options: ClassServerOptions;
  readonly #keys: InstructorKeys;
  readonly #tries = new CodeTries();
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    clientTracking: false,
    maxPayload: limits.frameBytes,
  });
  /** Connections that have not said anything yet, by address. */
  readonly #strangers = new Map<string, number>();

  constructor(options: ClassServerOptions) {
    this.#options = options;
    this.tickets = new Tickets(options.classroom.clock);
    this.#keys = new InstructorKeys(options.instructorKeys);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      setSecurityHeaders(response);
      const refusal = gateRefusal(request, this.#options);
      if (refusal) return end(response, refusal.status, refusal.text);
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return end(response, 405, 'Only GET is answered here.');
      const pathname = pathOf(request);
      if (pathname === '/v1/export.csv' || pathname === '/v1/export.json') {
        return await this.#export(request, response, pathname);
      }
      if (pathname === '/healthz') return end(response, 200, 'ok');
      const place = this.tickets.spend(pathname);
      if (place !== undefined) return redirect(response, place);
      const page = this.#options.pages.get(pathname);
      if (!page) return end(response, 404, 'There is no such page.');
      response.writeHead(200, { 'Content-Type': page.contentType, 'Content-Length': page.bytes.length });
      response.end(request.method === 'HEAD' ? undefined : page.bytes);
    } catch (error) {
      this.#options.onBug(error);
      if (response.headersSent) response.destroy();
      else end(response, 500, 'The class server has a bug; its log tells more.');
    }
  }

  async #export(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const { classroom } = this.#options;
    const token = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(request.headers.authorization ?? '')?.[1];
    const refusal = this.#keys.refusal(token ?? '', addressOf(request.socket), classroom.clock.now());
    if (refusal) return end(response, refusal.reason === 'token' ? 401 : 429, "The instructor's token is needed.");
    const all = new ClassExport();
    for await (const events of classroom.read()) for (const event of events) all.add(event);
    const isCsv = path.endsWith('.csv');
    const { name, lessons } = classroom.roster.state;
    const body = isCsv
      ? csvOf(all.rows())
      : `${JSON.stringify({ version: 1, name, lessons, rows: all.rows() }, null, 2)}\n`;
    response.writeHead(200, {
      'Content-Type': isCsv ? 'text/csv; charset=utf-8' : 'application/json',
      'Content-Disposition': `attachment; filename="class.${isCsv ? 'csv' : 'json'}"`,
    });
    response.end(body);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const address = addressOf(request.socket);
    const open = this.#doors()[pathOf(request)];
    const strangers = this.#strangers.get(address) ?? 0;
    const refusal = gateRefusal(request, this.#options);
    if (refusal) refuseUpgrade(socket, refusal.status, refusal.text);
    else if (!open) refuseUpgrade(socket, 404, 'There is nothing to connect to.');
    else if (strangers >= strangersOfOne) refuseUpgrade(socket, 429, 'Too many connections from there.');
    else {
      this.#strangers.set(address, strangers + 1);
      const known = once(() => this.#greeted(address));
      socket.once('close', known);
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.once('message', known);
        open(webSocket, address);
      });
    }
  }

  #greeted(address: string): void {
    const left = (this.#strangers.get(address) ?? 1) - 1;
    if (left > 0) this.#strangers.set(address, left);
    else this.#strangers.delete(address);
  }

  #doors(): Readonly<Record<string, (webSocket: WebSocket, address: string) => unknown>> {
    const { classroom, code, onBug } = this.#options;
    const { join } = this;
    return {
      '/v1/learner': (webSocket, address) =>
        new LearnerEnd(webSocket, address, { classroom, code, tries: this.#tries, onBug }),
      '/v1/instructor': (webSocket, address) =>
        new InstructorEnd(webSocket, address, { classroom, keys: this.#keys, onBug, ...(join && { join }) }),
    };
  }
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.replace(/[?#].*$/, '');

const addressOf = (socket: { remoteAddress?: string | undefined }): string => socket.remoteAddress ?? '';

function once(run: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) run();
    isDone = true;
  };
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

function redirect(response: ServerResponse, place: string): void {
  response.writeHead(303, { Location: place });
  response.end();
}

function refuseUpgrade(socket: Duplex, status: number, text: string): void {
  const body = `${text}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
