import { apiTime } from '../../kube/duration.ts';
import { cloneJson } from '../../kube/json-value.ts';
import type { KubeObject, Namespace } from '../../kube/objects.ts';
import { conflict, notFound, type Status, StatusError } from '../../kube/status.ts';
import type { Clock } from '../../platform/clock.ts';
import { RevisionConflict, type Store } from '../store/store.ts';
import type { AdmissionChain } from './admission/admission-chain.ts';
import { inVersion } from './custom/custom-resources.ts';
import type { DeleteQuery } from './request-api.ts';
import { type ServedResource, storageKind } from './served-resource.ts';
import type { WriteContext } from './write-context.ts';
import { isReleased, storing } from './writes.ts';

export interface DeleteTarget {
  resource: ServedResource;
  namespace: string | undefined;
  name: string;
}

/** Deleting one object: at once, or marked while finalizers or a kubelet still hold it. */
export class Deletes {
  readonly #store: Store;
  readonly #admission: AdmissionChain;
  readonly #clock: Clock;

  constructor(parts: { store: Store; admission: AdmissionChain; clock: Clock }) {
    this.#store = parts.store;
    this.#admission = parts.admission;
    this.#clock = parts.clock;
  }

  /** Answers what DELETE answers: the object while (or where) there is something to show, else a Status. */
  async delete(target: DeleteTarget, query: DeleteQuery, context: WriteContext): Promise<KubeObject | Status> {
    const { resource, namespace, name } = target;
    for (;;) {
      const current = this.#store.get(storageKind(resource), namespace ?? '', name);
      if (!current) throw notFound(resource, name);
      checkPreconditions(current, resource, query);
      const request = {
        operation: 'DELETE' as const,
        resource,
        subresource: '',
        namespace: resource.kind === 'Namespace' ? name : namespace,
        name,
        object: undefined,
        current: inVersion(current, resource),
        context,
      };
      await this.#admission.mutate(request);
      await this.#admission.validate(request);
      try {
        return this.#deleteNow(current, resource, query, context);
      } catch (error) {
        if (!(error instanceof RevisionConflict)) throw error;
      }
    }
  }

  #deleteNow(
    current: KubeObject,
    resource: ServedResource,
    query: DeleteQuery,
    context: WriteContext,
  ): KubeObject | Status {
    const marked = this.#marked(current, resource, query);
    const kind = storageKind(resource);
    if (isReleased(marked)) {
      const last = context.dryRun
        ? current
        : storing(resource, current, () => this.#store.remove(kind, current, current));
      return resource.strategy.deleteAnswersObject ? inVersion(last, resource) : success(current, resource);
    }
    if (context.dryRun || marked === current) return inVersion(marked, resource);
    return inVersion(
      storing(resource, current, () => this.#store.replace(kind, marked, current)),
      resource,
    );
  }

  /** The object with what the deletion leaves on it; the same one when a second delete changes nothing. */
  #marked(current: KubeObject, resource: ServedResource, query: DeleteQuery): KubeObject {
    const grace = graceOf(current, resource, query);
    const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = current.metadata;
    if (deletionTimestamp !== undefined && grace >= deletionGracePeriodSeconds) return current;
    const draft = cloneJson(current);
    const { metadata } = draft;
    metadata.deletionTimestamp = apiTime(this.#clock.now() + grace * 1000);
    if (resource.kind !== 'Namespace') metadata.deletionGracePeriodSeconds = grace;
    if (metadata.generation !== undefined && deletionTimestamp === undefined) metadata.generation += 1;
    metadata.finalizers = finalizersFor(metadata.finalizers ?? [], query);
    if (metadata.finalizers.length === 0) delete metadata.finalizers;
    if (resource.kind === 'Namespace') {
      const { status } = draft as Namespace;
      draft['status'] = { ...status, phase: 'Terminating' };
    }
    return draft;
  }
}

/** A century: what lies further ahead is no date that the wire form of a time can hold for ever. */
const longestGraceSeconds = 100 * 365 * 86_400;

function graceOf(current: KubeObject, { strategy }: ServedResource, query: DeleteQuery): number {
  const own = strategy.gracePeriodSeconds?.(current);
  if (own === undefined) return 0;
  const wanted = query.gracePeriodSeconds ?? own;
  // Kubernetes: a negative period means the shortest that is still graceful.
  return own === 0 ? 0 : Math.min(wanted < 0 ? 1 : wanted, longestGraceSeconds);
}

/** The garbage collector acts on these two and takes them off again. */
function finalizersFor(finalizers: readonly string[], { propagationPolicy }: DeleteQuery): string[] {
  if (propagationPolicy === undefined) return [...finalizers];
  const others = finalizers.filter((each) => each !== 'orphan' && each !== 'foregroundDeletion');
  if (propagationPolicy === 'Foreground') return [...others, 'foregroundDeletion'];
  return propagationPolicy === 'Orphan' ? [...others, 'orphan'] : others;
}

function checkPreconditions({ metadata }: KubeObject, resource: ServedResource, query: DeleteQuery): void {
  const { uid, resourceVersion } = query.preconditions ?? {};
  const refuse = (what: string, wish: string, is: string | undefined) => {
    const why = `the ${what} in the precondition (${wish}) does not match the ${what} in record (${is}). The object might have been ${what === 'UID' ? 'deleted and then recreated' : 'modified'}`;
    const { group, kind } = resource;
    const qualified = group === '' ? kind : `${kind}.${group}`;
    const name = metadata.name ?? '';
    throw new StatusError(409, 'Conflict', `Operation cannot be fulfilled on ${qualified} "${name}": ${why}`, {
      ...conflict(resource, name).status.details,
      kind,
    });
  };
  if (uid !== undefined && uid !== metadata.uid) refuse('UID', uid, metadata.uid);
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion) {
    refuse('ResourceVersion', resourceVersion, metadata.resourceVersion);
  }
}

function success({ metadata }: KubeObject, { group, resource }: ServedResource): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: metadata.name ?? '',
      ...(group === '' ? {} : { group }),
      kind: resource,
      ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
    },
  };
}
