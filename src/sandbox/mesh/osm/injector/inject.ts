import type { Container, EnvVar, Namespace, Pod } from '../../../../kube/objects.ts';
import type { MeshConfigSpec } from '../kinds.ts';
import { envoyUid, metricsAnnotation, ports, proxyUuidLabel, type SidecarImages } from '../names.ts';
import { interceptionOf } from './exclusions.ts';
import { iptablesScript } from './iptables.ts';
import { InjectionRefused } from './must-inject.ts';
import { type ProbeKind, type ProbeRoute, rewriteProbes } from './probes.ts';

/** The pod with its sidecar, and what the sidecar's bootstrap must know. Pure apart from the uuid it is given. */
export interface Injected {
  pod: Pod;
  probes: readonly ProbeRoute[];
}

const volumeName = 'envoy-bootstrap-config-volume';
const secretPrefix = 'envoy-bootstrap-config-';
const fromField = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });

export interface InjectionContext {
  namespace: Namespace;
  meshConfig: MeshConfigSpec;
  images: SidecarImages;
  /** Of the init and healthcheck containers. */
  pullPolicy: NonNullable<Container['imagePullPolicy']>;
  uuid: string;
}

/** Throws InjectionRefused. */
export function inject(original: Pod, context: InjectionContext): Injected {
  const { namespace, uuid } = context;
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
  const volume = { name: volumeName, secret: { secretName: secretPrefix + uuid } };
  if (proxyUuidOf(original) !== undefined) {
    spec.volumes = (spec.volumes ?? []).map((other) => (other.name === volumeName ? volume : other));
    return { pod, probes: [] };
  }
  const isWindows = spec.nodeSelector?.['kubernetes.io/os']?.toLowerCase() === 'windows';
  const platform = platformOf(isWindows, context);
  spec.volumes = [...(spec.volumes ?? []), volume];
  const { routes, kinds, needsHealthcheck } = rewriteProbes(spec.containers);
  // A pod on Windows can't program its own network; there a CNI plugin is expected to have done it.
  if (!isWindows) spec.initContainers = [...(spec.initContainers ?? []), initContainer(pod, context)];
  spec.containers = [
    ...spec.containers,
    ...(needsHealthcheck ? [healthcheckContainer(context)] : []),
    envoyContainer(pod, context, platform, kinds),
  ];
  return { pod, probes: routes };
}

/**
 * Of a spec that has its sidecar already: `kubectl debug --copy-to` hands in one whose labels are gone
 * (pkg/injector/patch.go, getProxyUUID).
 */
export function proxyUuidOf({ spec }: Pod): string | undefined {
  const volume = (spec.volumes ?? []).find(({ name }) => name === volumeName);
  const { secretName } = (volume?.['secret'] ?? {}) as { secretName?: string };
  return secretName?.startsWith(secretPrefix) ? secretName.slice(secretPrefix.length) : secretName;
}

interface Platform {
  image: string;
  securityContext: NonNullable<Container['securityContext']>;
}

/** Checks the init container's image too: both must be known before anything is added. */
function platformOf(isWindows: boolean, { meshConfig: { sidecar }, images }: InjectionContext): Platform {
  if (isWindows) {
    const image = sidecar?.envoyWindowsImage || images.windows;
    if (!image) throw new InjectionRefused('MeshConfig sidecar.envoyWindowsImage not set');
    return { image, securityContext: { windowsOptions: { runAsUserName: 'EnvoyUser' } } };
  }
  const image = sidecar?.envoyImage || images.sidecar;
  if (!image) throw new InjectionRefused('MeshConfig sidecar.envoyImage not set');
  if (!(sidecar?.initContainerImage || images.init)) {
    throw new InjectionRefused('MeshConfig sidecar.initContainerImage not set');
  }
  return { image, securityContext: { allowPrivilegeEscalation: false, runAsUser: envoyUid } };
}

function initContainer({ metadata }: Pod, { meshConfig, images, pullPolicy }: InjectionContext): Container {
  return {
    name: 'osm-init',
    image: meshConfig.sidecar?.initContainerImage || images.init,
    imagePullPolicy: pullPolicy,
    command: ['/bin/sh'],
    args: ['-c', iptablesScript(interceptionOf(metadata.annotations, meshConfig), meshConfig.sidecar?.localProxyMode)],
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

const healthcheckContainer = ({ images, pullPolicy }: InjectionContext): Container => ({
  name: 'osm-healthcheck',
  image: images.healthcheck,
  imagePullPolicy: pullPolicy,
  command: ['/osm-healthcheck'],
  args: ['--verbosity', 'info'],
  ports: [{ containerPort: ports.healthcheck }],
  resources: {},
});

function envoyContainer(
  { metadata, spec }: Pod,
  { meshConfig }: InjectionContext,
  { image, securityContext }: Platform,
  probes: readonly ProbeKind[],
): Container {
  const serviceAccount = spec.serviceAccountName || 'default';
  return {
    name: 'envoy',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['envoy'],
    args: [
      '--log-level',
      meshConfig.sidecar?.logLevel || 'error',
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
      ...probes.map((kind) => ({ name: `${kind}-port`, containerPort: ports[kind] })),
    ],
    resources: structuredClone(meshConfig.sidecar?.resources ?? {}),
    securityContext,
    volumeMounts: [{ name: volumeName, mountPath: '/etc/envoy', readOnly: true }],
  };
}
