import { randomUUID } from 'node:crypto';
import type { ClientRequest, IncomingMessage, RequestOptions, ServerResponse } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import {
  bodyOfReset,
  type Decision,
  type ExchangeRecord,
  type Forward,
  type HttpRules,
  type LocalReply,
  type RequestHead,
  type ResponseFlag,
} from './engine.ts';
import type { Downstream } from './node-http-engine.ts';
import { UpstreamConnectError, type UpstreamHost, type UpstreamRuntime } from './upstream.ts';

type Send = (upstream: UpstreamRuntime, host: UpstreamHost, options: RequestOptions) => ClientRequest;

/** RFC 9110 7.6.1; `expect` is answered by this hop, as Envoy does unless told to proxy it. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'te',
  'expect',
]);

/** One request and its answer, from the client's head to the last byte. */
export class Exchange {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #downstream: Downstream;
  readonly #clock: Clock;
  readonly #send: Send;
  readonly #rules: HttpRules;
  readonly #record: ExchangeRecord;
  #settled = false;

  constructor(request: IncomingMessage, response: ServerResponse, downstream: Downstream, clock: Clock, send: Send) {
    this.#request = request;
    this.#response = response;
    this.#downstream = downstream;
    this.#clock = clock;
    this.#send = send;
    this.#rules = downstream.rules();
    this.#record = {
      startMs: clock.now(),
      endMs: 0,
      firstByteMs: undefined,
      request: this.#head(),
      status: 0,
      flags: '-',
      details: 'via_upstream',
      upstreamCluster: null,
      upstreamHost: null,
      upstreamServiceTimeMs: undefined,
      bytesReceived: 0,
      bytesSent: 0,
      responseHeaders: [],
    };
  }

  run(): void {
    this.#rules.began();
    this.#response.once('close', () => this.#finish());
    // A client that leaves while it is being answered is told by 'close'.
    this.#response.on('error', () => {});
    const head = this.#record.request;
    if (!head) return;
    if (this.#request.httpVersion === '1.0') {
      this.#reply({
        type: 'reply',
        status: 426,
        body: '',
        flags: 'DPE',
        details: 'low_version',
        upstreamCluster: null,
      });
      return;
    }
    if (head.authority === '') {
      this.#reply({
        type: 'reply',
        status: 400,
        body: '',
        flags: '-',
        details: 'missing_host_header',
        upstreamCluster: null,
      });
      return;
    }
    const decision = this.#rules.decide(head);
    if (decision instanceof Promise) void decision.then((decided) => this.#follow(head, decided));
    else this.#follow(head, decision);
  }

  #follow(head: RequestHead, decision: Decision): void {
    if (this.#settled) return;
    if (decision.type === 'reply') this.#reply(decision);
    else this.#forward(head, decision);
  }

  #head(): RequestHead {
    const { headers, method = 'GET', url = '/', httpVersion } = this.#request;
    const given = headers['x-request-id'];
    const requestId =
      typeof given === 'string' ? given : this.#rules.manager.generateRequestId ? randomUUID() : undefined;
    return {
      authority: headers.host ?? '',
      method,
      path: url,
      protocol: `HTTP/${httpVersion}`,
      requestId,
      header(name) {
        const value = headers[name];
        return Array.isArray(value) ? value.join(',') : value;
      },
    };
  }

  /** An answer of the proxy's own. A body of the client's that nobody reads is discarded by Node. */
  #reply(reply: LocalReply): void {
    const { status, body, flags, details, upstreamCluster } = reply;
    Object.assign(this.#record, { status, flags, details, upstreamCluster });
    const headers = body === '' ? [] : ['content-length', String(body.length), 'content-type', 'text/plain'];
    if (body === '') headers.push('content-length', '0');
    for (const [name, value] of Object.entries(this.#rules.manager.localReplyHeadersToAdd ?? {})) {
      headers.push(name, value);
    }
    for (const [name, value] of reply.headers ?? []) headers.push(name, value);
    this.#request.resume();
    this.#writeHead(status, undefined, headers);
    this.#record.bytesSent = this.#request.method === 'HEAD' ? 0 : body.length;
    this.#response.end(body);
  }

  #forward(head: RequestHead, forward: Forward): void {
    const { upstream, host, path } = forward;
    const record = this.#record;
    record.upstreamCluster = upstream.name;
    record.upstreamHost = host.key;
    upstream.requests.value++;
    upstream.requestsActive.value++;
    host.requestsTotal++;
    host.requestsActive++;
    const sentMs = this.#clock.now();
    const outgoing = this.#send(upstream, host, {
      method: head.method,
      path,
      headers: this.#requestHeaders(head, forward) as unknown as RequestOptions['headers'],
    });
    outgoing.on('response', (answer) => {
      record.upstreamServiceTimeMs = this.#clock.now() - sentMs;
      this.#relay(upstream, answer, outgoing);
    });
    outgoing.on('error', (error) => this.#upstreamFailed(upstream, host, error));
    this.#response.once('close', () => {
      upstream.requestsActive.value--;
      host.requestsActive--;
      if (!this.#response.writableFinished) outgoing.destroy();
    });
    this.#request.on('data', (chunk: Buffer) => {
      record.bytesReceived += chunk.length;
    });
    this.#request.pipe(outgoing);
  }

  #requestHeaders(head: RequestHead, { requestHeadersToSet = [] }: Forward): string[] {
    const { manager } = this.#rules;
    const replaced = new Set([
      ...requestHeadersToSet.map(([name]) => name),
      ...Object.keys(manager.requestHeadersToAdd),
      ...(manager.requestHeadersToRemove ?? []),
    ]);
    const raw = this.#request.rawHeaders;
    const headers: string[] = [];
    let chunked = false;
    let forwardedProto = false;
    for (let at = 0; at < raw.length; at += 2) {
      const name = (raw[at] ?? '').toLowerCase();
      if (name === 'transfer-encoding') chunked = true;
      if (name === 'x-forwarded-proto') forwardedProto = true;
      if (hopByHop.has(name) || name === 'x-request-id' || replaced.has(name)) continue;
      headers.push(name, raw[at + 1] ?? '');
    }
    if (head.requestId !== undefined && !replaced.has('x-request-id')) headers.push('x-request-id', head.requestId);
    if (!forwardedProto) headers.push('x-forwarded-proto', 'http');
    for (const [name, value] of Object.entries(manager.requestHeadersToAdd)) headers.push(name, value);
    for (const [name, value] of requestHeadersToSet) headers.push(name, value);
    if (chunked) headers.push('transfer-encoding', 'chunked');
    return headers;
  }

  #relay(upstream: UpstreamRuntime, answer: IncomingMessage, outgoing: ClientRequest): void {
    const record = this.#record;
    const status = answer.statusCode ?? 502;
    record.status = status;
    record.firstByteMs = this.#clock.now();
    upstream.scope.countCode('upstream_rq', status, true);
    this.#writeHead(status, answer.statusMessage, this.#responseHeaders(answer));
    answer.on('data', (chunk: Buffer) => {
      record.bytesSent += chunk.length;
    });
    answer.once('aborted', () => {
      this.#fail('UC', 'upstream_reset_after_response_started{connection_termination}');
      outgoing.destroy();
      this.#response.destroy();
    });
    answer.pipe(this.#response);
  }

  #responseHeaders(answer: IncomingMessage): string[] {
    const { manager } = this.#rules;
    const headers: string[] = [];
    const raw = answer.rawHeaders;
    this.#record.responseHeaders = raw.map((text, at) => (at % 2 === 0 ? text.toLowerCase() : text));
    let sized = false;
    for (let at = 0; at < raw.length; at += 2) {
      const name = (raw[at] ?? '').toLowerCase();
      if (name === 'content-length') sized = true;
      if (hopByHop.has(name) || name === 'server' || name === 'x-envoy-upstream-service-time') continue;
      if (manager.responseHeadersToRemove.includes(name)) continue;
      headers.push(name, raw[at + 1] ?? '');
    }
    for (const [name, value] of Object.entries(manager.responseHeadersToAdd)) headers.push(name, value);
    headers.push('x-envoy-upstream-service-time', String(this.#record.upstreamServiceTimeMs ?? 0));
    const status = answer.statusCode ?? 200;
    if (!sized && this.#request.method !== 'HEAD' && status !== 204 && status !== 304) {
      headers.push('transfer-encoding', 'chunked');
    }
    return headers;
  }

  #writeHead(status: number, reason: string | undefined, headers: string[]): void {
    const response = this.#response;
    if (!headers.includes('date')) headers.push('date', new Date(this.#clock.now()).toUTCString());
    headers.push('server', 'envoy');
    if (this.#downstream.draining || status === 426) {
      headers.push('connection', 'close');
      response.shouldKeepAlive = false;
    } else if (this.#request.headers.connection?.toLowerCase() === 'close') {
      headers.push('connection', 'close');
    } else {
      // Node would announce `Connection: keep-alive`; in HTTP/1.1 it goes without saying, and Envoy does not say it.
      response.removeHeader('connection');
    }
    response.sendDate = false;
    if (reason === undefined) response.writeHead(status, headers);
    else response.writeHead(status, reason, headers);
  }

  #upstreamFailed(upstream: UpstreamRuntime, host: UpstreamHost, error: Error): void {
    host.requestErrors++;
    if (this.#response.headersSent || this.#response.destroyed) {
      this.#response.destroy();
      return;
    }
    const reason = error instanceof UpstreamConnectError ? error.reason : 'connection termination';
    const flags: ResponseFlag = reason === 'connection termination' ? 'UC' : 'UF';
    const details = `upstream_reset_before_response_started{${reason.replaceAll(' ', '_')}}`;
    upstream.scope.countCode('upstream_rq', 503, true);
    this.#record.firstByteMs = this.#clock.now();
    this.#reply({
      type: 'reply',
      status: 503,
      body: bodyOfReset(reason),
      flags,
      details,
      upstreamCluster: upstream.name,
    });
  }

  #fail(flags: ResponseFlag, details: string): void {
    this.#record.flags = flags;
    this.#record.details = details;
  }

  #finish(): void {
    if (this.#settled) return;
    this.#settled = true;
    if (!this.#response.writableFinished && this.#record.flags === '-') {
      this.#fail('DC', 'downstream_remote_disconnect');
    }
    this.#record.endMs = this.#clock.now();
    this.#rules.finished(this.#record);
  }
}
