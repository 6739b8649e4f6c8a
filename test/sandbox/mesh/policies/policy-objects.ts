import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import type {
  Egress,
  IngressBackend,
  Retry,
  UpstreamTrafficSetting,
} from '../../../../src/sandbox/mesh/osm/policy-kinds.ts';
import type { Policy } from '../rows/cluster-state.ts';

/** OSM's own policies in namespace `shop`, as tests of 5.6 to 5.9 name them. */
const inShop = (name: string, spec: object) => ({ metadata: { name, namespace: 'shop' }, spec });

export const egress = (name: string, spec: Omit<NonNullable<Egress['spec']>, 'sources'>): Policy => ({
  ref: kinds.egresses,
  object: inShop(name, { sources: [{ kind: 'ServiceAccount', name: 'buyer', namespace: 'shop' }], ...spec }),
});

/** The same object in another namespace. */
export const placed = (namespace: string, { ref, object }: Policy): Policy => ({
  ref,
  object: { ...object, metadata: { ...object.metadata, namespace } },
});

export const ingressBackend = (name: string, spec: NonNullable<IngressBackend['spec']>): Policy => ({
  ref: kinds.ingressBackends,
  object: inShop(name, spec),
});

export const retry = (name: string, retryPolicy: NonNullable<Retry['spec']>['retryPolicy']): Policy => ({
  ref: kinds.retries,
  object: inShop(name, {
    source: { kind: 'ServiceAccount', name: 'buyer', namespace: 'shop' },
    destinations: [{ kind: 'Service', name: 'store', namespace: 'shop' }],
    retryPolicy,
  }),
});

export const trafficSetting = (
  name: string,
  { host = 'store.shop.svc.cluster.local', ...spec }: Partial<NonNullable<UpstreamTrafficSetting['spec']>>,
): Policy => ({ ref: kinds.upstreamTrafficSettings, object: inShop(name, { host, ...spec }) });
