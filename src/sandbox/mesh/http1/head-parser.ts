import { isToken } from '../../network/http-fields.ts';
import type { HeaderList } from '../http/message.ts';
import {
  bothLengths,
  codecError,
  invalidCharacters,
  isMalformed,
  type Malformed,
  nominatedHeader,
  tooManyHeaders,
  unknownTransferEncoding,
} from './malformed.ts';

/**
 * From the text of a head to its fields and what they say of framing. Whatever two readers could understand differently
 * is refused, so that no request hides in another: lengths given twice or in two ways, folded lines, spaces before the
 * colon, control characters (RFC 9112 5 and 6.3; Envoy's http_parser does the same).
 */
export interface Fields {
  /** All but host, transfer codings and what concerns this connection alone. */
  readonly headers: HeaderList;
  /** Several are joined by commas, which no virtual host matches. */
  readonly host: string | undefined;
  readonly contentLength: number | undefined;
  readonly isChunked: boolean;
  readonly closes: boolean;
  readonly keepsAlive: boolean;
  readonly upgrade: string | undefined;
  readonly expectsContinue: boolean;
}

export interface RequestStart {
  readonly method: string;
  readonly target: string;
  readonly version: '1.0' | '1.1';
}

/** Envoy: max_headers_count. */
const mostHeaders = 100;

const forbidden = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\r(?!\n)/;
const requestLine = /^([A-Z-]+) ([^ ]+) HTTP\/1\.([01])\r?$/;
const statusLine = /^HTTP\/1\.([01]) ([1-9][0-9]{2})(?: .*)?\r?$/;

/** The methods that http_parser knows; others are a 400, not a 405. */
const methods = new Set(
  (
    'DELETE GET HEAD POST PUT CONNECT OPTIONS TRACE COPY LOCK MKCOL MOVE PROPFIND PROPPATCH SEARCH UNLOCK BIND REBIND UNBIND ACL ' +
    'REPORT MKACTIVITY CHECKOUT MERGE M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE PATCH PURGE MKCALENDAR LINK UNLINK SOURCE'
  ).split(' '),
);

export function parseRequestHead(text: string): (RequestStart & Fields) | Malformed {
  const end = text.indexOf('\n');
  const match = requestLine.exec(text.slice(0, end));
  if (!match || forbidden.test(text)) return codecError;
  const [, method = '', target = '', minor] = match;
  if (!methods.has(method)) return codecError;
  const fields = parseFields(text, end + 1);
  if (isMalformed(fields)) return fields;
  return { method, target, version: minor === '0' ? '1.0' : '1.1', ...fields };
}

export function parseResponseHead(text: string): ({ status: number; version: '1.0' | '1.1' } & Fields) | Malformed {
  const end = text.indexOf('\n');
  const match = statusLine.exec(text.slice(0, end));
  if (!match || forbidden.test(text)) return codecError;
  const fields = parseFields(text, end + 1);
  if (isMalformed(fields)) return fields;
  return { status: Number(match[2]), version: match[1] === '0' ? '1.0' : '1.1', ...fields };
}

/** Trailers are plain fields; those that would change framing mean nothing there and are dropped. */
export function parseTrailers(text: string): HeaderList | Malformed {
  if (forbidden.test(text)) return codecError;
  const fields = parseFields(text, 0);
  return isMalformed(fields) ? fields : withoutHeader(fields.headers, 'content-length');
}

/** Names come back in every request: lower case and validity are worked out once. */
const knownNames = new Map<string, string>();
const knownNamesLimit = 1000;

function lowerName(name: string): string | undefined {
  const known = knownNames.get(name);
  if (known !== undefined) return known;
  if (!isToken(name)) return undefined;
  const lower = name.toLowerCase();
  if (knownNames.size < knownNamesLimit && name.length < 64) knownNames.set(name, lower);
  return lower;
}

const isBlank = (code: number) => code === 32 || code === 9;

class FieldReader {
  readonly headers: string[] = [];
  host: string | undefined;
  contentLength: number | undefined;
  transferEncoding: string | undefined;
  connection: string | undefined;
  upgradeTo: string | undefined;
  expectsContinue = false;
  lengths = 0;

  take(name: string, value: string): Malformed | undefined {
    switch (name) {
      case 'host':
        this.host = this.host === undefined ? value : `${this.host},${value}`;
        break;
      case 'content-length':
        this.lengths++;
        if (this.lengths > 1 || !/^[0-9]{1,15}$/.test(value)) return codecError;
        this.contentLength = Number(value);
        this.headers.push(name, value);
        break;
      case 'transfer-encoding':
        this.transferEncoding = this.transferEncoding === undefined ? value : `${this.transferEncoding},${value}`;
        break;
      case 'connection':
        this.connection = this.connection === undefined ? value : `${this.connection},${value}`;
        break;
      case 'upgrade':
        this.upgradeTo = value;
        break;
      case 'expect':
        if (value.toLowerCase() === '100-continue') this.expectsContinue = true;
        else this.headers.push(name, value);
        break;
      case 'keep-alive':
      case 'proxy-connection':
      case 'http2-settings':
      case 'te':
        break;
      default:
        this.headers.push(name, value);
    }
    return undefined;
  }
}

function parseFields(text: string, from: number): Fields | Malformed {
  const reader = new FieldReader();
  let count = 0;
  for (let at = from; at < text.length; ) {
    const next = text.indexOf('\n', at);
    const end = text.charCodeAt(next - 1) === 13 ? next - 1 : next;
    if (end <= at) break;
    const colon = text.indexOf(':', at);
    if (colon < 0 || colon > end) return codecError;
    // A name never begins with a space, so a folded line (obs-fold) ends here too.
    const name = lowerName(text.slice(at, colon));
    if (name === undefined) return invalidCharacters;
    if (++count > mostHeaders) return tooManyHeaders;
    let [first, last] = [colon + 1, end];
    while (first < last && isBlank(text.charCodeAt(first))) first++;
    while (last > first && isBlank(text.charCodeAt(last - 1))) last--;
    const problem = reader.take(name, text.slice(first, last));
    if (problem) return problem;
    at = next + 1;
  }
  return conclude(reader);
}

function conclude(reader: FieldReader): Fields | Malformed {
  const { host, contentLength, transferEncoding, connection, expectsContinue } = reader;
  const isChunked = transferEncoding !== undefined;
  if (isChunked && contentLength !== undefined) return bothLengths;
  if (isChunked && transferEncoding.toLowerCase() !== 'chunked') return unknownTransferEncoding;
  let [closes, keepsAlive, upgrades] = [false, false, false];
  let headers = reader.headers;
  if (connection !== undefined) {
    for (const raw of connection.split(',')) {
      const option = raw.trim().toLowerCase();
      if (option === 'close') closes = true;
      else if (option === 'keep-alive') keepsAlive = true;
      else if (option === 'upgrade') upgrades = true;
      // Envoy refuses to strip what others rely on.
      else if (option === 'host' || option.startsWith('x-forwarded-')) return nominatedHeader;
      else if (option !== '') headers = withoutHeader(headers, option);
    }
  }
  // Envoy drops an upgrade to cleartext HTTP/2 and goes on in HTTP/1.1.
  const upgrade = upgrades && reader.upgradeTo?.toLowerCase() !== 'h2c' ? reader.upgradeTo : undefined;
  return { headers, host, contentLength, isChunked, closes, keepsAlive, upgrade, expectsContinue };
}

function withoutHeader(headers: readonly string[], name: string): string[] {
  return headers.filter((_, at) => headers[at - (at % 2)] !== name);
}
