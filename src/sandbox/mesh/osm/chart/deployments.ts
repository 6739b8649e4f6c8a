import type { Container, Deployment, EnvVar, Probe } from '../../../../kube/objects.ts';
import { clusterDomain, controlPlaneLabels, defaultImageVariables, ports } from '../names.ts';
import { type ChartRelease, imageOf, installOf, sidecarImagesOf, webhookNamesOf } from './release.ts';
import type { ComponentValues, ScaledComponentValues } from './values.ts';

/** The three Deployments of a control plane (charts/osm/templates/*-deployment.yaml). */
interface Component {
  name: 'osm-controller' | 'osm-injector' | 'osm-bootstrap';
  image: string;
  values: ComponentValues;
  replicas: number;
  args: string[];
  ports: { name: string; containerPort: number }[];
  probes: { ready: string; alive: string; initialDelaySeconds: number };
  env: EnvVar[];
  labels?: Record<string, string>;
  waitsForBootstrap: boolean;
}

/** Nothing here scales by load, so a component that would be scaled gets the fewest replicas that it may have. */
const replicasOf = ({ replicaCount, autoScale }: ScaledComponentValues): number =>
  autoScale.enable ? autoScale.minReplicas : replicaCount;

const metricsPort = { name: 'metrics', containerPort: ports.http };
const fromField = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });

function controller(release: ChartRelease): Component {
  const { osm, smi } = release.values;
  return {
    name: 'osm-controller',
    image: imageOf(release, 'osmController'),
    values: osm.osmController,
    replicas: replicasOf(osm.osmController),
    args: [
      ...['--osm-service-account', release.name, '--mesh-name', osm.meshName],
      ...['--validator-webhook-config', webhookNamesOf(release).validating],
      ...certificateArgs(release),
      `--enable-reconciler=${osm.enableReconciler}`,
      `--validate-traffic-target=${smi.validateTrafficTarget}`,
    ],
    ports: [
      { name: 'admin-port', containerPort: ports.admin },
      { name: 'ads-port', containerPort: ports.xds },
      metricsPort,
    ],
    probes: { ready: '/health/ready', alive: '/health/alive', initialDelaySeconds: 1 },
    env: [fromField('CONTROLLER_POD_NAME', 'metadata.name')],
    labels: osm.enforceSingleMesh ? { enforceSingleMesh: 'true' } : {},
    waitsForBootstrap: true,
  };
}

function injector(release: ChartRelease): Component {
  const { osm } = release.values;
  const images = sidecarImagesOf(release);
  return {
    name: 'osm-injector',
    image: imageOf(release, 'osmInjector'),
    values: osm.injector,
    replicas: replicasOf(osm.injector),
    args: [
      ...['--mesh-name', osm.meshName, '--webhook-config-name', webhookNamesOf(release).mutating],
      ...['--webhook-timeout', String(osm.injector.webhookTimeoutSeconds)],
      ...certificateArgs(release),
      `--enable-reconciler=${osm.enableReconciler}`,
      `--osm-container-pull-policy=${osm.image.pullPolicy}`,
    ],
    ports: [{ name: 'sidecar-inject', containerPort: ports.injector }, metricsPort],
    probes: { ready: '/healthz', alive: '/healthz', initialDelaySeconds: 5 },
    env: [
      fromField('INJECTOR_POD_NAME', 'metadata.name'),
      { name: defaultImageVariables.sidecar, value: images.sidecar },
      { name: defaultImageVariables.windows, value: images.windows },
      { name: defaultImageVariables.init, value: images.init },
      { name: defaultImageVariables.healthcheck, value: images.healthcheck },
    ],
    waitsForBootstrap: true,
  };
}

function bootstrap(release: ChartRelease): Component {
  const { osm } = release.values;
  return {
    name: 'osm-bootstrap',
    image: imageOf(release, 'osmBootstrap'),
    values: osm.osmBootstrap,
    replicas: osm.osmBootstrap.replicaCount,
    args: [...certificateArgs(release), `--enable-reconciler=${osm.enableReconciler}`],
    ports: [{ name: 'crdconversion', containerPort: 9443 }, metricsPort],
    probes: { ready: '/healthz', alive: '/healthz', initialDelaySeconds: 5 },
    env: [fromField('BOOTSTRAP_POD_NAME', 'metadata.name')],
    waitsForBootstrap: false,
  };
}

