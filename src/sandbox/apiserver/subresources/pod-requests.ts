import { apiTime } from '../../../kube/duration.ts';
import { isJsonObject } from '../../../kube/json-value.ts';
import type { Condition, KubeObject, Pod } from '../../../kube/objects.ts';
import { conflict, type Status } from '../../../kube/status.ts';
import type { ServedResource } from '../served-resource.ts';
import type { WriteContext } from '../write-context.ts';
import type { Writes } from '../writes.ts';

export interface NamedPod {
  resource: ServedResource;
  namespace: string | undefined;
  name: string;
}

export const created: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

/** POST pods/x/binding: what a scheduler says. A pod is bound once. */
export async function bindPod(
  writes: Writes,
  pod: NamedPod,
  binding: KubeObject,
  now: number,
  context: WriteContext,
): Promise<Status> {
  const target = isJsonObject(binding['target']) ? binding['target'] : {};
  const nodeName = String(target['name'] ?? '');
  const bind = (draft: KubeObject) => {
    const { spec, status = {} } = draft as Pod;
    if (spec.nodeName && spec.nodeName !== nodeName) {
      throw conflict(pod.resource, pod.name, `pod ${pod.name} is already assigned to node "${spec.nodeName}"`);
    }
    spec.nodeName = nodeName;
    const others = (status.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    const lastTransitionTime = apiTime(now);
    const scheduled: Condition = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime };
    draft['status'] = { ...status, conditions: [...others, scheduled] };
    return draft;
  };
  await writes.update({ ...pod, subresource: 'binding' }, bind, context);
  return created;
}
