import { sameJson } from '../../../kube/json-value.ts';
import { dnsLabel, dnsSubdomain, pathSegment } from '../../../kube/names.ts';
import type { ConfigMap, CoreEvent, KubeObject, Namespace, Node, Secret } from '../../../kube/objects.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { forbiddenField, immutable, invalidValue, required } from '../field-errors.ts';
import type { Strategy } from '../strategy.ts';

/** The strategies of core kinds that have little of their own, and `plain` for kinds with nothing at all. */
export const plain: Strategy = { nameRule: dnsSubdomain, generation: 'none', hasStatus: false };
export const plainWithStatus: Strategy = { ...plain, hasStatus: true };
export const rbac: Strategy = { ...plain, nameRule: pathSegment };

export const namespaceStrategy: Strategy = {
  nameRule: dnsLabel,
  generation: 'none',
  hasStatus: true,
  deleteAnswersObject: true,
  defaults(draft) {
    const namespace = draft as Namespace;
    namespace.metadata.labels = {
      ...namespace.metadata.labels,
      'kubernetes.io/metadata.name': namespace.metadata.name ?? '',
    };
  },
  prepareCreate(draft) {
    const namespace = draft as Namespace;
    const finalizers = namespace.spec?.finalizers ?? [];
    namespace.spec = { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] };
    namespace.status = { phase: 'Active' };
    return [];
  },
  prepareUpdate(draft, current) {
    // Only the finalize subresource changes them.
    const { spec } = current as Namespace;
    if (spec) (draft as Namespace).spec = structuredClone(spec);
    return [];
  },
  selectableFields: { 'status.phase': (object) => (object as Namespace).status?.phase ?? '' },
};

export const nodeStrategy: Strategy = {
  ...plainWithStatus,
  defaults(draft) {
    draft['spec'] ??= {};
  },
  selectableFields: { 'spec.unschedulable': (object) => String((object as Node).spec?.unschedulable ?? false) },
};

function dataKeyErrors(object: ConfigMap, field: 'data' | 'binaryData'): StatusCause[] {
  const why =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  return Object.keys(object[field] ?? {})
    .filter((key) => !/^[-._a-zA-Z0-9]+$/.test(key))
    .map((key) => invalidValue(`${field}[${key}]`, key, why));
}

function frozenDataErrors(object: ConfigMap, current: ConfigMap): StatusCause[] {
  if (!current.immutable) return [];
  const errors: StatusCause[] = [];
  const why = 'field is immutable when `immutable` is set';
  if (!object.immutable) errors.push(forbiddenField('immutable', why));
  for (const field of ['data', 'binaryData'] as const) {
    if (!sameJson(object[field], current[field])) errors.push(forbiddenField(field, why));
  }
  return errors;
}

export const configMapStrategy: Strategy = {
  ...plain,
  validate: (object) => [...dataKeyErrors(object, 'data'), ...dataKeyErrors(object, 'binaryData')],
  validateUpdate: frozenDataErrors,
};

export const secretStrategy: Strategy = {
  ...plain,
  defaults(draft) {
    const secret = draft as Secret;
    secret.type ||= 'Opaque';
    if (!secret.stringData) return;
    // Write-only: what is given as text is kept as base64.
    for (const [key, text] of Object.entries(secret.stringData)) {
      secret.data = { ...secret.data, [key]: Buffer.from(text).toString('base64') };
    }
    delete secret.stringData;
  },
  validate: (object) => dataKeyErrors(object as ConfigMap, 'data'),
  validateUpdate(object, current) {
    const [next, before] = [object as Secret, current as Secret];
    const errors = frozenDataErrors(next as ConfigMap, before as ConfigMap);
    return next.type === before.type ? errors : [...errors, immutable('type', next.type)];
  },
  selectableFields: { type: (object) => (object as Secret).type ?? '' },
};

const involved = (field: string) => (object: KubeObject) =>
  String((object as CoreEvent).involvedObject?.[field as 'name'] ?? '');

export const eventStrategy: Strategy = {
  ...plain,
  defaults(draft) {
    const event = draft as CoreEvent;
    event.type ??= 'Normal';
    event.source ??= {};
    event.firstTimestamp ??= null;
    event.lastTimestamp ??= null;
    event.eventTime ??= null;
    event.reportingComponent ??= event.source.component ?? '';
    event.reportingInstance ??= event.source.host ?? '';
  },
  validate(object) {
    const { involvedObject, metadata } = object as CoreEvent;
    const namespace = involvedObject?.namespace;
    if (!namespace ? metadata.namespace === 'default' : namespace === metadata.namespace) return [];
    return [invalidValue('involvedObject.namespace', namespace ?? '', 'does not match event.namespace')];
  },
  selectableFields: {
    ...Object.fromEntries(
      ['kind', 'name', 'namespace', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((field) => [
        `involvedObject.${field}`,
        involved(field),
      ]),
    ),
    reason: (object) => (object as CoreEvent).reason ?? '',
    reportingComponent: (object) => (object as CoreEvent).reportingComponent ?? '',
    source: (object) => (object as CoreEvent).source?.component ?? '',
    type: (object) => (object as CoreEvent).type ?? '',
  },
};

export const endpointSliceStrategy: Strategy = {
  ...plain,
  generation: 'all',
  defaults(draft) {
    const ports = draft['ports'];
    for (const port of Array.isArray(ports) ? ports : []) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
    draft['endpoints'] ??= [];
  },
  validate: (object) => (object['addressType'] ? [] : [required('addressType')]),
  validateUpdate: (object, current) =>
    object['addressType'] === current['addressType'] ? [] : [immutable('addressType', object['addressType'])],
};

export const endpointsStrategy: Strategy = {
  ...plain,
  defaults(draft) {
    const subsets = draft['subsets'] as { ports?: { protocol?: string }[] }[] | undefined;
    for (const subset of subsets ?? []) for (const port of subset.ports ?? []) port.protocol ??= 'TCP';
  },
};

export const claimStrategy: Strategy = {
  ...plainWithStatus,
  defaults(draft) {
    draft['spec'] = { volumeMode: 'Filesystem', ...(draft['spec'] as object | undefined) };
  },
  prepareCreate(draft) {
    draft['status'] = { phase: 'Pending' };
    return [];
  },
};

interface Subject {
  kind?: string;
  name?: string;
  namespace?: string;
  apiGroup?: string;
}

export const roleBindingStrategy: Strategy = {
  ...rbac,
  defaults(draft) {
    const group = 'rbac.authorization.k8s.io';
    const roleRef = draft['roleRef'] as Subject | undefined;
    if (roleRef) roleRef.apiGroup ||= group;
    for (const subject of (draft['subjects'] as Subject[] | undefined) ?? []) {
      if (subject.kind !== 'ServiceAccount') subject.apiGroup ||= group;
    }
  },
  validate(object) {
    const roleRef = object['roleRef'] as Subject | undefined;
    return roleRef?.name ? [] : [required('roleRef.name')];
  },
  validateUpdate: (object, current) =>
    sameJson(object['roleRef'], current['roleRef'])
      ? []
      : [invalidValue('roleRef', object['roleRef'], 'cannot change roleRef')],
};
