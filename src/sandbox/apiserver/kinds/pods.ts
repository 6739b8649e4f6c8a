import { sameJson } from '../../../kube/json-value.ts';
import { dnsSubdomain } from '../../../kube/names.ts';
import type { KubeObject, Pod, PodSpec } from '../../../kube/objects.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { forbiddenField } from '../field-errors.ts';
import type { Strategy } from '../strategy.ts';
import { defaultPodSpec, qosClassOf } from './pod-spec.ts';
import { validatePodSpec } from './validation/pod-spec.ts';

const asPod = (object: KubeObject) => object as Pod;

const mutable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export const podStrategy: Strategy = {
  nameRule: dnsSubdomain,
  generation: 'spec',
  notCounted: ['nodeName'],
  hasStatus: true,
  deleteAnswersObject: true,
  defaults(draft) {
    const { spec } = asPod(draft);
    defaultPodSpec(spec);
    if (spec) spec['enableServiceLinks'] ??= true;
  },
  prepareCreate(draft) {
    const pod = asPod(draft);
    const qosClass = Array.isArray(pod.spec?.containers) ? qosClassOf(pod.spec) : 'BestEffort';
    pod.status = { phase: 'Pending', qosClass };
    return [];
  },
  validate: (object) => validatePodSpec(asPod(object).spec, 'spec'),
  validateUpdate: (object, current) => immutableSpecErrors(asPod(object).spec, asPod(current).spec),
  // A pod that no kubelet has, or that has ended, needs nobody to stop it.
  gracePeriodSeconds(object) {
    const { spec, status } = asPod(object);
    const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    return spec.nodeName === undefined || isOver ? 0 : (spec.terminationGracePeriodSeconds ?? 30);
  },
  selectableFields: {
    'spec.nodeName': (object) => asPod(object).spec.nodeName ?? '',
    // As clients of the first years called it.
    'spec.host': (object) => asPod(object).spec.nodeName ?? '',
    'spec.restartPolicy': (object) => asPod(object).spec.restartPolicy ?? '',
    'spec.schedulerName': (object) => String(asPod(object).spec['schedulerName'] ?? ''),
    'spec.serviceAccountName': (object) => asPod(object).spec.serviceAccountName ?? '',
    'spec.hostNetwork': (object) => String(asPod(object).spec.hostNetwork ?? false),
    'status.phase': (object) => asPod(object).status?.phase ?? '',
    'status.podIP': (object) => asPod(object).status?.podIP ?? '',
    'status.podIPs': (object) => (asPod(object).status?.podIPs ?? []).map(({ ip }) => ip).join(','),
    'status.nominatedNodeName': () => '',
  },
};

function immutableSpecErrors(next: PodSpec, current: PodSpec): StatusCause[] {
  const allowed = structuredClone(next);
  for (const list of ['containers', 'initContainers'] as const) {
    if (allowed[list]?.length !== current[list]?.length) continue;
    allowed[list]?.forEach((container, index) => {
      const image = current[list]?.[index]?.image;
      if (image !== undefined) container.image = image;
    });
  }
  // A scheduler in our process may bind by an update; over HTTP that is the binding subresource.
  if (current.nodeName === undefined) delete allowed.nodeName;
  for (const field of ['activeDeadlineSeconds', 'tolerations', 'terminationGracePeriodSeconds']) {
    if (current[field] === undefined) delete allowed[field];
    else allowed[field] = current[field];
  }
  if (sameJson(allowed, current)) return [];
  return [forbiddenField('spec', `${mutable}\n${differences(allowed, current)}`)];
}

/** What was changed, one line a field. (A real server prints a diff of its own Go structs.) */
function differences(next: PodSpec, current: PodSpec): string {
  return [...new Set([...Object.keys(current), ...Object.keys(next)])]
    .filter((key) => !sameJson(next[key], current[key]))
    .flatMap((key) => [
      `- ${key}: ${JSON.stringify(current[key]) ?? 'null'}`,
      `+ ${key}: ${JSON.stringify(next[key]) ?? 'null'}`,
    ])
    .join('\n');
}
