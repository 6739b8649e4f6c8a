import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubectlVersion } from '../../tools/kubectl.ts';
import { ClusterFixture } from './cluster-fixture.ts';

/** kubectl 1.32 and 1.36 send these as protobuf, 1.28 sends JSON: all must end in the same object. */
const cases: readonly [command: string, what: string, expected: object][] = [
  ['namespace ns1', 'namespace/ns1', { status: { phase: 'Active' } }],
  ['configmap x --from-literal=a=b', 'cm/x', { data: { a: 'b' } }],
  ['secret generic x --from-literal=a=b', 'secret/x', { type: 'Opaque', data: { a: 'Yg==' } }],
  ['serviceaccount x', 'sa/x', { kind: 'ServiceAccount' }],
  [
    'service clusterip x --tcp=80:8080',
    'svc/x',
    {
      spec: {
        type: 'ClusterIP',
        ports: [{ name: '80-8080', port: 80, protocol: 'TCP', targetPort: 8080 }],
        selector: { app: 'x' },
      },
    },
  ],
  [
    'deployment x --image=nginx --replicas=0 --port=80',
    'deploy/x',
    {
      metadata: { labels: { app: 'x' }, generation: 1 },
      spec: {
        replicas: 0,
        template: {
          spec: { containers: [{ name: 'nginx', image: 'nginx', ports: [{ containerPort: 80 }], resources: {} }] },
        },
      },
    },
  ],
  [
    'role x --verb=get,list --resource=pods',
    'role/x',
    { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }] },
  ],
  [
    'rolebinding x --role=x --serviceaccount=default:x',
    'rolebinding/x',
    { roleRef: { kind: 'Role', name: 'x' }, subjects: [{ kind: 'ServiceAccount', name: 'x', namespace: 'default' }] },
  ],
  [
    'clusterrole x --verb=get --non-resource-url=/healthz',
    'clusterrole/x',
    { rules: [{ nonResourceURLs: ['/healthz'], verbs: ['get'] }] },
  ],
  [
    'clusterrolebinding x --clusterrole=x --user=jane',
    'clusterrolebinding/x',
    { subjects: [{ kind: 'User', name: 'jane' }] },
  ],
  ['quota x --hard=pods=4,cpu=500m', 'quota/x', { spec: { hard: { pods: '4', cpu: '500m' } } }],
];

describe('kubectl create', () => {
  let cluster: ClusterFixture;
  beforeAll(async () => {
    cluster = await ClusterFixture.start();
  });
  afterAll(() => cluster.close());

  it.each<KubectlVersion>(['1.28', '1.32', '1.36'])('of every kind, by %s, stores what was said', async (version) => {
    for (const [command, what, expected] of cases) {
      await cluster.ok(version, `create ${command}`);
      expect(JSON.parse(await cluster.ok(version, `get ${what} -o json`)), command).toMatchObject(expected);
      await cluster.ok(version, `delete ${what}`);
    }
  });

  it.each<KubectlVersion>(['1.28', '1.36'])('token and review requests of %s are answered', async (version) => {
    await cluster.ok(version, 'create serviceaccount reader');
    expect((await cluster.ok(version, 'create token reader')).split('.')).toHaveLength(3);
    expect(await cluster.ok(version, 'auth whoami')).toContain('kubernetes-admin');
    expect(await cluster.ok(version, 'auth can-i --list')).toContain('*.*');
    await cluster.ok(version, 'delete sa reader');
  });

  it('a field that does not exist is refused by name', async () => {
    const file = cluster.file('bad.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndta: {a: b}\n');
    const { stderr } = await cluster.kubectl('1.36', `create -f ${file}`);
    expect(stderr).toContain('strict decoding error: unknown field "dta"');
  });
});
