import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { KubeConfig } from '@kubernetes/client-node';
import { Fault, faultOf } from '../fault.ts';
import { type Status, StatusError } from '../kube/status.ts';
import type { Clock } from '../platform/clock.ts';
import { Reach } from './reach.ts';

// Tokens from credential plugins run out; asking again costs a process, so not with every request.
const credentialsMs = 60_000;

/** How long is waited for a cluster. */
export interface KubeLimits {
  /** For a whole answer, and for the first of a watch. */
  requestMs: number;
  /** A watch is asked anew after so long: one whose connection died in silence is noticed then. */
  watchMs: number;
}

export const usualLimits: KubeLimits = { requestMs: 10_000, watchMs: 50_000 };

/** A request that changes something. */
export type Writing = { method: 'DELETE' } | { method: 'PATCH'; merge: object };

/** Whose failure a 5xx is: the API server's, or that of a kubelet or an aggregated API behind it. */
export type Answerer = 'server' | 'behind';

/**
 * HTTPS to one API server with the kubeconfig's own credentials, on connections that stay warm. Every request has its time
 * limit and goes through `reach`. A login that is refused is made anew once, from the kubeconfig as it is then.
 */
export class KubeConnection {
  readonly reach: Reach;
  readonly limits: KubeLimits;
  readonly #load: () => KubeConfig;
  readonly #clock: Clock;
  #config: KubeConfig;
  #credentials: { until: number; options: Promise<RequestOptions> } | undefined;
  #agent: Agent | undefined;
  #renewing = new AbortController();

  constructor(load: () => KubeConfig, clock: Clock, limits: KubeLimits = usualLimits) {
    this.#load = load;
    this.#config = load();
    this.#clock = clock;
    this.limits = limits;
    this.reach = new Reach(clock);
  }

  get config(): KubeConfig {
    return this.#config;
  }

  get context(): string {
    return this.#config.getCurrentContext();
  }

  get server(): string {
    return this.#config.getCurrentCluster()?.server ?? '';
  }

  /** Aborts when connections that are open now are to be given up; ask anew for each connection. */
  get renewal(): AbortSignal {
    return this.#renewing.signal;
  }

  /** A JSON answer; rejects with StatusError, or with a Fault when there is no answer. */
  async json(path: string, answerer: Answerer = 'server'): Promise<unknown> {
    const startedAt = this.#clock.now();
    const body = await this.text(path, answerer);
    try {
      return JSON.parse(body);
    } catch (error) {
      throw this.broken(faultOf('cluster.not-kubernetes', this.server, 200).because(error), startedAt);
    }
  }

  async text(path: string, answerer: Answerer = 'server'): Promise<string> {
    const startedAt = this.#clock.now();
    const limit = AbortSignal.timeout(this.limits.requestMs);
    const response = await this.open(path, limit, answerer);
    try {
      return await text(response);
    } catch (error) {
      throw this.broken(limit.aborted ? limit.reason : error, startedAt);
    }
  }

  /** Resolves when the server has taken it; what it does about it may take longer. */
  async write(writing: Writing, path: string, signal?: AbortSignal): Promise<void> {
    const limit = AbortSignal.timeout(this.limits.requestMs);
    await text(await this.open(path, signal ? AbortSignal.any([limit, signal]) : limit, 'server', writing));
  }

  /** The answer as it comes; the signal ends it, and no other time limit. */
  async open(
    path: string,
    signal: AbortSignal,
    answerer: Answerer = 'server',
    writing?: Writing,
  ): Promise<IncomingMessage> {
    this.reach.mayAsk();
    const startedAt = this.#clock.now();
    try {
      const response = await this.#ask(path, signal, writing);
      this.reach.answered();
      return response;
    } catch (error) {
      const isBehind = answerer === 'behind' && error instanceof StatusError && error.code >= 500;
      if (error instanceof StatusError && (isBehind || error.code < 500)) this.#heard(error);
      if (!isBehind) this.reach.failed(error, startedAt);
      throw error;
    }
  }

  /** A connection that broke after its answer had begun. */
  broken(error: unknown, startedAt: number): unknown {
    const told = this.#unreachable(error);
    this.reach.failed(told, startedAt);
    return told;
  }

  /** After a sleep, or a silence: connections that look open may lead nowhere. */
  renew(): void {
    this.#credentials = undefined;
    this.#retireAgent();
    this.#renewing.abort(new Error('connections are renewed'));
    this.#renewing = new AbortController();
    this.reach.askNow();
  }

  close(): void {
    this.#agent?.destroy();
  }

  /** What is under way on its connections ends as it will; none of them is used again. */
  #retireAgent(): void {
    if (!this.#agent) return;
    this.#agent.maxFreeSockets = 0;
    for (const sockets of Object.values(this.#agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }

  /** "No" is an answer, too. */
  #heard({ code }: StatusError): void {
    if (code !== 401 && code !== 429) this.reach.answered();
  }

  async #ask(path: string, signal: AbortSignal, writing?: Writing): Promise<IncomingMessage> {
    const first = await this.#send(path, signal, writing);
    const response = first.statusCode === 401 ? await this.#askWithNewLogin(path, signal, first, writing) : first;
    // 202: what was asked for goes on after the answer, as a deletion does.
    if (response.statusCode === 200 || response.statusCode === 202) return response;
    throw statusError(this.server, response, await text(response).catch(() => ''));
  }

  /** A token that ran out, or a kubeconfig that somebody wrote anew. */
  async #askWithNewLogin(
    path: string,
    signal: AbortSignal,
    refused: IncomingMessage,
    writing?: Writing,
  ): Promise<IncomingMessage> {
    refused.resume();
    this.#credentials = undefined;
    try {
      this.#config = this.#load();
    } catch {
      // Somebody is writing it just now: what it said before will do for once.
    }
    return this.#send(path, signal, writing);
  }

