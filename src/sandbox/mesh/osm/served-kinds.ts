import type { ResourceRef } from '../../../kube/resources.ts';
import { type Clock, sleep } from '../../../platform/clock.ts';
import type { ClusterApi } from '../../cluster-api.ts';

/** A definition is stored a moment before its kind is served, and no event tells of the latter. */
const recheckMs = 100;

/** Waits until custom kinds are served, as osm-controller waits for osm-bootstrap. Rejects when the signal aborts. */
export async function untilServed(
  api: ClusterApi,
  clock: Clock,
  wanted: readonly ResourceRef[],
  signal: AbortSignal,
): Promise<void> {
  const isServed = ({ group, version, resource }: ResourceRef) =>
    api
      .resources()
      .some((served) => served.group === group && served.version === version && served.resource === resource);
  while (!wanted.every(isServed)) await sleep(clock, recheckMs, signal);
}
