/** Names and ports that OSM's parts agree on (pkg/constants/constants.go). */
export const meshName = 'osm';
export const controlPlaneNamespace = 'kube-system';
export const osmVersion = 'v1.2.11';
export const gitCommit = '82651008921837b2f21113e4604a807c3f68a97c';
export const buildDate = '2023-04-20-21:10';
export const trustDomain = 'cluster.local';
export const meshConfigName = 'osm-mesh-config';
export const caBundleSecretName = 'osm-ca-bundle';
export const presetConfigMapName = 'preset-mesh-config';
export const presetConfigMapKey = 'preset-mesh-config.json';

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

export const mutatingWebhookName = 'aks-osm-webhook-osm';
export const validatingWebhookName = 'aks-osm-validator-mesh-osm';

const registry = 'mcr.microsoft.com/oss/openservicemesh';
/** AKS names its Envoy build `osm-sidecar` (release notes, Kubernetes 1.33 and later). */
export const images = {
  controller: `${registry}/osm-controller:${osmVersion}`,
  injector: `${registry}/osm-injector:${osmVersion}`,
  bootstrap: `${registry}/osm-bootstrap:${osmVersion}`,
  init: `${registry}/init:${osmVersion}`,
  healthcheck: `${registry}/osm-healthcheck:${osmVersion}`,
  sidecar: `${registry}/osm-sidecar:v1.32.2-hotfix.20241216`,
} as const;

/** Labels that every object of the control plane carries. */
export const controlPlaneLabels = {
  'app.kubernetes.io/name': 'openservicemesh.io',
  'app.kubernetes.io/instance': meshName,
  'app.kubernetes.io/version': osmVersion,
} as const;

export const serviceCertificateName = (namespace: string, account: string) => `service-cert:${namespace}/${account}`;