  /** Credential plugins may wait for somebody who is to log in. */
  #inTime(options: Promise<RequestOptions>, signal: AbortSignal): Promise<RequestOptions> {
    return new Promise((resolve, reject) => {
      const give = () =>
        reject(isTimeout(signal.reason) ? faultOf('cluster.no-credentials', this.context, '') : signal.reason);
      if (signal.aborted) return give();
      signal.addEventListener('abort', give, { once: true });
      options.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
    });
  }

  #options(): Promise<RequestOptions> {
    const now = this.#clock.now();
    if (this.#credentials && this.#credentials.until > now) return this.#credentials.options;
    const options: RequestOptions = {};
    const made = this.#config.applyToHTTPSOptions(options).then(
      () => {
        // The client's own agent is made anew for every request; one with the same TLS settings keeps connections.
        const own = options.agent instanceof Agent ? options.agent : undefined;
        this.#retireAgent();
        this.#agent = new Agent({ ...own?.options, keepAlive: true, maxFreeSockets: 8 });
        return { ...options, agent: this.#agent };
      },
      (error: unknown) => {
        this.#credentials = undefined;
        // What a credential plugin says comes as a plain Error, or as none.
        const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
        throw faultOf('cluster.no-credentials', this.context, why).because(error);
      },
    );
    this.#credentials = { until: now + credentialsMs, options: made };
    return made;
  }

  async #send(path: string, signal: AbortSignal, writing?: Writing): Promise<IncomingMessage> {
    const options = await this.#inTime(this.#options(), signal);
    try {
      return await this.#sendOnce(path, options, signal, writing);
    } catch (error) {
      // The server closed a connection that was kept, just then: it has not seen the request. The others are as old.
      if (!(error instanceof StaleConnection)) throw error;
      this.#retireAgent();
      this.#credentials = undefined;
      const anew = await this.#inTime(this.#options(), signal);
      return this.#sendOnce(path, anew, signal, writing).catch((again: unknown) => {
        throw this.#unreachable(again);
      });
    }
  }

  #sendOnce(path: string, options: RequestOptions, signal: AbortSignal, writing?: Writing): Promise<IncomingMessage> {
    const body = writing?.method === 'PATCH' ? JSON.stringify(writing.merge) : undefined;
    const url = new URL(this.server);
    const prefix = url.pathname.replace(/\/$/, '');
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          ...options,
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port || 443,
          path: prefix + path,
          method: writing?.method ?? 'GET',
          headers: {
            ...headersOf(options),
            accept: 'application/json',
            ...(body !== undefined && { 'content-type': 'application/merge-patch+json' }),
          },
          signal,
        },
        resolve,
      );
      outgoing.on('error', (error) => {
        const isStale = outgoing.reusedSocket && brokenCodes.has(codeOf(error) ?? '') && !signal.aborted;
        reject(isStale ? new StaleConnection('closed while it was kept', { cause: error }) : this.#unreachable(error));
      });
      outgoing.end(body);
    });
  }

  #unreachable(error: unknown): unknown {
    if (error instanceof StaleConnection) return this.#unreachable(error.cause);
    const isStopped = error instanceof Error && error.name === 'AbortError' && !isTimeout(error.cause);
    if (isStopped || error instanceof Fault || error instanceof StatusError) return error;
    const why = error instanceof Error ? reasonOf(error) : String(error);
    return faultOf('cluster.unreachable', this.context, this.server, why).because(error);
  }
}

class StaleConnection extends Error {}

const brokenCodes = new Set(['ECONNRESET', 'EPIPE']);

const isTimeout = (error: unknown) => error instanceof Error && error.name === 'TimeoutError';

function codeOf(error: Error): string | undefined {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** The system's code, for which there are words; nothing where it took too long. */
const reasonOf = (error: Error) => (isTimeout(error) || isTimeout(error.cause) ? '' : (codeOf(error) ?? error.message));

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {}))
    if (value !== undefined) headers[name] = String(value);
  if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

/** What the API server says of a group that it does not have; anything else that is no Status comes from somebody else. */
const noSuchPath = /^404 page not found\s*$/;

function statusError(server: string, { statusCode: code = 500, headers }: IncomingMessage, body: string): Error {
  const wish = Number(headers['retry-after']);
  const details = Number.isFinite(wish) && wish > 0 ? { retryAfterSeconds: wish } : undefined;
  try {
    const status: Status = JSON.parse(body);
    if (status.kind === 'Status') {
      const said = status.message ?? `HTTP ${code}`;
      return new StatusError(status.code ?? code, status.reason, said, { ...details, ...status.details });
    }
  } catch {
    // Not JSON: the code says enough.
  }
  // A page "not found" of a proxy in between must not be taken for an object that does not exist.
  if (code < 400 || (code === 404 && !noSuchPath.test(body))) return faultOf('cluster.not-kubernetes', server, code);
  return new StatusError(code, undefined, `the server answered with HTTP ${code}`, details);
}
