import type { KubeObject } from '../kube/objects.ts';
import type { ResourceRef } from '../kube/resources.ts';

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED';

export interface WatchEvent<T extends KubeObject = KubeObject> {
  type: WatchEventType;
  /** Frozen and shared: never change it, take a structuredClone. On DELETED the last state. */
  object: T;
}

export interface ListOptions {
  namespace?: string;
  /** A label selector in the API's text form: `app=bookstore,version in (v1,v2)`. */
  labelSelector?: string;
}

export interface DeleteOptions {
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  gracePeriodSeconds?: number;
  /** Precondition: delete only the object with this uid. */
  uid?: string;
}

/**
 * The API server as our own components use it, without HTTP: the same defaulting, validation, admission and storage as
 * a request from kubectl. Reads answer from memory at once; objects they return are frozen. Writes reject with StatusError.
 */
export interface ClusterApi {
  get<T extends KubeObject>(ref: ResourceRef<T>, name: string, namespace?: string): T | undefined;
  list<T extends KubeObject>(ref: ResourceRef<T>, options?: ListOptions): T[];
  create<T extends KubeObject>(ref: ResourceRef<T>, object: T): Promise<T>;
  /** Replaces all but the status. 409 when metadata.resourceVersion is set and stale. */
  update<T extends KubeObject>(ref: ResourceRef<T>, object: T): Promise<T>;
  updateStatus<T extends KubeObject>(ref: ResourceRef<T>, object: T): Promise<T>;
  /**
   * Read, change a copy, write, again on conflict. No write (and no event) when the change leaves the object equal.
   * Undefined when the object is gone.
   */
  modify<T extends KubeObject>(
    ref: ResourceRef<T>,
    name: string,
    namespace: string | undefined,
    change: (draft: T) => void,
  ): Promise<T | undefined>;
  modifyStatus<T extends KubeObject>(
    ref: ResourceRef<T>,
    name: string,
    namespace: string | undefined,
    change: (draft: T) => void,
  ): Promise<T | undefined>;
  /** No error when the object is already gone. */
  delete(ref: ResourceRef, name: string, namespace?: string, options?: DeleteOptions): Promise<void>;
  /** ADDED for each object that exists, then every change, in order, right after it is stored. Returns how to stop. */
  watch<T extends KubeObject>(ref: ResourceRef<T>, onEvent: (event: WatchEvent<T>) => void): () => void;
  /** Every kind served now, custom ones included; for controllers that must see all of them (gc, namespace). */
  resources(): ResourceRef[];
}
