import { STATUS_CODES } from 'node:http';
import type { HeaderList, RequestMessage, ResponseMessage } from '../http/message.ts';

/** How the end of a body is told. `raw` is the bytes of another protocol after an upgrade. */
export type BodyFraming = 'none' | 'sized' | 'chunked' | 'raw';

const hasHeader = (headers: HeaderList, name: string): boolean => {
  for (let at = 0; at < headers.length; at += 2) if (headers[at] === name) return true;
  return false;
};

function fieldLines(headers: HeaderList): string {
  let text = '';
  for (let at = 0; at < headers.length; at += 2) text += `${headers[at]}: ${headers[at + 1]}\r\n`;
  return text;
}

/** Requests that say nothing of a body have none; of others an empty one is said (RFC 9110 8.6, as Envoy reads it). */
const bodiless = new Set(['GET', 'HEAD', 'DELETE', 'TRACE', 'CONNECT']);

export function requestHead(request: RequestMessage, end: boolean): { text: string; framing: BodyFraming } {
  const { method, path, authority, headers, upgrade } = request;
  let text = `${method} ${path} HTTP/1.1\r\nhost: ${authority}\r\n${fieldLines(headers)}`;
  let framing: BodyFraming = end ? 'none' : 'sized';
  if (upgrade !== undefined) {
    text += `connection: upgrade\r\nupgrade: ${upgrade}\r\n`;
    framing = 'raw';
  } else if (end) {
    if (!bodiless.has(method) && !hasHeader(headers, 'content-length')) text += 'content-length: 0\r\n';
  } else if (!hasHeader(headers, 'content-length')) {
    text += 'transfer-encoding: chunked\r\n';
    framing = 'chunked';
  }
  return { text: `${text}\r\n`, framing };
}

const isBodyForbidden = (status: number) => status < 200 || status === 204;

/**
 * Envoy tells a client that asked with HEAD that the body would have been chunked; 204 and 304 carry neither a length of
 * ours nor a body.
 */
export function responseHead(
  { status, headers, upgrade }: ResponseMessage,
  { end, isHead, close }: { end: boolean; isHead: boolean; close: boolean },
): { text: string; framing: BodyFraming } {
  const reason = STATUS_CODES[status] ?? 'Unknown';
  let text = `HTTP/1.1 ${status} ${reason}\r\n${fieldLines(headers)}`;
  let framing: BodyFraming = 'none';
  if (upgrade !== undefined) {
    text += `connection: upgrade\r\nupgrade: ${upgrade}\r\n`;
    framing = 'raw';
  } else if (isBodyForbidden(status) || status === 304 || hasHeader(headers, 'content-length')) {
    framing = end || isHead || isBodyForbidden(status) || status === 304 ? 'none' : 'sized';
  } else if (end && !isHead) {
    text += 'content-length: 0\r\n';
  } else {
    text += 'transfer-encoding: chunked\r\n';
    framing = isHead ? 'none' : 'chunked';
  }
  if (close) text += 'connection: close\r\n';
  return { text: `${text}\r\n`, framing };
}

/** One piece of a body, as its framing wants it. */
export const chunkStart = (size: number): string => `${size.toString(16)}\r\n`;
export const chunkEnd = '\r\n';

export function lastChunk(trailers: HeaderList): string {
  return trailers.length === 0 ? '0\r\n\r\n' : `0\r\n${fieldLines(trailers)}\r\n`;
}
