import type { ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import { internalError, type Status, StatusError } from '../../../kube/status.ts';

/** Writing answers: JSON (or YAML) objects, plain texts, Status errors and warnings. */

/** Kubernetes: sigs.k8s.io/yaml, which sorts the keys and quotes what YAML 1.1 would take for something else. */
const asGoWritesYaml = { version: '1.1', lineWidth: 0, sortMapEntries: true, indentSeq: false } as const;

/** Kubernetes: `Warning: 299 - "text"`; quotes are escaped, and control characters can't be in a header. */
export function setWarnings(response: ServerResponse, warnings: readonly string[]): void {
  if (warnings.length === 0) return;
  const quoted = (text: string) => text.replaceAll(/[^\x20-\x7e]/g, ' ').replaceAll(/["\\]/g, '\\$&');
  response.setHeader(
    'Warning',
    warnings.map((text) => `299 - "${quoted(text)}"`),
  );
}

export function sendObject(
  response: ServerResponse,
  code: number,
  object: unknown,
  options: { encoding?: 'json' | 'yaml'; pretty?: boolean; contentType?: string } = {},
): void {
  const yaml = options.encoding === 'yaml';
  const text = yaml
    ? stringify(object, asGoWritesYaml)
    : `${JSON.stringify(object, null, options.pretty ? 2 : undefined)}\n`;
  sendBytes(response, code, Buffer.from(text), options.contentType ?? (yaml ? 'application/yaml' : 'application/json'));
}

export function sendText(response: ServerResponse, code: number, text: string): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  sendBytes(response, code, Buffer.from(text), 'text/plain; charset=utf-8');
}

export function sendBytes(response: ServerResponse, code: number, bytes: Buffer, contentType: string): void {
  response.writeHead(code, { 'Content-Type': contentType, 'Content-Length': bytes.length });
  response.end(bytes);
}

export const notFoundPath = (response: ServerResponse): void => sendText(response, 404, '404 page not found\n');

/** Anything thrown that is no answer to the client. */
export const isBug = (error: unknown): boolean => !(error instanceof StatusError || error instanceof URIError);

/** The Status of anything thrown. What is no StatusError is a bug of ours: told as a 500, with its message. */
export function statusOf(error: unknown): Status {
  if (error instanceof StatusError) return error.status;
  if (error instanceof URIError) return new StatusError(400, 'BadRequest', 'the path is not percent-encoded').status;
  return internalError(error instanceof Error ? error.message : String(error)).status;
}

export function sendError(response: ServerResponse, error: unknown): void {
  const status = statusOf(error);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const retryAfter = status.details?.retryAfterSeconds;
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  // The client may still be sending a body that nobody will read.
  if (status.code === 413) response.setHeader('Connection', 'close');
  sendObject(response, status.code ?? 500, status);
}

export const methodNotAllowed = (): StatusError =>
  new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

export const resourceNotServed = (): StatusError =>
  new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
