import { apiTime } from '../../../kube/duration.ts';
import type { CoreEvent } from '../../../kube/objects.ts';
import * as resources from '../../../kube/resources.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import type { LogWriter } from './log.ts';

/** How a component of the control plane goes down: a Warning on its pod, a last line in its log (pkg/k8s/events). */
export interface FatalParts {
  api: ClusterApi;
  clock: Clock;
  log: LogWriter;
  pod: { namespace: string; name: string; uid: string };
}

export async function fatalEvent(
  { api, clock, log, pod }: FatalParts,
  component: string,
  { reason, message, cause }: { reason: string; message: string; cause: Error },
): Promise<void> {
  const now = apiTime(clock.now());
  const event: CoreEvent = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${pod.name}.${Math.trunc(clock.now()).toString(16)}`, namespace: pod.namespace },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: pod.namespace, name: pod.name, uid: pod.uid },
    type: 'Warning',
    reason,
    message,
    source: { component: component.split('/')[0] ?? component },
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
  // The log says it too; an event that can't be stored must not hide why the component ends.
  await api.create(resources.coreEvents, event).catch(() => {});
  log.fatal(component, message, cause);
}
