import { isJsonObject, type JsonObject } from '../../../kube/json-value.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { apiVersionOf } from '../../../kube/resources.ts';
import { badRequest, StatusError } from '../../../kube/status.ts';
import type { Clock } from '../../../platform/clock.ts';
import { authorize, type Policy } from '../authorization/rbac.ts';
import { notAllowedTo } from '../authorization/refusal.ts';
import { decodeObject, decodeValue } from '../decoding/decode-body.ts';
import type { Reads } from '../reads.ts';
import type { Caller, PatchType, RequestBody, ResourceTarget } from '../request-api.ts';
import { scaleBody, scaleOf, setReplicas } from '../subresources/scale.ts';
import { checkFields, fieldProblems, findTypeProblems, ofKind, type TypedBody } from '../type-rules.ts';
import type { WriteContext } from '../write-context.ts';
import type { UpdateTarget, Writes } from '../writes.ts';
import { applyConfiguration, firstOwnership } from './apply.ts';
import { recordUpdate } from './managed-fields.ts';
import { shapeOf } from './shapes.ts';
import { jsonPatch, mergePatch } from './simple-patches.ts';
import { strategicMerge } from './strategic-merge.ts';

interface PatchParts {
  reads: Reads;
  writes: Writes;
  clock: Clock;
  policy: Policy;
}

/** The four ways to patch, each as a change on the current object that goes through an ordinary update. */
export class Patches {
  readonly #parts: PatchParts;

  constructor(parts: PatchParts) {
    this.#parts = parts;
  }

