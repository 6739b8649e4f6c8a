import type { Namespace, Pod } from '../../../../kube/objects.ts';
import { injectionAnnotation, monitoredByLabel, type OsmInstall } from '../names.ts';

/** A pod that the injector refuses; the message is what the learner reads in the event. */
export class InjectionRefused extends Error {
  override readonly name = 'InjectionRefused';
}

const never = ['kube-system', 'kube-public'];

/** Why a pod gets no sidecar. */
export type Uninjected = 'host-network' | 'namespace' | 'annotations';

/** pkg/injector/webhook.go, mustInject: in this order. `namespace` is where the pod goes. Undefined injects. */
export function whyNotInjected(
  pod: Pod,
  namespace: Namespace | undefined,
  install: OsmInstall,
): Uninjected | undefined {
  const name = namespace?.metadata.name ?? '';
  if (pod.spec.hostNetwork) return 'host-network';
  if ([...never, install.namespace].includes(name)) return 'namespace';
  if (namespace?.metadata.labels?.[monitoredByLabel] !== install.meshName) return 'namespace';
  const wishOfPod = readWish(pod.metadata.annotations);
  const wishOfNamespace = readWish(namespace.metadata.annotations);
  return (wishOfPod ?? wishOfNamespace) ? undefined : 'annotations';
}

function readWish(annotations: Record<string, string> | undefined): boolean | undefined {
  const value = annotations?.[injectionAnnotation];
  switch (value?.toLowerCase()) {
    case undefined:
      return undefined;
    case 'enabled':
    case 'yes':
    case 'true':
      return true;
    case 'disabled':
    case 'no':
    case 'false':
      return false;
    default:
      throw new InjectionRefused(`Invalid annotation value for key "${injectionAnnotation}": ${value}`);
  }
}
