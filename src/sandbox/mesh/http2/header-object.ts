import type { OutgoingHttpHeaders } from 'node:http2';
import type { HeaderList } from '../http/message.ts';

/** Between the flat lists of messages and what node:http2 takes and gives. */

/** Hop-by-hop fields mean nothing in HTTP/2 (RFC 9113 8.2.2); a proxy may not even send them. */
const forbidden = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

export function headerObject(headers: HeaderList): OutgoingHttpHeaders {
  const made: Record<string, string | string[]> = {};
  for (let at = 0; at < headers.length; at += 2) {
    const [name = '', value = ''] = [headers[at], headers[at + 1]];
    if (forbidden.has(name)) continue;
    const known = made[name];
    if (known === undefined) made[name] = value;
    else made[name] = Array.isArray(known) ? [...known, value] : [known, value];
  }
  return made;
}

export interface ReceivedFields {
  pseudo: ReadonlyMap<string, string>;
  headers: HeaderList;
}

/** `raw` as node:http2 hands it over: name, value, … with the pseudo-headers first. */
export function receivedFields(raw: readonly string[]): ReceivedFields {
  const pseudo = new Map<string, string>();
  const headers: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]];
    if (name.startsWith(':')) pseudo.set(name, value);
    else headers.push(name, value);
  }
  return { pseudo, headers };
}

export const endStreamFlag = 0x1;
