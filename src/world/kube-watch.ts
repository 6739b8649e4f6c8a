import { createInterface } from 'node:readline';
import { apiVersionOf, type ResourceRef } from '../kube/resources.ts';
import { type Clock, sleep } from '../platform/clock.ts';
import type { KubeConnection } from './kube-connection.ts';

const firstPauseMs = 200;
const longestPauseMs = 5_000;

/** `/api/v1/namespaces/bookstore/pods`; without a namespace, all of them. */
export function collectionPath(ref: ResourceRef, namespace?: string): string {
  const root = ref.group === '' ? `/api/${ref.version}` : `/apis/${apiVersionOf(ref)}`;
  const scope = ref.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${root}${scope}/${ref.resource}`;
}

/**
 * Tells that something of one kind changed until it is stopped. Whenever it is connected (again) it tells so too, since
 * nobody knows what happened before. A kind that does not exist yet (its CRD comes with the mesh) is asked for again.
 */
export async function watchKind(
  connection: KubeConnection,
  ref: ResourceRef,
  clock: Clock,
  signal: AbortSignal,
  onChange: () => void,
): Promise<void> {
  let pause = firstPauseMs;
  while (!signal.aborted) {
    try {
      const version = await currentVersion(connection, ref);
      pause = firstPauseMs;
      if (!signal.aborted) onChange();
      await follow(connection, ref, version, signal, onChange);
    } catch {
      // No answer, no right to look, no such kind, or stopped: all mend by asking again later, if at all.
    }
    await sleep(clock, pause, signal).catch(() => undefined);
    pause = Math.min(pause * 2, longestPauseMs);
  }
}

async function currentVersion(connection: KubeConnection, ref: ResourceRef): Promise<string> {
  const list = await connection.json(`${collectionPath(ref)}?limit=1`);
  const metadata = typeof list === 'object' && list !== null && 'metadata' in list ? list.metadata : undefined;
  return typeof metadata === 'object' && metadata !== null && 'resourceVersion' in metadata
    ? String(metadata.resourceVersion)
    : '';
}

/** Ends when the server ends the watch, which it does every few minutes, or when the version is too old (410). */
async function follow(
  connection: KubeConnection,
  ref: ResourceRef,
  version: string,
  signal: AbortSignal,
  onChange: () => void,
): Promise<void> {
  const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${encodeURIComponent(version)}`;
  const response = await connection.open(`${collectionPath(ref)}?${query}`, signal);
  for await (const line of createInterface({ input: response })) {
    const event: { type?: string } = JSON.parse(line);
    if (event.type === 'ERROR') return;
    if (event.type !== 'BOOKMARK') onChange();
  }
}
