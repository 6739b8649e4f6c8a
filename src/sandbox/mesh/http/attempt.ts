import type { UpstreamHost, UpstreamRuntime } from '../upstream.ts';
import type { ConnectionPool, StreamRequest } from './connection-pool.ts';
import type { HeaderList, ResetReason, ResponseMessage, UpstreamEvents, UpstreamStream } from './message.ts';

/** What an exchange does with one try; each call names it, so that an exchange can tell its present one. */
export interface AttemptEvents {
  onReady(attempt: Attempt): void;
  onResponse(attempt: Attempt, response: ResponseMessage, end: boolean): void;
  onUpstreamData(data: Buffer): void;
  onUpstreamEnd(trailers: HeaderList): void;
  onUpstreamDrain(): void;
  onFailure(attempt: Attempt, reason: ResetReason, transportFailure: string | undefined): void;
}

/** One try to have a request answered by one endpoint. After `cancel` nothing is heard of it. */
export class Attempt implements StreamRequest, UpstreamEvents {
  readonly upstream: UpstreamRuntime;
  readonly host: UpstreamHost;
  readonly #exchange: AttemptEvents;
  #stream: UpstreamStream | undefined;
  #isOver = false;
  #stopWaiting: (() => void) | undefined;

  constructor(target: { upstream: UpstreamRuntime; host: UpstreamHost }, exchange: AttemptEvents) {
    this.upstream = target.upstream;
    this.host = target.host;
    this.#exchange = exchange;
  }

  get events(): UpstreamEvents {
    return this;
  }

  /** Where the body goes; undefined before there is a connection and after the answer. */
  get stream(): UpstreamStream | undefined {
    return this.#stream;
  }

  start(pool: ConnectionPool): void {
    const stopWaiting = pool.newStream(this);
    if (!this.#stream && !this.#isOver) this.#stopWaiting = stopWaiting;
  }

  cancel(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopWaiting?.();
    if (this.#stream) this.upstream.stats.rqTxReset.value++;
    this.#stream?.reset();
    this.#stream = undefined;
  }

  onReady(stream: UpstreamStream): void {
    this.#stopWaiting = undefined;
    this.#stream = stream;
    this.#exchange.onReady(this);
  }

  onPoolFailure(reason: ResetReason, transportFailure: string | undefined): void {
    this.#isOver = true;
    this.#exchange.onFailure(this, reason, transportFailure);
  }

  onResponse(response: ResponseMessage, end: boolean): void {
    if (this.#isOver) return;
    if (end) this.#over();
    this.#exchange.onResponse(this, response, end);
  }

  onData(data: Buffer): void {
    if (!this.#isOver) this.#exchange.onUpstreamData(data);
  }

  onEnd(trailers: HeaderList): void {
    if (this.#isOver) return;
    this.#over();
    this.#exchange.onUpstreamEnd(trailers);
  }

  onDrain(): void {
    if (!this.#isOver) this.#exchange.onUpstreamDrain();
  }

  onReset(reason: ResetReason): void {
    if (this.#isOver) return;
    this.#over();
    this.upstream.stats.rqRxReset.value++;
    this.#exchange.onFailure(this, reason, undefined);
  }

  #over(): void {
    this.#isOver = true;
    this.#stream = undefined;
  }
}
