import { sameJson } from '../../../kube/json-value.ts';
import { configKey, dnsLabel, dnsSubdomain } from '../../../kube/names.ts';
import type { ConfigMap, CoreEvent, KubeObject, Namespace, Node, Secret } from '../../../kube/objects.ts';
import { parseQuantity } from '../../../kube/quantity.ts';
import type { StatusCause } from '../../../kube/status.ts';
import { forbiddenField, immutable, invalidValue, notSupported, required } from '../field-errors.ts';
import type { Strategy } from '../strategy.ts';
import { secretTypeErrors } from './validation/secrets.ts';

/** The strategies of core kinds that have little of their own, and `plain` for kinds with nothing at all. */
export const plain: Strategy = { nameRule: dnsSubdomain, generation: 'none', hasStatus: false };
export const plainWithStatus: Strategy = { ...plain, hasStatus: true };

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

// Kubernetes: MaxSecretSize, which config maps have too.
const dataLimit = 1024 * 1024;

function dataErrors(object: ConfigMap, named: string): StatusCause[] {
  const errors: StatusCause[] = [];
  let bytes = 0;
  for (const field of ['data', 'binaryData'] as const) {
    for (const [key, value] of Object.entries(object[field] ?? {})) {
      const wrong = configKey(key);
      if (wrong) errors.push(invalidValue(`${field}[${key}]`, key, wrong));
      if (field === 'data' && object.binaryData?.[key] !== undefined) {
        errors.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
      }
      bytes += Buffer.byteLength(value, object.kind === 'Secret' || field === 'binaryData' ? 'base64' : 'utf8');
    }
  }
  if (bytes > dataLimit) {
    errors.push({
      reason: 'FieldValueTooLong',
      message: `Too long: may not be more than ${dataLimit} bytes`,
      field: named,
    });
  }
  return errors;
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
  validate: (object) => dataErrors(object, '[]'),
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
  validate: (object) => [...dataErrors(object as ConfigMap, 'data'), ...secretTypeErrors(object as Secret)],
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
    source: (object) => (object as CoreEvent).source?.component || ((object as CoreEvent).reportingComponent ?? ''),
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

type ClaimSpec = Record<'resources' | 'volumeAttributesClassName' | 'volumeName', unknown>;

/** Kubernetes: ValidatePersistentVolumeClaimSpec and its update. */
export const claimStrategy: Strategy = {
  ...plainWithStatus,
  validate(object) {
    const spec = (object['spec'] ?? {}) as {
      accessModes?: string[];
      resources?: { requests?: Record<string, string> };
    };
    const errors = spec.accessModes?.length ? [] : [required('spec.accessModes', 'at least 1 access mode is required')];
    const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];
    for (const mode of spec.accessModes ?? [])
      if (!modes.includes(mode)) errors.push(notSupported('spec.accessModes', mode, modes));
    const storage = spec.resources?.requests?.['storage'];
    if (storage === undefined) return [...errors, required('spec.resources[storage]')];
    if ((parseQuantity(storage) ?? 0) > 0) return errors;
    return [...errors, invalidValue('spec.resources[storage]', storage, 'must be greater than zero')];
  },
  validateUpdate(object, current) {
    const fixed = ({ spec }: KubeObject) => {
      const {
        resources: _resources,
        volumeAttributesClassName: _class,
        volumeName: _volume,
        ...rest
      } = spec as ClaimSpec;
      return rest;
    };
    if (sameJson(fixed(object), fixed(current))) return [];
    const why =
      'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    return [forbiddenField('spec', why)];
  },
  defaults(draft) {
    draft['spec'] = { volumeMode: 'Filesystem', ...(draft['spec'] as object | undefined) };
  },
  prepareCreate(draft) {
    draft['status'] = { phase: 'Pending' };
    return [];
  },
};
