import { beforeAll, describe, expect, it } from 'vitest';
import type { StatusCause } from '../../../src/kube/status.ts';
import { deploymentOf, podOf, refusal, type TestApi, testApi } from './api-fixture.ts';

/** Texts: Kubernetes 1.33 (pkg/apis/core/validation and its neighbours), as far as nothing is recorded. */
let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const causesOf = async (path: string, object: object): Promise<readonly StatusCause[]> =>
  (await refusal(api.post(path, object, { dryRun: true }))).status.details?.causes ?? [];
const linesOf = async (path: string, object: object) =>
  (await causesOf(path, object)).map(({ field, message }) => `${field}: ${message}`);

const inPod = (spec: object) => linesOf('v1/pods', podOf('p', spec));
const container = (changes: object) => ({ containers: [{ name: 'app', image: 'i', ...changes }] });
const inContainer = (changes: object) => inPod(container(changes));

describe('a container', () => {
  it.each<[string, object, string[]]>([
    ['without name and image', { name: '', image: '' }, ['name: Required value', 'image: Required value']],
    [
      'whose image has blanks',
      { image: ' i ' },
      ['image: Invalid value: " i ": must not have leading or trailing whitespace'],
    ],
    ['port 0', { ports: [{ containerPort: 0 }] }, ['ports[0].containerPort: Required value']],
    [
      'port out of range',
      { ports: [{ containerPort: 70_000 }] },
      ['ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
    ],
    [
      'ports of one name',
      {
        ports: [
          { name: 'web', containerPort: 1 },
          { name: 'web', containerPort: 2 },
        ],
      },
      ['ports[1].name: Duplicate value: "web"'],
    ],
    [
      'a port name too long',
      { ports: [{ name: 'a-very-long-port-name', containerPort: 1 }] },
      ['ports[0].name: Invalid value: "a-very-long-port-name": must be no more than 15 characters'],
    ],
    [
      'an unknown protocol',
      { ports: [{ containerPort: 1, protocol: 'HTTP' }] },
      ['ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
    ],
    [
      'a variable with an equals sign in its name, and one without a name',
      { env: [{ name: 'A=B' }, { value: 'x' }] },
      [
        'env[0].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
        'env[1].name: Required value',
      ],
    ],
    [
      'a variable from nowhere, from two places, and with a value of its own',
      {
        env: [
          { name: 'A', valueFrom: {} },
          { name: 'B', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' }, secretKeyRef: { name: 's', key: '' } } },
          { name: 'C', value: 'x', valueFrom: { fieldRef: { fieldPath: 'spec.foo' } } },
        ],
      },
      [
        'env[0].valueFrom: Invalid value: "": must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`',
        'env[1].valueFrom.secretKeyRef.key: Required value',
        'env[1].valueFrom: Invalid value: "": may not have more than one field specified at a time',
        'env[2].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo',
        'env[2].valueFrom: Invalid value: "": may not be specified when `value` is not empty',
      ],
    ],
    [
      'envFrom nothing',
      { envFrom: [{}, { configMapRef: {} }] },
      [
        'envFrom[0]: Invalid value: "": must specify one of: `configMapRef` or `secretRef`',
        'envFrom[1].configMapRef.name: Required value',
      ],
    ],
    [
      'mounts of what is not there, without a path, and twice at one',
      {
        volumeMounts: [
          { name: 'no', mountPath: '/a' },
          { name: 'v', mountPath: '/a', subPath: '../b' },
        ],
      },
      [
        'volumeMounts[0].name: Not found: "no"',
        'volumeMounts[1].mountPath: Invalid value: "/a": must be unique',
        'volumeMounts[1].subPath: Invalid value: "../b": must not contain \'..\'',
      ],
    ],
    [
      'an unknown pull policy',
      { imagePullPolicy: 'Sometimes' },
      ['imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"'],
    ],
    [
      'requests beyond limits, less than nothing, and of what does not exist',
      { resources: { limits: { cpu: '1', memory: '-1' }, requests: { cpu: '2', gpus: '1' } } },
      [
        'resources.limits[memory]: Invalid value: "-1": must be greater than or equal to 0',
        'resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1',
        'resources.requests[memory]: Invalid value: "-1": must be greater than or equal to 0',
        'resources.requests[gpus]: Invalid value: "gpus": must be a standard resource type or fully qualified',
        'resources.requests[gpus]: Invalid value: "gpus": must be a standard resource for containers',
      ],
    ],
    [
      'probes',
      {
        livenessProbe: { httpGet: { port: 'No!', httpHeaders: [{ name: 'X A', value: '' }] }, successThreshold: 2 },
        readinessProbe: { timeoutSeconds: -1 },
        startupProbe: { exec: {}, tcpSocket: { port: 1 } },
      },
      [
        'livenessProbe.httpGet.port: Invalid value: "No!": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
        `livenessProbe.httpGet.httpHeaders: Invalid value: "X A": a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')`,
        'livenessProbe.successThreshold: Invalid value: 2: must be 1',
        'readinessProbe: Required value: must specify a handler type',
        'readinessProbe.timeoutSeconds: Invalid value: -1: must be greater than or equal to 0',
        'startupProbe.exec.command: Required value',
        'startupProbe.tcpSocket: Forbidden: may not specify more than 1 handler type',
      ],
    ],
    [
      'a user who is none',
      { securityContext: { runAsUser: -1 } },
      ['securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive'],
    ],
  ])('%s', async (_what, changes, expected) => {
    const volumes = [{ name: 'v', emptyDir: {} }];
    expect(await inPod({ ...container(changes), volumes })).toEqual(
      expected.map((line) => `spec.containers[0].${line}`),
    );
  });

  it('shares its name with no other, and an init container has no probes', async () => {
    const twice = [
      { name: 'app', image: 'i' },
      { name: 'app', image: 'i' },
    ];
    expect(await inPod({ containers: twice })).toEqual(['spec.containers[1].name: Duplicate value: "app"']);
    const init = { name: 'app', image: 'i', livenessProbe: { exec: { command: ['x'] } } };
    expect(await inPod({ ...container({}), initContainers: [init] })).toEqual([
      'spec.initContainers[0].name: Duplicate value: "app"',
      'spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
    ]);
    expect(await inContainer({ restartPolicy: 'Always' })).toEqual([
      'spec.containers[0].restartPolicy: Forbidden: may not be set for non-init containers',
    ]);
  });
});

describe('a pod', () => {
  it.each<[string, object, string[]]>([
    ['without containers', { containers: [] }, ['containers: Required value']],
    [
      'with volumes that say too little or too much',
      {
        volumes: [
          { name: 'a', configMap: {} },
          { name: 'a', secret: {} },
          { name: 'B', emptyDir: {}, hostPath: { path: '/' } },
          { name: 'c', configMap: { name: 'x', defaultMode: 1000, items: [{ key: 'k', path: '/abs' }, {}] } },
        ],
      },
      [
        'volumes[0].configMap.name: Required value',
        'volumes[1].secret.secretName: Required value',
        'volumes[1].name: Duplicate value: "a"',
        'volumes[2].hostPath: Forbidden: may not specify more than 1 volume type',
        "volumes[2].name: Invalid value: \"B\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
        'volumes[3].configMap.defaultMode: Invalid value: 1000: must be a number between 0 and 0777 (octal), both inclusive',
        'volumes[3].configMap.items[0].path: Invalid value: "/abs": must be a relative path',
        'volumes[3].configMap.items[1].key: Required value',
        'volumes[3].configMap.items[1].path: Required value',
      ],
    ],
    [
      'with an unknown restart policy',
      { restartPolicy: 'Maybe' },
      ['restartPolicy: Unsupported value: "Maybe": supported values: "Always", "Never", "OnFailure"'],
    ],
    [
      'with a deadline in the past',
      { activeDeadlineSeconds: 0 },
      ['activeDeadlineSeconds: Invalid value: 0: must be between 1 and 2147483647, inclusive'],
    ],
    [
      'that tolerates what can’t be',
      {
        tolerations: [
          { operator: 'Equal' },
          { key: 'a', operator: 'Exists', value: 'b' },
          { key: 'a', tolerationSeconds: 1 },
        ],
      },
      [
        'tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
        'tolerations[1].operator: Invalid value: {"key":"a","operator":"Exists","value":"b"}: value must be empty when `operator` is \'Exists\'',
        'tolerations[2].effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set',
      ],
    ],
  ])('%s', async (_what, spec, expected) => {
    expect(await inPod(spec)).toEqual(expected.map((line) => `spec.${line}`));
  });

  it('with a quantity that is none is refused before anything else', async () => {
    const call = (cpu: string) =>
      refusal(api.post('v1/pods', podOf('p', container({ resources: { limits: { cpu } } }))));
    expect((await call('a lot')).message).toBe(
      'Pod in version "v1" cannot be handled as a Pod: quantities must match the regular expression \'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$\'',
    );
    expect((await call('5mm')).message).toContain("unable to parse quantity's suffix");
  });
});

describe('a workload', () => {
  const at = 'apps/v1';
  it.each<[string, string, object, string[]]>([
    [
      'Deployment',
      'deployments',
      { minReadySeconds: 9, progressDeadlineSeconds: 9 },
      ['spec.progressDeadlineSeconds: Invalid value: 9: must be greater than minReadySeconds'],
    ],
    [
      'Deployment',
      'deployments',
      {
        selector: {
          matchLabels: { app: 'x' },
          matchExpressions: [
            { key: 'app', operator: 'In' },
            { key: 'app', operator: 'Exists', values: ['x'] },
          ],
        },
      },
      [
        "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
        "spec.selector.matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
        'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
      ],
    ],
    [
      'StatefulSet',
      'statefulsets',
      { podManagementPolicy: 'Random' },
      ["spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'"],
    ],
    [
      'StatefulSet',
      'statefulsets',
      { updateStrategy: { type: 'Now' } },
      ['spec.updateStrategy: Invalid value: {"type":"Now"}: must be \'RollingUpdate\' or \'OnDelete\''],
    ],
    [
      'StatefulSet',
      'statefulsets',
      { updateStrategy: { rollingUpdate: { partition: -1 } } },
      ['spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0'],
    ],
  ])('%s: %s %j', async (kind, resource, spec, expected) => {
    expect(await linesOf(`${at}/${resource}`, { ...deploymentOf('x', { spec }), kind })).toEqual(expected);
  });

  it('has no deadline and ends never', async () => {
    const deployment = deploymentOf('x');
    Object.assign(deployment.spec.template.spec, { activeDeadlineSeconds: 5, restartPolicy: 'Never' });
    expect(await linesOf(`${at}/deployments`, deployment)).toEqual([
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
      'spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported',
    ]);
  });
});

describe('a Service', () => {
  const service = (spec: object) => ({ metadata: { name: 's' }, spec: { ports: [{ port: 80 }], ...spec } });
  it.each<[object, string[]]>([
    [{ ports: [] }, ['spec.ports: Required value']],
    [{ ports: [{ port: 80 }, { port: 81, name: 'b' }] }, ['spec.ports[0].name: Required value']],
    [
      { ports: [{ port: 80, targetPort: 'a_b' }] },
      [
        'spec.ports[0].targetPort: Invalid value: "a_b": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
      ],
    ],
    [
      { ports: [{ port: 80, nodePort: 30_080 }] },
      ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
    ],
    [
      { externalTrafficPolicy: 'Local' },
      ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
    ],
    [
      { type: 'LoadBalancer', clusterIP: 'None' },
      ['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for LoadBalancer services'],
    ],
    [
      { sessionAffinity: 'Always' },
      ['spec.sessionAffinity: Unsupported value: "Always": supported values: "ClientIP", "None"'],
    ],
    [
      { type: 'Magic' },
      [
        'spec.type: Unsupported value: "Magic": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
      ],
    ],
  ])('%j', async (spec, expected) => {
    expect(await linesOf('v1/services', service(spec))).toEqual(expected);
  });

  it('that becomes a plain one gives its node port back', async () => {
    await api.post('v1/services', service({ type: 'NodePort' }));
    const { spec } = await api.patch('v1/services', 's', 'merge', { spec: { type: 'ClusterIP' } });
    expect(spec).not.toHaveProperty('externalTrafficPolicy');
    expect(spec).not.toHaveProperty('ports[0].nodePort');
    const outside = await api.patch('v1/services', 's', 'merge', {
      spec: { type: 'ExternalName', externalName: 'a.b' },
    });
    expect(outside['spec']).not.toHaveProperty('clusterIP');
  });
});

describe('config maps, secrets and claims', () => {
  it.each<[string, object, string[]]>([
    [
      'v1/configmaps',
      { data: { a: '1', 'b c': '2' }, binaryData: { a: 'eA==' } },
      [
        'data[a]: Invalid value: "a": duplicate of key present in binaryData',
        "data[b c]: Invalid value: \"b c\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
      ],
    ],
    ['v1/configmaps', { data: { a: 'x'.repeat(1_048_577) } }, ['[]: Too long: may not be more than 1048576 bytes']],
    [
      'v1/secrets',
      { type: 'kubernetes.io/tls', data: {} },
      ['data[tls.crt]: Required value', 'data[tls.key]: Required value'],
    ],
    [
      'v1/secrets',
      { type: 'kubernetes.io/basic-auth' },
      ['data[username]: Required value', 'data[password]: Required value'],
    ],
    [
      'v1/secrets',
      { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': 'eA==' } },
      ['data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character in JSON'],
    ],
    [
      'v1/persistentvolumeclaims',
      { spec: { accessModes: ['Often'] } },
      [
        'spec.accessModes: Unsupported value: "Often": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
        'spec.resources[storage]: Required value',
      ],
    ],
  ])('%s %#', async (path, object, expected) => {
    expect(await linesOf(path, { metadata: { name: 'x' }, ...object })).toEqual(expected);
  });

  it('a claim keeps its spec', async () => {
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
    await api.post('v1/persistentvolumeclaims', { metadata: { name: 'c' }, spec });
    await api.patch('v1/persistentvolumeclaims', 'c', 'merge', {
      spec: { resources: { requests: { storage: '2Gi' } } },
    });
    const refused = refusal(
      api.patch('v1/persistentvolumeclaims', 'c', 'merge', { spec: { accessModes: ['ReadWriteMany'] } }),
    );
    expect((await refused).message).toContain(
      'spec: Forbidden: spec is immutable after creation except resources.requests',
    );
  });

  it('a secret is base64, and the first byte that is not is named', async () => {
    const call = (data: string) => refusal(api.post('v1/secrets', { metadata: { name: 's' }, data: { a: data } }));
    expect((await call('ab!d')).message).toBe(
      'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 2',
    );
    expect((await call('abcde')).message).toContain('illegal base64 data at input byte 4');
  });
});

describe('roles and bindings', () => {
  const at = 'rbac.authorization.k8s.io/v1';
  const binding = (roleRef: object, subject: object = { kind: 'User', name: 'jane' }) => ({
    metadata: { name: 'x' },
    roleRef: { kind: 'ClusterRole', name: 'view', ...roleRef },
    subjects: [subject],
  });
  it.each<[string, object, string[]]>([
    [
      'roles',
      { metadata: { name: 'x' }, rules: [{ verbs: [] }] },
      [
        'rules[0].verbs: Required value: verbs must contain at least one value',
        'rules[0].apiGroups: Required value: resource rules must supply at least one api group',
        'rules[0].resources: Required value: resource rules must supply at least one resource',
      ],
    ],
    [
      'roles',
      { metadata: { name: 'x' }, rules: [{ verbs: ['get'], nonResourceURLs: ['/a'] }] },
      ['rules[0].nonResourceURLs: Invalid value: ["/a"]: namespaced rules cannot apply to non-resource URLs'],
    ],
    [
      'clusterroles',
      { metadata: { name: 'x' }, rules: [{ verbs: ['get'], nonResourceURLs: ['/a'], resources: ['pods'] }] },
      [
        'rules[0].nonResourceURLs: Invalid value: ["/a"]: rules cannot apply to both regular resources and non-resource URLs',
      ],
    ],
    [
      'clusterroles',
      { metadata: { name: 'x' }, aggregationRule: {} },
      [
        'aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil',
      ],
    ],
    [
      'clusterrolebindings',
      binding({ kind: 'Role' }),
      ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"'],
    ],
    ['rolebindings', binding({ name: '' }), ['roleRef.name: Required value']],
    [
      'clusterrolebindings',
      binding({}, { kind: 'ServiceAccount', name: 'a' }),
      ['subjects[0].namespace: Required value'],
    ],
    [
      'rolebindings',
      binding({}, { kind: 'Robot', name: 'a' }),
      ['subjects[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"'],
    ],
  ])('%s %#', async (resource, object, expected) => {
    expect(await linesOf(`${at}/${resource}`, object)).toEqual(expected);
  });
});
