import { beforeEach, describe, expect, it } from 'vitest';
import type { CustomResourceDefinition, JsonSchema } from '../../../src/kube/api-extensions.ts';
import { customResourceDefinitions } from '../../../src/kube/resources.ts';
import { admin, refusal, type TestApi, testApi } from './api-fixture.ts';

const splitSchema: JsonSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['service', 'backends'],
      properties: {
        service: { type: 'string' },
        backends: {
          type: 'array',
          items: {
            type: 'object',
            required: ['service', 'weight'],
            properties: { service: { type: 'string' }, weight: { type: 'number' } },
          },
        },
      },
    },
  },
};

const rulesSchema: JsonSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        method: { type: 'string', enum: ['*', 'GET'] },
        cidr: { type: 'string', pattern: '^\\d+\\.\\d+$' },
        port: { type: 'integer', minimum: 1, maximum: 65535 },
        name: { type: 'string', minLength: 1, maxLength: 3 },
        amount: { 'x-kubernetes-int-or-string': true },
        mode: { type: 'string', default: 'quiet' },
        ports: { type: 'array', maxItems: 1, items: { type: 'integer' } },
        free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
        provider: {
          type: 'object',
          properties: { vault: { type: 'object' }, tresor: { type: 'object' } },
          oneOf: [{ required: ['vault'] }, { required: ['tresor'] }],
        },
      },
    },
  },
};

function definitionOf(
  plural: string,
  kind: string,
  schema: JsonSchema,
  group = 'split.smi-spec.io',
): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, kind, shortNames: ['ts'] },
      versions: [
        { name: 'v1alpha2', served: true, storage: true, schema: { openAPIV3Schema: schema } },
        { name: 'v1alpha1', served: true, storage: false, deprecated: true, schema: { openAPIV3Schema: schema } },
        { name: 'v1alpha4', served: false, storage: false, schema: { openAPIV3Schema: schema } },
      ],
    },
  };
}

const split = (spec: object, version = 'v1alpha2') => ({
  apiVersion: `split.smi-spec.io/${version}`,
  kind: 'TrafficSplit',
  metadata: { name: 'q' },
  spec,
});

const path = 'split.smi-spec.io/v1alpha2/trafficsplits';

let api: TestApi;
beforeEach(async () => {
  api = await testApi();
  await api.cluster.create(customResourceDefinitions, definitionOf('trafficsplits', 'TrafficSplit', splitSchema));
});

describe('a definition', () => {
  it('is established at once, and its served versions with it', () => {
    const definition = api.cluster.get(customResourceDefinitions, 'trafficsplits.split.smi-spec.io');
    expect(definition?.status?.conditions).toMatchObject([
      { type: 'NamesAccepted', status: 'True' },
      { type: 'Established', status: 'True' },
    ]);
    expect(definition?.status?.storedVersions).toEqual(['v1alpha2']);
    expect(api.requests.find('split.smi-spec.io', 'v1alpha2', 'trafficsplits')).toMatchObject({
      kind: 'TrafficSplit',
      listKind: 'TrafficSplitList',
      singular: 'trafficsplit',
      shortNames: ['ts'],
    });
    expect(api.requests.find('split.smi-spec.io', 'v1alpha4', 'trafficsplits')).toBeUndefined();
  });

  it('takes its objects along when it is deleted, and tells that kinds changed', async () => {
    await api.post(path, split({ service: 'a', backends: [] }));
    let changes = 0;
    api.requests.onResourcesChanged(() => {
      changes += 1;
    });
    const gone = new Promise<void>((resolve) => {
      api.cluster.watch(customResourceDefinitions, ({ type }) => type === 'DELETED' && resolve());
    });
    const target = api.at('apiextensions.k8s.io/v1/customresourcedefinitions', 'trafficsplits.split.smi-spec.io');
    await api.requests.delete(target, {}, admin);
    await gone;
    expect(api.store.list('trafficsplits.split.smi-spec.io')).toEqual([]);
    expect(api.requests.find('split.smi-spec.io', 'v1alpha2', 'trafficsplits')).toBeUndefined();
    expect(changes).toBeGreaterThan(0);
  });

  it('comes back with its kind after a restart of the server', async () => {
    await api.post(path, split({ service: 'a', backends: [] }));
    const { createApi } = await import('../../../src/sandbox/apiserver/create-api.ts');
    const again = createApi({
      store: api.store,
      clock: api.clock,
      random: { next: () => 0.5 },
      connectToService: () => Promise.reject(new Error('no webhooks')),
    });
    const resource = again.requests.find('split.smi-spec.io', 'v1alpha2', 'trafficsplits');
    expect(resource && again.requests.list({ resource }, {}).object.items).toHaveLength(1);
  });
});

