import type {
  ConfigMap,
  Container,
  Deployment,
  EnvVar,
  KubeObject,
  Probe,
  Service,
  ServiceAccount,
} from '../../../kube/objects.ts';
import type { ResourceRef } from '../../../kube/resources.ts';
import type { MeshConfigSpec } from './kinds.ts';
import {
  addOn,
  controlPlaneLabels,
  defaultImageVariables,
  ports,
  presetConfigMapKey,
  presetConfigMapName,
} from './names.ts';

const registry = 'mcr.microsoft.com/oss/openservicemesh';
const image = (name: string) => `${registry}/${name}:${addOn.version}`;
/** AKS names its Envoy build `osm-sidecar` (release notes, Kubernetes 1.33 and later). */
export const sidecarImages = {
  sidecar: `${registry}/osm-sidecar:v1.32.2-hotfix.20241216`,
  init: image('init'),
  healthcheck: image('osm-healthcheck'),
};
export const mutatingWebhookName = 'aks-osm-webhook-osm';
export const validatingWebhookName = 'aks-osm-validator-mesh-osm';

/** The objects that the AKS add-on puts into kube-system: what they are, not how they get there. */
export const horizontalPodAutoscalers: ResourceRef<KubeObject> = {
  group: 'autoscaling',
  version: 'v2',
  resource: 'horizontalpodautoscalers',
  kind: 'HorizontalPodAutoscaler',
  namespaced: true,
};

const metadata = (name: string, app?: string) => ({
  name,
  namespace: addOn.namespace,
  labels: { ...controlPlaneLabels(addOn), ...(app ? { app } : {}) },
});

/** AKS's values: the chart's, with permissive mode, egress and the debug server on. */
export const presetMeshConfig: MeshConfigSpec & Record<string, unknown> = {
  sidecar: {
    enablePrivilegedInitContainer: false,
    logLevel: 'error',
    maxDataPlaneConnections: 0,
    configResyncInterval: '0s',
    resources: {},
    tlsMinProtocolVersion: 'TLSv1_2',
    tlsMaxProtocolVersion: 'TLSv1_3',
    localProxyMode: 'Localhost',
  },
  traffic: {
    enableEgress: true,
    enablePermissiveTrafficPolicyMode: true,
    outboundIPRangeExclusionList: [],
    outboundIPRangeInclusionList: [],
    outboundPortExclusionList: [],
    inboundPortExclusionList: [],
  },
  observability: {
    osmLogLevel: 'info',
    enableDebugServer: true,
    tracing: {
      enable: false,
      ...{ port: 9411, address: `jaeger.${addOn.namespace}.svc.cluster.local`, endpoint: '/api/v2/spans' },
    },
  },
  certificate: { serviceCertValidityDuration: '24h', certKeyBitSize: 2048 },
  featureFlags: {
    enableWASMStats: true,
    enableEgressPolicy: true,
    enableSnapshotCacheMode: false,
    enableAsyncProxyServiceMapping: false,
    enableIngressBackendPolicy: true,
    enableEnvoyActiveHealthChecks: false,
    enableRetryPolicy: false,
  },
};

interface Component {
  name: 'osm-controller' | 'osm-injector' | 'osm-bootstrap';
  image: string;
  replicas: number;
  args: string[];
  ports: { name: string; containerPort: number }[];
  probes: { ready: string; alive: string };
  cpu: string;
  memory: string;
  labels?: Record<string, string>;
}

const components: readonly Component[] = [
  {
    name: 'osm-controller',
    image: image('osm-controller'),
    replicas: 2,
    args: ['--validator-webhook-config', validatingWebhookName, '--validate-traffic-target=true'],
    ports: [
      { name: 'admin-port', containerPort: ports.admin },
      { name: 'ads-port', containerPort: ports.xds },
      { name: 'metrics', containerPort: ports.http },
    ],
    probes: { ready: '/health/ready', alive: '/health/alive' },
    cpu: '500m',
    memory: '128M',
    labels: { enforceSingleMesh: 'true' },
  },
  {
    name: 'osm-injector',
    image: image('osm-injector'),
    replicas: 2,
    args: ['--webhook-config-name', mutatingWebhookName, '--webhook-timeout', '20'],
    ports: [
      { name: 'sidecar-inject', containerPort: ports.injector },
      { name: 'metrics', containerPort: ports.http },
    ],
    probes: { ready: '/healthz', alive: '/healthz' },
    cpu: '300m',
    memory: '64M',
  },
  {
    name: 'osm-bootstrap',
    image: image('osm-bootstrap'),
    replicas: 1,
    args: [],
    ports: [
      { name: 'crdconversion', containerPort: 9443 },
      { name: 'metrics', containerPort: ports.http },
    ],
    probes: { ready: '/healthz', alive: '/healthz' },
    cpu: '300m',
    memory: '128M',
  },
];

