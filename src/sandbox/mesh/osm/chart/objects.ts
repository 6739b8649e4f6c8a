import type { KubeObject, Service, ServiceAccount } from '../../../../kube/objects.ts';
import { controlPlaneLabels, ports } from '../names.ts';
import { type ChartRelease, installOf } from './release.ts';

/** What a control plane has beside its Deployments and its preset: Services, account, role, autoscalers. */
const metadata = (release: ChartRelease, name: string, app?: string) => {
  const install = installOf(release);
  return { name, namespace: install.namespace, labels: { ...controlPlaneLabels(install), ...(app ? { app } : {}) } };
};

type NamedPort = readonly [name: string, port: number];

function service(release: ChartRelease, name: string, app: string, servicePorts: readonly NamedPort[]): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(release, name, app),
    spec: {
      ports: servicePorts.map(([portName, port]) => ({ name: portName, port, targetPort: port, protocol: 'TCP' })),
      selector: { app },
    },
  };
}

export const controlPlaneServices = (release: ChartRelease): Service[] => [
  service(release, 'osm-bootstrap', 'osm-bootstrap', [
    ['crdconversion', 9443],
    ['health', ports.http],
  ]),
  service(release, 'osm-controller', 'osm-controller', [
    ['ads-port', ports.xds],
    ['debug-port', ports.debug],
    ['healthz', ports.http],
  ]),
  service(release, 'osm-injector', 'osm-injector', [['sidecar-inject', ports.injector]]),
  service(release, 'osm-validator', 'osm-controller', [['validator', ports.validator]]),
];

export const controlPlaneAccount = (release: ChartRelease, name = release.name): ServiceAccount => ({
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: metadata(release, name),
});

type Rule = readonly [group: string, resources: readonly string[], verbs: readonly string[]];

const reading = ['list', 'get', 'watch'];
const webhookConfigurations = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'];
const writing = ['get', 'list', 'watch', 'create', 'update', 'patch'];

/** charts/osm/templates/osm-rbac.yaml. */
const controlPlaneRules: readonly Rule[] = [
  ['apps', ['daemonsets', 'deployments', 'replicasets', 'statefulsets'], reading],
  ['networking.k8s.io', ['ingresses'], reading],
  ['batch', ['jobs'], reading],
  ['', ['endpoints', 'namespaces', 'pods', 'services', 'secrets', 'configmaps', 'serviceaccounts'], reading],
  // For the debug server, which fetches the configuration of proxies.
  ['', ['pods', 'pods/log', 'pods/portforward'], ['get', 'list', 'create']],
  ['', ['events'], ['create', 'watch']],
  ['', ['secrets'], ['create', 'update', 'delete', 'patch']],
  ['', ['configmaps'], ['create', 'update']],
  ['admissionregistration.k8s.io', webhookConfigurations, writing],
  ['apiextensions.k8s.io', ['customresourcedefinitions'], writing],
  ['config.openservicemesh.io', ['meshconfigs', 'meshrootcertificates'], [...writing, 'delete']],
  ['config.openservicemesh.io', ['meshrootcertificates/status'], ['update']],
  ['split.smi-spec.io', ['trafficsplits'], reading],
  ['access.smi-spec.io', ['traffictargets'], reading],
  ['specs.smi-spec.io', ['httproutegroups', 'tcproutes'], reading],
  ['policy.openservicemesh.io', ['egresses', 'ingressbackends', 'retries', 'upstreamtrafficsettings'], reading],
  ['policy.openservicemesh.io', ['ingressbackends/status', 'upstreamtrafficsettings/status'], ['update']],
  ['cert-manager.io', ['certificaterequests'], ['list', 'get', 'watch', 'create', 'delete']],
];

export function role(release: ChartRelease, name: string, rules: readonly Rule[], account = name): KubeObject[] {
  const { namespace: accountNamespace, labels } = metadata(release, name);
  const group = 'rbac.authorization.k8s.io';
  return [
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRole',
      metadata: { name, labels },
      rules: rules.map(([apiGroup, resources, verbs]) => ({ apiGroups: [apiGroup], resources, verbs })),
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name, labels },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: accountNamespace }],
      roleRef: { apiGroup: group, kind: 'ClusterRole', name },
    },
  ];
}

export const controlPlaneRole = (release: ChartRelease): KubeObject[] => role(release, release.name, controlPlaneRules);

export const preinstallRole = (release: ChartRelease): KubeObject[] =>
  role(release, `${release.name}-preinstall`, [['apps', ['deployments'], ['list']]]);

/** Objects only: nothing here scales by load. */
export function controlPlaneAutoscalers(release: ChartRelease): KubeObject[] {
  const { osmController, injector } = release.values.osm;
  const scaled = [
    { name: 'osm-controller', autoScale: osmController.autoScale },
    { name: 'osm-injector', autoScale: injector.autoScale },
  ];
  const average = (resource: string, averageUtilization: number) => ({
    type: 'Resource',
    resource: { name: resource, target: { type: 'Utilization', averageUtilization } },
  });
  return scaled
    .filter(({ autoScale }) => autoScale.enable)
    .map(({ name, autoScale: { minReplicas, maxReplicas, cpu, memory } }) => ({
      // The chart says v2beta2, which no API server of today serves.
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: metadata(release, `${name}-hpa`, name),
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
        minReplicas,
        maxReplicas,
        metrics: [average('cpu', cpu.targetAverageUtilization), average('memory', memory.targetAverageUtilization)],
      },
    }));
}
