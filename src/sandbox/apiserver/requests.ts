import { cloneJson, isJsonObject } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { type Status, StatusError } from '../../kube/status.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../store/store.ts';
import { authorize, type Policy } from './authorization/rbac.ts';
import { decodeObject } from './decoding/decode-body.ts';
import type { Deletes } from './deletes.ts';
import { recordUpdate } from './patch/managed-fields.ts';
import type { Patches } from './patch/patches.ts';
import type { Reads } from './reads.ts';
import type {
  ApiAnswer,
  Caller,
  DeleteQuery,
  ListQuery,
  ObjectList,
  RequestApi,
  RequestBody,
  ResourceTarget,
  WriteQuery,
} from './request-api.ts';
import type { ResourceCatalog } from './resource-catalog.ts';
import type { ServedResource, Verb } from './served-resource.ts';
import { evictPod } from './subresources/eviction.ts';
import { bindPod } from './subresources/pod-requests.ts';
import { reviews } from './subresources/reviews.ts';
import { scaleOf, setReplicas } from './subresources/scale.ts';
import { issueToken } from './subresources/token-request.ts';
import { checkFields, ofKind } from './type-rules.ts';
import type { WriteContext } from './write-context.ts';
import type { Writes } from './writes.ts';

export interface RequestParts {
  store: Store;
  catalog: ResourceCatalog;
  reads: Reads;
  writes: Writes;
  deletes: Deletes;
  patches: Patches;
  clock: Clock;
  /** Who may do what. */
  policy: Policy;
  /** Signs service account tokens. */
  tokenKey: Buffer;
}

/** What the HTTP layer calls, put together from the parts that each know one thing. */
export function createRequestApi(parts: RequestParts): RequestApi {
  const { store, catalog, reads, patches } = parts;
  return {
    resources: () => catalog.all(),
    find: (group, version, resource) => catalog.find(group, version, resource),
    onResourcesChanged: (fire) => catalog.onChange(fire),
    revision: () => String(store.revision),
    authorize: (caller, wanted) => authorize(parts.policy, caller, wanted),
    get(target) {
      checkVerb(target, 'get');
      const object = reads.get(target);
      return answer(200, target.subresource === 'scale' ? scaleOf(object, target.resource) : object, target.resource);
    },
    list(target, query) {
      checkVerb(target, 'list');
      return answer(200, reads.list(target, query), target.resource);
    },
    watch(target, query, onEvent) {
      checkVerb(target, 'watch');
      return reads.watch(target, query, onEvent);
    },
    create: (target, body, query, caller) => create(parts, target, body, query, caller),
    update: (target, body, query, caller) => update(parts, target, body, query, caller),
    async patch(target, type, body, query, caller) {
      checkVerb(target, 'patch');
      const context = contextOf(query, caller);
      const { object, isNew } = await patches.patch(target, type, body, query.force === true, context);
      return answer(isNew ? 201 : 200, object, target.resource, context);
    },
    async delete(target, query, caller) {
      checkVerb(target, 'delete');
      const context = contextOf(query, caller);
      return answer(200, await parts.deletes.delete(named(target), query, context), target.resource, context);
    },
    deleteCollection: (target, list, query, caller) => deleteCollection(parts, target, list, query, caller),
  };
}

async function create(
  parts: RequestParts,
  target: ResourceTarget,
  body: RequestBody,
  query: WriteQuery,
  caller: Caller,
): Promise<ApiAnswer> {
  checkVerb(target, 'create');
  const { resource } = target;
  const context = contextOf(query, caller);
  if (target.subresource) {
    const object = await decodeAt(target, body, context);
    return answer(201, await createAt(parts, target, object, context), resource, context);
  }
  const draft = await decodeFor(target, body, context);
  const review = reviews[resource.resource];
  if (review && resource.group.startsWith('auth')) {
    const { namespace } = target;
    return answer(201, review(draft, { caller, namespace, policy: parts.policy }), resource, context);
  }
  if (context.fieldManager) recordUpdate(draft, undefined, resource, context.fieldManager, '', parts.clock.now());
  return answer(201, await parts.writes.create(resource, target.namespace, draft, context), resource, context);
}

async function createAt(
  parts: RequestParts,
  target: ResourceTarget,
  object: KubeObject,
  context: WriteContext,
): Promise<KubeObject | Status> {
  const now = parts.clock.now();
  switch (target.subresource) {
    case 'binding':
      return bindPod(parts.writes, named(target), object, now, context);
    case 'eviction':
      return evictPod(parts, named(target), object, now, context);
    case 'token':
      return issueToken(parts.reads.get(target), object, {
        now,
        key: parts.tokenKey,
        find: (kind, namespace, name) => parts.store.get(`${kind.toLowerCase()}s`, namespace, name),
      });
    default:
      throw notAllowed();
  }
}

