import type { KubeObject } from '../../kube/objects.ts';

/** One object's place in the order, which stays while the object is replaced. */
interface Place {
  readonly name: string;
  object: KubeObject;
}

interface InNamespace {
  readonly byName: Map<string, Place>;
  sorted: Place[] | undefined;
}

/**
 * The objects of one kind by namespace and name, listed in the order of their keys. Places are kept sorted until a
 * name comes or goes, so lists after updates cost neither sorting nor looking up. Cluster-scoped objects live in
 * namespace ''.
 */
export class KindObjects {
  readonly #byNamespace = new Map<string, InNamespace>();
  #sortedNamespaces: string[] | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#byNamespace.get(namespace)?.byName.get(name)?.object;
  }

  set(namespace: string, name: string, object: KubeObject): void {
    let inNamespace = this.#byNamespace.get(namespace);
    if (!inNamespace) {
      inNamespace = { byName: new Map(), sorted: undefined };
      this.#byNamespace.set(namespace, inNamespace);
      this.#sortedNamespaces = undefined;
    }
    const place = inNamespace.byName.get(name);
    if (place) {
      place.object = object;
      return;
    }
    inNamespace.byName.set(name, { name, object });
    inNamespace.sorted = undefined;
    this.#size += 1;
  }

  delete(namespace: string, name: string): void {
    const inNamespace = this.#byNamespace.get(namespace);
    if (!inNamespace?.byName.delete(name)) return;
    this.#size -= 1;
    inNamespace.sorted = undefined;
    if (inNamespace.byName.size > 0) return;
    this.#byNamespace.delete(namespace);
    this.#sortedNamespaces = undefined;
  }

  list(namespace?: string): KubeObject[] {
    if (namespace !== undefined) return this.#inOrder(namespace);
    // etcd sorts whole keys, so `shop-2/` comes before `shop/`.
    this.#sortedNamespaces ??= [...this.#byNamespace.keys()].sort((left, right) => order(`${left}/`, `${right}/`));
    return this.#sortedNamespaces.flatMap((each) => this.#inOrder(each));
  }

  #inOrder(namespace: string): KubeObject[] {
    const inNamespace = this.#byNamespace.get(namespace);
    if (!inNamespace) return [];
    inNamespace.sorted ??= [...inNamespace.byName.values()].sort((left, right) => order(left.name, right.name));
    return inNamespace.sorted.map(({ object }) => object);
  }
}

/** Order of keys: by code unit, as etcd sorts bytes. */
export const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
