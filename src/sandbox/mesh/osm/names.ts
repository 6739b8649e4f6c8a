/** Names and ports that OSM's parts agree on (pkg/constants/constants.go). */
export const gitCommit = '82651008921837b2f21113e4604a807c3f68a97c';
export const buildDate = '2023-04-20-21:10';
/** Of the cluster's DNS names; a mesh's trust domain is the same unless it was installed with another. */
export const clusterDomain = 'cluster.local';
export const meshConfigName = 'osm-mesh-config';
export const presetConfigMapName = 'preset-mesh-config';
export const presetConfigMapKey = 'preset-mesh-config.json';
export const presetRootCertificate = {
  name: 'osm-mesh-root-certificate',
  configMap: 'preset-mesh-root-certificate',
  key: 'preset-mesh-root-certificate.json',
} as const;

export const monitoredByLabel = 'openservicemesh.io/monitored-by';
export const ignoreLabel = 'openservicemesh.io/ignore';
export const injectionAnnotation = 'openservicemesh.io/sidecar-injection';
export const metricsAnnotation = 'openservicemesh.io/metrics';
export const proxyUuidLabel = 'osm-proxy-uuid';

export const envoyUid = 1500;
export const ports = {
  admin: 15000,
  outbound: 15001,
  inbound: 15003,
  prometheus: 15010,
  liveness: 15901,
  readiness: 15902,
  startup: 15903,
  healthcheck: 15904,
  xds: 15128,
  injector: 9090,
  http: 9091,
  debug: 9092,
  validator: 9093,
} as const;

/** One installed control plane, as its components are told on their command lines. There can be several in a cluster. */
export interface OsmInstall {
  meshName: string;
  /** Where the control plane runs. */
  namespace: string;
  version: string;
  trustDomain: string;
  caBundleSecretName: string;
}

/** The add-on of AKS: one per cluster, always there. */
export const addOn: OsmInstall = {
  meshName: 'osm',
  namespace: 'kube-system',
  version: 'v1.2.11',
  trustDomain: clusterDomain,
  caBundleSecretName: 'osm-ca-bundle',
};

/** What a pod is injected with when MeshConfig names no other images; the injector is told in its environment. */
export interface SidecarImages {
  sidecar: string;
  windows: string;
  init: string;
  healthcheck: string;
}

export const defaultImageVariables = {
  sidecar: 'OSM_DEFAULT_ENVOY_IMAGE',
  windows: 'OSM_DEFAULT_ENVOY_WINDOWS_IMAGE',
  init: 'OSM_DEFAULT_INIT_CONTAINER_IMAGE',
  healthcheck: 'OSM_DEFAULT_HEALTHCHECK_CONTAINER_IMAGE',
} as const satisfies Record<keyof SidecarImages, string>;

/** Labels that every object of the control plane carries. */
export const controlPlaneLabels = ({ meshName, version }: OsmInstall) => ({
  'app.kubernetes.io/name': 'openservicemesh.io',
  'app.kubernetes.io/instance': meshName,
  'app.kubernetes.io/version': version,
});

export const serviceCertificateName = (namespace: string, account: string) => `service-cert:${namespace}/${account}`;