function certificateArgs({ values: { osm } }: ChartRelease): string[] {
  const { issuerName, issuerKind, issuerGroup } = osm.certmanager;
  return [
    ...['--ca-bundle-secret-name', osm.caBundleSecretName, '--certificate-manager', osm.certificateProvider.kind],
    ...['--trust-domain', osm.trustDomain],
    `--enable-mesh-root-certificate=${osm.featureFlags.enableMeshRootCertificate}`,
    ...['--cert-manager-issuer-name', issuerName, '--cert-manager-issuer-kind', issuerKind],
    ...['--cert-manager-issuer-group', issuerGroup],
  ];
}

const httpProbe = (path: string, initialDelaySeconds: number): Probe => ({
  initialDelaySeconds,
  timeoutSeconds: 5,
  httpGet: { scheme: 'HTTP', path, port: ports.http },
});

function container(release: ChartRelease, component: Component): Container {
  const { osm } = release.values;
  const { namespace, version } = installOf(release);
  const { ready, alive, initialDelaySeconds } = component.probes;
  return {
    name: component.name,
    image: component.image,
    imagePullPolicy: osm.image.pullPolicy as NonNullable<Container['imagePullPolicy']>,
    ports: component.ports,
    command: [`/${component.name}`],
    args: [
      ...['--verbosity', osm.controllerLogLevel, '--osm-namespace', namespace, '--osm-version', version],
      ...component.args,
    ],
    resources: structuredClone(component.values.resource),
    readinessProbe: httpProbe(ready, initialDelaySeconds),
    livenessProbe: httpProbe(alive, initialDelaySeconds),
    env: component.env,
  };
}

/** Asks osm-bootstrap until it answers: before that there is neither a kind nor a MeshConfig. */
const waitingContainer = (release: ChartRelease, name: string): Container => ({
  name: `init-${name}`,
  image: release.values.osm.curlImage,
  command: [
    ...['curl', `http://osm-bootstrap.${installOf(release).namespace}.svc.${clusterDomain}:${ports.http}/healthz`],
    ...['--connect-timeout', '2', '--retry', '50', '--retry-connrefused', '--retry-delay', '5'],
  ],
});

const oneOf = (key: string, ...values: string[]) => ({ key, operator: 'In', values });

const affinity = (app: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [
        { matchExpressions: [oneOf('kubernetes.io/os', 'linux'), oneOf('kubernetes.io/arch', 'amd64', 'arm64')] },
      ],
    },
  },
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        podAffinityTerm: {
          labelSelector: { matchExpressions: [oneOf('app', app)] },
          topologyKey: 'kubernetes.io/hostname',
        },
        weight: 100,
      },
    ],
  },
});

function deployment(release: ChartRelease, component: Component): Deployment {
  const { osm } = release.values;
  const { name, replicas, values, waitsForBootstrap } = component;
  const install = installOf(release);
  const labels = controlPlaneLabels(install);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      namespace: install.namespace,
      labels: { ...labels, app: name, meshName: install.meshName, ...component.labels },
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: {
          labels: { ...labels, app: name, ...values.podLabels },
          annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(ports.http) },
        },
        spec: {
          affinity: affinity(name),
          priorityClassName: 'system-node-critical',
          serviceAccountName: release.name,
          securityContext: { runAsUser: 1000, runAsGroup: 3000, fsGroup: 2000, supplementalGroups: [5555] },
          ...(waitsForBootstrap && osm.curlImage ? { initContainers: [waitingContainer(release, name)] } : {}),
          containers: [container(release, component)],
          ...(osm.imagePullSecrets.length > 0 ? { imagePullSecrets: osm.imagePullSecrets } : {}),
        },
      },
    },
  };
}

export const controlPlaneDeployments = (release: ChartRelease): Deployment[] =>
  [controller, injector, bootstrap].map((component) => deployment(release, component(release)));
