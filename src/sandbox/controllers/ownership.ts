import { sameJson } from '../../kube/json-value.ts';
import type { KubeObject, LabelSelector, OwnerReference, Pod, PodTemplateSpec } from '../../kube/objects.ts';
import { apiVersionOf, type ResourceRef } from '../../kube/resources.ts';
import { matchesLabelSelector } from '../../kube/selectors.ts';
import type { ClusterApi } from '../cluster-api.ts';

/** Which objects belong to whom: controller references, adoption and release. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

export function controllerReference(ref: ResourceRef, owner: KubeObject): OwnerReference {
  return {
    apiVersion: apiVersionOf(ref),
    kind: ref.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}

export const selects = (selector: LabelSelector | undefined, labels: Record<string, string> | undefined): boolean =>
  selector !== undefined && matchesLabelSelector(selector, labels);

/** Whether two templates ask for the same pods, the hash label apart. */
export function sameTemplate(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return sameJson(withoutHash(a), withoutHash(b));
}

function withoutHash(template: PodTemplateSpec | undefined): unknown {
  if (!template) return undefined;
  const { 'pod-template-hash': _, ...labels } = template.metadata?.labels ?? {};
  return { spec: template.spec, annotations: template.metadata?.annotations ?? {}, labels };
}

interface Owner extends KubeObject {
  spec: { selector: LabelSelector };
}

/**
 * The objects of one kind that the owner controls. Kubernetes: ControllerRefManager; a matching orphan is adopted, an
 * owned object whose labels no longer match is released, and an owner that is being deleted does neither.
 */
export async function claim<T extends KubeObject>(
  cluster: ClusterApi,
  ref: ResourceRef<T>,
  ownerRef: ResourceRef,
  owner: Owner,
): Promise<T[]> {
  const { namespace, uid, deletionTimestamp } = owner.metadata;
  const claimed: T[] = [];
  for (const object of cluster.list(ref, namespace === undefined ? {} : { namespace })) {
    const controller = controllerOf(object);
    const matches = selects(owner.spec.selector, object.metadata.labels);
    if (controller ? controller.uid === uid : matches) {
      if (controller && matches) claimed.push(object);
      else if (deletionTimestamp !== undefined || object.metadata.deletionTimestamp !== undefined) continue;
      else {
        const changed = await cluster.modify(ref, object.metadata.name ?? '', namespace, (draft) => {
          const others = (draft.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
          draft.metadata.ownerReferences = matches ? [...others, controllerReference(ownerRef, owner)] : others;
        });
        if (changed && matches) claimed.push(changed);
      }
    }
  }
  return claimed;
}

/** The pod that a workload's template asks for. */
export function podFromTemplate(
  template: PodTemplateSpec,
  owner: { ref: ResourceRef; object: KubeObject },
  name: { name: string } | { generateName: string },
): Pod {
  const { labels, annotations, finalizers } = structuredClone(template.metadata ?? {});
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...name,
      ...(owner.object.metadata.namespace === undefined ? {} : { namespace: owner.object.metadata.namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ownerReferences: [controllerReference(owner.ref, owner.object)],
    },
    spec: structuredClone(template.spec),
  };
}
