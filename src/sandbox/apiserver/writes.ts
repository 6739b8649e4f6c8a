import { Fault } from '../../fault.ts';
import { cloneJson, sameJson } from '../../kube/json-value.ts';
import type { KubeObject, Namespace } from '../../kube/objects.ts';
import { apiVersionOf } from '../../kube/resources.ts';
import { alreadyExists, conflict, internalError, notFound, StatusError } from '../../kube/status.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { RevisionConflict, type Store } from '../store/store.ts';
import type { AdmissionChain } from './admission/admission-chain.ts';
import { inVersion } from './custom/custom-resources.ts';
import { keepSystemFields, metadataErrors, placeInNamespace, rejectInvalid, stampNew } from './metadata.ts';
import { type ServedResource, storageKind } from './served-resource.ts';
import type { ServiceAddresses } from './service-addresses.ts';
import type { StrategyContext } from './strategy.ts';
import { fillDefaults, schemaErrors } from './type-rules.ts';
import type { AdmissionRequest, WriteContext } from './write-context.ts';

export interface WriteParts {
  store: Store;
  admission: AdmissionChain;
  addresses: ServiceAddresses;
  clock: Clock;
  random: Random;
}

export interface UpdateTarget {
  resource: ServedResource;
  namespace: string | undefined;
  name: string;
  /** '' for the object itself, else `status`, `finalize`, `binding`. */
  subresource: string;
}

// A change that others overtake is made again on the newer object; past this many times something is wrong.
const maxAttempts = 10;

/** Creating and updating one object: defaults, admission, validation, storage, in the order of a real server. */
export class Writes {
  readonly #parts: WriteParts;
  readonly #strategyContext: StrategyContext;

