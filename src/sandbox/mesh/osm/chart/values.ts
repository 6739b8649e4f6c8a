/**
 * The values of OSM's Helm chart (charts/osm/values.yaml of v1.2.4): what can be said with `osm install --set`. It knows
 * the values and not what becomes of them. Left out: node selectors and tolerations, which nothing here evaluates.
 */
export interface ComponentValues {
  replicaCount: number;
  resource: { limits: { cpu: string; memory: string }; requests: { cpu: string; memory: string } };
  podLabels: Record<string, string>;
}

export interface ScaledComponentValues extends ComponentValues {
  enablePodDisruptionBudget: boolean;
  autoScale: {
    enable: boolean;
    minReplicas: number;
    maxReplicas: number;
    cpu: { targetAverageUtilization: number };
    memory: { targetAverageUtilization: number };
  };
}

export interface OsmValues {
  image: {
    registry: string;
    pullPolicy: string;
    /** Empty: images are named by digest. */
    tag: string;
    name: Record<ImageKey, string>;
    digest: Record<ImageKey, string>;
  };
  imagePullSecrets: { name: string }[];
  sidecarImage: string;
  sidecarWindowsImage: string;
  curlImage: string;
  osmController: ScaledComponentValues;
  injector: ScaledComponentValues & { webhookTimeoutSeconds: number };
  osmBootstrap: ComponentValues;
  trustDomain: string;
  certificateProvider: { kind: string; serviceCertValidityDuration: string; certKeyBitSize: number };
  vault: {
    host: string;
    port: number;
    protocol: string;
    token: string;
    role: string;
    secret: { name: string; key: string };
  };
  certmanager: { issuerName: string; issuerKind: string; issuerGroup: string };
  caBundleSecretName: string;
  enableDebugServer: boolean;
  enablePermissiveTrafficPolicy: boolean;
  enableEgress: boolean;
  enableReconciler: boolean;
  deployPrometheus: boolean;
  deployGrafana: boolean;
  deployJaeger: boolean;
  enableFluentbit: boolean;
  meshName: string;
  envoyLogLevel: string;
  localProxyMode: string;
  maxDataPlaneConnections: number;
  configResyncInterval: string;
  controllerLogLevel: string;
  enforceSingleMesh: boolean;
  webhookConfigNamePrefix: string;
  osmNamespace: string;
  tracing: { enable: boolean; address: string; port: number; endpoint: string; image: string };
  outboundIPRangeExclusionList: string[];
  outboundIPRangeInclusionList: string[];
  outboundPortExclusionList: number[];
  inboundPortExclusionList: number[];
  networkInterfaceExclusionList: string[];
  enablePrivilegedInitContainer: boolean;
  featureFlags: Record<FeatureFlag, boolean>;
  validatorWebhook: { webhookConfigurationName: string };
}

export type FeatureFlag =
  | 'enableWASMStats'
  | 'enableEgressPolicy'
  | 'enableAsyncProxyServiceMapping'
  | 'enableIngressBackendPolicy'
  | 'enableEnvoyActiveHealthChecks'
  | 'enableSnapshotCacheMode'
  | 'enableRetryPolicy'
  | 'enableMeshRootCertificate';

export type ImageKey =
  | 'osmController'
  | 'osmInjector'
  | 'osmSidecarInit'
  | 'osmBootstrap'
  | 'osmCRDs'
  | 'osmPreinstall'
  | 'osmHealthcheck';

export interface ChartValues {
  osm: OsmValues;
  contour: { enabled: boolean };
  smi: { validateTrafficTarget: boolean };
}

/** Chart.yaml. */
export const chartMetadata = {
  apiVersion: 'v2',
  name: 'osm',
  description: 'A Helm chart to install the OSM control plane on Kubernetes',
  type: 'application',
  version: '1.2.4',
  appVersion: 'v1.2.4',
  kubeVersion: '>= 1.22.9-0',
} as const;

const resource = (cpu: [string, string], memory: [string, string]) => ({
  limits: { cpu: cpu[1], memory: memory[1] },
  requests: { cpu: cpu[0], memory: memory[0] },
});

const autoScale = () => ({
  enable: false,
  minReplicas: 1,
  maxReplicas: 5,
  cpu: { targetAverageUtilization: 80 },
  memory: { targetAverageUtilization: 80 },
});

