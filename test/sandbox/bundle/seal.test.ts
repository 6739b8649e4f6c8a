import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { newAzureState } from '../../../src/sandbox/azure/azure-state.ts';
import { readBundle } from '../../../src/sandbox/bundle/bundle.ts';
import { kubeconfigOf } from '../../../src/sandbox/bundle/contexts.ts';
import { seal } from '../../../src/sandbox/bundle/seal.ts';
import { contentsWith, secret, textsOf, token } from './contents.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (type: 'pkcs8' | 'sec1') => privateKey.export({ type, format: 'pem' }).toString();
const thing = (more: object): KubeObject => ({ apiVersion: 'v1', kind: 'Thing', metadata: { name: 'thing' }, ...more });
const ours = (...objects: KubeObject[]) => seal(contentsWith(...objects), (value) => value === 'published');
const objectsOf = (...objects: KubeObject[]) =>
  ours(...objects).bundle.clusters[0]?.objects.map(({ object }) => object);

describe('a private key', () => {
  it.each([
    ['in a secret', secret('pair', { key: pem('pkcs8') })],
    ['of another form', secret('pair', { key: pem('sec1') })],
    ['in a field, in the clear', thing({ note: `before\n${pem('pkcs8')}after` })],
    ['in a field, in base64', thing({ note: Buffer.from(pem('pkcs8')).toString('base64') })],
    ['in a text within a text', thing({ note: JSON.stringify({ key: pem('sec1') }) })],
    [
      'that cannot be read',
      thing({ note: '-----BEGIN RSA PRIVATE KEY-----\nMIIBOgIBAAJBAK\n-----END RSA PRIVATE KEY-----' }),
    ],
  ])('%s is not in it', (_, object) => {
    const clear = JSON.stringify(objectsOf(object)).replaceAll(/[A-Za-z0-9+/]{60,}={0,2}/g, (run) =>
      Buffer.from(run, 'base64').toString(),
    );
    expect(clear).toContain('BEGIN MESHWALK KEY');
    expect(clear).not.toMatch(/PRIVATE KEY|MIIBOgIBAAJBAK/);
    expect(clear).not.toContain(pem('pkcs8').split('\n')[1]);
    expect(clear).not.toContain(pem('sec1').split('\n')[1]);
  });
});

describe('what else is left out', () => {
  it('is what a secret holds, told by its key, with what kubectl wrote down of it', () => {
    const login = secret('login', { user: 'hopper', note: '' });
    login.metadata.annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': '{"stringData":{"user":"hopper"}}',
    };
    const { bundle, leftOut } = ours(login);
    expect(textsOf(bundle)).toEqual(['', '']);
    expect(leftOut).toEqual(['secret shop/login: user']);
    expect(JSON.stringify(bundle)).not.toMatch(/hopper|aG9wcGVy/);
  });

  it('is what a variable or a map calls a secret, unless it stands in the course', () => {
    const env = [
      { name: 'DB_PASSWORD', value: 'hunter2' },
      { name: 'ROOT_PASSWORD', value: 'published' },
      { name: 'COLOUR', value: 'blue' },
    ];
    const pod = thing({ spec: { containers: [{ name: 'app', env }] } });
    pod.metadata.annotations = {
      'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify({ spec: { env } }),
    };
    const map = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'map' },
      data: { 'api-key': 'hunter2', size: '3' },
    };
    const { bundle, leftOut } = ours(pod, map);
    expect(JSON.stringify(bundle)).not.toContain('hunter2');
    expect(JSON.stringify(bundle).match(/published/g)).toHaveLength(2);
    expect(leftOut).toEqual(['configmap map: api-key', 'thing thing: DB_PASSWORD']);
    expect(bundle.clusters[0]?.objects[1]?.object['data']).toEqual({ 'api-key': '', size: '3' });
  });

  it('is every token: of the cluster, and of service accounts', () => {
    const jwt = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(43)}`;
    const [object] = objectsOf(thing({ note: `bearer ${jwt}, or ${token}` })) ?? [];
    expect(object?.['note']).toBe('bearer , or ');
  });

  it('is the public half of the learner’s SSH key', () => {
    const contents = contentsWith();
    const azure = newAzureState();
    const cluster = { sshPublicKey: 'ssh-rsa AAAA ada@her-laptop' } as (typeof azure.clusters)[string];
    const { bundle } = seal({ ...contents, azure: { ...azure, clusters: { 'rg/one': cluster } } }, () => false);
    expect(JSON.stringify(bundle)).not.toContain('her-laptop');
  });
});

describe('contexts of a kubeconfig', () => {
  const kubeconfig = stringify({
    users: [
      { name: 'ours', user: { token } },
      { name: 'theirs', user: { exec: { command: '/bin/evil' }, token: 'work' } },
    ],
    clusters: [{ name: 'one', cluster: { server: 'https://127.0.0.1:4711' } }],
    contexts: [
      { name: 'one', context: { cluster: 'one', user: 'ours', namespace: 'shop' } },
      { name: 'work', context: { cluster: 'prod', user: 'theirs' } },
    ],
    'current-context': 'one',
  });
  const { bundle } = seal({ ...contentsWith(), kubeconfig }, () => false);

  it('are those of the sandbox, by name, and nobody’s credentials', () => {
    expect(bundle.contexts).toEqual([{ name: 'one', cluster: 'rg/one', namespace: 'shop' }]);
    expect(JSON.stringify(bundle)).not.toMatch(/evil|work|prod|4711/);
  });

  it('lead to where the cluster is now', () => {
    const made = kubeconfigOf(bundle, [
      { cluster: 'rg/one', token: 't', server: 'https://127.0.0.1:1', authority: 'CA' },
    ]);
    expect(made).toContain('server: https://127.0.0.1:1');
    expect(made).toContain('namespace: shop');
    expect(made).toContain('current-context: one');
  });
});

describe('a bundle that somebody else wrote', () => {
  const whole = ours(thing({})).bundle;
  const cluster = whole.clusters[0];
  const object = { kind: 'pods', object: { metadata: { name: 'a', resourceVersion: '1' } } };
  const withObject = (one: object) => ({ ...whole, clusters: [{ ...cluster, objects: [one] }] });

  it('is read when it is what we write', () => {
    expect(readBundle(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
    expect(readBundle(withObject(object))).toBeDefined();
  });

  it.each([
    ['no object', null],
    ['no clusters', { ...whole, clusters: undefined }],
    ['an Azure of another form', { ...whole, azure: { version: 7 } }],
    ['too many clusters', { ...whole, clusters: Array.from({ length: 11 }, () => cluster) }],
    ['a cluster without an authority', { ...whole, clusters: [{ ...cluster, authority: 1 }] }],
    ['an object without a name', withObject({ kind: 'pods', object: { metadata: { resourceVersion: '1' } } })],
    ['an object without a version', withObject({ kind: 'pods', object: { metadata: { name: 'a' } } })],
    ['an object of no kind', withObject({ object: object.object })],
    [
      'a name with a line break',
      withObject({ kind: 'pods', object: { metadata: { name: 'a\nb', resourceVersion: '1' } } }),
    ],
    ['a context that names no cluster', { ...whole, contexts: [{ name: 'one' }] }],
  ])('is refused with %s', (_, value) => {
    expect(readBundle(value)).toBeUndefined();
  });
});
