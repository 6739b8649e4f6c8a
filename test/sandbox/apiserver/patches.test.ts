import { beforeEach, describe, expect, it } from 'vitest';
import type { Deployment, KubeObject } from '../../../src/kube/objects.ts';
import type { ApiAnswer, PatchType } from '../../../src/sandbox/apiserver/request-api.ts';
import { admin, deploymentOf, refusal, type TestApi, testApi } from './api-fixture.ts';

const path = 'apps/v1/deployments';
const csa = { fieldManager: 'kubectl-client-side-apply' };
const env = [
  { name: 'IDENTITY', value: 'bookstore' },
  { name: 'LEVEL', value: 'info' },
];
const image = 'openservicemesh/bookstore:v1.2.4';

let api: TestApi;
beforeEach(async () => {
  api = await testApi();
  const containers = [
    { name: 'bookstore', image, env, args: ['a', 'b'], ports: [{ containerPort: 14001, name: 'web' }] },
    { name: 'side', image: 'side:1' },
  ];
  await api.post(path, deploymentOf('bookstore', { containers }), csa);
});

const containersOf = (object: KubeObject) => (object as Deployment).spec.template.spec.containers;
const inPod = (spec: object) => ({ spec: { template: { spec } } });
const patch = async (type: PatchType, body: object) => api.patch(path, 'bookstore', type, body);