const defaults: ChartValues = {
  osm: {
    image: {
      registry: 'openservicemesh',
      pullPolicy: 'IfNotPresent',
      tag: '',
      name: {
        osmController: 'osm-controller',
        osmInjector: 'osm-injector',
        osmSidecarInit: 'init',
        osmBootstrap: 'osm-bootstrap',
        osmCRDs: 'osm-crds',
        osmPreinstall: 'osm-preinstall',
        osmHealthcheck: 'osm-healthcheck',
      },
      digest: {
        osmController: 'sha256:15cfc8401ea2de1d4e7d19122ed9e731d60eab8c3cadff4e5b5e86ce277828cb',
        osmInjector: 'sha256:7713f44dfc796f9c9029acb82b46142e50ff34f89dd95953d9c415544c3941e3',
        osmSidecarInit: 'sha256:d290df023e305b3a76c8b22fd0a3cfcc7504377e97bfdfeb256b1ca9c4d59d68',
        osmCRDs: 'sha256:601241946a5088573e4aefde62bbc5832dd9ade1d72556b0ae841fbf727c22bd',
        osmBootstrap: 'sha256:a0a5f231e65cda27ade22f890354217e59982b32f07904ea0d706bf3caaec763',
        osmPreinstall: 'sha256:dc0353add9b2efd1d55a9e358172d9595188a3eaa7078bc2d07c38882e731802',
        osmHealthcheck: 'sha256:d5a9ad914a7279c52316ee968b97715b0dc854d77cf02a2b68389bb46f656b6f',
      },
    },
    imagePullSecrets: [],
    sidecarImage:
      'envoyproxy/envoy-distroless:v1.22.2@sha256:541d31419b95e3c62d8cc0967db9cdb4ad2782cc08faa6f15f04c081200e324a',
    sidecarWindowsImage:
      'envoyproxy/envoy-windows:v1.22.1@sha256:92733f8e5beae5c45df204a0e13edbd29e99adf962d1b1c7869b197d85c64bd0',
    curlImage: 'curlimages/curl',
    osmController: {
      replicaCount: 1,
      resource: resource(['0.5', '1.5'], ['128M', '1G']),
      podLabels: {},
      enablePodDisruptionBudget: false,
      autoScale: autoScale(),
    },
    injector: {
      replicaCount: 1,
      resource: resource(['0.3', '0.5'], ['64M', '64M']),
      podLabels: {},
      enablePodDisruptionBudget: false,
      autoScale: autoScale(),
      webhookTimeoutSeconds: 20,
    },
    osmBootstrap: { replicaCount: 1, resource: resource(['0.3', '0.5'], ['128M', '128M']), podLabels: {} },
    trustDomain: 'cluster.local',
    certificateProvider: { kind: 'tresor', serviceCertValidityDuration: '24h', certKeyBitSize: 2048 },
    vault: {
      host: '',
      port: 8200,
      protocol: 'http',
      token: '',
      role: 'openservicemesh',
      secret: { name: '', key: '' },
    },
    certmanager: { issuerName: 'osm-ca', issuerKind: 'Issuer', issuerGroup: 'cert-manager.io' },
    caBundleSecretName: 'osm-ca-bundle',
    enableDebugServer: false,
    enablePermissiveTrafficPolicy: true,
    enableEgress: true,
    enableReconciler: false,
    deployPrometheus: false,
    deployGrafana: false,
    deployJaeger: false,
    enableFluentbit: false,
    meshName: 'osm',
    envoyLogLevel: 'error',
    localProxyMode: 'Localhost',
    maxDataPlaneConnections: 0,
    configResyncInterval: '0s',
    controllerLogLevel: 'info',
    enforceSingleMesh: true,
    webhookConfigNamePrefix: 'osm-webhook',
    osmNamespace: '',
    tracing: {
      enable: false,
      address: '',
      port: 9411,
      endpoint: '/api/v2/spans',
      image: 'jaegertracing/all-in-one',
    },
    outboundIPRangeExclusionList: [],
    outboundIPRangeInclusionList: [],
    outboundPortExclusionList: [],
    inboundPortExclusionList: [],
    networkInterfaceExclusionList: [],
    enablePrivilegedInitContainer: false,
    featureFlags: {
      enableWASMStats: true,
      enableEgressPolicy: true,
      enableAsyncProxyServiceMapping: false,
      enableIngressBackendPolicy: true,
      enableEnvoyActiveHealthChecks: false,
      enableSnapshotCacheMode: false,
      enableRetryPolicy: false,
      enableMeshRootCertificate: false,
    },
    validatorWebhook: { webhookConfigurationName: '' },
  },
  contour: { enabled: false },
  smi: { validateTrafficTarget: true },
};

/** A fresh copy each time: `--set` writes into it. */
export const defaultValues = (): ChartValues => structuredClone(defaults);
