import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { RequestApi } from '../apiserver/request-api.ts';
import type { ClusterApi } from '../cluster-api.ts';
import type { Frontends } from '../network/loopback-frontends.ts';
import type { CertificateAuthority } from '../pki/authority.ts';
import { startCertificateSigning } from './certificate-signing.ts';
import { startClusterRoleAggregation } from './clusterrole-aggregation.ts';
import type { Controller, ControllerParts } from './controller.ts';
import { startDeploymentController } from './deployment.ts';
import { startDisruptionController } from './disruption.ts';
import { startEndpointsController } from './endpoints.ts';
import { startEndpointSliceController } from './endpointslices.ts';
import { EventRecorder } from './event-recorder.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { startLoadBalancerController } from './load-balancer.ts';
import { startNamespaceController } from './namespace.ts';
import { startReplicaSetController } from './replicaset.ts';
import { startResourceQuotaController } from './resourcequota.ts';
import { startScheduler } from './scheduler.ts';
import { startServiceAccountController } from './serviceaccount.ts';
import { startStatefulSetController } from './statefulset.ts';
import { subresourcesOf } from './subresources.ts';

export interface Controllers {
  readonly events: EventRecorder;
  readonly isIdle: boolean;
  /** Resolves when no controller has anything to do now; what falls due later does not count. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

/**
 * All the control loops of one cluster over its API. They know no HTTP, no node and no mesh; a further controller is
 * one file and one line here.
 */
export function startControllers(options: {
  cluster: ClusterApi;
  requests: RequestApi;
  clock: Clock;
  random: Random;
  /** Published to every namespace as kube-root-ca.crt. */
  caPem: string;
  /** Signs approved requests for client certificates; without it they stay unsigned. */
  authority?: CertificateAuthority;
  /** Without it Services of type LoadBalancer stay pending. */
  frontends?: Frontends;
  onError?: (controller: string, error: unknown, key: string) => void;
}): Controllers {
  const { cluster, clock, random, caPem } = options;
  const events = new EventRecorder(cluster, clock);
  const onError = options.onError ?? (() => {});
  const subresources = subresourcesOf(options.requests);
  const parts: ControllerParts = { cluster, subresources, clock, random, events, onError };
  const all: Controller[] = [
    startServiceAccountController(parts, caPem),
    startNamespaceController(parts),
    startGarbageCollector(parts),
    startDeploymentController(parts),
    startReplicaSetController(parts),
    startStatefulSetController(parts),
    startScheduler(parts),
    startEndpointsController(parts),
    startEndpointSliceController(parts),
    startClusterRoleAggregation(parts),
    ...(options.frontends ? [startLoadBalancerController(parts, options.frontends)] : []),
    startResourceQuotaController(parts),
    startDisruptionController(parts),
    ...(options.authority ? [startCertificateSigning(parts, options.authority)] : []),
  ];
  const isIdle = () => events.isIdle && all.every((controller) => controller.isIdle);
  return {
    events,
    get isIdle() {
      return isIdle();
    },
    async idle() {
      // One controller's write is the next one's work, so all must be idle at the same moment.
      while (!isIdle()) {
        await Promise.all(all.map((controller) => controller.idle()));
        await events.idle();
      }
    },
    async close() {
      await Promise.all(all.map((controller) => controller.close()));
      await events.close();
    },
  };
}