describe('strategic merge', () => {
  it('merges containers by name and env by name, and leaves the rest alone', async () => {
    const containers = [
      {
        name: 'bookstore',
        env: [
          { name: 'LEVEL', value: 'debug' },
          { name: 'NEW', value: '1' },
        ],
      },
    ];
    const [first, second] = containersOf(await patch('strategic', inPod({ containers })));
    expect(first).toMatchObject({ name: 'bookstore', image, args: ['a', 'b'] });
    expect(first?.env).toEqual([
      { name: 'IDENTITY', value: 'bookstore' },
      { name: 'LEVEL', value: 'debug' },
      { name: 'NEW', value: '1' },
    ]);
    expect(second).toMatchObject({ name: 'side', image: 'side:1' });
  });

  it.each<[string, object, (containers: ReturnType<typeof containersOf>) => unknown, unknown]>([
    ['lists without a key are replaced', { name: 'bookstore', args: ['c'] }, ([first]) => first?.args, ['c']],
    [
      '$patch: delete takes an item out',
      { name: 'side', $patch: 'delete' },
      (all) => all.map(({ name }) => name),
      ['bookstore'],
    ],
    ['null removes a field', { name: 'bookstore', args: null }, ([first]) => first?.args, undefined],
    [
      '$patch: replace inside a list replaces the list',
      { name: 'bookstore', env: [{ $patch: 'replace' }, { name: 'ONLY', value: '1' }] },
      ([first]) => first?.env,
      [{ name: 'ONLY', value: '1' }],
    ],
    [
      '$setElementOrder puts items in order',
      { name: 'bookstore', '$setElementOrder/env': [{ name: 'LEVEL' }, { name: 'IDENTITY' }] },
      ([first]) => first?.env?.map(({ name }) => name),
      ['LEVEL', 'IDENTITY'],
    ],
  ])('%s', async (_what, container, read, expected) => {
    expect(read(containersOf(await patch('strategic', inPod({ containers: [container] }))))).toEqual(expected);
  });

  it('$setElementOrder on containers: what the patch adds goes where it says', async () => {
    const order = { '$setElementOrder/containers': [{ name: 'first' }, { name: 'bookstore' }, { name: 'side' }] };
    const patched = await patch('strategic', inPod({ ...order, containers: [{ name: 'first', image: 'x:1' }] }));
    expect(containersOf(patched).map(({ name }) => name)).toEqual(['first', 'bookstore', 'side']);
  });

  it('$retainKeys drops the members of a union that the patch does not name', async () => {
    const strategy = { $retainKeys: ['type'], type: 'Recreate' };
    const patched = (await patch('strategic', { spec: { strategy } })) as Deployment;
    expect(patched.spec.strategy).toEqual({ type: 'Recreate' });
  });

  it('finalizers are a set: merged, and taken out by $deleteFromPrimitiveList', async () => {
    await patch('strategic', { metadata: { finalizers: ['example.com/a', 'example.com/b'] } });
    const both = await patch('strategic', { metadata: { finalizers: ['example.com/c'] } });
    expect(both.metadata.finalizers).toEqual(['example.com/a', 'example.com/b', 'example.com/c']);
    const fewer = await patch('strategic', { metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/b'] } });
    expect(fewer.metadata.finalizers).toEqual(['example.com/a', 'example.com/c']);
  });

  it('an item without its key is refused', async () => {
    const error = await refusal(patch('strategic', inPod({ containers: [{ image: 'x' }] })));
    expect(error.message).toContain('does not contain declared merge key: name');
  });
});

describe('json and merge patches', () => {
  it('a merge patch replaces lists and removes by null', async () => {
    const merged = (await patch('merge', { spec: { replicas: 5, revisionHistoryLimit: null } })) as Deployment;
    expect(merged.spec).toMatchObject({ replicas: 5, revisionHistoryLimit: 10 });
  });

  it('a json patch that does not fit is refused whole', async () => {
    const steps = [
      { op: 'replace', path: '/spec/replicas', value: 3 },
      { op: 'remove', path: '/spec/nothing/here' },
    ];
    expect(await refusal(patch('json', steps))).toMatchObject({ code: 422, reason: 'Invalid' });
    const [step] = steps;
    expect(((await patch('json', [step ?? {}])) as Deployment).spec.replicas).toBe(3);
  });

  it('a patch that changes nothing takes no revision', async () => {
    const before = api.store.revision;
    await patch('merge', { spec: { replicas: 1 } });
    await api.patch(path, 'bookstore', 'strategic', { spec: { replicas: 1 } }, { fieldManager: 'kubectl-patch' });
    expect(api.store.revision).toBe(before);
  });

  it('a patch with an old resourceVersion is a conflict', async () => {
    const stale = { metadata: { resourceVersion: '1', labels: { a: 'b' } } };
    expect(await refusal(patch('merge', stale))).toMatchObject({ code: 409, reason: 'Conflict' });
  });

  it('unknown fields are refused when Strict', async () => {
    const call = api.patch(path, 'bookstore', 'merge', { spec: { replicass: 2 } }, { fieldValidation: 'Strict' });
    const error = await refusal(call);
    expect(error.message).toContain('strict decoding error: unknown field "spec.replicass"');
  });

  it('scale is an object of its own', async () => {
    const target = api.at(path, 'bookstore', 'scale');
    const body = { type: 'json' as const, text: '{"spec":{"replicas":4}}' };
    const { object } = await api.requests.patch(target, 'merge', body, {}, admin);
    expect(object).toMatchObject({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      spec: { replicas: 4 },
      status: { replicas: 0, selector: 'app=bookstore' },
    });
    expect(api.requests.get(api.at(path, 'bookstore')).object).toMatchObject({ spec: { replicas: 4 } });
  });

  it.each<[string, string]>([
    ['{"spec":{"replicas":"4"}}', 'json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas'],
    ['{"spec":{"replicass":4}}', 'strict decoding error: unknown field "spec.replicass"'],
    ['null', 'error decoding patch'],
  ])('scale is no %s', async (text, why) => {
    const target = api.at(path, 'bookstore', 'scale');
    const query = { fieldValidation: 'Strict' } as const;
    const patched = api.requests.patch(target, 'merge', { type: 'json', text }, query, admin);
    expect((await refusal(patched)).message).toContain(why);
    if (text === 'null') return;
    const updated = api.requests.update(target, { type: 'json', text }, query, admin);
    expect((await refusal(updated)).message).toContain(`Scale in version "v1" cannot be handled as a Scale: ${why}`);
  });
});

describe('server-side apply', () => {
  const apply = (object: object, query: { fieldManager?: string; force?: boolean } = {}, name = 'bookstore') => {
    const body = { type: 'yaml' as const, text: JSON.stringify(object) };
    return api.requests.patch(api.at(path, name), 'apply', body, { fieldManager: 'kubectl', ...query }, admin);
  };
  const applied = (spec: object, name = 'bookstore') => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec,
  });
  const specOf = ({ object }: ApiAnswer) => (object as Deployment).spec;
  const container = (changes: object) => ({ template: { spec: { containers: [{ name: 'bookstore', ...changes }] } } });

  it('creates what is not there, and says so', async () => {
    const { code, object } = await apply(deploymentOf('fresh'), {}, 'fresh');
    expect(code).toBe(201);
    expect(object).toMatchObject({ metadata: { managedFields: [{ manager: 'kubectl', operation: 'Apply' }] } });
    expect((await apply(deploymentOf('fresh'), {}, 'fresh')).code).toBe(200);
  });

  it('applying the same again changes nothing', async () => {
    await apply(deploymentOf('fresh'), {}, 'fresh');
    const before = api.store.revision;
    await apply(deploymentOf('fresh'), {}, 'fresh');
    expect(api.store.revision).toBe(before);
  });

  it('what another manager set to another value is a conflict, named field by field as recorded', async () => {
    const spec = { replicas: 3, ...container({ env: [{ name: 'IDENTITY', value: 'other' }] }) };
    const { status } = await refusal(apply(applied(spec)));
    expect(status).toMatchObject({
      code: 409,
      reason: 'Conflict',
      message: `Apply failed with 2 conflicts: conflicts with "kubectl-client-side-apply" using apps/v1:
- .spec.replicas
- .spec.template.spec.containers[name="bookstore"].env[name="IDENTITY"].value`,
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-client-side-apply" using apps/v1',
            field: '.spec.replicas',
          },
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "kubectl-client-side-apply" using apps/v1',
            field: '.spec.template.spec.containers[name="bookstore"].env[name="IDENTITY"].value',
          },
        ],
      },
    });
  });

  it('force takes the field over; the same value is shared without a conflict', async () => {
    expect(specOf(await apply(applied({ replicas: 1 }))).replicas).toBe(1);
    expect(specOf(await apply(applied({ replicas: 3 }), { force: true })).replicas).toBe(3);
    const { metadata } = api.requests.get(api.at(path, 'bookstore')).object;
    const others = metadata.managedFields?.find((entry) => (entry as { manager: string }).manager === csa.fieldManager);
    expect(JSON.stringify(others)).not.toContain('f:replicas');
  });

  it('merges lists by their keys, and removes what it no longer says, but nobody else’s', async () => {
    const first = specOf(
      await apply(
        applied(
          container({
            env: [
              { name: 'MINE', value: '1' },
              { name: 'LEVEL', value: 'info' },
            ],
          }),
        ),
      ),
    );
    expect(first.template.spec.containers[0]?.env?.map(({ name }) => name)).toEqual(['IDENTITY', 'LEVEL', 'MINE']);
    const second = specOf(await apply(applied(container({ ports: [{ containerPort: 8080 }] }))));
    const [bookstore] = second.template.spec.containers;
    expect(bookstore?.env?.map(({ name }) => name)).toEqual(['IDENTITY', 'LEVEL']);
    expect(bookstore?.ports?.map(({ containerPort }) => containerPort)).toEqual([14001, 8080]);
    const third = specOf(await apply(applied(container({ env: [{ name: 'LEVEL', value: 'info' }] }))));
    expect(third.template.spec.containers[0]?.ports?.map(({ containerPort }) => containerPort)).toEqual([14001]);
  });

  it('a change of the scale belongs to whoever scaled, and says so in the conflict', async () => {
    const target = api.at(path, 'bookstore', 'scale');
    const body = { type: 'json' as const, text: '{"spec":{"replicas":4}}' };
    await api.requests.patch(target, 'merge', body, { fieldManager: 'kubectl' }, admin);
    expect((await refusal(apply(applied({ replicas: 2 }), { fieldManager: 'helm' }))).message).toBe(
      'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
    );
  });

  it('through the status changes and owns nothing but the status', async () => {
    const body = {
      type: 'yaml' as const,
      text: JSON.stringify({ ...applied({ replicas: 9 }), status: { replicas: 7 } }),
    };
    const target = api.at(path, 'bookstore', 'status');
    const { object } = await api.requests.patch(target, 'apply', body, { fieldManager: 'observer' }, admin);
    expect(object).toMatchObject({ spec: { replicas: 1 }, status: { replicas: 7 } });
    expect((object as Deployment).metadata.managedFields).toContainEqual(
      expect.objectContaining({
        manager: 'observer',
        subresource: 'status',
        fieldsV1: { 'f:status': { 'f:replicas': {} } },
      }),
    );
  });

  it('a manager is required', async () => {
    const error = await refusal(apply(applied({ replicas: 1 }), { fieldManager: '' }));
    expect(error.message).toBe(
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
    );
  });
});