const httpProbe = (path: string): Probe => ({
  initialDelaySeconds: 1,
  timeoutSeconds: 5,
  httpGet: { scheme: 'HTTP', path, port: ports.http },
});

const fromField = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });

function container(component: Component): Container {
  return {
    name: component.name,
    image: component.image,
    imagePullPolicy: 'IfNotPresent',
    command: [`/${component.name}`],
    args: [
      '--verbosity',
      'info',
      '--osm-namespace',
      addOn.namespace,
      '--osm-version',
      addOn.version,
      '--mesh-name',
      addOn.meshName,
      '--osm-service-account',
      addOn.meshName,
      '--ca-bundle-secret-name',
      addOn.caBundleSecretName,
      '--certificate-manager',
      'tresor',
      ...component.args,
    ],
    ports: component.ports,
    env: [
      fromField('BOOTSTRAP_POD_NAME', 'metadata.name'),
      { name: defaultImageVariables.sidecar, value: sidecarImages.sidecar },
      { name: defaultImageVariables.init, value: sidecarImages.init },
      { name: defaultImageVariables.healthcheck, value: sidecarImages.healthcheck },
    ],
    resources: {
      requests: { cpu: component.cpu, memory: component.memory },
      limits: { cpu: '1500m', memory: '1G' },
    },
    readinessProbe: httpProbe(component.probes.ready),
    livenessProbe: httpProbe(component.probes.alive),
    securityContext: { runAsNonRoot: true, runAsUser: 65532, allowPrivilegeEscalation: false },
  };
}

function deployment(component: Component): Deployment {
  const { name, replicas, labels } = component;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      ...metadata(name, name),
      labels: { ...controlPlaneLabels(addOn), app: name, meshName: addOn.meshName, ...labels },
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { ...controlPlaneLabels(addOn), app: name },
          annotations: { 'prometheus.io/port': String(ports.http), 'prometheus.io/scrape': 'true' },
        },
        spec: {
          serviceAccountName: addOn.meshName,
          priorityClassName: 'system-node-critical',
          containers: [container(component)],
        },
      },
    },
  };
}

function service(name: string, app: string, servicePorts: readonly (readonly [string, number])[]): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(name, app),
    spec: {
      selector: { app },
      ports: servicePorts.map(([portName, port]) => ({ name: portName, port, targetPort: port, protocol: 'TCP' })),
    },
  };
}

function autoscaler(name: string): KubeObject {
  const average = (resource: string, averageUtilization: number) => ({
    type: 'Resource',
    resource: { name: resource, target: { type: 'Utilization', averageUtilization } },
  });
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(`${name}-hpa`, name),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 2,
      maxReplicas: 5,
      metrics: [average('cpu', 80), average('memory', 80)],
    },
  };
}

export const controlPlaneDeployments = (): Deployment[] => components.map(deployment);

export const controlPlaneServices = (): Service[] => [
  service('osm-controller', 'osm-controller', [
    ['ads-port', ports.xds],
    ['debug-port', ports.debug],
    ['metrics', ports.http],
  ]),
  service('osm-validator', 'osm-controller', [['validating-webhook', ports.validator]]),
  service('osm-injector', 'osm-injector', [['sidecar-inject', ports.injector]]),
  service('osm-bootstrap', 'osm-bootstrap', [
    ['crdconversion', 9443],
    ['healthz', 9095],
  ]),
];

export const controlPlaneAutoscalers = (): KubeObject[] => ['osm-controller', 'osm-injector'].map(autoscaler);

export const controlPlaneAccount = (): ServiceAccount => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(addOn.meshName),
});

export const presetConfigMap = (): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadata(presetConfigMapName),
  data: { [presetConfigMapKey]: `${JSON.stringify(presetMeshConfig, null, 2)}\n` },
});
