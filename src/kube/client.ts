import type { KubeObject } from './objects.ts';
import type { ResourceRef, ServedResource } from './resources.ts';

/** Whether a cluster answers, as the latest requests found. */
export interface ClusterReach {
  /** Why it does not answer at the moment; undefined while it does. */
  readonly trouble: Error | undefined;
  /** How often it stopped answering. */
  readonly absences: number;
  /** Somebody waits: the next request is sent, however recently the last one failed. */
  askNow(): void;
  /** Calls back whenever it answers again; returns how to stop. */
  onBack(listener: () => void): () => void;
}

/**
 * What checks may ask of a cluster, the same in every world. Objects are read, never written.
 * Errors: StatusError when the API answered; any other error means that the cluster could not be asked.
 */
export interface KubeClient {
  /** Name of the kubeconfig context in use. */
  readonly context: string;
  readonly server: string;
  /** Left out where a cluster is never out of reach. */
  readonly reach?: ClusterReach;
  /** Undefined when the object does not exist. */
  get<T extends KubeObject>(ref: ResourceRef<T>, name: string, namespace?: string): Promise<T | undefined>;
  list<T extends KubeObject>(
    ref: ResourceRef<T>,
    options?: { namespace?: string; labelSelector?: string; fieldSelector?: string },
  ): Promise<T[]>;
  /** All kinds that the server has, each at the version it prefers. Asked anew every few seconds at most. */
  resources(): Promise<readonly ServedResource[]>;
  /** The last lines of a container's log. */
  podLog(
    pod: { namespace: string; name: string },
    options: { container?: string; tailLines?: number; sinceSeconds?: number; timestamps?: boolean },
  ): Promise<string>;
  /** One GET to a port of a pod, through a port-forward (so it never crosses the mesh). */
  podHttp(
    pod: { namespace: string; name: string; port: number },
    path: string,
    signal?: AbortSignal,
  ): Promise<{ status: number; body: string }>;
  /** The OpenAPI v3 document of a group and version, at `apis/apps/v1`; undefined where the cluster serves none. */
  openApi(path: string): Promise<unknown>;
  /** Calls back after something about these kinds changed; returns how to stop. Reconnects by itself. */
  watch(refs: readonly ResourceRef[], onChange: () => void): () => void;
  close(): void;
}
