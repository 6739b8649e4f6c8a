import type { KubeObject } from '../../kube/objects.ts';
import { apiVersionOf } from '../../kube/resources.ts';
import { badRequest, invalid, notFound, type Status, StatusError } from '../../kube/status.ts';
import type { Store } from '../store/store.ts';
import { inVersion } from './custom/custom-resources.ts';
import type { ComputedObjects } from './metrics-resources.ts';
import type { ListQuery, ObjectList, ResourceTarget, WatchFeed, WatchFeedEvent, WatchQuery } from './request-api.ts';
import { selectorOf } from './selection.ts';
import { type ServedResource, storageKind } from './served-resource.ts';

const initialEventsEnd = 'k8s.io/initial-events-end';

/** Getting, listing and watching, with their consistency options. Everything answers from memory at once. */
export class Reads {
  readonly #store: Store;
  readonly #computed: ComputedObjects;

  /** `computed` answers for kinds that are served and not stored. */
  constructor(store: Store, computed: ComputedObjects = () => undefined) {
    this.#store = store;
    this.#computed = computed;
  }

  get(target: ResourceTarget): KubeObject {
    const { resource, namespace = '', name = '' } = target;
    const kind = storageKind(resource);
    const object =
      this.#computed(kind)?.find(
        ({ metadata }) => metadata.name === name && (metadata.namespace ?? '') === namespace,
      ) ?? this.#store.get(kind, namespace, name);
    if (!object) throw notFound(resource, name);
    return inVersion(object, resource);
  }

  list(target: ResourceTarget, query: ListQuery): ObjectList {
    const { resource, namespace } = target;
    checkListOptions(query);
    this.#checkRevision(query.resourceVersion);
    const selects = selectorOf(query, resource);
    const page = query.continue ? pageOf(query.continue) : undefined;
    const revision = page?.revision ?? exactRevision(query) ?? this.#store.revision;
    const all =
      this.#computed(storageKind(resource))?.filter(
        ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
      ) ?? this.#listAt(resource, revision, namespace, page);
    const matching = all.filter(
      (object) => (selects?.(object) ?? true) && (page === undefined || keyOf(object) > page.after),
    );
    const limit = query.limit && query.limit > 0 ? query.limit : matching.length;
    const items = matching.slice(0, limit).map((object) => inVersion(object, resource));
    const last = items.at(-1);
    const remaining = matching.length - items.length;
    return {
      kind: resource.listKind,
      apiVersion: apiVersionOf(resource),
      metadata: {
        resourceVersion: String(revision),
        ...(remaining > 0 && last ? { continue: tokenOf({ revision, after: keyOf(last) }) } : {}),
        ...(remaining > 0 && !selects ? { remainingItemCount: remaining } : {}),
      },
      items,
    };
  }

  watch(target: ResourceTarget, query: WatchQuery, onEvent: (event: WatchFeedEvent) => void): WatchFeed {
    const { resource, namespace } = target;
    const kind = storageKind(resource);
    checkWatchList(query);
    const selects = selectorOf(withName(query, target), resource);
    const isVisible = (object: KubeObject | undefined): object is KubeObject =>
      object !== undefined &&
      (namespace === undefined || object.metadata.namespace === namespace) &&
      (selects?.(object) ?? true);
    const bookmark = (annotations?: Record<string, string>): WatchFeedEvent => ({
      type: 'BOOKMARK',
      object: {
        kind: resource.kind,
        apiVersion: apiVersionOf(resource),
        metadata: { resourceVersion: String(this.#store.revision), ...(annotations && { annotations }) },
      },
    });
    const from = query.resourceVersion ?? '';
    const startsWithAll = query.sendInitialEvents === true || from === '' || from === '0';
    if (startsWithAll) {
      if (query.sendInitialEvents !== false) {
        for (const object of this.#store.list(kind, namespace)) {
          if (isVisible(object)) onEvent({ type: 'ADDED', object: inVersion(object, resource) });
        }
      }
      if (query.sendInitialEvents === true && query.allowWatchBookmarks)
        onEvent(bookmark({ [initialEventsEnd]: 'true' }));
    }
    const since = startsWithAll ? undefined : revisionOf(from);
    const stop = this.#store.watch(
      kind,
      ({ type, object, previous }) => {
        const known = isVisible(previous) ? previous : undefined;
        const shown = inVersion(object, resource);
        if (type !== 'DELETED' && isVisible(object)) onEvent({ type: known ? 'MODIFIED' : 'ADDED', object: shown });
        else if (known) {
          // What stops matching is gone for this watcher; it sees the last state that it knew, at the new revision.
          onEvent({ type: 'DELETED', object: type === 'DELETED' ? shown : lastSeen(known, object, resource) });
        }
      },
      since,
    );
    if (!stop) onEvent({ type: 'ERROR', object: this.#expired(from) });
    return { bookmark: () => bookmark(), stop: stop ?? (() => undefined) };
  }

  #listAt(
    resource: ServedResource,
    revision: number,
    namespace: string | undefined,
    page: Page | undefined,
  ): KubeObject[] {
    if (revision === this.#store.revision) return this.#store.list(storageKind(resource), namespace);
    const list = this.#store.listAt(storageKind(resource), revision, namespace);
    if (list) return list;
    if (page === undefined) {
      throw new StatusError(410, 'Expired', `The resourceVersion for the provided list is too old.`);
    }
    const error = new StatusError(
      410,
      'Expired',
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    );
    error.status.metadata.continue = tokenOf({ revision: this.#store.revision, after: page.after });
    throw error;
  }

  #checkRevision(text: string | undefined): void {
    if (!text || text === '0') return;
    const revision = revisionOf(text);
    if (revision <= this.#store.revision) return;
    throw new StatusError(
      504,
      'Timeout',
      `Timeout: Too large resource version: ${revision}, current: ${this.#store.revision}`,
      {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    );
  }

  #expired(from: string): Status {
    return new StatusError(410, 'Expired', `too old resource version: ${from} (${this.#store.revision})`).status;
  }
}

function lastSeen(previous: KubeObject, now: KubeObject, resource: ServedResource): KubeObject {
  const { resourceVersion = '' } = now.metadata;
  return inVersion({ ...previous, metadata: { ...previous.metadata, resourceVersion } }, resource);
}

/** A watch on one name is a watch with a field selector. */
function withName(query: WatchQuery, { name }: ResourceTarget): WatchQuery {
  if (name === undefined) return query;
  return { ...query, fieldSelector: [query.fieldSelector, `metadata.name=${name}`].filter(Boolean).join(',') };
}

/** Kubernetes: apimachinery/pkg/apis/meta/internalversion/validation ValidateListOptions */
function checkListOptions({ resourceVersion = '', resourceVersionMatch: match, continue: token }: ListQuery): void {
  if (token && resourceVersion !== '' && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  if (match === undefined) return;
  const forbidden = (why: string) => ({ reason: 'FieldValueForbidden', message: `Forbidden: ${why}` });
  const wrong = [
    ...(resourceVersion === ''
      ? [forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided')]
      : []),
    ...(token ? [forbidden('resourceVersionMatch is forbidden when continue is provided')] : []),
    ...(match !== 'Exact' && match !== 'NotOlderThan'
      ? [
          {
            reason: 'FieldValueNotSupported',
            message: `Unsupported value: "${match}": supported values: "Exact", "NotOlderThan", ""`,
          },
        ]
      : []),
    ...(match === 'Exact' && resourceVersion === '0'
      ? [forbidden('resourceVersionMatch "Exact" is forbidden for resourceVersion "0"')]
      : []),
  ];
  const causes = wrong.map((cause) => ({ ...cause, field: 'resourceVersionMatch' }));
  if (causes.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, '', causes);
}

function checkWatchList(query: WatchQuery): void {
  const refuse = (why: string) => {
    const message = `Forbidden: ${why}`;
    throw new StatusError(422, 'Invalid', `ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: ${message}`, {
      group: 'meta.k8s.io',
      kind: 'ListOptions',
      causes: [{ reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' }],
    });
  };
  if (query.sendInitialEvents !== undefined && query.resourceVersionMatch !== 'NotOlderThan') {
    refuse('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  }
  if (query.sendInitialEvents === undefined && query.resourceVersionMatch) {
    refuse('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  }
}

/** Kubernetes: without a match, a first page at a revision means exactly that one; a whole list, that one or a newer. */
function exactRevision({ resourceVersion, resourceVersionMatch: match, limit = 0 }: ListQuery): number | undefined {
  if (!resourceVersion || resourceVersion === '0') return undefined;
  return match === 'Exact' || (match === undefined && limit > 0) ? revisionOf(resourceVersion) : undefined;
}

function revisionOf(text: string): number {
  if (!/^\d+$/.test(text)) {
    throw new StatusError(
      400,
      'BadRequest',
      `Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`,
    );
  }
  return Number(text);
}

interface Page {
  revision: number;
  /** Key of the last item that was sent. */
  after: string;
}

const keyOf = ({ metadata }: KubeObject) => `${metadata.namespace ?? ''}/${metadata.name}`;

const tokenOf = ({ revision, after }: Page) =>
  Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: after })).toString('base64url');

function pageOf(token: string): Page {
  try {
    const page = JSON.parse(Buffer.from(token, 'base64url').toString()) as { rv?: unknown; start?: unknown } | null;
    if (typeof page?.rv === 'number' && typeof page.start === 'string') return { revision: page.rv, after: page.start };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest('continue key is not valid: encoded continue token is not valid');
}
