import type { Container, EnvVar, Namespace, Pod } from '../../../../kube/objects.ts';
import type { MeshConfigSpec } from '../kinds.ts';
import { envoyUid, metricsAnnotation, ports, proxyUuidLabel, type SidecarImages } from '../names.ts';
import { exclusionsOf } from './exclusions.ts';
import { iptablesScript } from './iptables.ts';
import { type ProbeRoute, rewriteProbes } from './probes.ts';

/** The pod with its sidecar, and what the sidecar's bootstrap must know. Pure apart from the uuid it is given. */
export interface Injected {
  pod: Pod;
  probes: readonly ProbeRoute[];
}

const volumeName = 'envoy-bootstrap-config-volume';
const fromField = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });

export interface InjectionContext {
  namespace: Namespace;
  meshConfig: MeshConfigSpec;
  images: SidecarImages;
  uuid: string;
}

export function inject(original: Pod, { namespace, meshConfig, images, uuid }: InjectionContext): Injected {
  const pod = structuredClone(original);
  const { metadata, spec } = pod;
  metadata.labels = { ...metadata.labels, [proxyUuidLabel]: uuid };
  if (namespace.metadata.annotations?.[metricsAnnotation] === 'enabled') {
    metadata.annotations = {
      ...metadata.annotations,
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(ports.prometheus),
      'prometheus.io/path': '/stats/prometheus',
    };
  }
  const volume = { name: volumeName, secret: { secretName: `envoy-bootstrap-config-${uuid}` } };
  if (isInjectedCopy(original)) {
    spec.volumes = (spec.volumes ?? []).map((other) => (other.name === volumeName ? volume : other));
    return { pod, probes: [] };
  }
  spec.volumes = [...(spec.volumes ?? []), volume];
  const { routes, needsHealthcheck } = rewriteProbes(spec.containers);
  spec.initContainers = [...(spec.initContainers ?? []), initContainer(pod, meshConfig, images)];
  spec.containers = [
    ...spec.containers,
    ...(needsHealthcheck ? [healthcheckContainer(images)] : []),
    envoyContainer(pod, meshConfig, images, routes),
  ];
  return { pod, probes: routes };
}

/** `kubectl debug --copy-to` hands in a spec that has its sidecar already. */
const isInjectedCopy = ({ spec }: Pod): boolean =>
  (spec.volumes ?? []).some(({ name }) => name === volumeName) && spec.containers.some(({ name }) => name === 'envoy');

function initContainer({ metadata }: Pod, meshConfig: MeshConfigSpec, images: SidecarImages): Container {
  return {
    name: 'osm-init',
    image: meshConfig.sidecar?.initContainerImage || images.init,
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/sh'],
    args: ['-c', iptablesScript(exclusionsOf(metadata.annotations, meshConfig), meshConfig.sidecar?.localProxyMode)],
    env: [fromField('POD_IP', 'status.podIP')],
    resources: {},
    securityContext: {
      privileged: meshConfig.sidecar?.enablePrivilegedInitContainer === true,
      capabilities: { add: ['NET_ADMIN'] },
      runAsNonRoot: false,
      runAsUser: 0,
    },
  };
}

const healthcheckContainer = (images: SidecarImages): Container => ({
  name: 'osm-healthcheck',
  image: images.healthcheck,
  imagePullPolicy: 'IfNotPresent',
  command: ['/osm-healthcheck'],
  args: ['--verbosity', 'info'],
  ports: [{ containerPort: ports.healthcheck }],
  resources: {},
});

function envoyContainer(
  { metadata, spec }: Pod,
  meshConfig: MeshConfigSpec,
  images: SidecarImages,
  probes: readonly ProbeRoute[],
): Container {
  const serviceAccount = spec.serviceAccountName || 'default';
  return {
    name: 'envoy',
    image: meshConfig.sidecar?.envoyImage || images.sidecar,
    imagePullPolicy: 'IfNotPresent',
    command: ['envoy'],
    args: [
      '--log-level',
      meshConfig.sidecar?.logLevel ?? 'error',
      '--config-path',
      '/etc/envoy/bootstrap.yaml',
      '--service-cluster',
      `${serviceAccount}.${metadata.namespace ?? ''}`,
    ],
    env: [
      fromField('POD_UID', 'metadata.uid'),
      fromField('POD_NAME', 'metadata.name'),
      fromField('POD_NAMESPACE', 'metadata.namespace'),
      fromField('POD_IP', 'status.podIP'),
      fromField('SERVICE_ACCOUNT', 'spec.serviceAccountName'),
    ],
    ports: [
      { name: 'proxy-admin', containerPort: ports.admin },
      { name: 'proxy-inbound', containerPort: ports.inbound },
      { name: 'proxy-metrics', containerPort: ports.prometheus },
      ...probes.map(({ kind, port }) => ({ name: `${kind}-port`, containerPort: port })),
    ],
    resources: structuredClone(meshConfig.sidecar?.resources ?? {}),
    securityContext: { allowPrivilegeEscalation: false, runAsUser: envoyUid },
    volumeMounts: [{ name: volumeName, mountPath: '/etc/envoy', readOnly: true }],
  };
}
