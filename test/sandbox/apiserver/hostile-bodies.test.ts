import { beforeEach, describe, expect, it } from 'vitest';
import { admin, deploymentOf, refusal, type TestApi, testApi } from './api-fixture.ts';

/** What the fuzz of test/sandbox/fuzz found, each as the smallest request that shows it. */
let api: TestApi;
beforeEach(async () => {
  api = await testApi();
});

const create = (path: string, text: string, type: 'json' | 'yaml' = 'json') =>
  api.requests.create(api.at(path), { type, text }, { fieldValidation: 'Strict' }, admin);

describe('names that JavaScript gives a meaning', () => {
  it.each(['constructor', 'toString', '__proto__'])('a field called %s is unknown, like any other', async (name) => {
    const error = await refusal(create('v1/configmaps', `{"metadata":{"name":"a"},"${name}":{"x":1}}`));
    expect(error).toMatchObject({ code: 400, message: expect.stringContaining(`unknown field "${name}"`) });
  });

  it('a key called __proto__ is data, through create, merge and strategic merge', async () => {
    await create('v1/configmaps', '{"metadata":{"name":"a"},"data":{"__proto__":"kept"}}');
    const stored = () => JSON.stringify(api.requests.get(api.at('v1/configmaps', 'a')).object['data']);
    expect(stored()).toBe('{"__proto__":"kept"}');
    for (const type of ['merge', 'strategic'] as const) {
      const body = { type: 'json' as const, text: `{"data":{"__proto__":"${type}"}}` };
      await api.requests.patch(api.at('v1/configmaps', 'a'), type, body, {}, admin);
      expect(stored()).toBe(`{"__proto__":"${type}"}`);
    }
  });
});

describe('bodies that are not what they should be', () => {
  it.each<[string, string, 'json' | 'yaml', string]>([
    ['a kind that is a map', '{"kind":{"a":1}}', 'json', 'Go struct field .kind of type string'],
    ['five thousand levels', `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'json', 'exceeded max depth'],
    ['an alias of itself', 'a: &a\n  b: *a\n', 'yaml', 'an anchor contains itself'],
    ['a merge of no map', '<<: 1\n', 'yaml', 'error converting YAML to JSON'],
    [
      'aliases of aliases',
      [
        'a: &a [x,x,x,x,x,x,x,x,x,x]',
        ...[...'bcdefgh'].map((name, at) => `${name}: &${name} [${Array(10).fill(`*${'abcdefg'[at]}`)}]`),
      ].join('\n'),
      'yaml',
      'excessive aliasing',
    ],
  ])('%s is told so', async (_what, text, type, why) => {
    expect(await refusal(create('v1/configmaps', text, type))).toMatchObject({
      code: 400,
      message: expect.stringContaining(why),
    });
  });

  it.each(['deployments', 'statefulsets', 'replicasets'])(
    '%s without a spec lack its required fields',
    async (kind) => {
      expect(await refusal(create(`apps/v1/${kind}`, '{"metadata":{"name":"a"}}'))).toMatchObject({
        code: 422,
        message: expect.stringContaining('spec.selector: Required value'),
      });
    },
  );

  it('a selector without a key is told so', async () => {
    const selector = { matchExpressions: [{ operator: 'Exists' }, {}] };
    const error = await refusal(
      create('apps/v1/deployments', JSON.stringify(deploymentOf('a', { spec: { selector } }))),
    );
    expect(error.code).toBe(422);
    expect(error.message).toContain('spec.selector.matchExpressions[0].key: Invalid value: "": name part must be');
    expect(error.message).toContain('spec.selector.matchExpressions[1].operator: Invalid value: "": not a valid');
  });

  it('a null in a list counts as an empty item, as in Go', async () => {
    const broken = JSON.stringify(deploymentOf('a')).replace('"containers":[', '"containers":[null,');
    expect(await refusal(create('apps/v1/deployments', broken))).toMatchObject({
      code: 422,
      message: expect.stringContaining('spec.template.spec.containers[0].name: Required value'),
    });
  });
});

describe('patches that cannot be applied', () => {
  beforeEach(() => api.post('v1/configmaps', { metadata: { name: 'a' } }));

  it.each<[string, unknown]>([
    ['a path without a slash', { op: 'add', path: 'data', value: {} }],
    ['a move from nowhere', { op: 'move', path: '/data' }],
    ['a test of what cannot be printed', { op: 'test', path: '/metadata/name', value: { toString: 1, valueOf: 1 } }],
  ])('%s is refused', async (_what, operation) => {
    expect(await refusal(api.patch('v1/configmaps', 'a', 'json', [operation]))).toMatchObject({ code: 422 });
  });

  it.each(['merge', 'strategic', 'json'] as const)('a %s patch cannot change what the object is', async (type) => {
    const change = (field: string, value: unknown) =>
      api.patch('v1/configmaps', 'a', type, type === 'json' ? [jsonChange(field, value)] : { [field]: value });
    const jsonChange = (field: string, value: unknown) =>
      value === null ? { op: 'remove', path: `/${field}` } : { op: 'replace', path: `/${field}`, value };
    for (const field of ['kind', 'apiVersion'])
      expect(await change(field, null)).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
    expect((await refusal(change('kind', 'Secret'))).message).toBe(
      'the object provided is unrecognized (must be of type ConfigMap): Secret in version "v1" cannot be handled as a ConfigMap',
    );
    expect((await refusal(change('kind', { toString: 1 }))).message).toContain('{"toString":1} in version "v1" cannot');
    expect((await refusal(change('apiVersion', 'v2'))).message).toBe(
      'the API version in the data (v2) does not match the expected API version (v1)',
    );
  });

  it('what takes the metadata away leaves what the server owns', async () => {
    const patched = await api.patch('v1/configmaps', 'a', 'json', [{ op: 'remove', path: '/metadata' }]);
    expect(patched.metadata).toMatchObject({ name: 'a', namespace: 'shop', uid: expect.any(String) });
  });
});

it('a continue token that holds null is refused', async () => {
  const token = Buffer.from('null').toString('base64url');
  expect(await refusal(() => api.requests.list(api.at('v1/configmaps'), { continue: token }))).toMatchObject({
    code: 400,
    message: expect.stringContaining('continue key is not valid'),
  });
});
