import type { Namespace } from '../../../src/kube/objects.ts';
import { customResourceDefinitions, namespaces } from '../../../src/kube/resources.ts';
import type { ClusterApi } from '../../../src/sandbox/cluster-api.ts';
import { meshDefinitions } from '../../../src/sandbox/mesh/osm/crds/definitions.ts';

/** What stood in the cluster when the sessions of test/golden were recorded, and the files they name. */
export const app = ({ replicas = 1, identity = 'bookstore', label = 'bookstore' }) => `
apiVersion: v1
kind: ServiceAccount
metadata: {name: bookstore, namespace: shop}
---
apiVersion: v1
kind: Service
metadata: {name: bookstore, namespace: shop, labels: {app: bookstore}}
spec: {ports: [{name: bookstore-port, port: 14001}], selector: {app: bookstore}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: bookstore, namespace: shop}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${label}}}
  template:
    metadata: {labels: {app: ${label}}}
    spec:
      serviceAccountName: bookstore
      initContainers: [{name: osm-init, image: "openservicemesh/init:v1.2.4"}]
      containers:
      - name: bookstore
        image: openservicemesh/bookstore:v1.2.4
        env: [{name: IDENTITY, value: ${identity}}]
        ports: [{containerPort: 14001, name: web}]
      - {name: envoy, image: "envoyproxy/envoy:v1.19.3"}
`;

export async function customResources(cluster: ClusterApi): Promise<void> {
  for (const name of ['kube-node-lease', 'kube-public', 'osm-system'])
    await cluster.create<Namespace>(namespaces, { metadata: { name } });
  for (const definition of meshDefinitions()) await cluster.create(customResourceDefinitions, definition);
}
