import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { noChanges, titleOf } from '../../../src/world/changes/change.ts';
import { changesBetween } from '../../../src/world/changes/changes.ts';
import { otherThing, thingOf } from '../../../src/world/changes/thing.ts';

const split: KubeObject = {
  apiVersion: 'split.smi-spec.io/v1alpha2',
  kind: 'TrafficSplit',
  metadata: { name: 'bookstore-split', namespace: 'bookstore', uid: 'u1', resourceVersion: '7', generation: 1 },
  spec: { service: 'bookstore', backends: [{ service: 'v1', weight: 100 }] },
};

const changes = (before: readonly KubeObject[], after: readonly KubeObject[]) =>
  changesBetween(
    before.map((object) => thingOf(object)),
    after.map((object) => thingOf(object)),
  );
const shown = (before: readonly KubeObject[], after: readonly KubeObject[]) =>
  changes(before, after).list.map((change) => `${change.type} ${titleOf(change)}`);
const linesOf = (before: readonly KubeObject[], after: readonly KubeObject[]) =>
  changes(before, after).list.flatMap(({ lines }) => lines.map(({ type, text }) => `${type} ${text}`));
const withMeta = (object: KubeObject, metadata: Partial<KubeObject['metadata']>): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, ...metadata },
});

describe('what changed between two moments', () => {
  it('is nothing where nothing did', () => {
    expect(changes([split], [split])).toEqual(noChanges);
  });

  it('is nothing where only the server wrote: status, versions, who manages what', () => {
    const busy = withMeta(
      { ...split, status: { ready: true } },
      {
        resourceVersion: '9',
        generation: 2,
        managedFields: [{}],
        annotations: { 'deployment.kubernetes.io/revision': '2' },
      },
    );
    expect(changes([split], [busy])).toEqual(noChanges);
  });

  it('names what is new, what is different and what is gone, in that order', () => {
    const other = withMeta(split, { name: 'other', uid: 'u2' });
    const half = { ...split, spec: { ...(split['spec'] as object), backends: [{ service: 'v1', weight: 50 }] } };
    const gone = withMeta(split, { name: 'gone', uid: 'u3' });
    expect(shown([gone, split], [half, other])).toEqual([
      'created TrafficSplit bookstore/other',
      'changed TrafficSplit bookstore/bookstore-split',
      'deleted TrafficSplit bookstore/gone',
    ]);
  });

  it('shows the fields that differ', () => {
    const half = { ...split, spec: { service: 'bookstore', backends: [{ service: 'v1', weight: 50 }] } };
    expect(linesOf([split], [half])).toContain('removed       weight: 100');
    expect(linesOf([split], [half])).toContain('added       weight: 50');
    expect(linesOf([split], [half]).join('\n')).not.toContain('kind');
  });

  it('is a replacement where another one has the name', () => {
    expect(shown([split], [withMeta(split, { uid: 'u9' })])).toEqual([
      'replaced TrafficSplit bookstore/bookstore-split',
    ]);
  });

  it('is the same thing in another version of its group', () => {
    const served = { ...split, apiVersion: 'split.smi-spec.io/v1alpha4' };
    expect(shown([split], [served])).toEqual(['changed TrafficSplit bookstore/bookstore-split']);
  });

  it('counts what controllers made of it, by kind', () => {
    const pod = (name: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name,
        namespace: 'bookstore',
        uid: name,
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'r', controller: true }],
      },
    });
    const event: KubeObject = { apiVersion: 'v1', kind: 'Event', metadata: { name: 'e', namespace: 'bookstore' } };
    expect(changes([pod('a')], [pod('b'), pod('c'), event])).toEqual({
      list: [],
      alongside: [
        { kind: 'Event', count: 1 },
        { kind: 'Pod', count: 3 },
      ],
    });
  });

  it('shows of a new object what was asked for, where kubectl apply noted it', () => {
    const asked = JSON.stringify({
      kind: 'TrafficSplit',
      metadata: { name: 'new', annotations: {} },
      spec: { asked: 1 },
    });
    const made = withMeta(
      { ...split, spec: { asked: 1, defaulted: 2 } },
      { name: 'new', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': asked } },
    );
    expect(linesOf([], [made])).toContain('added   asked: 1');
    expect(linesOf([], [made]).join()).not.toMatch(/defaulted|annotations/);
  });

  it('shows all of a new object where nobody noted what was asked for, or the note is broken', () => {
    const note = { 'kubectl.kubernetes.io/last-applied-configuration': '{' };
    expect(linesOf([], [withMeta(split, { annotations: note })])).toContain('added   service: bookstore');
  });

  it('shows no secret, but that it is another one', () => {
    const secret = (password: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: 'bookstore', uid: 's' },
      data: { password },
    });
    const lines = linesOf([secret('aHVudGVyMg==')], [secret('aHVudGVyMw==')]).join('\n');
    expect(lines).not.toContain('aHVudGVy');
    expect(lines).toMatch(/removed +password: \(hidden, 12 characters, mark [0-9a-f]{4}\)/);
    expect(lines).toMatch(/added +password: \(hidden/);
  });

  it('cuts what is too long, and says how much is missing', () => {
    const long: KubeObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', uid: 'c' },
      data: Object.fromEntries(Array.from({ length: 200 }, (_, key) => [`k${key}`, 'x'.repeat(300)])),
    };
    const [change] = changes([], [long]).list;
    expect(change?.lines).toHaveLength(120);
    expect(change?.more).toBe(85);
    expect(Math.max(...(change?.lines ?? []).map(({ text }) => text.length))).toBeLessThan(200);
  });

  it('that came with a whole cluster is only counted', () => {
    const cluster = otherThing('Managed cluster', 'rg/one', { kubernetesVersion: '1.32' });
    const made = changesBetween([], [cluster, thingOf(split, 'rg/one')]);
    expect(made.list.map(titleOf)).toEqual(['Managed cluster rg/one']);
    expect(made.alongside).toEqual([{ kind: 'TrafficSplit', count: 1 }]);
  });
});
