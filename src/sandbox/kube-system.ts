import type {
  Container,
  Deployment,
  EndpointSlice,
  Endpoints,
  KubeObject,
  Namespace,
  Service,
} from '../kube/objects.ts';
import {
  deployments,
  endpointSlices,
  endpoints,
  namespaces,
  type ResourceRef,
  serviceAccounts,
  services,
} from '../kube/resources.ts';
import { ensureBootstrapPolicy } from './apiserver/authorization/bootstrap.ts';
import type { ClusterApi } from './cluster-api.ts';
import { systemImages } from './node/images/kube-system.ts';

/**
 * What AKS puts into a new cluster before its owner does anything: system namespaces, the API's own Service and a few
 * of the add-ons. Objects only; it does not know what runs them.
 */
const addonLabels = { 'addonmanager.kubernetes.io/mode': 'Reconcile', 'kubernetes.azure.com/managedby': 'aks' };

interface Addon {
  name: string;
  app: Record<string, string>;
  replicas: number;
  labels?: Record<string, string>;
  serviceAccount: string;
  container: Container;
}

const probe = (path: string, port: number) => ({ httpGet: { path, port, scheme: 'HTTP' } });

const addons: readonly Addon[] = [
  {
    name: 'coredns',
    app: { 'k8s-app': 'kube-dns' },
    labels: { 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    replicas: 2,
    serviceAccount: 'coredns',
    container: {
      name: 'coredns',
      image: `${systemImages.coredns}:v1.12.1-2`,
      args: ['-conf', '/etc/coredns/Corefile'],
      ports: [
        { name: 'dns', containerPort: 53, protocol: 'UDP' },
        { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
        { name: 'metrics', containerPort: 9153, protocol: 'TCP' },
      ],
      livenessProbe: { ...probe('/health', 8080), initialDelaySeconds: 60, failureThreshold: 5, timeoutSeconds: 5 },
      readinessProbe: probe('/ready', 8181),
      resources: { requests: { cpu: '100m', memory: '70Mi' }, limits: { cpu: '3', memory: '500Mi' } },
    },
  },
  {
    name: 'coredns-autoscaler',
    app: { 'k8s-app': 'coredns-autoscaler' },
    replicas: 1,
    serviceAccount: 'coredns-autoscaler',
    container: {
      name: 'autoscaler',
      image: `${systemImages.autoscaler}:v1.9.0-1`,
      resources: { requests: { cpu: '20m', memory: '10Mi' }, limits: { cpu: '200m', memory: '500Mi' } },
    },
  },
  {
    name: 'konnectivity-agent',
    app: { app: 'konnectivity-agent' },
    replicas: 2,
    serviceAccount: 'konnectivity-agent',
    container: {
      name: 'konnectivity-agent',
      image: `${systemImages.konnectivity}:v0.33.0-2`,
      livenessProbe: { ...probe('/healthz', 8093), initialDelaySeconds: 15, periodSeconds: 30, timeoutSeconds: 15 },
      readinessProbe: { ...probe('/readyz', 8093), periodSeconds: 10 },
      resources: { requests: { cpu: '20m', memory: '20Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    },
  },
  {
    name: 'metrics-server',
    app: { 'k8s-app': 'metrics-server' },
    labels: { 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'Metrics-server' },
    replicas: 2,
    serviceAccount: 'metrics-server',
    container: {
      name: 'metrics-server',
      image: `${systemImages.metricsServer}:v0.7.2-11`,
      ports: [{ name: 'https', containerPort: 4443, protocol: 'TCP' }],
      livenessProbe: { ...probe('/livez', 4443), periodSeconds: 10 },
      readinessProbe: { ...probe('/readyz', 4443), initialDelaySeconds: 20, periodSeconds: 10 },
      resources: { requests: { cpu: '100m', memory: '150Mi' }, limits: { cpu: '145m', memory: '300Mi' } },
    },
  },
];

function deploymentOf({ name, app, replicas, labels = {}, serviceAccount, container }: Addon): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'kube-system', labels: { ...addonLabels, ...labels, ...app } },
    spec: {
      replicas,
      selector: { matchLabels: app },
      template: {
        metadata: { labels: { ...app, 'kubernetes.azure.com/managedby': 'aks' } },
        spec: {
          containers: [container],
          serviceAccountName: serviceAccount,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          priorityClassName: 'system-cluster-critical',
        },
      },
    },
  };
}

const kubeDns: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kube-dns',
    namespace: 'kube-system',
    labels: {
      ...addonLabels,
      'k8s-app': 'kube-dns',
      'kubernetes.io/cluster-service': 'true',
      'kubernetes.io/name': 'CoreDNS',
    },
  },
  spec: {
    clusterIP: '10.0.0.10',
    selector: { 'k8s-app': 'kube-dns' },
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
      { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
    ],
  },
};

const metricsServerService: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'metrics-server',
    namespace: 'kube-system',
    labels: { ...addonLabels, 'k8s-app': 'metrics-server' },
  },
  spec: { selector: { 'k8s-app': 'metrics-server' }, ports: [{ port: 443, protocol: 'TCP', targetPort: 'https' }] },
};

/** The API's own Service. Its endpoint is the control plane's address, which nothing in the pod network can reach. */
const kubernetesService: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
  spec: { clusterIP: '10.0.0.1', ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 443 }] },
};

const controlPlaneAddress = '203.0.113.10';

const kubernetesEndpoints: Endpoints = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
  },
  subsets: [{ addresses: [{ ip: controlPlaneAddress }], ports: [{ name: 'https', port: 443, protocol: 'TCP' }] }],
};

/** Kubernetes: the API server writes it itself, beside the Endpoints (reconcilers/endpointsadapter.go). */
const kubernetesEndpointSlice: EndpointSlice = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
  addressType: 'IPv4',
  endpoints: [{ addresses: [controlPlaneAddress], conditions: { ready: true } }],
  ports: [{ name: 'https', port: 443, protocol: 'TCP' }],
};

async function ensure<T extends KubeObject>(cluster: ClusterApi, ref: ResourceRef<T>, object: T): Promise<void> {
  const { name = '', namespace } = object.metadata;
  if (!cluster.get(ref, name, namespace)) await cluster.create(ref, object);
}

const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** Namespaces, default roles and the `kubernetes` Service: what must exist before the API answers its first request. */
export async function ensureClusterBasics(cluster: ClusterApi): Promise<void> {
  for (const name of systemNamespaces)
    await ensure<Namespace>(cluster, namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await ensureBootstrapPolicy(cluster);
  await ensure(cluster, services, kubernetesService);
  await ensure(cluster, endpoints, kubernetesEndpoints);
  await ensure(cluster, endpointSlices, kubernetesEndpointSlice);
}

/** The add-ons; what a learner deleted comes back at the next start, as AKS's add-on manager brings it back. */
export async function ensureAddons(cluster: ClusterApi): Promise<void> {
  await ensure(cluster, services, kubeDns);
  await ensure(cluster, services, metricsServerService);
  for (const addon of addons) {
    const metadata = { name: addon.serviceAccount, namespace: 'kube-system', labels: addonLabels };
    await ensure(cluster, serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    await ensure(cluster, deployments, deploymentOf(addon));
  }
}
