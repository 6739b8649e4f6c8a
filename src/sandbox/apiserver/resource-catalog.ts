import type { CustomResourceDefinition } from '../../kube/api-extensions.ts';
import type { KubeObject } from '../../kube/objects.ts';
import type { Store } from '../store/store.ts';
import { builtInResources } from './built-in-resources.ts';
import { customResourcesOf } from './custom/custom-resources.ts';
import type { ServedResource } from './served-resource.ts';

export const definitionsKind = 'customresourcedefinitions.apiextensions.k8s.io';

const keyOf = (group: string, version: string, resource: string) => `${group}/${version}/${resource}`;

/** Every kind served now: the built-in ones, and the custom ones that the stored definitions describe. */
export class ResourceCatalog {
  readonly #fixed: readonly ServedResource[];
  readonly #custom = new Map<string, readonly ServedResource[]>();
  readonly #listeners = new Set<() => void>();
  #byKey = new Map<string, ServedResource>();
  #all: readonly ServedResource[] = [];

  /** `more` are kinds that are served and not stored. */
  constructor(store: Store, more: readonly ServedResource[]) {
    this.#fixed = [...builtInResources, ...more];
    for (const definition of store.list(definitionsKind)) this.#define(definition);
    this.#index();
    store.watch(definitionsKind, ({ type, object }) => {
      if (type === 'DELETED') this.#custom.delete(object.metadata.name ?? '');
      else this.#define(object);
      this.#index();
      for (const fire of this.#listeners) fire();
    });
  }

  all(): readonly ServedResource[] {
    return this.#all;
  }

  find(group: string, version: string, resource: string): ServedResource | undefined {
    return this.#byKey.get(keyOf(group, version, resource));
  }

  /** The resource in any version that is served: scale targets, webhook rules and GC know only group and kind. */
  findAnyVersion(group: string, resource: string): ServedResource | undefined {
    return this.#all.find((each) => each.group === group && each.resource === resource);
  }

  onChange(fire: () => void): () => void {
    this.#listeners.add(fire);
    return () => this.#listeners.delete(fire);
  }

  #define(definition: KubeObject): void {
    this.#custom.set(definition.metadata.name ?? '', customResourcesOf(definition as CustomResourceDefinition));
  }

  #index(): void {
    this.#all = [...this.#fixed, ...[...this.#custom.values()].flat()];
    this.#byKey = new Map(this.#all.map((each) => [keyOf(each.group, each.version, each.resource), each]));
  }
}
