import { cloneJson, isJsonObject } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { apiVersionOf, type ResourceRef } from '../../kube/resources.ts';
import { matchesLabelSelector, parseLabelSelector } from '../../kube/selectors.ts';
import { StatusError } from '../../kube/status.ts';
import type { ClusterApi, DeleteOptions, ListOptions, WatchEvent } from '../cluster-api.ts';
import type { Store } from '../store/store.ts';
import { inVersion } from './custom/custom-resources.ts';
import type { Deletes } from './deletes.ts';
import type { ResourceCatalog } from './resource-catalog.ts';
import { type ServedResource, storageKind } from './served-resource.ts';
import { inProcessContext } from './write-context.ts';
import type { Writes } from './writes.ts';

export interface ClusterPortParts {
  store: Store;
  catalog: ResourceCatalog;
  writes: Writes;
  deletes: Deletes;
}

/** The in-process face of the API server: typed calls, no HTTP, the same rules. */
export function createClusterPort({ store, catalog, writes, deletes }: ClusterPortParts): ClusterApi {
  const served = (ref: ResourceRef): ServedResource => {
    const found = catalog.find(ref.group, ref.version, ref.resource);
    if (found) return found;
    throw new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
  };
  const draftOf = (ref: ResourceRef, object: KubeObject): KubeObject => ({
    ...cloneJson(object),
    apiVersion: apiVersionOf(ref),
    kind: ref.kind,
  });
  // A kind that is not served has no objects; its definition may be on its way.
  const isServed = (ref: ResourceRef) => catalog.find(ref.group, ref.version, ref.resource) !== undefined;
  const namespaceOf = (ref: ResourceRef, namespace: string | undefined) => (ref.namespaced ? namespace : undefined);
  const shownTo = (ref: ResourceRef, object: KubeObject) => {
    const resource = catalog.find(ref.group, ref.version, ref.resource);
    return resource ? inVersion(object, resource) : object;
  };

  async function change<T extends KubeObject>(
    ref: ResourceRef<T>,
    name: string,
    namespace: string | undefined,
    subresource: string,
    edit: (draft: T) => void,
  ): Promise<T | undefined> {
    if (!isServed(ref)) return undefined;
    const target = { resource: served(ref), namespace: namespaceOf(ref, namespace), name, subresource };
    if (!store.get(storageKind(ref), target.namespace ?? '', name)) return undefined;
    const changed = await writes
      .update(
        target,
        (draft) => {
          edit(draft as T);
          return draft;
        },
        inProcessContext(),
      )
      .catch((error: unknown) => {
        if (error instanceof StatusError && error.code === 404) return undefined;
        throw error;
      });
    return changed as T | undefined;
  }

  async function replace<T extends KubeObject>(ref: ResourceRef<T>, object: T, subresource: string): Promise<T> {
    const resource = served(ref);
    const { name = '', namespace } = object.metadata;
    const target = { resource, namespace: namespaceOf(ref, namespace), name, subresource };
    return (await writes.update(target, () => draftOf(ref, object), inProcessContext())) as T;
  }

  return {
    get<T extends KubeObject>(ref: ResourceRef<T>, name: string, namespace?: string) {
      const object = store.get(storageKind(ref), namespaceOf(ref, namespace) ?? '', name);
      return object && (shownTo(ref, object) as T);
    },
    list<T extends KubeObject>(ref: ResourceRef<T>, options: ListOptions = {}) {
      const all = store.list(storageKind(ref), namespaceOf(ref, options.namespace));
      const selector = options.labelSelector ? parseLabelSelector(options.labelSelector) : undefined;
      const matching = selector ? all.filter(({ metadata }) => matchesLabelSelector(selector, metadata.labels)) : all;
      return matching.map((object) => shownTo(ref, object) as T);
    },
    async create<T extends KubeObject>(ref: ResourceRef<T>, object: T) {
      const namespace = namespaceOf(ref, object.metadata.namespace);
      return (await writes.create(served(ref), namespace, draftOf(ref, object), inProcessContext())) as T;
    },
    update: (ref, object) => replace(ref, object, ''),
    updateStatus: (ref, object) => replace(ref, object, 'status'),
    modify: (ref, name, namespace, edit) => change(ref, name, namespace, '', edit),
    modifyStatus: (ref, name, namespace, edit) => change(ref, name, namespace, 'status', edit),
    async delete(ref, name, namespace, options: DeleteOptions = {}) {
      if (!isServed(ref)) return;
      const { uid, ...query } = options;
      const target = { resource: served(ref), namespace: namespaceOf(ref, namespace), name };
      try {
        await deletes.delete(target, { ...query, ...(uid && { preconditions: { uid } }) }, inProcessContext());
      } catch (error) {
        if (!(error instanceof StatusError && error.code === 404)) throw error;
      }
    },
    watch<T extends KubeObject>(ref: ResourceRef<T>, onEvent: (event: WatchEvent<T>) => void) {
      const kind = storageKind(ref);
      const existing = store.list(kind);
      const stop = store.watch(kind, ({ type, object }) => {
        onEvent({ type, object: shownTo(ref, object) as T });
      });
      for (const object of existing) onEvent({ type: 'ADDED', object: shownTo(ref, object) as T });
      return stop ?? (() => undefined);
    },
    resources: () => catalog.all().filter((resource) => resource.verbs.includes('list') && !isOlderVersion(resource)),
  };
}

/** Kinds come once, at their storage version. */
const isOlderVersion = ({ custom, version, view }: ServedResource) =>
  view !== undefined || (isJsonObject(custom) && custom['storageVersion'] !== version);
