import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

interface Exchange {
  request: IncomingMessage;
  response?: ServerResponse;
}

/**
 * The requests that one server of this process answers, in the order in which they came, as Node itself tells of them:
 * nothing stands between client and server. Upgrades count; their answer is not seen.
 */
export class RequestLog extends EventEmitter<{ request: [IncomingMessage] }> {
  readonly #port: number;
  #exchanges: Exchange[] = [];
  #server: Server | undefined;

  constructor(port: number) {
    super();
    this.#port = port;
    subscribe('http.server.request.start', this.#onRequest);
  }

  close(): void {
    unsubscribe('http.server.request.start', this.#onRequest);
    this.#server?.off('upgrade', this.#onUpgrade);
  }

  /** What came since the last call, a line each: `GET /api/v1/namespaces (table) 200`. */
  take(): string[] {
    const lines = this.#exchanges.map(lineOf);
    this.#exchanges = [];
    return lines;
  }

  readonly #onRequest = (message: unknown) => {
    const { request, response, server } = message as Required<Exchange> & { server: Server };
    if (request.socket.localPort !== this.#port) return;
    if (!this.#server) {
      this.#server = server;
      server.prependListener('upgrade', this.#onUpgrade);
    }
    this.#exchanges.push({ request, response });
    this.emit('request', request);
  };

  readonly #onUpgrade = (request: IncomingMessage) => {
    this.#exchanges.push({ request });
    this.emit('request', request);
  };
}

function lineOf({ request, response }: Exchange): string {
  const { accept = '', 'content-type': type, 'sec-websocket-protocol': protocol } = request.headers;
  if (!response) return `${request.method} ${request.url} (${protocol ?? request.headers.upgrade})`;
  const media = type ? `${mediaName(accept)}; ${mediaName(type)}` : mediaName(accept);
  return `${request.method} ${request.url} (${media}) ${response.statusCode}`;
}

const table =
  'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

const mediaNames = new Map([
  ['application/json, */*', 'json,*'],
  [table, 'table'],
  ['application/vnd.kubernetes.protobuf,application/json', 'protobuf,json'],
  ['application/vnd.kubernetes.protobuf', 'protobuf'],
  ['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', 'openapi-v2-protobuf'],
]);

const mediaName = (type: string) => mediaNames.get(type) ?? type.replace('application/', '');
