import { apiVersionOf, type ResourceRef } from '../kube/resources.ts';
import { StatusError } from '../kube/status.ts';
import { type Clock, rest } from '../platform/clock.ts';
import type { KubeConnection } from './kube-connection.ts';

const firstPauseMs = 200;
const longestPauseMs = 5_000;
/** Rights change seldom. */
const forbiddenPauseMs = 60_000;
/** What a server may be late in ending a watch. */
const graceMs = 5_000;

/** `/api/v1/namespaces/bookstore/pods`; without a namespace, all of them. */
export function collectionPath(ref: ResourceRef, namespace?: string): string {
  const root = ref.group === '' ? `/api/${ref.version}` : `/apis/${apiVersionOf(ref)}`;
  const scope = ref.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${ref.resource}`;
}

/**
 * Tells that something of one kind changed until it is stopped. Whenever it is connected again after a gap it tells so too,
 * since nobody knows what happened before. A kind that does not exist yet (its CRD comes with the mesh) is asked for again.
 */
export async function watchKind(
  connection: KubeConnection,
  ref: ResourceRef,
  clock: Clock,
  signal: AbortSignal,
  onChange: () => void,
): Promise<void> {
  let pause = firstPauseMs;
  let version: string | undefined;
  while (!signal.aborted) {
    let pauseMs = firstPauseMs;
    try {
      if (version === undefined) {
        version = await currentVersion(connection, ref);
        if (!signal.aborted) onChange();
      }
      pause = firstPauseMs;
      version = await follow(connection, ref, version, clock, signal, onChange);
    } catch (error) {
      // No answer, no right to look, no such kind, or stopped: all mend by asking again later, if at all.
      version = undefined;
      pause = Math.min(pause * 2, longestPauseMs);
      pauseMs = error instanceof StatusError && error.code === 403 ? forbiddenPauseMs : pause;
    }
    await rest(clock, Math.max(pauseMs, connection.reach.restMs), AbortSignal.any([signal, connection.renewal]));
  }
}

async function currentVersion(connection: KubeConnection, ref: ResourceRef): Promise<string> {
  return versionOf(await connection.json(`${collectionPath(ref)}?limit=1`)) ?? '';
}

function versionOf(object: unknown): string | undefined {
  const metadata = typeof object === 'object' && object !== null && 'metadata' in object ? object.metadata : undefined;
  return typeof metadata === 'object' && metadata !== null && 'resourceVersion' in metadata
    ? String(metadata.resourceVersion)
    : undefined;
}

/**
 * Resolves with where to go on when the server ended the watch as it was asked to, and with undefined when the version is
 * too old (410). A watch that goes on longer than it was asked for has no server at its other end any more.
 */
async function follow(
  connection: KubeConnection,
  ref: ResourceRef,
  from: string,
  clock: Clock,
  signal: AbortSignal,
  onChange: () => void,
): Promise<string | undefined> {
  const { requestMs, watchMs } = connection.limits;
  const silent = new AbortController();
  let cancel = clock.after(requestMs, () => silent.abort(timedOut()));
  const seconds = Math.ceil(watchMs / 1000);
  const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=${seconds}&resourceVersion=${encodeURIComponent(from)}`;
  const { renewal } = connection;
  const ending = AbortSignal.any([signal, renewal, silent.signal]);
  let version = from;
  try {
    const response = await connection.open(`${collectionPath(ref)}?${query}`, ending);
    cancel();
    cancel = clock.after(seconds * 1000 + graceMs, () => {
      silent.abort(timedOut());
      // What else was open to this server is of the same age.
      connection.renew();
    });
    try {
      for await (const line of linesOf(response)) {
        const event: { type?: string; object?: unknown } = JSON.parse(line);
        if (event.type === 'ERROR') return undefined;
        version = versionOf(event.object) ?? version;
        if (event.type !== 'BOOKMARK') onChange();
      }
    } catch (error) {
      // A connection that was cut says that something happened to the way there, whatever others met before.
      if (!ending.aborted) throw connection.broken(error, clock.now());
      throw error;
    }
    return version;
  } finally {
    cancel();
  }
}

const timedOut = () => new DOMException('The watch is silent.', 'TimeoutError');

async function* linesOf(response: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines.filter((line) => line !== '');
  }
}