describe('a custom resource', () => {
  it('of the wrong shape is refused as recorded', async () => {
    const { status } = await refusal(api.post(path, split({ service: 5 })));
    expect(status).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message:
        'TrafficSplit.split.smi-spec.io "q" is invalid: [spec.service: Invalid value: "integer": spec.service in body must be of type string: "integer", spec.backends: Required value]',
      reason: 'Invalid',
      details: {
        name: 'q',
        group: 'split.smi-spec.io',
        kind: 'TrafficSplit',
        causes: [
          {
            reason: 'FieldValueTypeInvalid',
            message: 'Invalid value: "integer": spec.service in body must be of type string: "integer"',
            field: 'spec.service',
          },
          { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.backends' },
        ],
      },
      code: 422,
    });
  });

  it('weight: 500m, as the course notes have it, is refused', async () => {
    const error = await refusal(api.post(path, split({ service: 'a', backends: [{ service: 'b', weight: '500m' }] })));
    expect(error.message).toBe(
      'TrafficSplit.split.smi-spec.io "q" is invalid: spec.backends[0].weight: Invalid value: "string": spec.backends[0].weight in body must be of type number: "string"',
    );
  });

  it('with an unknown field: refused when Strict, warned about by default, silent on Ignore, and never kept', async () => {
    const wrong = split({ service: 'a', backends: [], bckends: 1 });
    const error = await refusal(api.post(path, wrong, { fieldValidation: 'Strict' }));
    expect(error.message).toBe(
      'TrafficSplit in version "v1alpha2" cannot be handled as a TrafficSplit: strict decoding error: unknown field "spec.bckends"',
    );
    const body = { type: 'json' as const, text: JSON.stringify(wrong) };
    const { warnings, object } = await api.requests.create(api.at(path), body, {}, admin);
    expect(warnings).toEqual(['unknown field "spec.bckends"']);
    expect(object).toMatchObject({ spec: { service: 'a', backends: [] } });
    expect(JSON.stringify(object)).not.toContain('bckends');
  });

  it('is one object in all its versions; a deprecated one warns', async () => {
    await api.post(path, split({ service: 'a', backends: [] }));
    const { object, warnings } = api.requests.get(api.at('split.smi-spec.io/v1alpha1/trafficsplits', 'q'));
    expect(object.apiVersion).toBe('split.smi-spec.io/v1alpha1');
    expect(warnings).toEqual(['split.smi-spec.io/v1alpha1 TrafficSplit is deprecated']);
  });

  it('counts its generation on any change outside metadata', async () => {
    await api.post(path, split({ service: 'a', backends: [] }));
    const changed = await api.patch(path, 'q', 'merge', { spec: { service: 'b' } });
    expect(changed.metadata.generation).toBe(2);
    const labelled = await api.patch(path, 'q', 'merge', { metadata: { labels: { a: 'b' } } });
    expect(labelled.metadata.generation).toBe(2);
  });

  it('takes no strategic merge patch', async () => {
    await api.post(path, split({ service: 'a', backends: [] }));
    const { status } = await refusal(api.patch(path, 'q', 'strategic', { spec: { service: 'b' } }));
    expect(status).toMatchObject({
      code: 415,
      reason: 'UnsupportedMediaType',
      message:
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    });
  });
});

