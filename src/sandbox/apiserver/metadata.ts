import { randomUUID } from 'node:crypto';
import { apiTime } from '../../kube/duration.ts';
import { dnsSubdomain, labelKey, labelValue, randomSuffix } from '../../kube/names.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { badRequest, conflict, invalid, type StatusCause, StatusError } from '../../kube/status.ts';
import { invalidValue, required } from './field-errors.ts';
import type { ServedResource } from './served-resource.ts';

const annotationsLimit = 256 * 1024;

/** Gives a new object what the server owns: name from generateName, uid, creation time, generation. */
export function stampNew(draft: KubeObject, resource: ServedResource, now: number, random: { next(): number }): void {
  const { metadata } = draft;
  if (metadata.resourceVersion) {
    throw new StatusError(500, undefined, 'resourceVersion should not be set on objects to be created');
  }
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  if (!metadata.name && metadata.generateName) metadata.name = `${metadata.generateName}${randomSuffix(random)}`;
  metadata.uid = randomUUID();
  metadata.creationTimestamp = apiTime(now);
  if (resource.strategy.generation === 'none') delete metadata.generation;
  else metadata.generation = 1;
}

/** An update keeps what the server owns, whatever the request says; a foreign uid is refused. */
export function keepSystemFields(draft: KubeObject, current: KubeObject, resource: ServedResource): void {
  const { metadata } = draft;
  const name = current.metadata.name ?? '';
  if (metadata.uid && metadata.uid !== current.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${current.metadata.uid}`;
    throw conflict(resource, name, why);
  }
  if (metadata.resourceVersion && metadata.resourceVersion !== current.metadata.resourceVersion) {
    throw conflict(resource, name);
  }
  const owned = ['name', 'namespace', 'uid', 'resourceVersion', 'generation', 'creationTimestamp'] as const;
  for (const field of [...owned, 'deletionTimestamp', 'deletionGracePeriodSeconds', 'generateName'] as const) {
    if (current.metadata[field] === undefined) delete metadata[field];
    else Object.assign(metadata, { [field]: current.metadata[field] });
  }
}

/** Fills in the namespace of the path; a different one in the object is refused. */
export function placeInNamespace(draft: KubeObject, resource: ServedResource, namespace: string | undefined): void {
  const { metadata } = draft;
  if (!resource.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (!namespace) throw badRequest('an empty namespace may not be set during creation');
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  metadata.namespace = namespace;
}

export function metadataErrors({ metadata }: KubeObject, resource: ServedResource): StatusCause[] {
  const errors: StatusCause[] = [];
  if (!metadata.name) errors.push(required('metadata.name', 'name or generateName is required'));
  else {
    const wrong = resource.strategy.nameRule(metadata.name);
    if (wrong) errors.push(invalidValue('metadata.name', metadata.name, wrong));
  }
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    const wrongKey = labelKey(key);
    const wrongValue = labelValue(value);
    if (wrongKey) errors.push(invalidValue('metadata.labels', key, wrongKey));
    if (wrongValue) errors.push(invalidValue('metadata.labels', value, wrongValue));
  }
  let annotationBytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    annotationBytes += key.length + value.length;
    const wrong = labelKey(key.toLowerCase());
    if (wrong) errors.push(invalidValue('metadata.annotations', key, wrong));
  }
  if (annotationBytes > annotationsLimit) {
    const message = `Too long: may not be more than ${annotationsLimit} bytes`;
    errors.push({ reason: 'FieldValueTooLong', message, field: 'metadata.annotations' });
  }
  for (const finalizer of metadata.finalizers ?? []) errors.push(...finalizerErrors(finalizer));
  (metadata.ownerReferences ?? []).forEach((owner, index) => {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      const path = `metadata.ownerReferences[${index}].${field}`;
      if (!owner[field]) errors.push(invalidValue(path, owner[field] ?? '', 'must not be empty'));
    }
  });
  return errors;
}

const standardFinalizers = ['orphan', 'foregroundDeletion', 'kubernetes'];

function finalizerErrors(finalizer: string): StatusCause[] {
  if (standardFinalizers.includes(finalizer)) return [];
  const wrong = labelKey(finalizer);
  if (wrong) return [invalidValue('metadata.finalizers', finalizer, wrong)];
  if (finalizer.includes('/')) return [];
  const why = 'name is neither a standard finalizer name nor is it fully qualified';
  return dnsSubdomain(finalizer) === undefined && finalizer.includes('.')
    ? []
    : [invalidValue('metadata.finalizers', finalizer, why)];
}

/** Throws 422 when there is anything in the list. */
export function rejectInvalid(resource: ServedResource, object: KubeObject, errors: readonly StatusCause[]): void {
  if (errors.length > 0) throw invalid(resource, object.metadata.name ?? '', withoutRepeats(errors));
}

/** The table of types and a kind's own rules may both miss a field; the kind's know its place in the order, and why. */
const withoutRepeats = (errors: readonly StatusCause[]): StatusCause[] =>
  errors.filter(
    ({ field, message }, index) =>
      !errors.slice(index + 1).some((later) => later.field === field && later.message?.startsWith(message ?? '')),
  );
