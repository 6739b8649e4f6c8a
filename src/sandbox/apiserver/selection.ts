import { own } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { matchesLabelSelector, parseFieldSelector, parseLabelSelector } from '../../kube/selectors.ts';
import { badRequest } from '../../kube/status.ts';
import type { ServedResource } from './served-resource.ts';

export interface Selection {
  labelSelector?: string | undefined;
  fieldSelector?: string | undefined;
}

/** One predicate for both selectors of a request; undefined when it selects everything. */
export function selectorOf(
  { labelSelector = '', fieldSelector = '' }: Selection,
  resource: ServedResource,
): ((object: KubeObject) => boolean) | undefined {
  if (labelSelector === '' && fieldSelector === '') return undefined;
  const labels = parseLabelSelector(labelSelector);
  const fields = parseFieldSelector(fieldSelector).map(({ field, equal, value }) => {
    const read = readerOf(field, resource);
    return (object: KubeObject) => (read(object) === value) === equal;
  });
  return (object) => matchesLabelSelector(labels, object.metadata.labels) && fields.every((matches) => matches(object));
}

/** Kubernetes: each kind's own list (AddFieldLabelConversionFunc), or name and namespace where it has none. */
function readerOf(field: string, { strategy, custom, namespaced }: ServedResource): (object: KubeObject) => string {
  const { selectableFields } = strategy;
  if (field === 'metadata.name') return ({ metadata }) => metadata.name ?? '';
  const hasOwnList = selectableFields !== undefined || custom !== undefined;
  if (field === 'metadata.namespace' && (namespaced || !hasOwnList)) return ({ metadata }) => metadata.namespace ?? '';
  const read = own(selectableFields, field);
  if (read) return read;
  throw badRequest(
    hasOwnList
      ? `field label not supported: ${field}`
      : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}
