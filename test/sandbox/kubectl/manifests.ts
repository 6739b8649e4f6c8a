export const app = ({ replicas = 1, identity = 'bookstore', label = 'bookstore' } = {}) => `
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

export const splitDefinition = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: trafficsplits.split.smi-spec.io}
spec:
  group: split.smi-spec.io
  scope: Namespaced
  names: {kind: TrafficSplit, plural: trafficsplits, singular: trafficsplit, shortNames: [ts]}
  versions:
  - name: v1alpha2
    served: true
    storage: true
    additionalPrinterColumns: [{name: Service, type: string, jsonPath: .spec.service}]
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [service, backends]
            properties:
              service: {type: string, description: The apex service of this split.}
              backends:
                type: array
                items:
                  type: object
                  required: [service, weight]
                  properties: {service: {type: string}, weight: {type: number}}
`;

export const split = (weight: number) => `
apiVersion: split.smi-spec.io/v1alpha2
kind: TrafficSplit
metadata: {name: split, namespace: shop}
spec: {service: bookstore, backends: [{service: bookstore-v1, weight: ${weight}}, {service: bookstore-v2, weight: ${100 - weight}}]}
`;
