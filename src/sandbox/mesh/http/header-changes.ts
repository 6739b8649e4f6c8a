import type { Forward, RequestHead } from '../engine.ts';
import type { HttpConnectionManager } from '../proxy-config.ts';
import type { HeaderList } from './message.ts';

/** What a proxy changes in headers on their way (Envoy: ConnectionManagerUtility, Router::Filter). Pure. */

/** The first of a name gives its place to the value that is set, further ones go; what was not there comes last. */
function withSet(received: HeaderList, set: ReadonlyMap<string, string | undefined>): string[] {
  const headers: string[] = [];
  const placed = new Set<string>();
  for (let at = 0; at < received.length; at += 2) {
    const name = received[at] ?? '';
    const value = set.get(name);
    if (value === undefined) {
      if (!set.has(name)) headers.push(name, received[at + 1] ?? '');
    } else if (!placed.has(name)) {
      placed.add(name);
      headers.push(name, value);
    }
  }
  for (const [name, value] of set) if (value !== undefined && !placed.has(name)) headers.push(name, value);
  return headers;
}

export function requestHeaders(head: RequestHead, manager: HttpConnectionManager, forward: Forward): HeaderList {
  const set = new Map<string, string | undefined>();
  if (head.requestId !== undefined) set.set('x-request-id', head.requestId);
  if (head.header('x-forwarded-proto') === undefined) set.set('x-forwarded-proto', 'http');
  // Said only where somebody waits no longer than that: for one try, or for all.
  const expectedMs = forward.retry?.perTryTimeoutMs || forward.timeoutMs;
  if (expectedMs) set.set('x-envoy-expected-rq-timeout-ms', String(expectedMs));
  // A name without a value is taken away from the client's headers.
  for (const name of manager.requestHeadersToRemove ?? []) set.set(name, undefined);
  for (const name in manager.requestHeadersToAdd) set.set(name, manager.requestHeadersToAdd[name] ?? '');
  for (const [name, value] of forward.requestHeadersToSet ?? []) set.set(name, value);
  return withSet(head.headers, set);
}

type ResponseChanges = Pick<HttpConnectionManager, 'responseHeadersToAdd' | 'responseHeadersToRemove'>;

const none: ResponseChanges = { responseHeadersToAdd: {}, responseHeadersToRemove: [] };

export interface AnswerFacts {
  nowMs: number;
  /** Left out of answers that came before the request was whole. */
  serviceTimeMs?: number | undefined;
  /** Left out of the proxy's own answers. */
  changes?: ResponseChanges;
}

export function responseHeaders(
  received: HeaderList,
  { nowMs, serviceTimeMs, changes = none }: AnswerFacts,
): HeaderList {
  const kept: string[] = [];
  const { responseHeadersToRemove: removed, responseHeadersToAdd: added } = changes;
  let isDated = false;
  for (let at = 0; at < received.length; at += 2) {
    const name = received[at] ?? '';
    if (removed.length > 0 && removed.includes(name)) continue;
    if (name === 'date') isDated = true;
    kept.push(name, received[at + 1] ?? '');
  }
  for (const name in added) kept.push(name, added[name] ?? '');
  const set = new Map<string, string>();
  if (serviceTimeMs !== undefined) set.set('x-envoy-upstream-service-time', String(serviceTimeMs));
  if (!isDated) set.set('date', httpDate(nowMs));
  set.set('server', 'envoy');
  return withSet(kept, set);
}

let lastDate = { second: Number.NaN, text: '' };

/** The same text serves all answers of one second. */
function httpDate(nowMs: number): string {
  const second = Math.floor(nowMs / 1000);
  if (lastDate.second !== second) lastDate = { second, text: new Date(nowMs).toUTCString() };
  return lastDate.text;
}
