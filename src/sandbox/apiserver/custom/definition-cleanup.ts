import type { CustomResourceDefinition } from '../../../kube/api-extensions.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { StatusError } from '../../../kube/status.ts';
import type { Store } from '../../store/store.ts';
import type { Deletes } from '../deletes.ts';
import type { ResourceCatalog } from '../resource-catalog.ts';
import { type ServedResource, storageKind } from '../served-resource.ts';
import { inProcessContext } from '../write-context.ts';
import type { Writes } from '../writes.ts';
import { cleanupFinalizer } from './definition-strategy.ts';

export interface CleanupParts {
  store: Store;
  catalog: ResourceCatalog;
  writes: Writes;
  deletes: Deletes;
}

/** Deletes the objects of definitions that are being deleted, then lets the definitions go. */
export function cleanUpDefinitions({ store, catalog, writes, deletes }: CleanupParts): void {
  const definitions = catalog.find('apiextensions.k8s.io', 'v1', 'customresourcedefinitions');
  if (!definitions) return;
  const underWay = new Set<string>();

  function begin(object: KubeObject): void {
    const { name = '', deletionTimestamp, finalizers = [] } = object.metadata;
    if (deletionTimestamp === undefined || !finalizers.includes(cleanupFinalizer) || underWay.has(name)) return;
    underWay.add(name);
    const { group, names } = (object as CustomResourceDefinition).spec;
    const instances = catalog.findAnyVersion(group, names.plural);
    const kind = storageKind({ group, resource: names.plural });
    const stop = store.watch(kind, ({ type }) => {
      if (type === 'DELETED') finishWhenEmpty();
    });
    const finishWhenEmpty = () => {
      if (store.list(kind).length > 0 || !underWay.delete(name)) return;
      stop?.();
      void release(name);
    };
    void Promise.all(instances ? store.list(kind).map((each) => remove(instances, each)) : []).then(finishWhenEmpty);
  }

  async function remove(resource: ServedResource, { metadata }: KubeObject): Promise<void> {
    const target = { resource, namespace: metadata.namespace, name: metadata.name ?? '' };
    await deletes.delete(target, {}, inProcessContext()).catch(ignoreGone);
  }

  async function release(name: string): Promise<void> {
    const target = { resource: definitions as ServedResource, namespace: undefined, name, subresource: '' };
    const withoutFinalizer = (draft: KubeObject) => {
      const { metadata } = draft;
      metadata.finalizers = metadata.finalizers?.filter((each) => each !== cleanupFinalizer) ?? [];
      return draft;
    };
    await writes.update(target, withoutFinalizer, inProcessContext()).catch(ignoreGone);
  }

  for (const object of store.list(storageKind(definitions))) begin(object);
  store.watch(storageKind(definitions), ({ type, object }) => {
    if (type !== 'DELETED') begin(object);
  });
}

function ignoreGone(error: unknown): void {
  if (!(error instanceof StatusError && error.code === 404)) throw error;
}
