import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../platform/clock.ts';
import type { Caller } from '../request-api.ts';
import { ownAudience } from '../subresources/token-request.ts';
import type { Authenticate } from './authentication.ts';

interface NamedClaim {
  name?: string;
  uid?: string;
}

/** Claims of the tokens that `subresources/token-request.ts` signs, cut to what is read here. */
interface Claims {
  aud?: string[];
  exp?: number;
  nbf?: number;
  jti?: string;
  'kubernetes.io'?: {
    namespace?: string;
    serviceaccount?: NamedClaim;
    pod?: NamedClaim;
    secret?: NamedClaim;
    node?: NamedClaim;
  };
}

/** Kinds that a token can depend on. */
export type TokenObject = 'serviceaccounts' | 'pods' | 'secrets' | 'nodes';

/**
 * Accepts the tokens that this cluster issued for itself (`kubectl create token`, a pod's own), until they expire, or
 * their account or the object that they are bound to is gone. `uidOf` tells what is there now.
 */
export function serviceAccountTokens(options: {
  key: Buffer;
  clock: Clock;
  uidOf(kind: TokenObject, namespace: string, name: string): string | undefined;
}): Authenticate {
  return (token) => {
    const claims = verifiedClaims(token, options.key);
    const now = options.clock.now() / 1000;
    if (!claims || (claims.exp ?? 0) <= now || (claims.nbf ?? 0) > now) return undefined;
    if (!claims.aud?.includes(ownAudience)) return undefined;
    const { namespace = '', serviceaccount = {}, pod, secret, node } = claims['kubernetes.io'] ?? {};
    const isThere = (kind: TokenObject, home: string, { name = '', uid = '' }: NamedClaim) =>
      options.uidOf(kind, home, name) === uid;
    if (!isThere('serviceaccounts', namespace, serviceaccount)) return undefined;
    if (pod && !isThere('pods', namespace, pod)) return undefined;
    if (secret && !isThere('secrets', namespace, secret)) return undefined;
    if (node && !isThere('nodes', '', node)) return undefined;
    return callerOf(namespace, serviceaccount, claims);
  };
}

function callerOf(namespace: string, { name = '', uid = '' }: NamedClaim, { jti, ...claims }: Claims): Caller {
  const { pod, node } = claims['kubernetes.io'] ?? {};
  const extra = {
    ...(jti === undefined ? {} : { 'credential-id': `JTI=${jti}` }),
    ...(pod && { 'pod-name': pod.name ?? '', 'pod-uid': pod.uid ?? '' }),
    ...(node && { 'node-name': node.name ?? '', 'node-uid': node.uid ?? '' }),
  };
  return {
    username: `system:serviceaccount:${namespace}:${name}`,
    uid,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    extra: Object.fromEntries(
      Object.entries(extra).map(([key, value]) => [`authentication.kubernetes.io/${key}`, [value]]),
    ),
  };
}

/** The claims of a token with our signature; undefined for every other text. */
function verifiedClaims(token: string, key: Buffer): Claims | undefined {
  const [header = '', body = '', signature = '', ...rest] = token.split('.');
  const expected = createHmac('sha256', key).update(`${header}.${body}`).digest();
  const given = Buffer.from(signature, 'base64url');
  if (rest.length > 0 || given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  return JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Claims;
}

/** The first of several that knows a token. */
export const firstOf =
  (...ways: readonly Authenticate[]): Authenticate =>
  (token) => {
    for (const authenticate of ways) {
      const caller = authenticate(token);
      if (caller) return caller;
    }
    return undefined;
  };
