import { Message, message } from './wire.ts';

/** The messages of envoy.service.auth.v3.Authorization/Check, cut to the fields that are set and read here. */
export const checkMethod = '/envoy.service.auth.v3.Authorization/Check';

export interface Peer {
  address: string;
  port: number;
  /** The DNS SAN of the peer's certificate; empty without one. */
  principal: string;
}

export interface CheckRequest {
  source: Peer;
  destination: Peer;
  http: {
    id: string;
    method: string;
    /** Lower-case names, with `:authority`, `:method`, `:path` and `:scheme`. */
    headers: ReadonlyMap<string, string>;
    path: string;
    host: string;
    scheme: string;
    protocol: string;
    /** -1 where the length of the body is not known. */
    size: number;
    body: string;
  };
}

export type HeaderValues = readonly (readonly [name: string, value: string])[];

export type CheckResponse =
  | { type: 'ok'; headersToSet: HeaderValues }
  | { type: 'denied'; status: number; headers: HeaderValues; body: string };

const peer = ({ address, port, principal }: Peer): Buffer =>
  message([1, message([1, message([2, address], [3, port])])], [4, principal]);

const readPeer = (body: Message | undefined): Peer => {
  const socket = body?.message(1)?.message(1);
  return { address: socket?.text(2) ?? '', port: socket?.number(3) ?? 0, principal: body?.text(4) ?? '' };
};

export function encodeCheckRequest({ source, destination, http }: CheckRequest): Buffer {
  const headers = [...http.headers].map(([name, value]) => [3, message([1, name], [2, value])] as const);
  const request = message(
    [1, http.id],
    [2, http.method],
    ...headers,
    [4, http.path],
    [5, http.host],
    [6, http.scheme],
    // A negative int64 would take ten bytes; nobody here reads the size of a body that says none.
    [9, Math.max(0, http.size)],
    [10, http.protocol],
    [11, http.body],
  );
  return message([1, message([1, peer(source)], [2, peer(destination)], [4, message([2, request])])]);
}

export function decodeCheckRequest(body: Buffer): CheckRequest {
  const attributes = new Message(body).message(1);
  const http = attributes?.message(4)?.message(2);
  return {
    source: readPeer(attributes?.message(1)),
    destination: readPeer(attributes?.message(2)),
    http: {
      id: http?.text(1) ?? '',
      method: http?.text(2) ?? '',
      headers: http?.map(3) ?? new Map(),
      path: http?.text(4) ?? '',
      host: http?.text(5) ?? '',
      scheme: http?.text(6) ?? '',
      size: http?.number(9) ?? 0,
      protocol: http?.text(10) ?? '',
      body: http?.text(11) ?? '',
    },
  };
}

const headerOptions = (number: number, headers: HeaderValues) =>
  headers.map(([name, value]) => [number, message([1, message([1, name], [2, value])])] as const);

const readHeaders = (options: readonly Buffer[]): HeaderValues =>
  options.map((option) => {
    const header = new Message(option).message(1);
    return [header?.text(1).toLowerCase() ?? '', header?.text(2) ?? ''];
  });

/** google.rpc.Code. */
const permissionDenied = 7;

export function encodeCheckResponse(response: CheckResponse): Buffer {
  switch (response.type) {
    case 'ok':
      return message([3, message(...headerOptions(2, response.headersToSet))]);
    case 'denied': {
      const { status, headers, body } = response;
      const denied = message([1, message([1, status])], ...headerOptions(2, headers), [3, body]);
      return message([1, message([1, permissionDenied])], [2, denied]);
    }
  }
}

/** Envoy: a status that is not OK denies, with 403 unless the answer says otherwise. */
export function decodeCheckResponse(body: Buffer): CheckResponse {
  const response = new Message(body);
  if ((response.message(1)?.number(1) ?? 0) === 0) {
    return { type: 'ok', headersToSet: readHeaders(response.message(3)?.all(2) ?? []) };
  }
  const denied = response.message(2);
  return {
    type: 'denied',
    status: denied?.message(1)?.number(1) || 403,
    headers: readHeaders(denied?.all(2) ?? []),
    body: denied?.text(3) ?? '',
  };
}
