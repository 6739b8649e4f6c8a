import type { Clock } from '../../../platform/clock.ts';
import type { Random } from '../../../platform/random.ts';
import type { Decision, ExchangeRecord, Forward, HttpRules, LocalReply, ResponseFlag } from '../engine.ts';
import type { UpstreamHost, UpstreamRuntime } from '../upstream.ts';
import { Attempt, type AttemptEvents } from './attempt.ts';
import type { ConnectionPool } from './connection-pool.ts';
import { requestHeaders, responseHeaders } from './header-changes.ts';
import { IdleTimeout } from './idle-timeout.ts';
import * as replies from './local-reply.ts';
import {
  type DownstreamEvents,
  type DownstreamStream,
  type HeaderList,
  type HttpVersion,
  noTrailers,
  type RequestMessage,
  type ResetReason,
  type ResponseMessage,
} from './message.ts';
import { newRecord, ReceivedRequest } from './received-request.ts';
import { RequestBody } from './request-body.ts';
import { RetryState, type RetryVerdict } from './retry-state.ts';

export interface ExchangeParts {
  clock: Clock;
  random: Random;
  poolFor(upstream: UpstreamRuntime, host: UpstreamHost, version: HttpVersion): ConnectionPool;
}

/**
 * One request and its answer: asks the rules, tries endpoints, changes headers, keeps the times, and says at the end
 * what came of it (Envoy: the router filter and the stream of its connection manager). It frames nothing.
 */
export class Exchange implements DownstreamEvents, AttemptEvents {
  readonly #parts: ExchangeParts;
  readonly #rules: HttpRules;
  readonly #stream: DownstreamStream;
  readonly #request: RequestMessage | undefined;
  readonly #head: ReceivedRequest | undefined;
  readonly #record: ExchangeRecord;
  #body = new RequestBody();
  #forward: Forward | undefined;
  #retry: RetryState | undefined;
  #attempt: Attempt | undefined;
  #attempts = 0;
  #state: 'deciding' | 'waiting' | 'answering' | 'over' = 'deciding';
  #isBodiless = false;
  #requestCompleteMs: number | undefined;
  readonly #idle: IdleTimeout;
  #timers: (() => void)[] = [];
  #onBody: (() => void) | undefined;
  #cancelPerTry: (() => void) | undefined;
  #cancelBackoff: (() => void) | undefined;

  constructor(parts: ExchangeParts, rules: HttpRules, stream: DownstreamStream, request: RequestMessage | undefined) {
    this.#parts = parts;
    this.#rules = rules;
    this.#stream = stream;
    this.#request = request;
    this.#head = request && new ReceivedRequest(request, rules.manager.generateRequestId, (max) => this.#peekBody(max));
    this.#record = newRecord(parts.clock.now(), this.#head);
    this.#idle = new IdleTimeout(parts.clock, () => this.#onIdle());
    rules.began();
  }

