import type { KubeClient } from '../../kube/client.ts';
import { namespaces, pods } from '../../kube/resources.ts';
import type { Clock } from '../../platform/clock.ts';
import { adminGet } from '../sidecar.ts';
import { hasSidecar } from '../workload.ts';
import { countsOf, type Reading, requestStatsFilter, type ServiceCount } from './request-series.ts';

/** Asks every running sidecar of the mesh once. A sidecar that does not answer is named, and the others still count. */
const monitored = 'openservicemesh.io/monitored-by';

export interface RequestReading {
  reading: Reading;
  /** `namespace/pod` of those that did not answer. */
  unheard: string[];
}

export async function readRequests(kube: KubeClient, clock: Clock, signal: AbortSignal): Promise<RequestReading> {
  const path = `/stats/prometheus?filter=${encodeURIComponent(requestStatsFilter)}`;
  const spaces = await kube.list(namespaces, { labelSelector: monitored });
  const found = await Promise.all(spaces.map(({ metadata }) => kube.list(pods, { namespace: metadata.name ?? '' })));
  const running = found.flat().filter((pod) => pod.status?.phase === 'Running' && hasSidecar(pod));
  const sidecars = new Map<string, Map<string, ServiceCount>>();
  const unheard: string[] = [];
  await Promise.all(
    running.map(async (pod) => {
      const { uid = '', namespace, name } = pod.metadata;
      try {
        sidecars.set(uid, countsOf(await adminGet(kube, pod, path, signal)));
      } catch {
        unheard.push(`${namespace}/${name}`);
      }
    }),
  );
  return { reading: { atMs: clock.now(), sidecars }, unheard: unheard.sort() };
}
