import type { ConnectionPool, StreamRequest } from '../http/connection-pool.ts';
import { UpstreamConnectError, type UpstreamHost, type UpstreamRuntime } from '../upstream.ts';
import { Http1ClientConnection } from './client-connection.ts';

const noCancel = () => {};

/**
 * HTTP/1.1 connections to one endpoint: the one used last is used first, a request that finds none free waits for a new
 * one, and the cluster's limits are Envoy's (source/common/conn_pool): of requests waiting and under way, of
 * connections, of requests per connection. Counts nothing twice: what is taken is given back when the stream is over.
 */
export class Http1Pool implements ConnectionPool {
  readonly #upstream: UpstreamRuntime;
  readonly #host: UpstreamHost;
  readonly #idle: Http1ClientConnection[] = [];
  readonly #busy = new Set<Http1ClientConnection>();
  readonly #pending = new Set<StreamRequest>();
  #connecting = 0;
  #isRetired = false;

  constructor(upstream: UpstreamRuntime, host: UpstreamHost) {
    this.#upstream = upstream;
    this.#host = host;
  }

  newStream(request: StreamRequest): () => void {
    const free = this.#idle.pop();
    if (free) {
      this.#attach(free, request);
      return noCancel;
    }
    const { limits, stats } = this.#upstream;
    if (!limits.pendingRequests.hasRoom) {
      stats.rqPendingOverflow.value++;
      request.onPoolFailure('overflow', undefined);
      return noCancel;
    }
    this.#wait(request);
    if (this.#pending.size > this.#connecting) this.#connect();
    return () => {
      if (this.#leave(request)) stats.rqCancelled.value++;
    };
  }

  retire(): void {
    this.#isRetired = true;
    for (const connection of [...this.#idle]) connection.close();
  }

  #wait(request: StreamRequest): void {
    const { limits, stats } = this.#upstream;
    this.#pending.add(request);
    limits.pendingRequests.take();
    stats.rqPendingTotal.value++;
    stats.rqPendingActive.value++;
  }

  #leave(request: StreamRequest): boolean {
    if (!this.#pending.delete(request)) return false;
    this.#upstream.limits.pendingRequests.release();
    this.#upstream.stats.rqPendingActive.value--;
    return true;
  }

  /** At the limit an endpoint without any connection still gets one, or its requests would wait for ever. */
  #connect(): void {
    const { limits, stats } = this.#upstream;
    if (!limits.connections.hasRoom) {
      stats.cxOverflow.value++;
      if (this.#connecting + this.#busy.size + this.#idle.length > 0) return;
    }
    this.#connecting++;
    this.#upstream.connect(this.#host).then(
      (socket) => {
        this.#connecting--;
        stats.cxHttp1Total.value++;
        this.#serveNext(new Http1ClientConnection(socket, this));
      },
      (error: unknown) => {
        this.#connecting--;
        this.#failPending(UpstreamConnectError.from(error));
      },
    );
  }

  #failPending({ reason, transportFailure }: UpstreamConnectError): void {
    for (const request of [...this.#pending]) {
      if (!this.#leave(request)) continue;
      this.#upstream.stats.rqPendingFailureEject.value++;
      request.onPoolFailure(reason, transportFailure);
    }
  }

  #attach(connection: Http1ClientConnection, request: StreamRequest): void {
    const { limits, stats } = this.#upstream;
    if (!limits.requests.hasRoom) {
      this.#idle.push(connection);
      stats.rqPendingOverflow.value++;
      request.onPoolFailure('overflow', undefined);
      return;
    }
    limits.requests.take();
    this.#busy.add(connection);
    stats.rqTotal.value++;
    stats.rqActive.value++;
    this.#host.requestsTotal++;
    this.#host.requestsActive++;
    request.onReady(connection.newStream(request.events), this.#host);
  }

  #released(connection: Http1ClientConnection): void {
    if (!this.#busy.delete(connection)) return;
    this.#upstream.limits.requests.release();
    this.#upstream.stats.rqActive.value--;
    this.#host.requestsActive--;
  }

  onIdle(connection: Http1ClientConnection): void {
    this.#released(connection);
    if (connection.requests >= this.#upstream.limits.requestsPerConnection) {
      this.#upstream.stats.cxMaxRequests.value++;
      connection.close();
    } else this.#serveNext(connection);
  }

  onClose(connection: Http1ClientConnection): void {
    this.#released(connection);
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#pending.size > this.#connecting && !this.#isRetired) this.#connect();
  }

  onProtocolError(): void {
    this.#upstream.stats.cxProtocolError.value++;
  }

  #serveNext(connection: Http1ClientConnection): void {
    const [next] = this.#pending;
    if (next) {
      this.#leave(next);
      this.#attach(connection, next);
    } else if (this.#isRetired) connection.close();
    else this.#idle.push(connection);
  }
}
