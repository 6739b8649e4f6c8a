import type { KubeObject, OwnerReference } from '../../kube/objects.ts';
import { apiVersionOf, type ResourceRef } from '../../kube/resources.ts';
import type { WatchEvent } from '../cluster-api.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { watchEveryKind } from './resource-watch.ts';
import { WorkQueue } from './work-queue.ts';

/** One object in the graph of owners and dependents. */
interface GraphNode {
  ref: ResourceRef;
  object: KubeObject;
}

/**
 * Deletes what lost its owners, and carries out foreground and orphan deletion. It knows every kind there is but
 * nothing about any of them. Kubernetes: pkg/controller/garbagecollector.
 */
export function startGarbageCollector(parts: ControllerParts): Controller {
  const collector = new GarbageCollector(parts);
  const stop = watchEveryKind(parts.cluster, (ref, event) => collector.observe(ref, event));
  return controllerOn(collector.queue, [stop]);
}

class GarbageCollector {
  readonly queue: WorkQueue;
  readonly #parts: ControllerParts;
  readonly #nodes = new Map<string, GraphNode>();
  readonly #dependents = new Map<string, Set<string>>();

  constructor(parts: ControllerParts) {
    this.#parts = parts;
    this.queue = new WorkQueue({
      name: 'garbage-collector',
      clock: parts.clock,
      reconcile: (uid) => this.#reconcile(uid),
      onError: (error, key) => parts.onError('garbage-collector', error, key),
    });
  }

  observe(ref: ResourceRef, { type, object }: WatchEvent): void {
    const uid = object.metadata.uid ?? '';
    this.#unlink(uid);
    if (type === 'DELETED') {
      this.#nodes.delete(uid);
      for (const dependent of this.#dependents.get(uid) ?? []) this.queue.add(dependent);
    } else {
      this.#nodes.set(uid, { ref, object });
      for (const owner of object.metadata.ownerReferences ?? []) {
        const siblings = this.#dependents.get(owner.uid) ?? new Set();
        this.#dependents.set(owner.uid, siblings.add(uid));
      }
    }
    // An owner in foreground deletion waits for this dependent; a dependent may wait for its owner.
    for (const owner of object.metadata.ownerReferences ?? [])
      if (this.#isWaiting(owner.uid)) this.queue.add(owner.uid);
    if (type !== 'DELETED' && (object.metadata.ownerReferences?.length || object.metadata.deletionTimestamp))
      this.queue.add(uid);
  }

  #unlink(uid: string): void {
    for (const owner of this.#nodes.get(uid)?.object.metadata.ownerReferences ?? []) {
      const siblings = this.#dependents.get(owner.uid);
      siblings?.delete(uid);
      if (siblings?.size === 0) this.#dependents.delete(owner.uid);
    }
  }

  #isWaiting(uid: string): boolean {
    const finalizers = this.#nodes.get(uid)?.object.metadata.finalizers ?? [];
    return finalizers.includes('foregroundDeletion') || finalizers.includes('orphan');
  }

  async #reconcile(uid: string): Promise<void> {
    const node = this.#nodes.get(uid);
    if (!node) return;
    const { deletionTimestamp, finalizers = [] } = node.object.metadata;
    if (deletionTimestamp === undefined) return this.#deleteIfAbandoned(node);
    if (finalizers.includes('orphan')) await this.#orphanDependents(node);
    else if (finalizers.includes('foregroundDeletion')) await this.#deleteDependents(node);
  }

  /** Solid owners keep an object; absent ones and ones that wait for their dependents do not. */
  async #deleteIfAbandoned(node: GraphNode): Promise<void> {
    const { ownerReferences = [], name = '', namespace, uid } = node.object.metadata;
    if (ownerReferences.length === 0) return;
    const solid = ownerReferences.filter((owner) => this.#exists(owner, namespace) && !this.#isForeground(owner));
    const waiting = ownerReferences.filter((owner) => this.#exists(owner, namespace) && this.#isForeground(owner));
    if (solid.length === ownerReferences.length) return;
    if (solid.length > 0) {
      await this.#parts.cluster.modify(node.ref, name, namespace, (draft) => {
        if (draft.metadata.uid === uid) draft.metadata.ownerReferences = solid;
      });
      return;
    }
    // Kubernetes: dependents of an owner in foreground deletion that have dependents themselves go foreground too.
    const propagationPolicy =
      waiting.length > 0 && (this.#dependents.get(uid ?? '')?.size ?? 0) > 0 ? 'Foreground' : 'Background';
    await this.#parts.cluster.delete(node.ref, name, namespace, { propagationPolicy, ...(uid ? { uid } : {}) });
  }

  /** Asks the API when the graph has no such owner: a kind may be served but not watched yet. */
  #exists(owner: OwnerReference, namespace: string | undefined): boolean {
    const inGraph = this.#nodes.get(owner.uid)?.object.metadata;
    // A namespaced owner must live in the dependent's namespace; anything else is as good as absent.
    if (inGraph) return inGraph.namespace === undefined || inGraph.namespace === namespace;
    const { cluster } = this.#parts;
    const ref = cluster.resources().find((kind) => apiVersionOf(kind) === owner.apiVersion && kind.kind === owner.kind);
    if (!ref) return false;
    return cluster.get(ref, owner.name, ref.namespaced ? namespace : undefined)?.metadata.uid === owner.uid;
  }

  #isForeground(owner: OwnerReference): boolean {
    const metadata = this.#nodes.get(owner.uid)?.object.metadata;
    return metadata?.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes('foregroundDeletion');
  }

  async #orphanDependents(owner: GraphNode): Promise<void> {
    const { uid = '' } = owner.object.metadata;
    for (const dependent of this.#dependentsOf(uid)) {
      const { name = '', namespace } = dependent.object.metadata;
      await this.#parts.cluster.modify(dependent.ref, name, namespace, (draft) => {
        const rest = (draft.metadata.ownerReferences ?? []).filter((reference) => reference.uid !== uid);
        if (rest.length > 0) draft.metadata.ownerReferences = rest;
        else delete draft.metadata.ownerReferences;
      });
    }
    await this.#removeFinalizer(owner, 'orphan');
  }

  async #deleteDependents(owner: GraphNode): Promise<void> {
    const { uid = '' } = owner.object.metadata;
    const blocking = this.#dependentsOf(uid).filter(({ object }) =>
      object.metadata.ownerReferences?.some((reference) => reference.uid === uid && reference.blockOwnerDeletion),
    );
    if (blocking.length === 0) return this.#removeFinalizer(owner, 'foregroundDeletion');
    for (const { object } of this.#dependentsOf(uid))
      if (object.metadata.deletionTimestamp === undefined) this.queue.add(object.metadata.uid ?? '');
  }

  #dependentsOf(uid: string): GraphNode[] {
    return [...(this.#dependents.get(uid) ?? [])].flatMap((dependent) => this.#nodes.get(dependent) ?? []);
  }

  async #removeFinalizer({ ref, object }: GraphNode, finalizer: string): Promise<void> {
    const { name = '', namespace, uid } = object.metadata;
    await this.#parts.cluster.modify(ref, name, namespace, (draft) => {
      if (draft.metadata.uid !== uid) return;
      draft.metadata.finalizers = (draft.metadata.finalizers ?? []).filter((present) => present !== finalizer);
    });
  }
}