async function update(
  parts: RequestParts,
  target: ResourceTarget,
  body: RequestBody,
  query: WriteQuery,
  caller: Caller,
): Promise<ApiAnswer> {
  checkVerb(target, 'update');
  const { resource, subresource = '' } = target;
  const context = contextOf(query, caller);
  if (subresource === 'scale') {
    const scale = await decodeAt(target, body, context);
    const change = (draft: KubeObject, current: KubeObject) => {
      setReplicas(draft, scale, resource);
      if (context.fieldManager) {
        recordUpdate(draft, current, resource, context.fieldManager, 'scale', parts.clock.now());
      }
      return draft;
    };
    const object = await parts.writes.update({ ...named(target), subresource: '' }, change, context);
    return answer(200, scaleOf(object, resource), resource, context);
  }
  const draft = await decodeFor(target, body, context);
  if (resource.custom && !draft.metadata.resourceVersion) {
    const why = 'Invalid value: 0: must be specified for an update';
    const message = `${resource.resource}.${resource.group} "${target.name}" is invalid: metadata.resourceVersion: ${why}`;
    const causes = [{ reason: 'FieldValueInvalid', message: why, field: 'metadata.resourceVersion' }];
    throw new StatusError(422, 'Invalid', message, {
      name: target.name ?? '',
      group: resource.group,
      kind: resource.resource,
      causes,
    });
  }
  const object = await parts.writes.update(
    { ...named(target), subresource },
    (_draft, current) => {
      const next = cloneJson(draft);
      if (context.fieldManager) {
        recordUpdate(next, current, resource, context.fieldManager, subresource, parts.clock.now());
      }
      return next;
    },
    context,
  );
  return answer(200, object, resource, context);
}

async function deleteCollection(
  parts: RequestParts,
  target: ResourceTarget,
  list: ListQuery,
  query: DeleteQuery,
  caller: Caller,
): Promise<ApiAnswer<ObjectList>> {
  checkVerb(target, 'deletecollection');
  const context = contextOf(query, caller);
  const found = parts.reads.list(target, list);
  for (const { metadata } of found.items) {
    const one = { resource: target.resource, namespace: metadata.namespace, name: metadata.name ?? '' };
    // Someone else may have been faster.
    await parts.deletes.delete(one, query, context).catch((error: unknown) => {
      if (!(error instanceof StatusError && error.code === 404)) throw error;
    });
  }
  return answer(200, found, target.resource, context);
}

async function decodeFor(target: ResourceTarget, body: RequestBody, context: WriteContext): Promise<KubeObject> {
  const { resource } = target;
  const { value, duplicates } = await decodeObject(body, resource.kind, context.fieldValidation !== 'Ignore');
  const draft = asObject(ofKind(value, resource));
  checkFields(draft, duplicates, resource, context);
  return draft;
}

/** What a subresource takes that is no view of its parent: a Binding, an Eviction, a Scale, a TokenRequest. */
async function decodeAt(target: ResourceTarget, body: RequestBody, context: WriteContext): Promise<KubeObject> {
  const { version, kind } = kindAt(target);
  const type = subresourceTypes[kind];
  const { value, duplicates } = await decodeObject(body, kind, context.fieldValidation !== 'Ignore');
  const object = asObject(value);
  if (type !== undefined) checkFields(object, duplicates, { kind, version, type }, context);
  return object;
}

const subresourceTypes: Readonly<Record<string, string>> = {
  Binding: 'V1Binding',
  Eviction: 'V1Eviction',
  Scale: 'V1Scale',
  TokenRequest: 'AuthenticationV1TokenRequest',
};

function asObject(value: Record<string, unknown>): KubeObject {
  return { ...value, metadata: isJsonObject(value['metadata']) ? value['metadata'] : {} };
}

function contextOf(query: WriteQuery, caller: Caller): WriteContext {
  return {
    caller,
    dryRun: query.dryRun === true,
    fieldManager: query.fieldManager,
    fieldValidation: query.fieldValidation ?? 'Warn',
    warnings: [],
  };
}

function named(target: ResourceTarget): { resource: ServedResource; namespace: string | undefined; name: string } {
  return { resource: target.resource, namespace: target.namespace, name: target.name ?? '' };
}

function checkVerb({ resource, subresource, name, namespace }: ResourceTarget, verb: Verb): void {
  if (resource.namespaced && namespace === undefined && name !== undefined) throw notAllowed();
  if (!subresource) {
    if (!resource.verbs.includes(verb)) throw notAllowed();
    return;
  }
  const found = resource.subresources.find((each) => each.name === subresource);
  if (!found) throw new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
  if (!(found.verbs as readonly Verb[]).includes(verb)) throw notAllowed();
}

function kindAt({ resource, subresource }: ResourceTarget): { version: string; kind: string } {
  return resource.subresources.find((each) => each.name === subresource)?.kind ?? resource;
}

const notAllowed = () =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

/** Every answer about a deprecated version carries its warning. */
function answer<T>(
  code: 200 | 201,
  object: T,
  { custom, group, version, kind }: ServedResource,
  context?: WriteContext,
): ApiAnswer<T> {
  const warnings = [...(context?.warnings ?? [])];
  if (custom?.deprecated) warnings.push(custom.deprecationWarning ?? `${group}/${version} ${kind} is deprecated`);
  return { code, object, warnings };
}
