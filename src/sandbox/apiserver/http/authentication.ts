import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { StatusError } from '../../../kube/status.ts';
import type { Caller } from '../request-api.ts';
import { certificateCaller } from './client-certificates.ts';

/** Who a bearer token belongs to; undefined when nobody. */
export type Authenticate = (token: string) => Caller | undefined;

/** A fixed set of tokens, looked up by hash so that comparing tells nothing about them. */
export function tokenTable(tokens: ReadonlyMap<string, Caller>): Authenticate {
  const hash = (token: string) => createHash('sha256').update(token).digest('base64');
  const callers = new Map([...tokens].map(([token, caller]) => [hash(token), caller]));
  return (token) => callers.get(hash(token));
}

/** kubeadm's words for the person who holds the admin kubeconfig. */
export const clusterAdmin: Caller = {
  username: 'kubernetes-admin',
  groups: ['system:masters', 'system:authenticated'],
};

/** Throws 401 without a known certificate or token. Browsers can't set headers on a WebSocket: they send it as a subprotocol. */
export function callerOf(request: IncomingMessage, authenticate: Authenticate): Caller {
  const certified = certificateCaller(request);
  if (certified) return certified;
  const token = bearerToken(request.headers.authorization) ?? webSocketToken(request);
  const caller = token === undefined ? undefined : authenticate(token);
  if (!caller) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
  return caller;
}

function bearerToken(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)\s*$/i.exec(header ?? '')?.[1];
}

export const webSocketTokenPrefix = 'base64url.bearer.authorization.k8s.io.';

function webSocketToken(request: IncomingMessage): string | undefined {
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((text) => text.trim());
  const found = offered.find((protocol) => protocol.startsWith(webSocketTokenPrefix));
  return found === undefined
    ? undefined
    : Buffer.from(found.slice(webSocketTokenPrefix.length), 'base64url').toString();
}

/**
 * A web page can make a browser send requests to 127.0.0.1 under a name of its own (DNS rebinding); the Host header then
 * carries that name. `names` are further names the server answers to.
 */
export function isOwnHost(host: string | undefined, names: ReadonlySet<string>): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
  return name === '127.0.0.1' || name === 'localhost' || name === '[::1]' || names.has(name);
}
