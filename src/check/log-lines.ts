import type { KubeClient } from '../kube/client.ts';
import type { Pod } from '../kube/objects.ts';
import type { Clock } from '../platform/clock.ts';

/** `2026-01-31T12:00:00.123456789Z the line`: how the API writes a log with timestamps. */
const stamped = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?(.*)$/s;

/**
 * What a container logged from `since` on, without the timestamps. The API only counts back whole seconds, so it is asked
 * for more and the lines' own times decide, to the millisecond. Clocks of Nodes are taken to agree with ours.
 */
export async function linesSince(
  kube: KubeClient,
  pod: Pod,
  container: string,
  since: number,
  clock: Clock,
): Promise<string[]> {
  const { namespace = 'default', name = '' } = pod.metadata;
  const sinceSeconds = Math.max(1, Math.ceil((clock.now() - since) / 1000) + 1);
  const log = await kube.podLog({ namespace, name }, { container, sinceSeconds, timestamps: true });
  return log.split('\n').flatMap((line) => {
    const match = stamped.exec(line);
    // What curl shows of an answer's head ends in CR LF, as it came.
    return match?.[1] && Date.parse(match[1]) >= since ? [(match[2] ?? '').replace(/\r$/, '')] : [];
  });
}

/** `Error fetching http://bookstore.bookstore:14001/…`: Go programs, the course's among them, write failures to connect so. */
const failure = /^Error\b.*?:\/\/([a-z0-9-]+)\.([a-z0-9-]+)/;

/** The Service (namespace/name) that the line says could not be reached; undefined when it says no such thing. */
export function unreachedService(line: string): string | undefined {
  const [, service, namespace] = failure.exec(line) ?? [];
  return service && namespace ? `${namespace}/${service}` : undefined;
}
