import type { UpstreamHost } from '../upstream.ts';
import type { ResetReason, UpstreamEvents, UpstreamStream } from './message.ts';

/** Who wants to send one request to an endpoint, and is told how that went on. */
export interface StreamRequest {
  readonly events: UpstreamEvents;
  onReady(stream: UpstreamStream, host: UpstreamHost): void;
  /** `transportFailure`: what went wrong below HTTP, as Envoy words it. */
  onPoolFailure(reason: ResetReason, transportFailure: string | undefined): void;
}

/** The connections to one endpoint in one version of HTTP. */
export interface ConnectionPool {
  /** Calls back at once where a connection is free or a limit is reached. Returns how to stop waiting. */
  newStream(request: StreamRequest): () => void;
  /** Connections end when they are idle. */
  retire(): void;
}
