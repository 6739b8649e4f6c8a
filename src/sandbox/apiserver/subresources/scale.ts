import { isJsonObject, type JsonObject } from '../../../kube/json-value.ts';
import type { KubeObject, LabelSelector } from '../../../kube/objects.ts';
import { labelSelectorText } from '../../../kube/selectors.ts';
import { invalid } from '../../../kube/status.ts';
import { invalidValue } from '../field-errors.ts';
import type { ServedResource } from '../served-resource.ts';

export const scaleBody = { kind: 'Scale', version: 'v1', type: 'V1Scale' } as const;

/** The autoscaling/v1 view of an object with replicas. */
export function scaleOf(object: KubeObject, { strategy }: ServedResource): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = strategy.scale?.selector && read(object, strategy.scale.selector);
  const text = isJsonObject(selector) ? labelSelectorText(selector as LabelSelector) : selector;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    spec: { replicas: read(object, strategy.scale?.spec ?? '') ?? 0 },
    status: {
      replicas: read(object, strategy.scale?.status ?? '') ?? 0,
      ...(typeof text === 'string' && text !== '' && { selector: text }),
    },
  };
}

/** Writes the wish of a Scale into the object it belongs to. */
export function setReplicas(draft: KubeObject, scale: KubeObject, { strategy }: ServedResource): void {
  const spec = scale['spec'];
  const replicas = isJsonObject(spec) ? (spec['replicas'] ?? 0) : 0;
  if (typeof replicas !== 'number' || !Number.isInteger(replicas) || replicas < 0) {
    const cause = invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0');
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, draft.metadata.name ?? '', [cause]);
  }
  const path = steps(strategy.scale?.spec ?? '');
  let parent: JsonObject = draft;
  for (const step of path.slice(0, -1)) {
    if (!isJsonObject(parent[step])) parent[step] = {};
    parent = parent[step] as JsonObject;
  }
  parent[path.at(-1) ?? ''] = replicas;
  if (scale.metadata.resourceVersion) draft.metadata.resourceVersion = scale.metadata.resourceVersion;
}

const steps = (path: string) => path.split('.').filter((step) => step !== '');

function read(object: KubeObject, path: string): unknown {
  return steps(path).reduce<unknown>((value, step) => (isJsonObject(value) ? value[step] : undefined), object);
}
