import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';

/**
 * Which requests come in at all. A name that an attacker points at this machine (DNS rebinding) is not one of ours, and a
 * page from elsewhere has another Origin; both are refused before anything is read. Knows no path.
 */
export interface GateOptions {
  /** Names under which this class is reached, beside its addresses and localhost. */
  names: readonly string[];
}

export type GateRefusal = { status: 403 | 421; text: string };

export function gateRefusal({ headers }: IncomingMessage, { names }: GateOptions): GateRefusal | undefined {
  const host = hostOf(headers.host);
  if (host === undefined || !isOurs(host, names)) return { status: 421, text: 'This is not a name of this class.' };
  if (headers['sec-fetch-site'] === 'cross-site') return { status: 403, text: 'Another page may not ask this.' };
  if (headers.origin === undefined) return undefined;
  return originHost(headers.origin) === headers.host?.toLowerCase()
    ? undefined
    : { status: 403, text: 'Another page may not ask this.' };
}

/** An address is nobody's name, so no page of another name comes with it. */
function isOurs(name: string, names: readonly string[]): boolean {
  return name === 'localhost' || isIP(name) !== 0 || names.some((own) => own.toLowerCase() === name);
}

function hostOf(header: string | undefined): string | undefined {
  const parts = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (parts?.[1] ?? parts?.[2])?.toLowerCase();
}

/** Behind a load balancer we speak http where the page was loaded over https: names and ports must be the same. */
function originHost(origin: string): string | undefined {
  try {
    const { protocol, host } = new URL(origin);
    return protocol === 'http:' || protocol === 'https:' ? host.toLowerCase() : undefined;
  } catch {
    return undefined;
  }
}

/** Nothing from elsewhere, nothing inline, in nobody's frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // The browser itself refuses text that would become markup.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export function setSecurityHeaders(response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('X-Frame-Options', 'DENY');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Permissions-Policy', 'camera=(), microphone=(), geolocation=()');
  response.setHeader('Cache-Control', 'no-store');
}
