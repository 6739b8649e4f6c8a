import type { Socket } from 'node:net';
import type { Clock } from '../../../platform/clock.ts';
import type { Random } from '../../../platform/random.ts';
import type { HttpRules, ProxyEngine, ServedConnection } from '../engine.ts';
import { Http1Pool } from '../http1/pool.ts';
import { Http1ServerConnection } from '../http1/server-connection.ts';
import { Http2Pool } from '../http2/pool.ts';
import { Http2ServerSession } from '../http2/server-session.ts';
import type { UpstreamHost, UpstreamRuntime } from '../upstream.ts';
import { chooseCodec } from './codec-choice.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { Exchange, type ExchangeParts } from './exchange.ts';
import type { HttpVersion, RequestHandler } from './message.ts';

type Pools = Map<'HTTP/1.1' | 'HTTP/2', ConnectionPool>;

/**
 * HTTP on raw sockets: a codec of our own for HTTP/1.1 (http1/) and Node's for HTTP/2 (http2/), under exchanges that know
 * no version of HTTP. One turn of the event loop per message and one write per turn is what makes two hops cost about
 * what they cost in nginx; the measurements that chose it over node:http are among the decisions in src/README.md.
 */
export class HttpProxyEngine implements ProxyEngine {
  readonly #clock: Clock;
  readonly #parts: ExchangeParts;
  readonly #pools = new Map<UpstreamHost, Pools>();

  constructor(parts: { clock: Clock; random: Random }) {
    this.#clock = parts.clock;
    this.#parts = { ...parts, poolFor: (upstream, host, version) => this.#poolFor(upstream, host, version) };
  }

  serve(socket: Socket, rules: () => HttpRules): ServedConnection {
    const handler = this.#handler(rules);
    return chooseCodec(socket, (codec, first) =>
      codec === 'HTTP/2'
        ? new Http2ServerSession(socket, first, handler)
        : new Http1ServerConnection(socket, first, handler, this.#clock),
    );
  }

  close(): void {
    for (const pools of this.#pools.values()) for (const pool of pools.values()) pool.retire();
    this.#pools.clear();
  }

  #handler(rules: () => HttpRules): RequestHandler {
    return {
      onRequest: (request, stream, end) => {
        const exchange = new Exchange(this.#parts, rules(), stream, request);
        exchange.run(end);
        return exchange;
      },
      onMalformed: (status, details, stream) => {
        const exchange = new Exchange(this.#parts, rules(), stream, undefined);
        exchange.refuse(status, details);
        return exchange;
      },
    };
  }

  /** HTTP/1.1 goes on as HTTP/1.1 and HTTP/2 as HTTP/2, unless the cluster says that it speaks HTTP/2 alone. */
  #poolFor(upstream: UpstreamRuntime, host: UpstreamHost, asked: HttpVersion): ConnectionPool {
    const version = asked === 'HTTP/2' || upstream.config.http2 ? 'HTTP/2' : 'HTTP/1.1';
    const pools = this.#poolsOf(host);
    const known = pools.get(version);
    if (known) return known;
    const pool = version === 'HTTP/2' ? new Http2Pool(upstream, host) : new Http1Pool(upstream, host);
    pools.set(version, pool);
    return pool;
  }

  /** Pools are the endpoint's own, so that an endpoint that leaves takes only its own connections along. */
  #poolsOf(host: UpstreamHost): Pools {
    const known = this.#pools.get(host);
    if (known) return known;
    const pools: Pools = new Map();
    this.#pools.set(host, pools);
    host.onDrain = () => {
      this.#pools.delete(host);
      for (const pool of pools.values()) pool.retire();
    };
    return pools;
  }
}