describe('schema rules', () => {
  const rules = 'split.smi-spec.io/v1alpha2/rules';
  const message = async (spec: object) => {
    const error = await refusal(api.post(rules, { metadata: { name: 'x' }, spec }));
    return error.message.replace('Rule.split.smi-spec.io "x" is invalid: ', '');
  };
  beforeEach(async () => {
    await api.cluster.create(customResourceDefinitions, definitionOf('rules', 'Rule', rulesSchema));
  });

  it.each([
    [{ method: 'FLY' }, 'spec.method: Unsupported value: "FLY": supported values: "*", "GET"'],
    [{ cidr: 'x' }, `spec.cidr: Invalid value: "x": spec.cidr in body should match '^\\d+\\.\\d+$'`],
    [{ port: 0 }, 'spec.port: Invalid value: 0: spec.port in body should be greater than or equal to 1'],
    [{ port: 70000 }, 'spec.port: Invalid value: 70000: spec.port in body should be less than or equal to 65535'],
    [{ name: '' }, 'spec.name: Invalid value: "": spec.name in body should be at least 1 chars long'],
    [{ name: 'long' }, 'spec.name: Too long: may not be more than 3 bytes'],
    [{ port: 1.5 }, 'spec.port: Invalid value: "number": spec.port in body must be of type integer: "number"'],
    [
      { amount: true },
      'spec.amount: Invalid value: "boolean": spec.amount in body must be of type integer,string: "boolean"',
    ],
    [{ ports: [1, 2] }, 'spec.ports: Too many: 2: must have at most 1 items'],
    [
      { provider: {} },
      '[<nil>: Invalid value: "": "spec.provider" must validate one and only one schema (oneOf). Found none valid, spec.provider.vault: Required value]',
    ],
  ])('%j is refused', async (spec, expected) => {
    expect(await message(spec)).toBe(expected);
  });

  it('defaults are filled in, unknown fields stay only where the schema preserves them', async () => {
    const made = await api.post(rules, {
      metadata: { name: 'x' },
      spec: { amount: '50%', free: { any: { thing: 1 } }, provider: { tresor: { lost: 1 } } },
    });
    expect(made['spec']).toEqual({
      amount: '50%',
      mode: 'quiet',
      free: { any: { thing: 1 } },
      provider: { tresor: {} },
    });
  });
});

describe('a definition with rules in CEL', () => {
  const rule = [{ rule: 'self.min <= self.max' }];
  const withRule = definitionOf('ranges', 'Range', {
    type: 'object',
    properties: { spec: { type: 'object', properties: { list: { type: 'array', items: { type: 'string' } } } } },
  });
  const at = (path: string) => `spec.versions[0].schema.openAPIV3Schema.${path}x-kubernetes-validations`;
  const ruled = (change: (spec: JsonSchema) => void): CustomResourceDefinition => {
    const copy = structuredClone(withRule);
    const spec = copy.spec.versions[0]?.schema?.openAPIV3Schema?.properties?.['spec'];
    if (spec) change(spec);
    return copy;
  };

  it.each<[string, (spec: JsonSchema) => void]>([
    ['properties[spec].', (spec) => Object.assign(spec, { 'x-kubernetes-validations': rule })],
    [
      'properties[spec].properties[list].items.',
      (spec) => Object.assign(spec.properties?.['list']?.items ?? {}, { 'x-kubernetes-validations': rule }),
    ],
  ])('is refused, naming the place: %s', async (path, change) => {
    const api = await testApi();
    const { status } = await refusal(api.cluster.create(customResourceDefinitions, ruled(change)));
    expect(status.details?.causes?.[0]).toMatchObject({ field: at(path), reason: 'FieldValueForbidden' });
    await api.cluster.create(customResourceDefinitions, withRule);
    const update = () => api.cluster.update(customResourceDefinitions, ruled(change));
    expect((await refusal(update)).message).toContain('this sandbox has no CEL');
  });
});
