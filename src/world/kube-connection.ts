import type { IncomingMessage } from 'node:http';
import { Agent, type RequestOptions, request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { KubeConfig } from '@kubernetes/client-node';
import { Fault, faultOf } from '../fault.ts';
import { type Status, StatusError } from '../kube/status.ts';
import type { Clock } from '../platform/clock.ts';

// Tokens from credential plugins run out; asking again costs a process, so not with every request.
const credentialsMs = 60_000;
const requestMs = 10_000;

/** HTTPS to one API server with the kubeconfig's own credentials, on connections that stay warm. */
export class KubeConnection {
  readonly config: KubeConfig;
  readonly context: string;
  readonly server: string;
  readonly #clock: Clock;
  #credentials: { until: number; options: Promise<RequestOptions> } | undefined;
  #agent: Agent | undefined;

  constructor(config: KubeConfig, clock: Clock) {
    this.config = config;
    this.context = config.getCurrentContext();
    this.server = config.getCurrentCluster()?.server ?? '';
    this.#clock = clock;
  }

  /** A JSON answer; rejects with StatusError, or with a Fault when there is no answer. */
  async json(path: string): Promise<unknown> {
    return JSON.parse(await this.text(path));
  }

  async text(path: string): Promise<string> {
    const response = await this.open(path, AbortSignal.timeout(requestMs));
    try {
      return await text(response);
    } catch (error) {
      throw this.#unreachable(error);
    }
  }

  /** The answer as it comes, for watches; the signal ends it. */
  async open(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    const options = await this.#options();
    const response = await this.#send(path, options, signal);
    if (response.statusCode === 200) return response;
    if (response.statusCode === 401) this.#credentials = undefined;
    throw statusError(response.statusCode ?? 500, await text(response));
  }

  close(): void {
    this.#agent?.destroy();
  }

  #options(): Promise<RequestOptions> {
    const now = this.#clock.now();
    if (this.#credentials && this.#credentials.until > now) return this.#credentials.options;
    const options: RequestOptions = {};
    const made = this.config.applyToHTTPSOptions(options).then(() => {
      // The client's own agent is made anew for every request; one with the same TLS settings keeps connections.
      const own = options.agent instanceof Agent ? options.agent : undefined;
      this.#agent?.destroy();
      this.#agent = new Agent({ ...own?.options, keepAlive: true, maxFreeSockets: 8 });
      return { ...options, agent: this.#agent };
    });
    made.catch(() => {
      this.#credentials = undefined;
    });
    this.#credentials = { until: now + credentialsMs, options: made };
    return made;
  }

  #send(path: string, options: RequestOptions, signal: AbortSignal): Promise<IncomingMessage> {
    const url = new URL(this.server);
    const prefix = url.pathname.replace(/\/$/, '');
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          ...options,
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port || 443,
          path: prefix + path,
          headers: { ...headersOf(options), accept: 'application/json' },
          signal,
        },
        resolve,
      );
      outgoing.on('error', (error) => reject(this.#unreachable(error)));
      outgoing.end();
    });
  }

  #unreachable(error: unknown): unknown {
    const isStopped = error instanceof Error && error.name === 'AbortError' && !isTimeout(error.cause);
    if (isStopped || error instanceof Fault || error instanceof StatusError) return error;
    const why = error instanceof Error ? reasonOf(error) : String(error);
    return faultOf('cluster.unreachable', this.context, this.server, why).because(error);
  }
}

const isTimeout = (error: unknown) => error instanceof Error && error.name === 'TimeoutError';

/** Nothing where it took too long. */
const reasonOf = (error: Error) => (isTimeout(error.cause) ? '' : error.message);

function headersOf(options: RequestOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {}))
    if (value !== undefined) headers[name] = String(value);
  if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}

/** Anything that is not a Status (a proxy in between) is shown by its code. */
function statusError(code: number, body: string): StatusError {
  try {
    const status: Status = JSON.parse(body);
    if (status.kind === 'Status') {
      return new StatusError(status.code ?? code, status.reason, status.message ?? `HTTP ${code}`, status.details);
    }
  } catch {
    // Not JSON: the code says enough.
  }
  return new StatusError(code, undefined, `the server answered with HTTP ${code}`);
}
