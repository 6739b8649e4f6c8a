import type { Pod } from '../../kube/objects.ts';
import { badRequest } from '../../kube/status.ts';

/** Which container of a pod a request for its log, or for a stream into it, means. Texts: kube-apiserver's. */
export function containerFor(pod: Pod, asked: string | undefined): string {
  const { name = '' } = pod.metadata;
  const all = [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => container.name);
  if (asked !== undefined) {
    if (!all.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`);
    return asked;
  }
  const [only, ...others] = pod.spec.containers;
  if (only && others.length === 0) return only.name;
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${all.join(' ')}]`);
}
