import {
  Agent,
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
  request as sendRequest,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../platform/clock.ts';
import type { HttpRules, ProxyEngine, ServedConnection } from './engine.ts';
import { Exchange } from './node-http-exchange.ts';
import type { UpstreamHost, UpstreamRuntime } from './upstream.ts';

/** What is known of a downstream connection while requests come in on it. */
export interface Downstream {
  rules: () => HttpRules;
  exchanges: number;
  draining: boolean;
}

/**
 * The engine on Node's own HTTP/1.1 parser and agents. Framing, pipelining and malformed input are Node's business.
 * Envoy: connections stay open between requests (idle timeout one hour), and nothing times out by itself.
 */
export class NodeHttpEngine implements ProxyEngine {
  readonly #server: Server;
  readonly #clock: Clock;
  readonly #downstreams = new WeakMap<Duplex, Downstream>();
  readonly #agents = new Map<UpstreamHost, Agent>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#server = createServer({
      keepAliveTimeout: 0,
      requestTimeout: 0,
      headersTimeout: 0,
      requireHostHeader: false,
    });
    this.#server.timeout = 0;
    this.#server.on('request', (request, response) => this.#exchange(request, response));
    this.#server.on('clientError', (_error, socket) => refuse(socket));
  }

  serve(socket: Socket, rules: () => HttpRules): ServedConnection {
    const downstream: Downstream = { rules, exchanges: 0, draining: false };
    this.#downstreams.set(socket, downstream);
    this.#server.emit('connection', socket);
    return {
      drain() {
        downstream.draining = true;
        if (downstream.exchanges === 0) socket.destroy();
      },
    };
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #exchange(request: IncomingMessage, response: ServerResponse): void {
    const downstream = this.#downstreams.get(request.socket);
    if (!downstream) {
      request.socket.destroy();
      return;
    }
    downstream.exchanges++;
    const exchange = new Exchange(request, response, downstream, this.#clock, (upstream, host, options) =>
      sendRequest({ ...options, agent: this.#agent(upstream, host) }),
    );
    response.once('close', () => {
      downstream.exchanges--;
      if (downstream.draining && downstream.exchanges === 0) request.socket.destroy();
    });
    exchange.run();
  }

  /** One pool per endpoint, so that an endpoint that leaves takes only its own connections along. */
  #agent(upstream: UpstreamRuntime, host: UpstreamHost): Agent {
    const known = this.#agents.get(host);
    if (known) return known;
    const agent = new Agent({ keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' });
    agent.createConnection = (_options, ready) => {
      upstream.connect(host).then(
        (socket) => ready?.(null, socket),
        (error: Error) => ready?.(error, undefined as unknown as Duplex),
      );
      return undefined;
    };
    this.#agents.set(host, agent);
    host.onRemoved = () => {
      this.#agents.delete(host);
      for (const free of Object.values(agent.freeSockets).flat()) free?.destroy();
      agent.on('free', (socket: Socket) => socket.destroy());
    };
    return agent;
  }
}

/** Envoy answers bytes that are not HTTP with a bare 400 and closes. */
function refuse(socket: Duplex): void {
  if (socket.writable)
    socket.end(
      'HTTP/1.1 400 Bad Request\r\ncontent-length: 11\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\nBad Request',
    );
  else socket.destroy();
}
