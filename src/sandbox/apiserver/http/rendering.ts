import type { KubeObject } from '../../../kube/objects.ts';
import type { Status } from '../../../kube/status.ts';
import { badRequest } from '../../../kube/status.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ObjectList, ResourceTarget, WatchFeedEvent } from '../request-api.ts';
import type { ServedResource } from '../served-resource.ts';
import { createTable, emptyTable, type IncludeObject } from '../tables/table.ts';
import type { Representation } from './negotiation.ts';

/** Answers in the form the client asked for: whole objects, metadata alone, or a Table. */
export interface ObjectRenderer {
  encoding: 'json' | 'yaml';
  object(answer: object): unknown;
}

type ListLike = ObjectList | KubeObject | Status;

const isList = (object: object): object is ObjectList =>
  'items' in object && Array.isArray(object.items) && 'metadata' in object;
const isStatus = (object: object): object is Status =>
  (object as { kind?: unknown }).kind === 'Status' && (object as { apiVersion?: unknown }).apiVersion === 'v1';

function includeObjectOf(params: URLSearchParams): IncludeObject {
  const value = params.get('includeObject') || 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  throw badRequest(`unrecognized includeObject value: "${value}"`);
}

export function objectRenderer(
  form: Representation,
  target: ResourceTarget,
  params: URLSearchParams,
  { clock }: { clock: Clock },
): ObjectRenderer {
  const { resource } = target;
  // Answers of subresources are of other kinds: they have no columns here.
  const plainOnly = target.subresource !== undefined && target.subresource !== 'status';
  switch (form.as) {
    case 'object':
      return { encoding: form.encoding, object: (answer) => plainForm(answer as ListLike, resource) };
    case 'metadata':
      return { encoding: 'json', object: (answer) => (plainOnly ? answer : metadataForm(answer as ListLike)) };
    case 'table': {
      const include = includeObjectOf(params);
      return {
        encoding: 'json',
        object(answer) {
          if (plainOnly || isStatus(answer)) return answer;
          const objects = isList(answer) ? answer.items : [answer as KubeObject];
          const metadata = isList(answer)
            ? answer.metadata
            : { resourceVersion: (answer as KubeObject).metadata.resourceVersion };
          return createTable(resource, objects, { version: form.version, include, nowMs: clock.now(), metadata });
        },
      };
    }
  }
}

/** Items of lists of built-in kinds say neither kind nor apiVersion; those of custom resources do. */
function plainForm(answer: ListLike, resource: ServedResource): unknown {
  if (!isList(answer) || resource.custom) return answer;
  return { ...answer, items: answer.items.map(({ kind, apiVersion, ...item }) => item) };
}

const metadataOf = (object: KubeObject) => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: object.metadata,
});

function metadataForm(answer: ListLike): unknown {
  if (isStatus(answer)) return answer;
  if (!isList(answer)) return metadataOf(answer);
  return {
    kind: 'PartialObjectMetadataList',
    apiVersion: 'meta.k8s.io/v1',
    metadata: answer.metadata,
    items: answer.items.map(metadataOf),
  };
}

export function watchRenderer(
  form: Representation,
  target: ResourceTarget,
  params: URLSearchParams,
  { clock }: { clock: Clock },
): (event: WatchFeedEvent) => unknown {
  const { resource } = target;
  if (form.as === 'object') return (event) => event.object;
  if (form.as === 'metadata') {
    return (event) => (event.type === 'ERROR' ? event.object : metadataOf(event.object));
  }
  const include = includeObjectOf(params);
  let first = true;
  return (event) => {
    if (event.type === 'ERROR') return event.object;
    const options = { version: form.version, include, nowMs: clock.now(), columns: first };
    first = false;
    if (event.type === 'BOOKMARK') return emptyTable(resource, event.object, options);
    const metadata = { resourceVersion: event.object.metadata.resourceVersion };
    return createTable(resource, [event.object], { ...options, metadata });
  };
}

/** Kubernetes 1.33 warns whoever touches Endpoints. */
export function endpointsWarning(resource: ServedResource): string[] {
  const isEndpoints = resource.group === '' && resource.resource === 'endpoints';
  return isEndpoints ? ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'] : [];
}

/** A definition may deprecate a version of its own. */
export function customWarning({ custom, group, version, kind }: ServedResource): string[] {
  return custom?.deprecated ? [custom.deprecationWarning ?? `${group}/${version} ${kind} is deprecated`] : [];
}
