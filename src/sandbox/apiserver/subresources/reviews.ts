import { isJsonObject, type JsonObject } from '../../../kube/json-value.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { badRequest, invalid, type StatusCause } from '../../../kube/status.ts';
import type { RequestAttributes } from '../authorization/attributes.ts';
import { authorize, type Policy, rulesFor } from '../authorization/rbac.ts';
import { invalidValue } from '../field-errors.ts';
import type { Caller } from '../request-api.ts';

/** What a review is answered from: who asks, in which namespace of the path, and the rules there are now. */
export interface ReviewContext {
  caller: Caller;
  namespace: string | undefined;
  policy: Policy;
}

type Review = (review: KubeObject, context: ReviewContext) => KubeObject;

/** Questions that look like objects: answered from what authorization would say, and never stored. */
export const reviews: Readonly<Record<string, Review>> = {
  selfsubjectreviews(review, { caller }) {
    const { username, uid, groups, extra } = caller;
    const userInfo = { username, ...(uid === undefined ? {} : { uid }), groups: [...groups], ...(extra && { extra }) };
    return { ...asked(review), status: { userInfo } };
  },
  selfsubjectaccessreviews(review, { caller, policy }) {
    const spec = partOf(review, 'spec');
    rejectInvalid('SelfSubjectAccessReview', attributeErrors(spec));
    return answered(review, policy, caller, spec);
  },
  subjectaccessreviews(review, { policy }) {
    const spec = partOf(review, 'spec');
    rejectInvalid('SubjectAccessReview', [...attributeErrors(spec), ...subjectErrors(spec)]);
    return answered(review, policy, subjectOf(spec), spec);
  },
  localsubjectaccessreviews(review, { policy, namespace = '' }) {
    const spec = partOf(review, 'spec');
    rejectInvalid('LocalSubjectAccessReview', [...localErrors(spec), ...subjectErrors(spec)]);
    if (partOf(spec, 'resourceAttributes')['namespace'] !== namespace) {
      throw badRequest(`spec.resourceAttributes.namespace must match namespace: ${namespace}`);
    }
    return answered(review, policy, subjectOf(spec), spec);
  },
  selfsubjectrulesreviews(review, { caller, policy }) {
    const namespace = partOf(review, 'spec')['namespace'];
    if (typeof namespace !== 'string' || namespace === '') throw badRequest('no namespace on request');
    const rules = rulesFor(policy, caller, namespace);
    const resourceRules = rules.filter((rule) => rule.resources?.length);
    const nonResourceRules = rules.filter((rule) => rule.nonResourceURLs?.length);
    return { ...asked(review), status: { resourceRules, nonResourceRules, incomplete: false } };
  },
};

const partOf = (object: JsonObject, field: string): JsonObject => {
  const part = object[field];
  return isJsonObject(part) ? part : {};
};

const textOf = (object: JsonObject, field: string): string => {
  const value = object[field];
  return typeof value === 'string' ? value : '';
};

function asked(review: KubeObject): KubeObject {
  return { ...review, metadata: isJsonObject(review.metadata) ? review.metadata : {} };
}

function answered(review: KubeObject, policy: Policy, caller: Caller, spec: JsonObject): KubeObject {
  const { allowed, reason } = authorize(policy, caller, wantedIn(spec));
  return { ...asked(review), status: { allowed, ...(reason === '' ? {} : { reason }) } };
}

function wantedIn(spec: JsonObject): RequestAttributes {
  if (isJsonObject(spec['nonResourceAttributes'])) {
    const { nonResourceAttributes } = spec;
    return { type: 'path', verb: textOf(nonResourceAttributes, 'verb'), path: textOf(nonResourceAttributes, 'path') };
  }
  const given = partOf(spec, 'resourceAttributes');
  const [verb, group, resource] = [textOf(given, 'verb'), textOf(given, 'group'), textOf(given, 'resource')];
  const [subresource, namespace, name] = [
    textOf(given, 'subresource'),
    textOf(given, 'namespace'),
    textOf(given, 'name'),
  ];
  return { type: 'resource', verb, group, resource, subresource, namespace, name };
}

function subjectOf(spec: JsonObject): Caller {
  const groups = Array.isArray(spec['groups']) ? spec['groups'].map(String) : [];
  return { username: textOf(spec, 'user'), groups };
}

// Kubernetes: pkg/apis/authorization/validation.
function attributeErrors(spec: JsonObject): StatusCause[] {
  const [onResource, onPath] = [spec['resourceAttributes'], spec['nonResourceAttributes']];
  if (onResource && onPath) {
    const why = 'cannot be specified in combination with resourceAttributes';
    return [invalidValue('spec.nonResourceAttributes', onPath, why)];
  }
  if (onResource || onPath) return [];
  const why = 'exactly one of nonResourceAttributes or resourceAttributes must be specified';
  return [invalidValue('spec.resourceAttributes', null, why)];
}

function subjectErrors(spec: JsonObject): StatusCause[] {
  const { username, groups } = subjectOf(spec);
  if (username !== '' || groups.length > 0) return [];
  return [invalidValue('spec.user', '', 'at least one of user or group must be specified')];
}

function localErrors(spec: JsonObject): StatusCause[] {
  if (!spec['nonResourceAttributes']) return attributeErrors(spec);
  const why = 'disallowed on this kind of request';
  return [invalidValue('spec.nonResourceAttributes', spec['nonResourceAttributes'], why)];
}

function rejectInvalid(kind: string, errors: readonly StatusCause[]): void {
  if (errors.length > 0) throw invalid({ group: 'authorization.k8s.io', kind }, '', errors);
}
