import { describe, expect, it } from 'vitest';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { RevisionConflict, Store, type StoreEvent } from '../../../src/sandbox/store/store.ts';

const object = (name: string, namespace = 'shop', value = 0) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  value,
});

const memoryStore = (window?: number) =>
  new Store({ clock: new SteppedClock(), ...(window === undefined ? {} : { window }) });

describe('the store in memory', () => {
  it('every write takes the next revision of one counter, whatever the kind', () => {
    const store = memoryStore();
    const first = store.create('configmaps', object('a'));
    const second = store.create('secrets', object('a'));
    expect(Number(second.metadata.resourceVersion)).toBe(Number(first.metadata.resourceVersion) + 1);
    expect(store.revision).toBe(Number(second.metadata.resourceVersion));
  });

  it('a writer whose view is stale is refused and changes nothing', () => {
    const store = memoryStore();
    const first = store.create('configmaps', object('a'));
    const second = store.replace('configmaps', object('a', 'shop', 1), first);
    expect(() => store.replace('configmaps', object('a', 'shop', 2), first)).toThrow(RevisionConflict);
    expect(() => store.create('configmaps', object('a'))).toThrow(RevisionConflict);
    expect(() => store.remove('configmaps', first)).toThrow(RevisionConflict);
    expect(store.get('configmaps', 'shop', 'a')).toBe(second);
  });

  it('objects are frozen all through', () => {
    const stored = memoryStore().create('configmaps', object('a'));
    expect(Object.isFrozen(stored)).toBe(true);
    expect(Object.isFrozen(stored.metadata)).toBe(true);
  });

  it('lists are in the order of their keys, namespaces as etcd sorts them', () => {
    const store = memoryStore();
    for (const [namespace, name] of [
      ['shop', 'b'],
      ['shop-2', 'a'],
      ['shop', 'a'],
    ]) {
      store.create('configmaps', object(name ?? '', namespace));
    }
    const keys = store.list('configmaps').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
    expect(keys).toEqual(['shop-2/a', 'shop/a', 'shop/b']);
    expect(store.list('configmaps', 'shop')).toHaveLength(2);
  });

  it('a list can be pinned to a revision that the history still holds', () => {
    const store = memoryStore();
    const a = store.create('configmaps', object('a'));
    const b = store.create('configmaps', object('b'));
    const then = store.revision;
    store.replace('configmaps', object('a', 'shop', 1), a);
    store.remove('configmaps', b);
    store.create('configmaps', object('c'));
    expect(store.listAt('configmaps', then)).toEqual([a, b]);
  });
});

describe('watching', () => {
  it('tells every change in order, also those that listeners make', () => {
    const store = memoryStore();
    const seen: string[] = [];
    const note = (who: string) => (event: StoreEvent) =>
      seen.push(`${who} ${event.type} ${event.object.metadata.name}`);
    store.watch('configmaps', (event) => {
      note('first')(event);
      if (event.object.metadata.name === 'a' && event.type === 'ADDED') store.create('configmaps', object('b'));
    });
    store.watch('configmaps', note('second'));
    const a = store.create('configmaps', object('a'));
    store.remove('configmaps', a);
    expect(seen).toEqual([
      'first ADDED a',
      'second ADDED a',
      'first ADDED b',
      'second ADDED b',
      'first DELETED a',
      'second DELETED a',
    ]);
  });

  it('a watch from a past revision replays what came after it', () => {
    const store = memoryStore();
    store.create('configmaps', object('a'));
    const since = store.revision;
    store.create('configmaps', object('b'));
    const names: (string | undefined)[] = [];
    store.watch('configmaps', (event) => names.push(event.object.metadata.name), since);
    store.create('configmaps', object('c'));
    expect(names).toEqual(['b', 'c']);
  });

  it('a revision that the bounded history forgot is refused', () => {
    const store = memoryStore(10);
    const since = store.revision;
    for (let count = 0; count < 50; count += 1) store.create('configmaps', object(`o${count}`));
    expect(store.watch('configmaps', () => undefined, since)).toBeUndefined();
    expect(store.watch('configmaps', () => undefined, store.revision - 5)).toBeTypeOf('function');
    expect(store.listAt('configmaps', since)).toBeUndefined();
  });

  it('nothing comes after the stop', () => {
    const store = memoryStore();
    const seen: StoreEvent[] = [];
    store.watch('configmaps', (event) => seen.push(event))?.();
    store.create('configmaps', object('a'));
    expect(seen).toEqual([]);
  });
});
