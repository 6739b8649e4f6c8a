import { forbidden } from '../../../kube/status.ts';
import type { AdmissionPlugin } from './admission-chain.ts';

/**
 * Kinds that every cluster has, and for which nothing here would act. They are listed, because k9s (pulses, workloads), Headlamp
 * (its overview) and `kubectl apply --prune` look through them all and end at the first that is missing; there are none of
 * them, and making one is refused rather than done without effect.
 */
const whyNone: Readonly<Record<string, string>> = {
  'daemonsets.apps': 'the sandbox has no controller for them; a Deployment runs its pods here',
  'jobs.batch': 'the sandbox has no controller for them; a Pod with restartPolicy Never runs once',
  'cronjobs.batch': 'the sandbox has no controller for them',
  'ingresses.networking.k8s.io':
    'the sandbox has no ingress controller for them; see IngressBackend and Services of type LoadBalancer',
  'networkpolicies.networking.k8s.io': 'nothing in the sandbox would enforce them; a TrafficTarget is enforced',
  persistentvolumes: 'the sandbox has no disks; claims of a StatefulSet are bound without them',
  replicationcontrollers: 'the sandbox has no controller for them; a Deployment runs its pods here',
};

export const nobodyToAct: AdmissionPlugin = {
  mutate({ operation, resource, name, subresource }) {
    if (operation !== 'CREATE' || subresource !== '') return;
    const why = whyNone[resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`];
    if (why !== undefined) throw forbidden(resource, name, why);
  },
};
