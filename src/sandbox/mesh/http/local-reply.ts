import { bodyOfReset, type LocalReply, type ResponseFlag } from '../engine.ts';
import type { RequestMessage, ResetReason } from './message.ts';

/** Answers that the proxy gives itself, with the flags and details under which the access log knows them. */
const empty = (status: number, flags: ResponseFlag, details: string): LocalReply => ({
  type: 'reply',
  status,
  body: '',
  flags,
  details,
  upstreamCluster: null,
});

/** Why a request is not even routed (Envoy: ConnectionManagerImpl::ActiveStream::decodeHeaders); undefined when it is. */
export function whyRefused({ version, authority, path, upgrade }: RequestMessage): LocalReply | undefined {
  if (version === 'HTTP/1.0') return empty(426, 'DPE', 'low_version');
  if (authority === '') return empty(400, '-', 'missing_host_header');
  if (upgrade !== undefined && upgrade.toLowerCase() !== 'websocket') return empty(403, '-', 'upgrade_failed');
  return path.startsWith('/') ? undefined : empty(404, '-', 'absolute_path_rejected');
}

const reasonPhrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  431: 'Request Header Fields Too Large',
  501: 'Not Implemented',
};

export function malformedReply(status: number, details: string): LocalReply {
  return { ...empty(status, 'DPE', details), body: reasonPhrases[status] ?? '' };
}

const flagOfReset: Readonly<Record<ResetReason, ResponseFlag>> = {
  'connection failure': 'UF',
  'connection termination': 'UC',
  'remote reset': 'UR',
  'remote refused stream reset': 'UR',
  'local reset': 'UR',
  overflow: 'UO',
  'protocol error': 'UPE',
};

export function flagFor(reason: ResetReason): ResponseFlag {
  return flagOfReset[reason];
}

/** The upstream ended the stream before it answered. */
export function resetReply(
  reason: ResetReason,
  transportFailure: string | undefined,
  { cluster, attempts }: { cluster: string; attempts: number },
): LocalReply {
  const transport = transportFailure === undefined ? '' : `, transport failure reason: ${transportFailure}`;
  const detail = transportFailure === undefined ? reason : `${reason},${transportFailure}`;
  return {
    type: 'reply',
    status: reason === 'protocol error' ? 502 : 503,
    body: bodyOfReset(`${reason}${transport}`, attempts > 1),
    flags: flagOfReset[reason],
    details: `upstream_reset_before_response_started{${detail.replaceAll(' ', '_')}}`,
    upstreamCluster: cluster,
    ...(reason === 'overflow' ? { headers: [['x-envoy-overloaded', 'true']] } : {}),
  };
}

export function timeoutReply(cluster: string, details: 'response_timeout' | 'upstream_per_try_timeout'): LocalReply {
  return { ...empty(504, 'UT', details), body: 'upstream request timeout', upstreamCluster: cluster };
}

/** 408 where the client has not sent all of its request (Envoy: Utility::maybeRequestTimeoutCode). */
export function idleReply(isRequestComplete: boolean): LocalReply {
  return { ...empty(isRequestComplete ? 504 : 408, 'SI', 'stream_idle_timeout'), body: 'stream timeout' };
}

export function noHealthyUpstream(cluster: string): LocalReply {
  return { ...empty(503, 'UH', 'no_healthy_upstream'), body: 'no healthy upstream', upstreamCluster: cluster };
}

/** gRPC: "HTTP to gRPC Status Code Mapping". */
const grpcStatusOf: Readonly<Record<number, number>> = {
  400: 13,
  401: 16,
  403: 7,
  404: 12,
  429: 14,
  502: 14,
  503: 14,
  504: 14,
};

export const isGrpc = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^application\/grpc(?:$|[+;])/.test(contentType);

/** A gRPC client looks for its status where a status code of HTTP would tell it nothing: in headers that are trailers. */
export function grpcHeaders({ status, body, headers = [] }: LocalReply): string[] {
  const fields = ['content-type', 'application/grpc', 'grpc-status', String(grpcStatusOf[status] ?? 2)];
  if (body !== '') fields.push('grpc-message', encodeGrpcMessage(body));
  return [...fields, ...headers.flat()];
}

/** Percent-encoding of all but printable ASCII, and of the percent sign. */
function encodeGrpcMessage(text: string): string {
  return text.replaceAll(/[^ -$&-~]/g, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

export function plainHeaders({ body, headers = [] }: LocalReply): string[] {
  const fields = body === '' ? [] : ['content-length', String(Buffer.byteLength(body)), 'content-type', 'text/plain'];
  return [...fields, ...headers.flat()];
}
