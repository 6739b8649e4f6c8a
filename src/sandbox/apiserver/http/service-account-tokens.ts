import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../platform/clock.ts';
import type { Authenticate } from './authentication.ts';

/** Claims of the tokens that `subresources/token-request.ts` signs, cut to what is read here. */
interface Claims {
  exp?: number;
  nbf?: number;
  sub?: string;
  'kubernetes.io'?: { namespace?: string; serviceaccount?: { name?: string; uid?: string } };
}

/**
 * Accepts the tokens that this cluster issued (`kubectl create token`, a pod's own), until they expire or their account is
 * gone. `isCurrent` says whether the account with that uid is still there.
 */
export function serviceAccountTokens(options: {
  key: Buffer;
  clock: Clock;
  isCurrent(namespace: string, name: string, uid: string): boolean;
}): Authenticate {
  return (token) => {
    const claims = verifiedClaims(token, options.key);
    const now = options.clock.now() / 1000;
    if (!claims || (claims.exp ?? 0) <= now || (claims.nbf ?? 0) > now) return undefined;
    const { namespace = '', serviceaccount: { name = '', uid = '' } = {} } = claims['kubernetes.io'] ?? {};
    if (!options.isCurrent(namespace, name, uid)) return undefined;
    return {
      username: `system:serviceaccount:${namespace}:${name}`,
      uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    };
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
