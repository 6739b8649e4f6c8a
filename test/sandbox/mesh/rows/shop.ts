import type { ClusterState, ServiceState } from './cluster-state.ts';

/** The little shop of most rows: in its namespace the mesh, beside it a namespace that the mesh does not monitor. */

export const web: ServiceState['ports'][number] = { port: 80, targetPort: 14001 };

/** A buyer and a thief who want something of two servers, which want a policy for it. */
export const shopByPolicies: ClusterState = {
  permissive: false,
  egress: false,
  outside: ['outside'],
  pods: {
    'shop/buyer': {},
    'shop/thief': {},
    'shop/store': { image: 'test/echo' },
    'shop/other': { image: 'test/echo' },
    'outside/stranger': {},
  },
  services: { 'shop/store': { ports: [web] }, 'shop/other': { ports: [web] } },
};

/** Everybody may call everybody, and the world outside, where a server without sidecar is. */
export const openShop: ClusterState = {
  permissive: true,
  egress: true,
  outside: ['outside'],
  pods: { 'shop/buyer': {}, 'shop/store': { image: 'test/echo' }, 'outside/plain': { image: 'test/echo' } },
  services: { 'shop/store': { ports: [web] }, 'outside/plain': { ports: [web] } },
};

/** A state with more in it. */
export const having = (state: ClusterState, more: Partial<Pick<ClusterState, 'pods' | 'services'>>): ClusterState => ({
  ...state,
  pods: { ...state.pods, ...more.pods },
  services: { ...state.services, ...more.services },
});
