import { faultOf } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import type { Pod } from '../kube/objects.ts';
import { pods } from '../kube/resources.ts';
import type { TraceSpan, TraceView } from '../tui/view/trace-tree.ts';

/** Asks the Jaeger of a cluster, by its query API, through a port-forward to its pod. Any Jaeger will do, not only ours. */
const queryPort = 16686;
const image = 'jaegertracing/';

interface Tag {
  key: string;
  value: unknown;
}

/** Jaeger's own form, cut to what is shown. */
interface JaegerTrace {
  traceID: string;
  spans: {
    spanID: string;
    operationName: string;
    references: { refType: string; spanID: string }[];
    startTime: number;
    duration: number;
    tags: Tag[];
    processID: string;
  }[];
  processes: Record<string, { serviceName: string }>;
}

export class JaegerQuery {
  readonly #kube: KubeClient;
  readonly #pod: { namespace: string; name: string; port: number };
  readonly #signal: AbortSignal;

  private constructor(kube: KubeClient, pod: { namespace: string; name: string; port: number }, signal: AbortSignal) {
    this.#kube = kube;
    this.#pod = pod;
    this.#signal = signal;
  }

  static async find(kube: KubeClient, signal: AbortSignal): Promise<JaegerQuery> {
    const runs = ({ spec, status }: Pod) =>
      status?.phase === 'Running' && spec.containers.some((container) => container.image?.includes(image));
    const pod = (await kube.list(pods)).find(runs);
    if (!pod) {
      throw faultOf('trace.no-jaeger');
    }
    const { namespace = 'default', name = '' } = pod.metadata;
    return new JaegerQuery(kube, { namespace, name, port: queryPort }, signal);
  }

  services(): Promise<string[]> {
    return this.#get<string[]>('/api/services').then((found) => found ?? []);
  }

  /** The newest first. */
  async traces(service: string, limit: number): Promise<TraceView[]> {
    const query = new URLSearchParams({ service, limit: String(limit) });
    return ((await this.#get<JaegerTrace[]>(`/api/traces?${query}`)) ?? []).map(viewOf);
  }

  async trace(id: string): Promise<TraceView | undefined> {
    const [found] = (await this.#get<JaegerTrace[]>(`/api/traces/${encodeURIComponent(id)}`)) ?? [];
    return found && viewOf(found);
  }

  /** Undefined for what Jaeger does not have. */
  async #get<T>(path: string): Promise<T | undefined> {
    const { status, body } = await this.#kube.podHttp(this.#pod, path, this.#signal);
    if (status === 404 || status === 400) return undefined;
    if (status !== 200) {
      throw faultOf('trace.jaeger', path, status, this.#pod.name, this.#pod.namespace);
    }
    return (JSON.parse(body) as { data: T | null }).data ?? undefined;
  }
}

function viewOf({ traceID, spans, processes }: JaegerTrace): TraceView {
  return {
    id: traceID,
    spans: spans.map((span): TraceSpan => {
      const tag = (key: string) => span.tags.find((one) => one.key === key)?.value;
      const kind = tag('span.kind');
      const status = tag('http.status_code');
      return {
        id: span.spanID,
        parentId: span.references.find(({ refType }) => refType === 'CHILD_OF')?.spanID,
        service: processes[span.processID]?.serviceName ?? 'unknown',
        operation: span.operationName,
        kind: kind === 'client' || kind === 'server' ? kind : undefined,
        start: span.startTime,
        duration: span.duration,
        status: status === undefined ? undefined : String(status),
        failed: tag('error') === true || tag('error') === 'true',
      };
    }),
  };
}
