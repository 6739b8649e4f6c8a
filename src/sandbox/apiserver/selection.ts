import { own } from '../../kube/json-value.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { apiVersionOf } from '../../kube/resources.ts';
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

function readerOf(field: string, resource: ServedResource): (object: KubeObject) => string {
  if (field === 'metadata.name') return ({ metadata }) => metadata.name ?? '';
  if (field === 'metadata.namespace') return ({ metadata }) => metadata.namespace ?? '';
  const read = own(resource.strategy.selectableFields, field);
  if (read) return read;
  throw badRequest(
    `Unable to find "${apiVersionOf(resource)}, Resource=${resource.resource}" that match label selector "", field selector "${field}": field label not supported: ${field}`,
  );
}
