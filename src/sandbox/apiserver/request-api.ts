import type { KubeObject } from '../../kube/objects.ts';
import type { Status } from '../../kube/status.ts';
import type { WatchEventType } from '../cluster-api.ts';
import type { RequestAttributes } from './authorization/attributes.ts';
import type { Decision } from './authorization/rbac.ts';
import type { ServedResource } from './served-resource.ts';

/** Who asks, as authentication found out. */
export interface Caller {
  username: string;
  uid?: string;
  groups: readonly string[];
  /** What else its credential says: which one it is, the pod it was issued to. */
  extra?: Readonly<Record<string, readonly string[]>>;
}

/** The path of a request below its group and version. */
export interface ResourceTarget {
  resource: ServedResource;
  /** Absent on cluster-scoped kinds and for a request across all namespaces. */
  namespace?: string;
  name?: string;
  /** `status`, `scale`, `eviction`, `binding`, `token`, `finalize`; streams (log, exec…) are not asked here. */
  subresource?: string;
}

/** A body as it came; `object` is one that was decoded from protobuf. */
export type RequestBody =
  | { type: 'json'; text: string }
  | { type: 'yaml'; text: string }
  | { type: 'object'; value: Record<string, unknown> };

export interface WriteQuery {
  dryRun?: boolean;
  fieldManager?: string;
  /** What becomes of unknown and duplicate fields: 400, a warning, or silence. `Warn` when absent. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export interface PatchQuery extends WriteQuery {
  /** Only for apply: take fields over from other managers. */
  force?: boolean;
}

export interface ListQuery {
  labelSelector?: string;
  fieldSelector?: string;
  limit?: number;
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
}

export interface WatchQuery {
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion?: string;
  resourceVersionMatch?: string;
  allowWatchBookmarks?: boolean;
  sendInitialEvents?: boolean;
}

export interface DeleteQuery {
  dryRun?: boolean;
  gracePeriodSeconds?: number;
  propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  preconditions?: { uid?: string; resourceVersion?: string };
}

export interface ApiAnswer<T = KubeObject | Status> {
  code: 200 | 201 | 202;
  /** Frozen and shared, of the version that was asked for. */
  object: T;
  /** Texts for `Warning: 299 - "…"` headers. */
  warnings: readonly string[];
}

/** Items carry apiVersion and kind; a real server leaves them out of the lists of built-in kinds. */
export interface ObjectList {
  kind: string;
  apiVersion: string;
  metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number };
  items: readonly KubeObject[];
}

export type WatchFeedEvent =
  | { type: WatchEventType; object: KubeObject }
  /** Only kind, apiVersion and metadata.resourceVersion; the end of WatchList's first part carries its annotation. */
  | { type: 'BOOKMARK'; object: KubeObject }
  /** The feed is over after it. */
  | { type: 'ERROR'; object: Status };

export interface WatchFeed {
  /** A bookmark of now, for the caller to send when it wants to. */
  bookmark(): WatchFeedEvent;
  stop(): void;
}

/**
 * The API server behind its HTTP layer: every verb with its query options, for every kind served now.
 * Everything rejects (or throws) with StatusError; what it does not know is HTTP, Tables, OpenAPI and streams.
 */
export interface RequestApi {
  /** Every kind at every served version, custom ones included, in a stable order. */
  resources(): readonly ServedResource[];
  /** Undefined when not served. `resource` is the plural. */
  find(group: string, version: string, resource: string): ServedResource | undefined;
  /** Calls back after kinds came, went or changed (custom resource definitions); returns how to stop. */
  onResourcesChanged(fire: () => void): () => void;
  /** The counter of the store. */
  revision(): string;
  /** Whether the roles that are bound to the caller allow it. The verbs below leave that question to the HTTP layer. */
  authorize(caller: Caller, wanted: RequestAttributes): Decision;

  get(target: ResourceTarget, query?: { resourceVersion?: string }): ApiAnswer<KubeObject>;
  list(target: ResourceTarget, query: ListQuery): ApiAnswer<ObjectList>;
  /** Calls back at once for what is due first (inside this call), then right after each change is stored. */
  watch(target: ResourceTarget, query: WatchQuery, onEvent: (event: WatchFeedEvent) => void): WatchFeed;
  create(target: ResourceTarget, body: RequestBody, query: WriteQuery, caller: Caller): Promise<ApiAnswer>;
  update(target: ResourceTarget, body: RequestBody, query: WriteQuery, caller: Caller): Promise<ApiAnswer>;
  patch(
    target: ResourceTarget,
    type: PatchType,
    body: RequestBody,
    query: PatchQuery,
    caller: Caller,
  ): Promise<ApiAnswer>;
  delete(target: ResourceTarget, query: DeleteQuery, caller: Caller): Promise<ApiAnswer>;
  deleteCollection(
    target: ResourceTarget,
    list: ListQuery,
    query: DeleteQuery,
    caller: Caller,
  ): Promise<ApiAnswer<ObjectList>>;
}
