import type { Socket } from 'node:net';

export interface LogOptions {
  container?: string;
  follow?: boolean;
  previous?: boolean;
  timestamps?: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  sinceTime?: string;
  limitBytes?: number;
}

/** What the kubelets offer to the API server. Errors are StatusErrors with the texts of a real server. */
export interface NodeApi {
  /** Chunks of log text, ending at the current end or (follow) when the container or the signal ends. */
  logs(namespace: string, pod: string, options: LogOptions, signal: AbortSignal): AsyncIterable<string>;
  /** A connection to 127.0.0.1:port inside the pod; rejects with an errno error when nothing listens. */
  portForward(namespace: string, pod: string, port: number): Promise<Socket>;
}
