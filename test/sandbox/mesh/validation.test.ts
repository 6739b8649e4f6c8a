import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kube/objects.ts';
import type { ResourceRef } from '../../../src/kube/resources.ts';
import * as resources from '../../../src/kube/resources.ts';
import * as kinds from '../../../src/sandbox/mesh/osm/kinds.ts';
import { restartDeployment } from './control-plane-restart.ts';
import { type MeshCluster, startMeshCluster } from './mesh-cluster.ts';

let mesh: MeshCluster;
let count = 0;

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.namespace('outside', false);
  await mesh.namespace('ignored');
  await mesh.api.modify(resources.namespaces, 'ignored', undefined, ({ metadata }) => {
    metadata.labels = { ...metadata.labels, 'openservicemesh.io/ignore': 'true' };
  });
});

afterAll(() => mesh.close());

const create = (ref: ResourceRef, spec: object, namespace = 'shop') =>
  mesh.api.create(ref, {
    apiVersion: resources.apiVersionOf(ref),
    kind: ref.kind,
    metadata: { name: `policy-${++count}`, namespace },
    spec,
  } as KubeObject);

const account = (namespace?: string) => ({
  kind: 'ServiceAccount',
  name: 'store',
  ...(namespace ? { namespace } : {}),
});
const target = (namespace?: string) => ({
  destination: account(namespace),
  rules: [],
  sources: [{ kind: 'ServiceAccount', name: 'buyer', namespace: 'shop' }],
});
const smi = 'specs.smi-spec.io/v1alpha4';
const policy = 'policy.openservicemesh.io/v1alpha1';
const egress = (...matches: [apiGroup: string, kind: string, name: string][]) => ({
  sources: [{ kind: 'ServiceAccount', name: 'buyer', namespace: 'shop' }],
  ports: [{ number: 80, protocol: 'http' }],
  matches: matches.map(([apiGroup, kind, name]) => ({ apiGroup, kind, name })),
});
const backend = (name: string, number: number, protocol = 'http', skipClientCertValidation?: boolean) => ({
  name,
  port: { number, protocol },
  ...(skipClientCertValidation === undefined ? {} : { tls: { skipClientCertValidation } }),
});
const service = { kind: 'Service', name: 'ingress', namespace: 'shop' };
const ingress = (backends: object[], sources: object[] = [service]) => ({ backends, sources });

type Row = [name: string, ref: ResourceRef, spec: object, message: string | undefined];

/** Undefined: accepted. */
const rows: Row[] = [
  [
    'a TrafficTarget of another namespace than its destination',
    kinds.trafficTargets,
    target('elsewhere'),
    'The traffic target namespace (shop) must match spec.Destination.Namespace (elsewhere)',
  ],
  [
    'a TrafficTarget without the destination’s namespace',
    kinds.trafficTargets,
    target(),
    'The traffic target namespace (shop) must match spec.Destination.Namespace ()',
  ],
  ['a TrafficTarget beside its destination', kinds.trafficTargets, target('shop'), undefined],
  [
    'an Egress that takes another kind for a route group',
    kinds.egresses,
    egress([smi, 'TCPRoute', 'routes']),
    "Expected 'matches.kind' for match 'routes' to be 'HTTPRouteGroup', got: TCPRoute",
  ],
  [
    'an Egress that takes another kind for a setting',
    kinds.egresses,
    egress([policy, 'Retry', 'limits']),
    "Expected 'matches.kind' for match 'limits' to be 'UpstreamTrafficSetting', got: Retry",
  ],
  [
    'an Egress with a match of another group',
    kinds.egresses,
    egress(['apps/v1', 'Deployment', 'x']),
    `Expected 'matches.apiGroup' to be one of [${smi} ${policy}], got: apps/v1`,
  ],
  [
    'an Egress with two settings',
    kinds.egresses,
    egress([policy, 'UpstreamTrafficSetting', 'a'], [policy, 'UpstreamTrafficSetting', 'b']),
    'Cannot have more than 1 UpstreamTrafficSetting match',
  ],
  [
    'an Egress with routes and one setting',
    kinds.egresses,
    egress([smi, 'HTTPRouteGroup', 'a'], [policy, 'UpstreamTrafficSetting', 'b']),
    undefined,
  ],
  [
    'an IngressBackend that names a service and port twice',
    kinds.ingressBackends,
    ingress([backend('store', 80), backend('store', 80)]),
    'Duplicate backends detected with service name: store and port: 80',
  ],
  [
    'an IngressBackend that names two ports of a service',
    kinds.ingressBackends,
    ingress([backend('store', 80), backend('store', 81)]),
    undefined,
  ],
  [
    'an IngressBackend for TCP',
    kinds.ingressBackends,
    ingress([backend('store', 80, 'tcp')]),
    "Expected 'port.protocol' to be 'http' or 'https', got: tcp",
  ],
  ['an IngressBackend for HTTP in capitals', kinds.ingressBackends, ingress([backend('store', 80, 'HTTP')]), undefined],
  [
    'HTTPS ingress that skips validation and names no principal: the message says the opposite of what is tested, as in OSM',
    kinds.ingressBackends,
    ingress([backend('store', 80, 'https', true)]),
    "HTTPS ingress with client certificate validation enabled must specify at least one 'AuthenticatedPrincipal` source",
  ],
  [
    'HTTPS ingress that validates and names no principal',
    kinds.ingressBackends,
    ingress([backend('store', 80, 'https', false)]),
    undefined,
  ],
  [
    'a Service source without a name',
    kinds.ingressBackends,
    ingress([backend('store', 80)], [{ kind: 'Service', name: '', namespace: 'shop' }]),
    "'source.name' not specified for source kind Service",
  ],
  [
    'a Service source without a namespace',
    kinds.ingressBackends,
    ingress([backend('store', 80)], [{ kind: 'Service', name: 'ingress' }]),
    "'source.namespace' not specified for source kind Service",
  ],
  [
    'a principal without a name',
    kinds.ingressBackends,
    ingress([backend('store', 80)], [{ kind: 'AuthenticatedPrincipal', name: '' }]),
    "'source.name' not specified for source kind AuthenticatedPrincipal",
  ],
  [
    'a range that is none',
    kinds.ingressBackends,
    ingress([backend('store', 80)], [{ kind: 'IPRange', name: '10.0.0.0/40' }]),
    "Invalid 'source.name' value specified for IPRange. Expected CIDR notation 'a.b.c.d/x', got '10.0.0.0/40'",
  ],
  [
    'a source of another kind',
    kinds.ingressBackends,
    ingress([backend('store', 80)], [{ kind: 'Pod', name: 'x' }]),
    "Invalid 'source.kind' value specified. Must be one of: Service, AuthenticatedPrincipal, IPRange",
  ],
  ['an UpstreamTrafficSetting for no host at all', kinds.upstreamTrafficSettings, { host: 'x' }, undefined],
  [
    'a TrafficSplit of negative weights',
    kinds.trafficSplits,
    { service: 'store', backends: [{ service: 'a', weight: -1 }] },
    undefined,
  ],
];

