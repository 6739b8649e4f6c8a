import type { Socket } from 'node:net';
import type { ByteSink, ByteSource } from './processes/byte-stream.ts';

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

/** The client's end of an exec or an attach: only the streams that it asked for. */
export interface RemoteStreams {
  stdin?: ByteSource;
  stdout?: ByteSink;
  stderr?: ByteSink;
  /** Tells of each new size of the client's terminal. */
  onResize?(listener: (columns: number, rows: number) => void): void;
  /** Aborts when the client is gone. */
  signal: AbortSignal;
}

/** `failed`: the runtime could not do it; its text follows `error executing command in container: `. */
export type RemoteEnd = { type: 'exited'; exitCode: number } | { type: 'failed'; message: string };

/** A container that runs now. */
export interface RunningContainer {
  /** Ends with the command, with its client or with the container. */
  exec(command: readonly string[], tty: boolean, streams: RemoteStreams): Promise<RemoteEnd>;
  /** Joins the main program: what it writes from now on; what the client sends where its stdin is open. */
  attach(streams: RemoteStreams): Promise<RemoteEnd>;
}

/** What the kubelets offer to the API server. Errors are StatusErrors with the texts of a real server. */
export interface NodeApi {
  /** Chunks of log text, ending at the current end or (follow) when the container or the signal ends. */
  logs(namespace: string, pod: string, options: LogOptions, signal: AbortSignal): AsyncIterable<string>;
  /** A connection to 127.0.0.1:port inside the pod; rejects with an errno error when nothing listens. */
  portForward(namespace: string, pod: string, port: number): Promise<Socket>;
  /** Undefined when that container of the pod does not run now. */
  runningContainer(namespace: string, pod: string, container: string): Promise<RunningContainer | undefined>;
}
