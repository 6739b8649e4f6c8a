import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { ClusterApi } from '../cluster-api.ts';
import type { Store } from '../store/store.ts';
import { AdmissionChain, type AdmissionPlugin } from './admission/admission-chain.ts';
import { namespaceLifecycle, podDefaults, serviceAccountAdmission } from './admission/built-in.ts';
import { certificateRequests } from './admission/certificate-requests.ts';
import { limitRanger } from './admission/limit-ranges.ts';
import { nobodyToAct } from './admission/nobody-to-act.ts';
import { resourceQuotas } from './admission/resource-quotas.ts';
import { webhookAdmission } from './admission/webhooks.ts';
import { escalationCheck } from './authorization/escalation.ts';
import { storedPolicy } from './authorization/stored-policy.ts';
import { createClusterPort } from './cluster-port.ts';
import { cleanUpDefinitions } from './custom/definition-cleanup.ts';
import { Deletes } from './deletes.ts';
import { expireEvents } from './event-expiry.ts';
import { computedMetrics, type MetricsSource, metricsResources } from './metrics-resources.ts';
import { Patches } from './patch/patches.ts';
import { Reads } from './reads.ts';
import type { RequestApi } from './request-api.ts';
import { createRequestApi } from './requests.ts';
import { ResourceCatalog } from './resource-catalog.ts';
import { ServiceAddresses } from './service-addresses.ts';
import { Writes } from './writes.ts';

export interface ApiOptions {
  store: Store;
  clock: Clock;
  random: Random;
  /** How webhooks in the cluster are reached; as in PodNetwork. */
  connectToService(namespace: string, name: string, port: number): Promise<Socket>;
  /** What `kubectl top` shows; without it the group metrics.k8s.io is not served. */
  metrics?: MetricsSource;
  /** Signs service account tokens; a fresh one when absent. */
  tokenKey?: Buffer;
}

export interface Api {
  /** For our own components. */
  cluster: ClusterApi;
  /** For the HTTP layer. */
  requests: RequestApi;
}

/**
 * The API server without its HTTP: what kinds there are, what may be written, by whom it is changed on the way.
 * It does not know HTTP, controllers, or what a pod does.
 */
export function createApi(options: ApiOptions): Api {
  const { store, clock, random } = options;
  const catalog = new ResourceCatalog(store, options.metrics ? metricsResources : []);
  const policy = storedPolicy(store);
  const plugins: AdmissionPlugin[] = [
    namespaceLifecycle(store),
    nobodyToAct,
    escalationCheck(policy),
    certificateRequests(policy, clock),
    serviceAccountAdmission(store, random),
    podDefaults,
    limitRanger(store),
    resourceQuotas(store),
  ];
  const admission = new AdmissionChain(plugins, webhookAdmission(store, catalog, options));
  const addresses = new ServiceAddresses(store, random);
  const writes = new Writes({ store, admission, addresses, clock, random });
  const deletes = new Deletes({ store, admission, clock });
  const reads = new Reads(store, options.metrics && computedMetrics(options.metrics));
  const patches = new Patches({ reads, writes, clock, policy });
  expireEvents(store, clock);
  cleanUpDefinitions({ store, catalog, writes, deletes });
  const tokenKey = options.tokenKey ?? randomBytes(32);
  return {
    cluster: createClusterPort({ store, catalog, writes, deletes }),
    requests: createRequestApi({ store, catalog, reads, writes, deletes, patches, clock, policy, tokenKey }),
  };
}
