import { describe, expect, it } from 'vitest';
import { firstCourse } from '../../src/lesson/catalog.ts';
import { type Before, proveCourse } from './proof.ts';

// The whole first course on the real sandbox: what each condition says before anything is done, and after.
const before: readonly Before[] = [
  ['welcome/meet-the-tools', 'planes', 'not-yet', 'no answer yet'],
  ['create-cluster/create-group', 'group', 'wrong', 'there is no resource group meshwalk-rg'],
  ['create-cluster/create-aks', 'cluster', 'wrong', 'the resource group has no cluster meshwalk-aks'],
  ['create-cluster/create-aks', 'addon', 'waits', 'cluster'],
  ['connect-kubectl/get-credentials', 'context', 'wrong', 'no current context'],
  ['connect-kubectl/get-credentials', 'ready', 'waits', 'context'],
  ['connect-kubectl/get-credentials', 'permissive', 'waits', 'context'],
  ['connect-kubectl/meet-control-plane', 'parts', 'not-yet', 'no answer yet'],
  ['onboard-namespaces/create-namespaces', 'bookbuyer', 'wrong', 'it does not exist'],
  ['onboard-namespaces/create-namespaces', 'bookstore', 'wrong', 'it does not exist'],
  ['onboard-namespaces/create-namespaces', 'bookwarehouse', 'wrong', 'it does not exist'],
  ['onboard-namespaces/add-to-mesh', 'in-mesh', 'wrong', 'no such label: the mesh does not watch it'],
  ['deploy-apps/deploy-suppliers', 'ready', 'wrong', 'there is no Deployment or StatefulSet of that name'],
  ['deploy-apps/deploy-shop', 'bookstore', 'wrong', 'there is no Deployment or StatefulSet of that name'],
  ['deploy-apps/deploy-shop', 'bookbuyer', 'wrong', 'there is no Deployment or StatefulSet of that name'],
  ['deploy-apps/deploy-shop', 'versions', 'wrong', 'it does not exist'],
  ['deploy-apps/deploy-shop', 'flows', 'waits', 'bookstore bookbuyer'],
  ['deploy-apps/deploy-shop', 'restock', 'waits', 'flows'],
  ['watch-traffic/forward-port', 'page', 'wrong', 'nothing listens on port'],
  ['watch-traffic/forward-port', 'rising', 'waits', 'page'],
  ['watch-traffic/look-inside', 'identity', 'not-yet', 'no answer yet'],
  ['deny-by-default/permissive-off', 'switch', 'wrong', 'true'],
  ['deny-by-default/permissive-off', 'denied', 'waits', 'switch'],
  ['deny-by-default/read-the-denial', 'egress', 'wrong', 'true'],
  ['deny-by-default/read-the-denial', 'refused', 'waits', 'egress'],
  ['deny-by-default/read-the-denial', 'recognise', 'not-yet', 'no answer yet'],
  ['allow-with-policies/allow-bookbuyer', 'target', 'wrong', 'it does not exist'],
  ['allow-with-policies/allow-bookbuyer', 'routes', 'wrong', 'it does not exist'],
  ['allow-with-policies/allow-bookbuyer', 'flows', 'waits', 'target routes'],
  ['allow-with-policies/allow-bookbuyer', 'orders', 'wrong', 'it does not exist'],
  ['allow-with-policies/allow-bookbuyer', 'order-routes', 'wrong', 'it does not exist'],
  ['allow-with-policies/allow-bookbuyer', 'database', 'wrong', 'it does not exist'],
  ['allow-with-policies/allow-bookbuyer', 'database-port', 'wrong', 'it does not exist'],
  ['allow-with-policies/allow-bookbuyer', 'restock', 'waits', 'flows orders order-routes database database-port'],
  ['allow-with-policies/meet-the-thief', 'ready', 'wrong', 'there is no Deployment or StatefulSet of that name'],
  ['allow-with-policies/meet-the-thief', 'denied', 'waits', 'ready'],
  ['allow-with-policies/thief-reads', 'target', 'wrong', 'it does not exist'],
  ['allow-with-policies/thief-reads', 'looks', 'waits', 'target'],
  ['allow-with-policies/thief-reads', 'refused', 'waits', 'target'],
  ['allow-with-policies/thief-reads', 'customer', 'waits', 'looks refused'],
  ['split-traffic/deploy-v2', 'split', 'wrong', 'it does not exist'],
  ['split-traffic/deploy-v2', 'permission', 'wrong', 'it does not exist'],
  ['split-traffic/deploy-v2', 'pods-of-v2', 'wrong', 'it does not exist'],
  ['split-traffic/deploy-v2', 'ready', 'wrong', 'there is no Deployment or StatefulSet of that name'],
  ['split-traffic/deploy-v2', 'ratio', 'waits', 'split permission ready'],
  [
    'split-traffic/split-half',
    'weights',
    'wrong',
    '[{service: bookstore-v1, weight: 100}, {service: bookstore-v2, weight: 0}]',
  ],
  ['split-traffic/split-half', 'ratio', 'waits', 'weights'],
  ['split-traffic/own-weights', 'changed', 'wrong', '50'],
  ['split-traffic/own-weights', 'ratio', 'waits', 'changed'],
  ['clean-up/delete-group', 'gone', 'wrong', 'it still has the cluster meshwalk-aks'],
];

const { outputOf } = proveCourse(firstCourse, before);

describe('what the lessons say about their commands is what happens', () => {
  it('the sidecar counts calls to the shop, and shows a certificate of the service account', () => {
    expect(outputOf('sidecar-stats')).toMatch(/cluster\.bookstore\/bookstore\|14001\.upstream_rq_2xx: \d+/);
    expect(outputOf('sidecar-certs')).toContain('bookbuyer.bookbuyer.cluster.local');
  });

  it('a denied call reads as no answer', () => {
    expect(outputOf('buyer-log')).toMatch(/is 0; {2}expected 200/);
    expect(outputOf('buyer-log')).toMatch(/: (EOF|.*connection reset by peer)/);
  });

  it('the injector added osm-init and envoy to the pod', () => {
    expect(outputOf('containers')).toBe('init: osm-init\nruns: bookbuyer\nruns: envoy');
  });

  it('both switches of a fresh add-on are on', () => {
    expect(outputOf('mesh-config')).toMatch(/enableEgress: true\n\s+enablePermissiveTrafficPolicyMode: true/);
  });
});
