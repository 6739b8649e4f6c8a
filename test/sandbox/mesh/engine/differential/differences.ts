import type { Seen } from './app.ts';
import type { Outcome } from './client.ts';
import type { GeneratedRequest, Scenario } from './generated-request.ts';

/** How one scenario ended on one way. */
export interface Lane {
  outcome: Outcome;
  seen: ReadonlyMap<string, Seen>;
}

const without = (fields: readonly string[], drop: (name: string, value: string) => boolean): string[] => {
  const kept: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const [name = '', value = ''] = fields.slice(at, at + 2);
    if (!drop(name, value)) kept.push(name, value);
  }
  return kept;
};

const value = (fields: readonly string[], wanted: string) =>
  fields[fields.findIndex((name, at) => at % 2 === 0 && name === wanted) + 1];

/**
 * What sidecars may change of a request: what belongs to one hop, `expect` (answered by the first sidecar), the place of
 * `host`, ids of their own, a length of nothing said aloud, and an absolute target, which becomes a path.
 */
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'expect', 'host', 'x-hop', 'te']);
const addedByProxy = new Set(['x-request-id', 'x-forwarded-proto']);

function comparableRequest(seen: Seen): object {
  const isAbsolute = seen.url.startsWith('http://');
  return {
    ...seen,
    url: seen.url.replace(/^http:\/\/[^/]*/, ''),
    host: isAbsolute ? 'app.test' : value(seen.headers, 'host')?.toLowerCase().replace(/:80$/, ''),
    headers: without(
      seen.headers,
      (name, text) => hopByHop.has(name) || addedByProxy.has(name) || (name === 'content-length' && text === '0'),
    ),
  };
}

/** And of an answer: framing, what names the proxy, and header names in lower case, as the reader has them anyway. */
const ofProxy = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'server',
  'date',
  'x-envoy-upstream-service-time',
]);

function comparableAnswer(outcome: Outcome, at: number): object | undefined {
  const got = outcome.got[at];
  const isOurs = (name: string, text: string) => ofProxy.has(name) || (name === 'content-length' && text === '0');
  return got && { ...got, headers: without(got.headers, isOurs) };
}

export interface Difference {
  request: string;
  what: string;
  direct: unknown;
  proxied: unknown;
}

function compareAnswers({ id, plan }: GeneratedRequest, at: number, direct: Lane, proxied: Lane): Difference[] {
  const [one, other] = [comparableAnswer(direct.outcome, at), comparableAnswer(proxied.outcome, at)];
  if (plan.fate === 'dies-before') {
    // No answer at all becomes a 503 that says so.
    const isTold = one === undefined && proxied.outcome.got[at]?.status === 503;
    return isTold ? [] : [{ request: id, what: 'the answer of an app that dies', direct: one, proxied: other }];
  }
  return JSON.stringify(one) === JSON.stringify(other)
    ? []
    : [{ request: id, what: 'what the client got', direct: one, proxied: other }];
}

function compareRequests({ id, plan }: GeneratedRequest, direct: Lane, proxied: Lane): Difference[] {
  const [one, other] = [direct.seen.get(id), proxied.seen.get(id)];
  if (!one || !other) return one === other ? [] : [{ request: id, what: 'who saw it', direct: one, proxied: other }];
  // Once an early answer is out nobody is bound to read on.
  const all = (seen: Seen) => (plan.isEarly ? { ...seen, body: '', trailers: [], isComplete: true } : seen);
  const [left, right] = [comparableRequest(all(one)), comparableRequest(all(other))];
  return JSON.stringify(left) === JSON.stringify(right)
    ? []
    : [{ request: id, what: 'what the app saw', direct: left, proxied: right }];
}

export function differences({ requests, leavesEarly }: Scenario, direct: Lane, proxied: Lane): Difference[] {
  if (leavesEarly) {
    // When exactly the others notice is anybody's guess; what arrived whole on both ways is the same.
    const isWhole = ({ id }: GeneratedRequest) => direct.seen.get(id)?.isComplete && proxied.seen.get(id)?.isComplete;
    return requests.filter(isWhole).flatMap((request) => compareRequests(request, direct, proxied));
  }
  const rest: Difference[] =
    proxied.outcome.rest === 0 || !proxied.outcome.got.every(({ isComplete }) => isComplete)
      ? []
      : [
          {
            request: 'all',
            what: 'bytes after the last answer',
            direct: direct.outcome.rest,
            proxied: proxied.outcome.rest,
          },
        ];
  return requests
    .flatMap((request, at) => [
      ...compareAnswers(request, at, direct, proxied),
      ...compareRequests(request, direct, proxied),
    ])
    .concat(rest);
}
