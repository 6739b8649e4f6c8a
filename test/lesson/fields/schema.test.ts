import { describe, expect, it } from 'vitest';
import { FieldDesk } from '../../../src/lesson/fields/field-desk.ts';
import { answerFor, documentPath } from '../../../src/lesson/fields/schema.ts';
import { createOpenApi } from '../../../src/sandbox/apiserver/openapi.ts';
import { testApi } from '../../sandbox/apiserver/api-fixture.ts';

const custom = {
  components: {
    schemas: {
      'io.example.v1.Thing': {
        type: 'object',
        required: ['spec'],
        'x-kubernetes-group-version-kind': [{ group: 'example.io', version: 'v1', kind: 'Thing' }],
        properties: {
          spec: {
            type: 'object',
            required: ['mode'],
            properties: {
              names: { type: 'array', items: { type: 'string', pattern: '^[a-z]+$', maxLength: 9 } },
              mode: { type: 'string', enum: ['fast', 'slow'], default: 'slow' },
              labels: { type: 'object', additionalProperties: { type: 'string' } },
              free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
              port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
            },
          },
        },
      },
    },
  },
};

const thing = (...path: string[]) => answerFor(custom, { apiVersion: 'example.io/v1', kind: 'Thing', path });

describe("what a cluster's schema says of a field", () => {
  it('is its type, whether it must be there, what it may be, and nothing that is not written', () => {
    expect(thing('spec', 'mode')).toEqual({
      type: 'facts',
      facts: {
        type: 'string',
        description: undefined,
        isRequired: true,
        allowed: ['fast', 'slow'],
        limits: [],
        default: '"slow"',
        fields: [],
      },
    });
    expect(thing('spec', 'names')).toMatchObject({
      facts: { type: '[]string', isRequired: false, limits: ['pattern ^[a-z]+$', 'maxLength 9'] },
    });
    expect(thing('spec', 'labels', 'any.name/x')).toMatchObject({ facts: { type: 'string' } });
    expect(thing('spec', 'labels')).toMatchObject({ facts: { type: 'map[string]string' } });
    expect(thing('spec', 'free', 'whatever')).toMatchObject({ facts: { type: 'any' } });
    expect(thing('spec', 'port')).toMatchObject({ facts: { type: 'integer or string' } });
    expect(thing('spec')).toMatchObject({ facts: { fields: ['mode', 'names', 'labels', 'free', 'port'] } });
  });

  it('is how far the path leads where there is no such field', () => {
    expect(thing('spec', 'mod')).toMatchObject({
      type: 'no-field',
      at: ['spec'],
      known: expect.arrayContaining(['mode']),
    });
    expect(thing('spec', 'toString')).toMatchObject({ type: 'no-field' });
    expect(answerFor(custom, { apiVersion: 'example.io/v2', kind: 'Thing', path: [] })).toEqual({ type: 'no-kind' });
    expect(answerFor('nonsense', { apiVersion: 'v1', kind: 'Pod', path: [] })).toEqual({ type: 'no-kind' });
  });

  it('follows references of built-in kinds, as the API server writes them', async () => {
    const api = createOpenApi((await testApi()).requests);
    const ask = (apiVersion: string, kind: string, path: string) => {
      const document: unknown = JSON.parse(String(api.document(documentPath(apiVersion))?.body));
      return answerFor(document, { apiVersion, kind, path: path.split('.').filter(Boolean) });
    };
    expect(ask('apps/v1', 'Deployment', 'spec.replicas')).toMatchObject({
      facts: { type: 'integer', isRequired: false, description: expect.stringContaining('Number of desired pods') },
    });
    expect(ask('apps/v1', 'Deployment', 'spec.template.spec.containers')).toMatchObject({
      facts: { type: '[]Container', isRequired: true, fields: expect.arrayContaining(['image', 'name']) },
    });
    expect(ask('apps/v1', 'Deployment', 'spec.template.spec.containers.ports.containerPort')).toMatchObject({
      facts: { type: 'integer', isRequired: true },
    });
    expect(ask('v1', 'Service', 'metadata.labels.app')).toMatchObject({ facts: { type: 'string' } });
    expect(ask('v1', 'Service', 'spec.prots')).toMatchObject({ type: 'no-field', at: ['spec'] });
  });
});

describe('the desk of fields', () => {
  const manifest = 'apiVersion: example.io/v1\nkind: Thing\nspec:\n  mode: fast';
  const ports = (asked: string[]) => ({
    read: async (path: string) => (path.startsWith('manifests/') ? manifest : undefined),
    list: async () => ['b.yaml', 'a.yaml', 'README.md'],
    openApi: async (path: string) => {
      asked.push(path);
      return { type: 'document' as const, document: custom };
    },
  });

  it('reads files of the course only, folders in order, and blocks that say what they are', async () => {
    const scripts = ['kubectl apply -f manifests/ -f ../secret.yaml -f /etc/x.yaml -f nothing.yaml'];
    const desk = new FieldDesk({ prose: ['```yaml\nweight: 1\n```'], scripts }, ports([]), () => {});
    expect(desk.manifests).toBeUndefined();
    expect((await desk.load()).map(({ title }) => title)).toEqual(['manifests/a.yaml', 'manifests/b.yaml']);
  });

  it('asks the cluster once for all fields of a group, and tells when the answer is there', async () => {
    const asked: string[] = [];
    let changes = 0;
    const desk = new FieldDesk({ prose: [], scripts: ['kubectl apply -f manifests/a.yaml'] }, ports(asked), () => {
      changes += 1;
    });
    const [first] = await desk.load();
    const field = first?.lines[3]?.field;
    if (!field) throw new Error('no field');
    expect(await desk.ask(field)).toMatchObject({ type: 'facts' });
    expect(desk.about({ ...field, path: ['spec'] })).toMatchObject({ type: 'facts' });
    expect(asked).toEqual(['apis/example.io/v1']);
    expect(changes).toBe(2);
  });
});