  async patch(
    target: ResourceTarget,
    type: PatchType,
    body: RequestBody,
    force: boolean,
    context: WriteContext,
  ): Promise<{ object: KubeObject; isNew: boolean }> {
    const { resource, namespace, name = '', subresource = '' } = target;
    if (type === 'strategic' && resource.custom) {
      throw new StatusError(
        415,
        'UnsupportedMediaType',
        'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      );
    }
    const updated: UpdateTarget = { resource, namespace, name, subresource };
    if (type === 'apply') return this.#apply(updated, body, force, context);
    const { value: patch } = await decodeValue(body, resource.kind, false);
    if (subresource === 'scale') return { object: await this.#patchScale(updated, type, patch, context), isNew: false };
    const change = (draft: KubeObject, current: KubeObject) => {
      const next = ofKind(patched(draft, type, patch, target), resource);
      this.#checkPatched(next, patch, resource, context);
      if (context.fieldManager) {
        recordUpdate(next, current, resource, context.fieldManager, subresource, this.#parts.clock.now());
      }
      return next;
    };
    return { object: await this.#parts.writes.update(updated, change, context), isNew: false };
  }

  async #patchScale(target: UpdateTarget, type: PatchType, patch: unknown, context: WriteContext): Promise<KubeObject> {
    const { resource } = target;
    const change = (draft: KubeObject, current: KubeObject) => {
      const scale = scaleOf(draft, resource);
      const next = patched(scale, type === 'json' ? 'json' : 'merge', patch, target);
      this.#checkPatched(next, patch, scaleBody, context);
      setReplicas(draft, next, resource);
      if (context.fieldManager) {
        recordUpdate(draft, current, resource, context.fieldManager, 'scale', this.#parts.clock.now());
      }
      return draft;
    };
    return scaleOf(await this.#parts.writes.update({ ...target, subresource: '' }, change, context), resource);
  }

  /** Unknown fields and wrong types that the patch brought in. */
  #checkPatched(next: KubeObject, patch: unknown, type: TypedBody, context: WriteContext): void {
    const { unknown, mismatch } = findTypeProblems(next, type);
    const refuse = (why: string) => {
      const message = `Invalid value: ${JSON.stringify(JSON.stringify(patch))}: ${why}`;
      const causes = [{ reason: 'FieldValueInvalid', message, field: 'patch' }];
      throw new StatusError(422, 'Invalid', ` "" is invalid: patch: ${message}`, { causes });
    };
    if (mismatch) refuse(mismatch);
    const problems = fieldProblems(unknown, []);
    if (problems.length === 0 || context.fieldValidation === 'Ignore') return;
    if (context.fieldValidation === 'Strict') refuse(`strict decoding error: ${problems.join(', ')}`);
    context.warnings.push(...problems);
  }

  async #apply(
    target: UpdateTarget,
    body: RequestBody,
    force: boolean,
    context: WriteContext,
  ): Promise<{ object: KubeObject; isNew: boolean }> {
    const { resource, namespace, name, subresource } = target;
    const manager = requireManager(context);
    const { value, duplicates } = await decodeObject(body, resource.kind, true);
    const applied = {
      ...value,
      metadata: { ...(isJsonObject(value['metadata']) ? value['metadata'] : {}) },
    } as KubeObject;
    checkApplied(applied, target);
    checkFields(applied, duplicates, resource, context);
    const { reads, writes, clock } = this.#parts;
    const application = { applied, manager, force, subresource, now: clock.now() };
    try {
      reads.get(target.namespace === undefined ? { resource, name } : { resource, namespace: target.namespace, name });
    } catch (error) {
      if (!(error instanceof StatusError && error.code === 404) || subresource !== '') throw error;
      requireCreate(this.#parts.policy, context.caller, target);
      const draft: KubeObject = structuredClone(applied);
      draft.metadata.name ??= name;
      draft.metadata.managedFields = firstOwnership(applied, resource, manager, clock.now());
      return { object: await writes.create(resource, namespace, draft, context), isNew: true };
    }
    const change = (_draft: KubeObject, current: KubeObject) => applyConfiguration(current, resource, application);
    return { object: await writes.update(target, change, context), isNew: false };
  }
}

/** Who may patch may not therefore create what is not there. */
function requireCreate(policy: Policy, caller: Caller, { resource, namespace = '', name }: UpdateTarget): void {
  const { group, resource: plural } = resource;
  const wanted = {
    type: 'resource',
    verb: 'create',
    group,
    resource: plural,
    subresource: '',
    namespace,
    name,
  } as const;
  const { allowed, reason } = authorize(policy, caller, wanted);
  if (!allowed) throw notAllowedTo(caller, wanted, reason);
}

function patched(
  draft: KubeObject,
  type: PatchType,
  patch: unknown,
  { resource }: Pick<ResourceTarget, 'resource'>,
): KubeObject {
  if (type === 'json') return objectOf(jsonPatch(draft, patch));
  if (!isJsonObject(patch))
    throw badRequest(
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    );
  const next: JsonObject =
    type === 'strategic'
      ? strategicMerge(draft, patch, shapeOf(resource, 'strategic'))
      : (mergePatch(draft, patch) as JsonObject);
  // Parts that the patch did not touch are shared with the draft, which is ours; what follows may edit it.
  return structuredClone(objectOf(next));
}

/** A patch can take the metadata away, or make anything of it. */
function objectOf(patched: JsonObject): KubeObject {
  return { ...patched, metadata: isJsonObject(patched['metadata']) ? patched['metadata'] : {} };
}

function requireManager({ fieldManager }: WriteContext): string {
  if (fieldManager) return fieldManager;
  const message = 'Required value: is required for apply patch';
  throw new StatusError(422, 'Invalid', `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${message}`, {
    group: 'meta.k8s.io',
    kind: 'PatchOptions',
    causes: [{ reason: 'FieldValueRequired', message, field: 'fieldManager' }],
  });
}

function checkApplied(applied: KubeObject, { resource, name }: UpdateTarget): void {
  const expected = apiVersionOf(resource);
  if (applied.apiVersion !== expected || applied.kind !== resource.kind) {
    throw badRequest(
      `invalid object type: ${applied.apiVersion ?? ''}, Kind=${applied.kind ?? ''}: expected ${expected}, Kind=${resource.kind}`,
    );
  }
  if (applied.metadata.managedFields?.length) throw badRequest('metadata.managedFields must be nil');
  if (applied.metadata.name !== undefined && applied.metadata.name !== name) {
    throw badRequest(`the name of the object (${applied.metadata.name}) does not match the name on the URL (${name})`);
  }
}