describe('the validating webhook', () => {
  for (const [name, ref, spec, message] of rows) {
    it(`${message === undefined ? 'accepts' : 'refuses'} ${name}`, async () => {
      const created = create(ref, spec);
      if (message === undefined) await expect(created).resolves.toBeDefined();
      else {
        await expect(created).rejects.toMatchObject({
          message: `admission webhook "osm-validator.k8s.io" denied the request: ${message}`,
          code: 400,
        });
      }
    });
  }

  it('looks at changes too', async () => {
    const { metadata } = await create(kinds.trafficTargets, target('shop'));
    const change = mesh.api.modify(kinds.trafficTargets, metadata.name ?? '', 'shop', ({ spec }) => {
      if (spec) spec.destination.namespace = 'elsewhere';
    });
    await expect(change).rejects.toThrow('must match spec.Destination.Namespace (elsewhere)');
  });

  it('does not look at namespaces outside the mesh [e2e], nor at ignored ones', async () => {
    await expect(create(kinds.trafficTargets, target('shop'), 'outside')).resolves.toBeDefined();
    await expect(create(kinds.trafficTargets, target('shop'), 'ignored')).resolves.toBeDefined();
  });

  it('is registered for Egress, IngressBackend and TrafficTarget, fails closed, and is labelled as OSM’s', () => {
    const configuration = mesh.api.get(resources.validatingWebhookConfigurations, 'aks-osm-validator-mesh-osm');
    expect(configuration?.metadata.labels).toMatchObject({
      app: 'osm-controller',
      'app.kubernetes.io/instance': 'osm',
    });
    expect(configuration?.webhooks?.[0]).toMatchObject({
      name: 'osm-validator.k8s.io',
      failurePolicy: 'Fail',
      matchPolicy: 'Exact',
      sideEffects: 'NoneOnDryRun',
      clientConfig: { service: { namespace: 'kube-system', name: 'osm-validator', path: '/validate', port: 9093 } },
      rules: [
        {
          apiGroups: ['policy.openservicemesh.io'],
          apiVersions: ['v1alpha1'],
          resources: ['ingressbackends', 'egresses'],
        },
        { apiGroups: ['access.smi-spec.io'], apiVersions: ['v1alpha3'], resources: ['traffictargets'] },
      ],
    });
  });

  it('leaves TrafficTargets alone with --validate-traffic-target=false [e2e]', async () => {
    await restartDeployment(mesh, 'osm-controller', (args) =>
      args.map((arg) => arg.replace('--validate-traffic-target=true', '--validate-traffic-target=false')),
    );
    await expect(create(kinds.trafficTargets, target('elsewhere'))).resolves.toBeDefined();
    await expect(create(kinds.egresses, egress(['apps/v1', 'Deployment', 'x']))).rejects.toThrow("'matches.apiGroup'");
  }, 30_000);
});

describe('the injector’s webhook', () => {
  it('is called for new pods of monitored namespaces, and not for ignored or control plane ones', () => {
    const configuration = mesh.api.get(resources.mutatingWebhookConfigurations, 'aks-osm-webhook-osm');
    expect(configuration?.webhooks?.[0]).toMatchObject({
      name: 'osm-inject.k8s.io',
      failurePolicy: 'Fail',
      matchPolicy: 'Exact',
      sideEffects: 'NoneOnDryRun',
      timeoutSeconds: 20,
      clientConfig: { service: { name: 'osm-injector', path: '/mutate-pod-creation', port: 9090 } },
      rules: [{ operations: ['CREATE'], apiGroups: ['*'], apiVersions: ['v1'], resources: ['pods'] }],
      namespaceSelector: {
        matchLabels: { 'openservicemesh.io/monitored-by': 'osm' },
        matchExpressions: [
          { key: 'openservicemesh.io/ignore', operator: 'DoesNotExist' },
          { key: 'name', operator: 'NotIn', values: ['kube-system'] },
          { key: 'control-plane', operator: 'DoesNotExist' },
        ],
      },
    });
  });
});
