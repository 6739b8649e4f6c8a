import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';

/** Join codes and tokens. What is kept of a token is its hash, so that nobody who reads the class's files can use it. */

/** Crockford's base 32: no I, L, O or U, which are misread or misspell. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 8;

export const makeCode = (): string => Array.from({ length: codeLength }, () => alphabet[randomInt(32)]).join('');

/** As it is read aloud: `K7QX-2MPD`. */
export const shownCode = (code: string): string => code.replace(/^(.{4})/, '$1-');

/** What people type for it: small letters, dashes and blanks, O for 0, I and L for 1. */
export const readCode = (typed: string): string =>
  typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');

export const makeToken = (): string => randomBytes(32).toString('base64url');

export const keyOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** A learner's public name for programs; nothing leads back from it to the token, nor to what is kept of it. */
export const learnerIdOf = (token: string): string =>
  createHash('sha256').update(`meshwalk learner ${token}`).digest('hex').slice(0, 16);

/** Takes as long for any wrong one. */
export function isSame(one: string, other: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(one), hash(other));
}