  /** `end`: the request has no body. */
  run(end: boolean): void {
    this.#isBodiless = end;
    const refusal = this.#request && replies.whyRefused(this.#request);
    if (refusal || !this.#head) {
      if (refusal) this.#reply(refusal);
      return;
    }
    if (end) this.#requestCompleteMs = this.#record.startMs;
    const decision = this.#rules.decide(this.#head);
    if (!(decision instanceof Promise)) this.#follow(decision);
    else
      void decision.then((decided) => {
        if (this.#state === 'deciding') this.#follow(decided);
      });
  }

  /** A client that waits for 100 Continue, or to upgrade, sends nothing that could be looked at. */
  #peekBody(maxBytes: number): Promise<Buffer> {
    const sendsNone = this.#isBodiless || this.#request?.upgrade !== undefined || this.#head?.header('expect');
    if (sendsNone) return Promise.resolve(Buffer.alloc(0));
    return new Promise((resolve) => {
      this.#onBody = () => {
        const seen = this.#body.peek(maxBytes);
        if (seen === undefined) this.#stream.resume();
        else {
          this.#onBody = undefined;
          resolve(seen);
        }
      };
      this.#onBody();
    });
  }

  refuse(status: number, details: string): void {
    this.#reply(replies.malformedReply(status, details));
  }

  #follow(decision: Decision): void {
    if (decision.type === 'reply') {
      this.#reply(decision);
      return;
    }
    const { upstream, retry, timeoutMs } = decision;
    this.#forward = decision;
    this.#state = 'waiting';
    this.#record.upstreamCluster = upstream.name;
    if (retry && retry.numRetries > 0) {
      this.#retry = new RetryState(retry, upstream, this.#parts.random);
      if (!this.#isBodiless) this.#body.keep();
    }
    if (timeoutMs && this.#requestCompleteMs !== undefined) this.#startRouteTimeout(timeoutMs);
    this.#try(decision);
  }

  #try(target: { upstream: UpstreamRuntime; host: UpstreamHost }): void {
    const version = this.#request?.version ?? 'HTTP/1.1';
    const attempt = new Attempt(target, this);
    this.#attempt = attempt;
    this.#attempts++;
    this.#record.upstreamHost = target.host.key;
    attempt.start(this.#parts.poolFor(target.upstream, target.host, version));
  }

  onReady(attempt: Attempt): void {
    const [request, forward, head, stream] = [this.#request, this.#forward, this.#head, attempt.stream];
    if (!request || !forward || !head || !stream) return;
    const headers = requestHeaders(head, this.#rules.manager, forward);
    stream.send({ ...request, path: forward.path, headers }, this.#isBodiless);
    // What follows an upgrade is not for a server that has not agreed to it.
    if (!this.#isBodiless && request.upgrade === undefined) {
      this.#body.sendTo(stream);
      this.#stream.resume();
    }
    if (this.#requestCompleteMs !== undefined) this.#startPerTryTimeout();
  }

  // ---- from the client

  onData(data: Buffer): void {
    if (this.#state === 'over') return;
    this.#idle.touch();
    this.#record.bytesReceived += data.length;
    const isHeld = this.#request?.upgrade !== undefined && this.#state !== 'answering';
    const wasKept = this.#body.isKept;
    if (!this.#body.push(data, isHeld ? undefined : this.#attempt?.stream)) this.#stream.pause();
    this.#onBody?.();
    if (wasKept && !this.#body.isKept) {
      this.#retry?.close();
      this.#retry = undefined;
      if (this.#forward) this.#forward.upstream.stats.retryOrShadowAbandoned.value++;
    }
  }

  onEnd(trailers: HeaderList): void {
    if (this.#state === 'over') return;
    this.#idle.touch();
    this.#requestCompleteMs = this.#parts.clock.now();
    this.#body.end(trailers, this.#attempt?.stream);
    this.#onBody?.();
    if (this.#forward?.timeoutMs) this.#startRouteTimeout(this.#forward.timeoutMs);
    if (this.#attempt?.stream) this.#startPerTryTimeout();
  }

  onDrain(): void {
    this.#attempt?.stream?.resume();
  }

  onMalformed(status: number, details: string): void {
    if (this.#state === 'over') return;
    this.#attempt?.cancel();
    if (this.#state === 'answering') this.#breakOff('DPE', details);
    else this.refuse(status, details);
  }

  onReset(): void {
    if (this.#state === 'over') return;
    this.#attempt?.cancel();
    this.#note('DC', 'downstream_remote_disconnect');
    this.#finish();
  }

  // ---- from the server

  onResponse(attempt: Attempt, response: ResponseMessage, end: boolean): void {
    const record = this.#record;
    const verdict = this.#retry?.onResponse(response) ?? 'no';
    if (verdict === 'retry') {
      attempt.upstream.scope.countCode('retry.upstream_rq', response.status, true);
      attempt.host.requestErrors++;
      attempt.cancel();
      this.#tryLater();
      return;
    }
    if (verdict !== 'no') record.flags = flagOf(verdict);
    this.#cancelPerTry?.();
    this.#idle.touch();
    this.#state = 'answering';
    record.status = response.status;
    record.firstByteMs = this.#parts.clock.now();
    record.responseHeaders = response.headers;
    if (this.#requestCompleteMs !== undefined)
      record.upstreamServiceTimeMs = record.firstByteMs - this.#requestCompleteMs;
    attempt.upstream.scope.countCode('upstream_rq', response.status, true);
    attempt.upstream.stats.rqCompleted.value++;
    if (response.status >= 500) attempt.host.requestErrors++;
    const headers = responseHeaders(response.headers, {
      nowMs: record.firstByteMs,
      serviceTimeMs: record.upstreamServiceTimeMs,
      changes: this.#rules.manager,
    });
    if (end) this.#finish();
    this.#stream.respond({ status: response.status, headers, upgrade: response.upgrade }, end);
    if (response.upgrade !== undefined && attempt.stream) {
      this.#body.sendTo(attempt.stream);
      this.#stream.resume();
    }
  }

  onUpstreamData(data: Buffer): void {
    this.#idle.touch();
    this.#record.bytesSent += data.length;
    if (!this.#stream.write(data)) this.#attempt?.stream?.pause();
  }

  onUpstreamEnd(trailers: HeaderList): void {
    this.#finish();
    this.#stream.end(trailers);
  }

  onUpstreamDrain(): void {
    this.#stream.resume();
  }

  onFailure(attempt: Attempt, reason: ResetReason, transportFailure: string | undefined): void {
    if (reason !== 'overflow') attempt.host.requestErrors++;
    if (this.#state === 'answering') {
      this.#breakOff(replies.flagFor(reason), `upstream_reset_after_response_started{${reason.replaceAll(' ', '_')}}`);
      return;
    }
    const { upstream } = attempt;
    this.#failed(
      attempt,
      reason,
      replies.resetReply(reason, transportFailure, { cluster: upstream.name, attempts: this.#attempts }),
    );
  }

  // ---- tries and times

  /** A try came to nothing: another one, or this answer. */
  #failed(attempt: Attempt, reason: ResetReason, reply: LocalReply): void {
    this.#cancelPerTry?.();
    const verdict = this.#retry?.onReset(reason) ?? 'no';
    if (verdict === 'retry') {
      this.#tryLater();
      return;
    }
    attempt.upstream.scope.countCode('upstream_rq', reply.status, true);
    attempt.upstream.stats.rqCompleted.value++;
    this.#record.firstByteMs = this.#parts.clock.now();
    this.#reply(reply, verdict);
  }

  #tryLater(): void {
    this.#cancelPerTry?.();
    this.#attempt = undefined;
    const backoffMs = this.#retry?.nextBackoffMs() ?? 0;
    this.#cancelBackoff = this.#parts.clock.after(backoffMs, () => this.#tryAgain());
  }

  #tryAgain(): void {
    const target = this.#forward?.retry?.repick();
    if (target) this.#try(target);
    else if (this.#forward) this.#reply(replies.noHealthyUpstream(this.#forward.upstream.name));
  }

  #startPerTryTimeout(): void {
    const limitMs = this.#forward?.retry?.perTryTimeoutMs;
    if (!limitMs) return;
    this.#cancelPerTry?.();
    this.#cancelPerTry = this.#parts.clock.after(limitMs, () => {
      const attempt = this.#attempt;
      if (this.#state !== 'waiting' || !attempt) return;
      attempt.upstream.stats.rqPerTryTimeout.value++;
      attempt.cancel();
      this.#failed(attempt, 'local reset', replies.timeoutReply(attempt.upstream.name, 'upstream_per_try_timeout'));
    });
  }

  #startRouteTimeout(limitMs: number): void {
    const fire = () => {
      const { upstream } = this.#forward ?? {};
      if (!upstream || this.#state === 'over') return;
      upstream.stats.rqTimeout.value++;
      this.#attempt?.cancel();
      if (this.#state === 'answering') {
        this.#breakOff('UT', 'response_timeout');
        return;
      }
      upstream.scope.countCode('upstream_rq', 504, true);
      upstream.stats.rqCompleted.value++;
      this.#reply(replies.timeoutReply(upstream.name, 'response_timeout'));
    };
    this.#timers.push(this.#parts.clock.after(limitMs, fire));
  }

  #onIdle(): void {
    this.#attempt?.cancel();
    const isComplete = this.#requestCompleteMs !== undefined;
    if (this.#state === 'answering') this.#breakOff('SI', 'stream_idle_timeout');
    else this.#reply({ ...replies.idleReply(isComplete), upstreamCluster: this.#record.upstreamCluster });
  }

  // ---- answers of the proxy's own, and the end

  #reply(reply: LocalReply, verdict: RetryVerdict = 'no'): void {
    const record = this.#record;
    const isGrpc = replies.isGrpc(this.#head?.header('content-type'));
    const status = isGrpc ? 200 : reply.status;
    const isBodyless = isGrpc || this.#request?.method === 'HEAD' || reply.body === '';
    record.status = status;
    record.flags = verdict === 'no' ? reply.flags : `${reply.flags},${flagOf(verdict)}`;
    record.details = reply.details;
    record.upstreamCluster = reply.upstreamCluster;
    record.bytesSent = isBodyless ? 0 : Buffer.byteLength(reply.body);
    const own = isGrpc ? replies.grpcHeaders(reply) : replies.plainHeaders(reply);
    const added = Object.entries(this.#rules.manager.localReplyHeadersToAdd ?? {}).flat();
    const headers = responseHeaders([...own, ...added], {
      nowMs: this.#parts.clock.now(),
    });
    this.#finish();
    this.#stream.respond({ status, headers, upgrade: undefined }, isBodyless);
    if (isBodyless) return;
    this.#stream.write(Buffer.from(reply.body));
    this.#stream.end(noTrailers);
  }

  #note(flags: ResponseFlag, details: string): void {
    this.#record.flags = flags;
    this.#record.details = details;
  }

  #breakOff(flags: ResponseFlag, details: string): void {
    this.#note(flags, details);
    this.#finish();
    this.#stream.reset();
  }

  /** Said before the last byte leaves, so that whoever has the answer finds it counted. */
  #finish(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#cancelPerTry?.();
    this.#cancelBackoff?.();
    this.#idle.stop();
    for (const cancel of this.#timers) cancel();
    this.#retry?.close();
    this.#record.endMs = this.#parts.clock.now();
    this.#rules.finished(this.#record);
  }
}

const flagOf = (verdict: RetryVerdict): ResponseFlag => (verdict === 'overflow' ? 'UO' : 'URX');
