import type { KubeClient } from '../../kube/client.ts';
import type { Pod } from '../../kube/objects.ts';
import { hasSidecar, sidecarName } from '../workload.ts';
import type { Question } from './chain.ts';

/** What a pod asked a Service for last, as its sidecar's access log has it. */
const lines = 400;

type LastRequest = Pick<Question, 'method' | 'path'>;

interface LoggedRequest extends LastRequest {
  isFailed: boolean;
}

/** Requests of a log, oldest first, that went to the Service. Lines of connections that carried no HTTP are left out. */
export function requestsIn(log: string, service: { namespace: string; name: string }): LoggedRequest[] {
  const host = new RegExp(`^${service.name}\\.${service.namespace}(?=$|[.:])`);
  const cluster = `${service.namespace}/${service.name}|`;
  return log.split('\n').flatMap((line) => {
    const { method, path, authority, upstream_cluster: upstream, response_code: code } = fieldsOf(line);
    if (typeof method !== 'string' || typeof path !== 'string') return [];
    const isOurs = host.test(String(authority ?? '')) || String(upstream ?? '').startsWith(cluster);
    return isOurs ? [{ method, path, isFailed: Number(code) === 0 || Number(code) >= 400 }] : [];
  });
}

function fieldsOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    // What else a sidecar logs is text.
    return {};
  }
}

/** The newest that failed, else the newest; undefined where the sidecar saw none. */
export async function lastRequest(
  kube: KubeClient,
  pod: Pod,
  service: { namespace: string; name: string },
): Promise<LastRequest | undefined> {
  const { namespace = 'default', name = '' } = pod.metadata;
  if (!hasSidecar(pod)) return undefined;
  const log = await kube.podLog({ namespace, name }, { container: sidecarName, tailLines: lines });
  const found = requestsIn(log, service);
  const chosen = found.findLast(({ isFailed }) => isFailed) ?? found.at(-1);
  return chosen && { method: chosen.method, path: chosen.path };
}
