import type { Socket } from 'node:net';
import type { Clock } from '../../../platform/clock.ts';
import type { Random } from '../../../platform/random.ts';
import type { HttpRules, ProxyEngine, ServedConnection } from '../engine.ts';
import { Http1Pool } from '../http1/pool.ts';
import { Http1ServerConnection, type RequestHandler } from '../http1/server-connection.ts';
import type { UpstreamHost, UpstreamRuntime } from '../upstream.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { Exchange, type ExchangeParts } from './exchange.ts';
import type { HttpVersion } from './message.ts';

/**
 * HTTP on raw sockets: codecs of our own for HTTP/1.1 (http1/) under exchanges that know no version of HTTP. One turn of
 * the event loop per message and one write per turn is what makes two hops cost about what they cost in nginx; the
 * measurements that chose it over node:http are among the decisions in src/README.md.
 */
export class HttpProxyEngine implements ProxyEngine {
  readonly #clock: Clock;
  readonly #parts: ExchangeParts;
  readonly #pools = new Map<UpstreamHost, ConnectionPool>();

  constructor(parts: { clock: Clock; random: Random }) {
    this.#clock = parts.clock;
    this.#parts = { ...parts, poolFor: (upstream, host, version) => this.#poolFor(upstream, host, version) };
  }

  serve(socket: Socket, rules: () => HttpRules): ServedConnection {
    return new Http1ServerConnection(socket, this.#handler(rules), this.#clock);
  }

  close(): void {
    for (const pool of [...this.#pools.values()]) pool.retire();
    this.#pools.clear();
  }

  #handler(rules: () => HttpRules): RequestHandler {
    return {
      onRequest: (request, stream, end) => {
        const exchange = new Exchange(this.#parts, rules(), stream, request);
        exchange.run(end);
        return exchange;
      },
      onMalformed: ({ status, details }, stream) => {
        const exchange = new Exchange(this.#parts, rules(), stream, undefined);
        exchange.refuse(status, details);
        return exchange;
      },
    };
  }

  /** One pool per endpoint, so that an endpoint that leaves takes only its own connections along. */
  #poolFor(upstream: UpstreamRuntime, host: UpstreamHost, _version: HttpVersion): ConnectionPool {
    const known = this.#pools.get(host);
    if (known) return known;
    const pool = new Http1Pool(upstream, host);
    this.#pools.set(host, pool);
    host.onRemoved = () => {
      this.#pools.delete(host);
      pool.retire();
    };
    return pool;
  }
}
