import { StatusError } from '../../../kube/status.ts';
import type { Caller } from '../request-api.ts';
import type { RequestAttributes } from './attributes.ts';

/** The 403 of a request that nothing allows. Kubernetes: responsewriters.ForbiddenStatusError. */
export function notAllowedTo(caller: Caller, wanted: RequestAttributes, reason = ''): StatusError {
  const because = reason === '' ? '' : `: ${reason}`;
  const user = `User ${JSON.stringify(caller.username)} cannot ${wanted.verb}`;
  if (wanted.type === 'path') {
    return new StatusError(403, 'Forbidden', `forbidden: ${user} path ${JSON.stringify(wanted.path)}${because}`, {});
  }
  const { group, resource, subresource, namespace, name } = wanted;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  const where = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const what = name === '' ? qualified : `${qualified} ${JSON.stringify(name)}`;
  return new StatusError(
    403,
    'Forbidden',
    `${what} is forbidden: ${user} resource "${whole}" in API group "${group}" ${where}${because}`,
    { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource },
  );
}
