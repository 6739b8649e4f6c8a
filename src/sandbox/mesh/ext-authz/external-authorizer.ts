import type { Clock } from '../../../platform/clock.ts';
import type { ContainerSockets } from '../../network/pod-network.ts';
import {
  type CheckRequest,
  type CheckResponse,
  checkMethod,
  decodeCheckResponse,
  encodeCheckRequest,
  type HeaderValues,
} from '../../protobuf/authorization.ts';
import type { LoggedConnection } from '../access-log.ts';
import type { LocalReply, RequestHead } from '../engine.ts';
import type { ExternalAuthorization } from '../proxy-config.ts';
import type { StatScope, StatStore } from '../stats.ts';
import { GrpcChannel, GrpcError, grpcStatus } from './grpc-channel.ts';

/** What came of asking. An allowed request may carry other headers up than it came with. */
export type Verdict = { type: 'allowed'; headersToSet: HeaderValues } | { type: 'refused'; reply: LocalReply };

/** Who asks for what, beside the request itself. */
export interface Asking {
  connection: LoggedConnection;
  peerNames: readonly string[];
}

/** Where an outcome is counted: the connection manager's statistics and the cluster's that the route leads to. */
type Scopes = readonly StatScope[];

/** Envoy's ext_authz filter over gRPC: asks a service about each request before it goes on. */
export class ExternalAuthorizer {
  readonly #parts: { sockets: ContainerSockets; clock: Clock };
  readonly #stats: StatStore;
  readonly #channels = new Map<string, GrpcChannel>();

  constructor(parts: { sockets: ContainerSockets; clock: Clock; stats: StatStore }) {
    this.#parts = parts;
    this.#stats = parts.stats;
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  async check(config: ExternalAuthorization, request: RequestHead, asking: Asking, scopes: Scopes): Promise<Verdict> {
    const count = (name: string) => {
      for (const scope of scopes) scope.counter(`ext_authz.${name}`).value++;
    };
    let answer: CheckResponse;
    try {
      answer = await this.#ask(config, request, asking);
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
      count('error');
      if (config.failureModeAllow) {
        count('failure_mode_allowed');
        return { type: 'allowed', headersToSet: [] };
      }
      return { type: 'refused', reply: refusal(403, '', 'ext_authz_error') };
    }
    if (answer.type === 'ok') {
      count('ok');
      return { type: 'allowed', headersToSet: answer.headersToSet };
    }
    count('denied');
    return {
      type: 'refused',
      reply: { ...refusal(answer.status, answer.body, 'ext_authz_denied'), headers: answer.headers },
    };
  }

  async #ask(config: ExternalAuthorization, request: RequestHead, asking: Asking): Promise<CheckResponse> {
    const scope = this.#stats.scope(`grpc.${config.statPrefix}`, 'grpc', {
      envoy_google_grpc_client_prefix: config.statPrefix,
    });
    scope.counter('streams_total').value++;
    let status: number = 0;
    try {
      const message = encodeCheckRequest(await checkRequest(config, request, asking));
      return decode(await this.#channel(config).call(checkMethod, message, config.timeoutMs));
    } catch (error) {
      status = error instanceof GrpcError ? error.status : grpcStatus.internal;
      throw error;
    } finally {
      scope.counter(`streams_closed_${status}`).value++;
    }
  }

  #channel({ host, port }: ExternalAuthorization): GrpcChannel {
    const key = `${host}:${port}`;
    const known = this.#channels.get(key) ?? new GrpcChannel(this.#parts, host, port);
    this.#channels.set(key, known);
    return known;
  }
}

const refusal = (status: number, body: string, details: string): LocalReply => ({
  type: 'reply',
  status,
  body,
  flags: 'UAEX',
  details,
  upstreamCluster: null,
});

function decode(answer: Buffer): CheckResponse {
  try {
    return decodeCheckResponse(answer);
  } catch (error) {
    if (error instanceof RangeError) throw new GrpcError(grpcStatus.internal, error);
    throw error;
  }
}

async function checkRequest(
  config: ExternalAuthorization,
  request: RequestHead,
  { connection, peerNames }: Asking,
): Promise<CheckRequest> {
  const headers = new Map([
    [':authority', request.authority],
    [':method', request.method],
    [':path', request.path],
    [':scheme', 'http'],
  ]);
  for (let at = 0; at < request.headers.length; at += 2) {
    const [name = '', value = ''] = request.headers.slice(at, at + 2);
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  const length = request.header('content-length');
  const body = await request.peekBody?.(config.maxRequestBytes);
  return {
    source: { address: connection.source.ip, port: connection.source.port, principal: peerNames[0] ?? '' },
    destination: {
      address: connection.originalDestination.ip,
      port: connection.originalDestination.port,
      principal: '',
    },
    http: {
      id: request.requestId ?? '',
      method: request.method,
      headers,
      path: request.path,
      host: request.authority,
      scheme: 'http',
      protocol: request.protocol,
      size: length === undefined ? -1 : Number(length),
      body: body?.toString() ?? '',
    },
  };
}
