import type { KubeObject } from '../../kube/objects.ts';

/**
 * The objects of one kind by namespace and name, listed in the order of their keys. Sorted names are kept until a
 * name comes or goes, so lists after updates cost no sorting. Cluster-scoped objects live in namespace ''.
 */
export class KindObjects {
  readonly #byNamespace = new Map<string, { objects: Map<string, KubeObject>; sorted: string[] | undefined }>();
  #sortedNamespaces: string[] | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(namespace: string, name: string): KubeObject | undefined {
    return this.#byNamespace.get(namespace)?.objects.get(name);
  }

  set(namespace: string, name: string, object: KubeObject): void {
    let inNamespace = this.#byNamespace.get(namespace);
    if (!inNamespace) {
      inNamespace = { objects: new Map(), sorted: undefined };
      this.#byNamespace.set(namespace, inNamespace);
      this.#sortedNamespaces = undefined;
    }
    if (!inNamespace.objects.has(name)) {
      inNamespace.sorted = undefined;
      this.#size += 1;
    }
    inNamespace.objects.set(name, object);
  }

  delete(namespace: string, name: string): void {
    const inNamespace = this.#byNamespace.get(namespace);
    if (!inNamespace?.objects.delete(name)) return;
    this.#size -= 1;
    inNamespace.sorted = undefined;
    if (inNamespace.objects.size > 0) return;
    this.#byNamespace.delete(namespace);
    this.#sortedNamespaces = undefined;
  }

  list(namespace?: string): KubeObject[] {
    if (namespace !== undefined) return [...this.#inOrder(namespace)];
    // etcd sorts whole keys, so `shop-2/` comes before `shop/`.
    this.#sortedNamespaces ??= [...this.#byNamespace.keys()].sort((left, right) => order(`${left}/`, `${right}/`));
    return this.#sortedNamespaces.flatMap((each) => [...this.#inOrder(each)]);
  }

  *#inOrder(namespace: string): Generator<KubeObject> {
    const inNamespace = this.#byNamespace.get(namespace);
    if (!inNamespace) return;
    inNamespace.sorted ??= [...inNamespace.objects.keys()].sort(order);
    for (const name of inNamespace.sorted) {
      const object = inNamespace.objects.get(name);
      if (object) yield object;
    }
  }
}

/** Order of keys: by code unit, as etcd sorts bytes. */
export const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
