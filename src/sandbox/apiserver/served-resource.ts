import type { CustomResourceDefinitionVersion, JsonSchema } from '../../kube/api-extensions.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { ResourceRef } from '../../kube/resources.ts';
import type { Strategy } from './strategy.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

export interface ServedSubresource {
  /** `status`, `scale`, `log`… */
  name: string;
  verbs: readonly ('create' | 'get' | 'patch' | 'update')[];
  /** What a request to it answers with; the parent's kind when absent. */
  kind?: { group: string; version: string; kind: string };
}

/** Objects that are stored as another version or group has them, and shown in a form of their own. */
export interface ObjectView {
  storedAs: { group: string; version: string; resource: string };
  show(stored: KubeObject): KubeObject;
  store(shown: KubeObject): KubeObject;
}

/** One kind at one version, as discovery lists it. `T` is the object's shape. */
export interface ServedResource<T extends KubeObject = KubeObject> extends ResourceRef<T> {
  singular: string;
  listKind: string;
  verbs: readonly Verb[];
  shortNames: readonly string[];
  categories: readonly string[];
  subresources: readonly ServedSubresource[];
  /** Name of the kind's entry in the table of built-in types; absent on custom resources. */
  type?: string;
  /** Only on custom resources: the version's part of its definition (schema, printer columns, deprecation). */
  custom?: CustomResourceDefinitionVersion & { schemaRoot: JsonSchema; storageVersion: string; definition: string };
  view?: ObjectView;
  /** What is particular about the kind on create, update and delete. */
  strategy: Strategy;
}

/** Where objects of a kind are kept, whatever version they are asked for: `pods`, `deployments.apps`. */
export function storageKind(served: { group: string; resource: string; view?: ObjectView }): string {
  const resource = served.view?.storedAs ?? served;
  return resource.group === '' ? resource.resource : `${resource.resource}.${resource.group}`;
}
