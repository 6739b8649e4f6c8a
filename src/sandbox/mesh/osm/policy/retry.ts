import { parseGoDuration } from '../../../../kube/duration.ts';
import type { RouteRetry } from '../../proxy-config.ts';
import type { MeshService } from './mesh-service.ts';
import type { Complain, Identity, MeshSnapshot } from './snapshot.ts';

/** Envoy: RetryPolicy.num_retries and RetryBackOff.base_interval, where a Retry names none. */
const defaultRetries = 1;
const defaultBackoffBaseMs = 25;

/** The Service that a name stands for: of `<hostname>.<service>` the last part (OSM: MeshService.ProviderKey). */
const providerKey = (name: string): string => name.split('.').at(-1) ?? name;

/**
 * How a client's sidecar repeats failed requests to a service (pkg/catalog/retry.go): the first Retry from this account to
 * the Service, wherever the Retry lies. It holds for all pods of a StatefulSet, however they are addressed.
 */
export function retryPolicyFor(
  snapshot: MeshSnapshot,
  source: Identity,
  upstream: Pick<MeshService, 'namespace' | 'name'>,
  complain: Complain,
): RouteRetry | undefined {
  if (snapshot.meshConfig.featureFlags?.['enableRetryPolicy'] !== true) return undefined;
  for (const { spec } of snapshot.retries) {
    if (!spec || !isFrom(spec.source, source)) continue;
    for (const { kind, name, namespace } of spec.destinations ?? []) {
      if (kind !== 'Service') complain(`Retry policy destinations must be a service: ${name} is a ${kind}`);
      else if (namespace === upstream.namespace && providerKey(name) === providerKey(upstream.name)) {
        return compile(spec.retryPolicy);
      }
    }
  }
  return undefined;
}

const isFrom = (reference: { kind: string; name: string; namespace: string }, { namespace, account }: Identity) =>
  reference.kind === 'ServiceAccount' && reference.name === account && reference.namespace === namespace;

type RetrySpec = NonNullable<MeshSnapshot['retries'][number]['spec']>['retryPolicy'];

function compile({ retryOn, numRetries, perTryTimeout, retryBackoffBaseInterval }: RetrySpec): RouteRetry {
  return {
    retryOn: retryOn
      .split(',')
      .map((condition) => condition.trim())
      .filter((condition) => condition !== ''),
    numRetries: numRetries ?? defaultRetries,
    perTryTimeoutMs: parseGoDuration(perTryTimeout ?? '') ?? 0,
    backoffBaseMs: parseGoDuration(retryBackoffBaseInterval ?? '') ?? defaultBackoffBaseMs,
  };
}
