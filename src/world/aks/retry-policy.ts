import type { ResourceManagementClient } from '@azure/arm-resources';
import { type Clock, sleep } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';

/**
 * When a request to Azure is sent again: throttled (429) and unwell (5xx) services after what Retry-After says, broken
 * connections after a pause that doubles, with jitter, so that a class behind one address does not come back in step. It
 * takes the place of the SDK's own policy, which waits by timers of its own, however long the service says.
 */
export interface Patience {
  clock: Clock;
  random: Random;
}

type Policy = Parameters<ResourceManagementClient['pipeline']['addPolicy']>[0];
type Request = Parameters<Policy['sendRequest']>[0];
type Response = Awaited<ReturnType<Policy['sendRequest']>>;
type Abort = NonNullable<Request['abortSignal']>;

const mostRetries = 3;
const firstPauseMs = 500;
/** A service that wants to be left alone for longer is told of, not waited for. */
const longestPauseMs = 30_000;

const passing = new Set([408, 429, 500, 502, 503, 504]);
/** Asking twice for these is the same as asking once; reads that Azure writes as POST are not among them. */
const repeatable = new Set(['GET', 'HEAD', 'DELETE']);

export function retryPolicy({ clock, random }: Patience): Policy {
  const pauseBefore = (attempt: number) => firstPauseMs * 2 ** attempt * (0.5 + random.next() / 2);
  return {
    name: 'meshwalkRetryPolicy',
    async sendRequest(request, next) {
      for (let attempt = 0; ; attempt++) {
        const isLast = attempt === mostRetries || !repeatable.has(request.method);
        let pauseMs = pauseBefore(attempt);
        try {
          const response = await next(request);
          pauseMs = askedPauseMs(response, clock) ?? pauseMs;
          if (isLast || !passing.has(response.status) || pauseMs > longestPauseMs) return response;
        } catch (error) {
          if (isLast || request.abortSignal?.aborted || !isBrokenConnection(error)) throw error;
        }
        await pause(clock, pauseMs, request.abortSignal);
      }
    },
  };
}

/** No answer came: an error with the code of a socket, and without a status. */
const isBrokenConnection = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  !('statusCode' in error && error.statusCode);

/** Azure sends seconds, and a date from some proxies. */
function askedPauseMs({ headers }: Response, clock: Clock): number | undefined {
  const text = headers.get('retry-after');
  if (text === undefined || text === '') return undefined;
  const seconds = Number(text);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - clock.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

async function pause(clock: Clock, ms: number, signal: Abort | undefined): Promise<void> {
  const stop = new AbortController();
  const onAbort = () => stop.abort(new Error('The request was aborted.'));
  signal?.addEventListener('abort', onAbort);
  try {
    await sleep(clock, ms, stop.signal);
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