  constructor(parts: WriteParts) {
    this.#parts = parts;
    this.#strategyContext = {
      now: () => parts.clock.now(),
      random: parts.random,
      allocateClusterIp: (wish, owner) => parts.addresses.allocateIp(wish, owner),
      allocateNodePort: (wish, owner) => parts.addresses.allocatePort(wish, owner),
    };
  }

  /** Takes the draft over. */
  async create(
    resource: ServedResource,
    namespace: string | undefined,
    draft: KubeObject,
    context: WriteContext,
  ): Promise<KubeObject> {
    const { store, admission, clock, random } = this.#parts;
    placeInNamespace(draft, resource, namespace);
    stampNew(draft, resource, clock.now(), random);
    fillDefaults(draft, resource);
    const request = admissionRequest('CREATE', resource, draft, undefined, context);
    await admission.mutate(request);
    const object = request.object ?? draft;
    fillDefaults(object, resource);
    if (resource.custom && resource.strategy.hasStatus) delete object['status'];
    rejectInvalid(resource, object, [
      ...metadataErrors(object, resource),
      ...schemaErrors(object, resource),
      ...(resource.strategy.validate?.(object) ?? []),
    ]);
    await admission.validate(request);
    const name = object.metadata.name ?? '';
    if (store.get(storageKind(resource), namespace ?? '', name)) throw alreadyExists(resource, name);
    rejectInvalid(resource, object, resource.strategy.prepareCreate?.(object, this.#strategyContext) ?? []);
    admission.confirm(request);
    toStorage(object, resource);
    if (context.dryRun) return inVersion(object, resource);
    return inVersion(this.#commit(resource, object, undefined), resource);
  }

  /**
   * Reads, lets `change` make the next state from a copy it may edit, and stores it. Answers the stored object itself
   * when nothing differs. 409 when the draft names an older resourceVersion.
   */
  async update(
    target: UpdateTarget,
    change: (draft: KubeObject, current: KubeObject) => KubeObject | Promise<KubeObject>,
    context: WriteContext,
  ): Promise<KubeObject> {
    for (let attempt = 1; ; attempt += 1) {
      const { resource, namespace, name } = target;
      const current = this.#parts.store.get(storageKind(resource), namespace ?? '', name);
      if (!current) throw notFound(resource, name);
      const draft = await change(cloneJson(inVersion(current, resource)), inVersion(current, resource));
      try {
        return await this.#updateOnce(target, draft, current, context);
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error;
        // Made again on the newer object, a draft that insists on a revision is refused where that is compared.
        if (attempt === maxAttempts) throw conflict(resource, name);
      }
    }
  }

  async #updateOnce(
    target: UpdateTarget,
    draft: KubeObject,
    current: KubeObject,
    context: WriteContext,
  ): Promise<KubeObject> {
    const { resource, subresource } = target;
    const { strategy } = resource;
    placeInNamespace(draft, resource, current.metadata.namespace);
    checkName(draft, current, resource);
    keepSystemFields(draft, current, resource);
    const shown = inVersion(current, resource);
    const next = subresource === '' ? keepStatus(draft, shown, resource) : onlyPart(draft, shown, subresource);
    fillDefaults(next, resource);
    toStorage(next, resource);
    if (sameJson(next, current)) return inVersion(current, resource);
    toRequested(next, resource);
    const request = admissionRequest('UPDATE', resource, next, current, context, subresource);
    await this.#parts.admission.mutate(request);
    const object = request.object ?? next;
    fillDefaults(object, resource);
    if (subresource === '') {
      rejectInvalid(resource, object, strategy.prepareUpdate?.(object, current, this.#strategyContext) ?? []);
    }
    rejectInvalid(resource, object, [
      ...metadataErrors(object, resource),
      ...schemaErrors(object, resource),
      ...(subresource === '' ? (strategy.validate?.(object) ?? []) : []),
      ...(subresource === ''
        ? (strategy.validateUpdate?.(object, current) ?? [])
        : (strategy.validatePartUpdate?.(object, current, subresource) ?? [])),
    ]);
    await this.#parts.admission.validate(request);
    this.#parts.admission.confirm(request);
    toStorage(object, resource);
    if (sameJson(object, current)) return inVersion(current, resource);
    countGeneration(object, current, resource);
    if (context.dryRun) return inVersion(object, resource);
    return inVersion(this.#commit(resource, object, current), resource);
  }

  /** Stores, or removes when the last thing that held a deleted object back is gone. */
  #commit(resource: ServedResource, object: KubeObject, current: KubeObject | undefined): KubeObject {
    const { store } = this.#parts;
    const kind = storageKind(resource);
    return storing(resource, object, () => {
      if (!current) return store.create(kind, object);
      return isReleased(object) ? store.remove(kind, current, object) : store.replace(kind, object, current);
    });
  }
}

/** A deleted object that no finalizer and no kubelet holds. */
export function isReleased(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  if (deletionTimestamp === undefined || finalizers.length > 0 || deletionGracePeriodSeconds > 0) return false;
  return object.kind !== 'Namespace' || ((object as Namespace).spec?.finalizers ?? []).length === 0;
}

/** Turns what the store throws into what the API answers. A lost race on create means that the name is taken. */
export function storing<T>(resource: ServedResource, object: KubeObject, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (error instanceof Fault) throw internalError([error.what, error.why].filter(Boolean).join(' '));
    if (error instanceof RevisionConflict && !object.metadata.resourceVersion) {
      throw alreadyExists(resource, object.metadata.name ?? '');
    }
    throw error;
  }
}

function admissionRequest(
  operation: 'CREATE' | 'UPDATE',
  resource: ServedResource,
  object: KubeObject,
  current: KubeObject | undefined,
  context: WriteContext,
  subresource = '',
): AdmissionRequest {
  const { namespace, name = '' } = object.metadata;
  const where = { operation, resource, subresource, namespace: resource.kind === 'Namespace' ? name : namespace, name };
  return { ...where, object, current, context };
}

function checkName(draft: KubeObject, current: KubeObject, resource: ServedResource): void {
  const { name } = draft.metadata;
  if (name === undefined || name === current.metadata.name) return;
  throw new StatusError(
    400,
    'BadRequest',
    `the name of the object (${name}) does not match the name on the URL (${current.metadata.name})`,
    { kind: resource.resource },
  );
}

function keepStatus(draft: KubeObject, current: KubeObject, resource: ServedResource): KubeObject {
  if (!resource.strategy.hasStatus) return draft;
  if (current['status'] === undefined) delete draft['status'];
  else draft['status'] = cloneJson(current['status']);
  return draft;
}

/** A write to a subresource changes that part and nothing else. */
function onlyPart(draft: KubeObject, current: KubeObject, subresource: string): KubeObject {
  const next = cloneJson(current);
  if (draft.metadata.managedFields) next.metadata.managedFields = draft.metadata.managedFields;
  const parts = { finalize: ['spec'], binding: ['spec', 'status'] }[subresource] ?? ['status'];
  for (const part of parts) {
    if (draft[part] === undefined) delete next[part];
    else next[part] = draft[part];
  }
  return next;
}

function toStorage(object: KubeObject, { custom, group, view, kind }: ServedResource): void {
  if (view) become(object, { ...view.store(object), apiVersion: apiVersionOf(view.storedAs), kind });
  if (custom) object.apiVersion = `${group}/${custom.storageVersion}`;
}

function toRequested(object: KubeObject, resource: ServedResource): void {
  const { custom, group, version, view, kind } = resource;
  if (view) become(object, { ...view.show(object), apiVersion: apiVersionOf(resource), kind });
  if (custom) object.apiVersion = `${group}/${version}`;
}

/** Admission and the callers keep the draft itself, so it changes in place. */
function become(draft: KubeObject, next: KubeObject): void {
  for (const field of Object.keys(draft)) delete draft[field];
  Object.assign(draft, next);
}

function countGeneration(object: KubeObject, current: KubeObject, { strategy }: ServedResource): void {
  if (strategy.generation === 'none' || current.metadata.generation === undefined) return;
  const watched = (each: KubeObject) => {
    if (strategy.generation === 'spec') {
      const spec = Object.entries(each['spec'] ?? {}).filter(([field]) => !strategy.notCounted?.includes(field));
      return Object.fromEntries(spec);
    }
    const { metadata: _metadata, apiVersion: _apiVersion, status, ...rest } = each;
    return strategy.hasStatus ? rest : { ...rest, status };
  };
  if (!sameJson(watched(object), watched(current))) object.metadata.generation = current.metadata.generation + 1;
}
