import type { ConnectionPool, StreamRequest } from '../http/connection-pool.ts';
import { RequestAccounts } from '../http/request-accounts.ts';
import { UpstreamConnectError, type UpstreamHost, type UpstreamRuntime } from '../upstream.ts';
import { type ConnectionOwner, Http1ClientConnection } from './client-connection.ts';

const noCancel = () => {};

/**
 * HTTP/1.1 connections to one endpoint: the one used last is used first, and a request that finds none free waits for a
 * new one or for the first that comes back.
 */
export class Http1Pool implements ConnectionPool, ConnectionOwner {
  readonly #upstream: UpstreamRuntime;
  readonly #host: UpstreamHost;
  readonly #accounts: RequestAccounts;
  readonly #idle: Http1ClientConnection[] = [];
  readonly #busy = new Set<Http1ClientConnection>();
  #connecting = 0;
  #isRetired = false;

  constructor(upstream: UpstreamRuntime, host: UpstreamHost) {
    this.#upstream = upstream;
    this.#host = host;
    this.#accounts = new RequestAccounts(upstream, host);
  }

  newStream(request: StreamRequest): () => void {
    const free = this.#idle.pop();
    if (free) {
      this.#attach(free, request);
      return noCancel;
    }
    if (!this.#accounts.wait(request)) return noCancel;
    if (this.#accounts.waiting > this.#connecting) this.#connect();
    return () => this.#accounts.cancel(request);
  }

  retire(): void {
    this.#isRetired = true;
    for (const connection of [...this.#idle]) connection.close();
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
        this.#accounts.failAll(UpstreamConnectError.from(error));
      },
    );
  }

  #attach(connection: Http1ClientConnection, request: StreamRequest): void {
    if (!this.#accounts.begin(request)) {
      this.#idle.push(connection);
      return;
    }
    this.#busy.add(connection);
    request.onReady(connection.newStream(request.events), this.#host);
  }

  onIdle(connection: Http1ClientConnection): void {
    if (this.#busy.delete(connection)) this.#accounts.end();
    if (connection.requests >= this.#upstream.limits.requestsPerConnection) {
      this.#upstream.stats.cxMaxRequests.value++;
      connection.close();
    } else this.#serveNext(connection);
  }

  onClose(connection: Http1ClientConnection): void {
    if (this.#busy.delete(connection)) this.#accounts.end();
    const at = this.#idle.indexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
    if (this.#accounts.waiting > this.#connecting) this.#connect();
  }

  onProtocolError(): void {
    this.#upstream.stats.cxProtocolError.value++;
  }

  #serveNext(connection: Http1ClientConnection): void {
    const next = this.#accounts.next();
    if (next) this.#attach(connection, next);
    else if (this.#isRetired) connection.close();
    else this.#idle.push(connection);
  }
}
