import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Webhook } from '../../../kube/api-extensions.ts';
import { isJsonObject, type JsonObject } from '../../../kube/json-value.ts';
import type { Clock } from '../../../platform/clock.ts';

export interface WebhookTransport {
  connectToService(namespace: string, name: string, port: number): Promise<Socket>;
  /** Undefined when there is no such Service. */
  clusterIpOf(namespace: string, name: string): string | undefined;
  clock: Clock;
}

/** The call itself failed: nobody there, no trust, too late, no answer that makes sense. The text is Go's. */
export class WebhookCallFailed extends Error {
  override readonly name = 'WebhookCallFailed';
}

const answerLimit = 3 * 1024 * 1024;

/** POSTs an AdmissionReview over TLS, verified against the webhook's caBundle, and answers the reply's object. */
export async function callWebhook(
  webhook: Webhook,
  review: JsonObject,
  transport: WebhookTransport,
): Promise<JsonObject> {
  const { timeoutSeconds = 10 } = webhook;
  const place = placeOf(webhook, transport);
  const { url } = place;
  url.searchParams.set('timeout', `${timeoutSeconds}s`);
  const posting = `Post "${textOf(place)}"`;
  if (place.missingService) {
    throw new WebhookCallFailed(`failed to call webhook: ${posting}: service "${place.missingService}" not found`);
  }
  const abort = new AbortController();
  const cancel = transport.clock.after(timeoutSeconds * 1000, () => abort.abort());
  try {
    const socket = await secured(webhook, url, transport, abort.signal);
    const { status, body } = await post(socket, url, JSON.stringify(review), abort.signal);
    return parseAnswer(status, body);
  } catch (cause) {
    if (cause instanceof WebhookCallFailed) throw cause;
    const why = abort.signal.aborted ? 'context deadline exceeded' : goText(cause, place);
    throw new WebhookCallFailed(`failed to call webhook: ${posting}: ${why}`, { cause });
  } finally {
    cancel();
  }
}

interface Place {
  url: URL;
  port: number;
  /** As it is dialled: `10.0.81.3:9093`. */
  address: string;
  missingService: string | undefined;
}

function placeOf({ clientConfig }: Webhook, transport: WebhookTransport): Place {
  const { service, url: text = '' } = clientConfig;
  if (!service) {
    const url = new URL(text);
    const port = Number(url.port || 443);
    return { url, address: `${url.hostname}:${port}`, port, missingService: undefined };
  }
  const { name, namespace, path = '/', port = 443 } = service;
  const ip = transport.clusterIpOf(namespace, name);
  const url = new URL(`https://${name}.${namespace}.svc:${port}${path.startsWith('/') ? path : `/${path}`}`);
  return { url, address: `${ip}:${port}`, port, missingService: ip === undefined ? name : undefined };
}

/** URL leaves out port 443; a real server's messages don't. */
function textOf({ url, port }: Place): string {
  return `https://${url.hostname}:${port}${url.pathname}${url.search}`;
}

async function dial(host: string, port: number): Promise<Socket> {
  const socket = connectTcp({ host, port });
  await once(socket, 'connect');
  return socket;
}

async function secured(
  webhook: Webhook,
  url: URL,
  transport: WebhookTransport,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { service, caBundle } = webhook.clientConfig;
  const port = Number(url.port || 443);
  const raw = service
    ? await transport.connectToService(service.namespace, service.name, service.port ?? 443)
    : await dial(url.hostname, port);
  const ca = caBundle ? [Buffer.from(caBundle, 'base64')] : undefined;
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      socket: raw,
      host: url.hostname,
      // Names only: server names may not be addresses.
      ...(isIP(url.hostname) === 0 && { servername: url.hostname }),
      ...(ca && { ca }),
      ALPNProtocols: ['http/1.1'],
    });
    const give = (error: unknown) => {
      raw.destroy();
      socket.destroy();
      reject(error);
    };
    raw.on('error', give);
    socket.on('error', give);
    socket.once('close', () => give(new WebhookClosed()));
    signal.addEventListener('abort', () => give(signal.reason), { once: true });
    socket.once('secureConnect', () => resolve(socket));
    if (signal.aborted) give(signal.reason);
  });
}

class WebhookClosed extends Error {
  override readonly name = 'WebhookClosed';
}

function post(
  socket: TLSSocket,
  url: URL,
  text: string,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const body = Buffer.from(text);
    const headers = {
      Host: url.host,
      Accept: 'application/json, */*',
      'Content-Type': 'application/json',
      'Content-Length': body.length,
      'User-Agent': 'kube-apiserver-admission',
      Connection: 'close',
    };
    const path = `${url.pathname}${url.search}`;
    const request = httpRequest({ method: 'POST', path, headers, createConnection: () => socket, signal });
    request.once('error', reject);
    request.once('response', (response) => {
      let received = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        received += chunk;
        if (received.length > answerLimit)
          response.destroy(new WebhookCallFailed('failed to call webhook: the answer is too long'));
      });
      response.once('error', reject);
      response.once('end', () => resolve({ status: response.statusCode ?? 0, body: received }));
    });
    request.end(body);
  });
}

function parseAnswer(status: number, body: string): JsonObject {
  if (status === 404)
    throw new WebhookCallFailed('failed to call webhook: the server could not find the requested resource');
  if (status < 200 || status > 299) {
    const why = `an error on the server (${JSON.stringify(body.trim() || 'unknown')}) has prevented the request from succeeding`;
    throw new WebhookCallFailed(`failed to call webhook: ${why}`);
  }
  try {
    const review: unknown = JSON.parse(body);
    if (isJsonObject(review) && isJsonObject(review['response'])) return review;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new WebhookCallFailed('failed to call webhook: expected response.uid');
}

const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What Go's net and crypto/tls say in the same situation. */
function goText(error: unknown, { url, address }: Place): string {
  if (error instanceof WebhookClosed) return 'EOF';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const dial = `dial tcp ${address}: connect:`;
  if (untrusted.has(code)) return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  switch (code) {
    case 'ECONNREFUSED':
      return `${dial} connection refused`;
    case 'EHOSTUNREACH':
      return `${dial} no route to host`;
    case 'ENETUNREACH':
      return `${dial} network is unreachable`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `read tcp ${address}: read: connection reset by peer`;
    case 'ENOTFOUND':
      return `dial tcp: lookup ${url.hostname}: no such host`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `tls: failed to verify certificate: x509: certificate is not valid for ${url.hostname}`;
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
