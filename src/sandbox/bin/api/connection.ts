import { readFileSync } from 'node:fs';
import { type IncomingMessage, request as requestPlain } from 'node:http';
import { request as requestTls } from 'node:https';
import { join } from 'node:path';
import type { KubeObject } from '../../../kube/objects.ts';
import { StatusError } from '../../../kube/status.ts';

/** The API server that a kubeconfig's current context names, as a program in the learner's shell reaches it. */
export interface ApiConnection {
  context: string;
  server: string;
  /** Namespace of the context, `default` when it names none. */
  namespace: string;
  ca: string | undefined;
  token: string | undefined;
  clientCert: string | undefined;
  clientKey: string | undefined;
  /** Told what the server warns of (Warning headers), once per text. */
  onWarning?: (text: string) => void;
}

/** client-go's last resort when there is no kubeconfig: nothing listens there, and the error says so. */
export const nowhere: ApiConnection = {
  context: '',
  server: 'http://localhost:8080',
  namespace: 'default',
  ca: undefined,
  token: undefined,
  clientCert: undefined,
  clientKey: undefined,
};

export interface ApiRequest {
  method?: string;
  body?: string;
  contentType?: string;
  accept?: string;
  signal?: AbortSignal;
}

interface NamedEntry<T> {
  name: string;
  [field: string]: T | string;
}

/** A kubeconfig, cut to what is read here. */
export interface KubeConfigFile {
  'current-context'?: string;
  clusters?: (NamedEntry<object> & { cluster: Record<string, string> })[];
  users?: (NamedEntry<object> & { user: Record<string, string> })[];
  contexts?: (NamedEntry<object> & { context: { cluster: string; user: string; namespace?: string } })[];
}

/** First path of KUBECONFIG, else ~/.kube/config. */
export function kubeconfigPath(env: Readonly<Record<string, string | undefined>>, flag = ''): string {
  return flag || env['KUBECONFIG']?.split(':').find(Boolean) || join(env['HOME'] ?? '', '.kube', 'config');
}

export async function readKubeconfig(path: string): Promise<KubeConfigFile | undefined> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`error loading config file "${path}": ${error instanceof Error ? error.message : String(error)}`);
  }
  const { parse } = await import('yaml');
  try {
    return (parse(text) as KubeConfigFile | null) ?? {};
  } catch (error) {
    throw new Error(
      `error loading config file "${path}": yaml: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
    );
  }
}

const decoded = (base64: string | undefined) => (base64 ? Buffer.from(base64, 'base64').toString('utf8') : undefined);
const fileText = (path: string | undefined) => (path ? readFileSync(path, 'utf8') : undefined);

/** Undefined when there is no such context: client-go then tries localhost:8080, and nothing listens there. */
export async function connectionFrom(path: string, contextName = ''): Promise<ApiConnection | undefined> {
  const config = await readKubeconfig(path);
  const name = contextName || config?.['current-context'] || '';
  const context = config?.contexts?.find((entry) => entry.name === name)?.context;
  if (!context) {
    if (contextName) throw new Error(`context "${contextName}" does not exist`);
    return undefined;
  }
  const cluster = config?.clusters?.find((entry) => entry.name === context.cluster)?.cluster ?? {};
  const user = config?.users?.find((entry) => entry.name === context.user)?.user ?? {};
  return {
    context: name,
    server: (cluster['server'] ?? '').replace(/\/$/, ''),
    namespace: context.namespace ?? 'default',
    ca: decoded(cluster['certificate-authority-data']) ?? fileText(cluster['certificate-authority']),
    token: user['token'] ?? fileText(user['tokenFile'])?.trim(),
    clientCert: decoded(user['client-certificate-data']) ?? fileText(user['client-certificate']),
    clientKey: decoded(user['client-key-data']) ?? fileText(user['client-key']),
  };
}

export const tlsOptions = (connection: ApiConnection) => ({
  ...(connection.ca ? { ca: connection.ca } : {}),
  ...(connection.clientCert ? { cert: connection.clientCert } : {}),
  ...(connection.clientKey ? { key: connection.clientKey } : {}),
});

/** In Go's words, which client-go passes on as they are; kubectl has words of its own for it. */
export class ConnectionRefused extends Error {
  override readonly name = 'ConnectionRefused';
  readonly host: string;

  constructor(method: string, url: string, address: string) {
    const verb = `${method.slice(0, 1)}${method.slice(1).toLowerCase()}`;
    super(`${verb} ${JSON.stringify(url)}: dial tcp ${address}: connect: connection refused`);
    this.host = new URL(url).host;
  }
}

/** Where nothing answered; of a name with several addresses the last tried, which is IPv4's. */
function dialled(error: NodeJS.ErrnoException & { address?: string; port?: number; errors?: object[] }): string {
  const { address = '', port = 0 } = (error.errors?.at(-1) ?? error) as { address?: string; port?: number };
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** `299 - "text"`, the only form that API servers send. */
function warningsOf(response: IncomingMessage): string[] {
  const header = response.headers['warning'];
  return [...String(header ?? '').matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = '']) =>
    text.replaceAll(/\\(.)/g, '$1'),
  );
}

/** The response as it begins; the caller reads the body. Rejects with client-go's words when nothing answers. */
export function openRequest(
  connection: ApiConnection,
  path: string,
  options: ApiRequest = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = connection.server.startsWith('http:') ? requestPlain : requestTls;
    const outgoing = request(
      `${connection.server}${path}`,
      {
        method: options.method ?? 'GET',
        headers: {
          accept: options.accept ?? 'application/json',
          ...(connection.token ? { authorization: `Bearer ${connection.token}` } : {}),
          ...(options.body === undefined
            ? {}
            : {
                'content-type': options.contentType ?? 'application/json',
                // Node sends the body of a DELETE bare unless it is told the length.
                'content-length': Buffer.byteLength(options.body),
              }),
        },
        ...tlsOptions(connection),
        ...(options.signal ? { signal: options.signal } : {}),
      },
      (response) => {
        for (const text of warningsOf(response)) connection.onWarning?.(text);
        resolve(response);
      },
    );
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNREFUSED') return reject(error);
      reject(new ConnectionRefused(options.method ?? 'GET', `${connection.server}${path}`, dialled(error)));
    });
    outgoing.end(options.body);
  });
}

export async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The text of a 2xx answer; anything else becomes the StatusError it carries. */
export async function requestText(connection: ApiConnection, path: string, options: ApiRequest = {}): Promise<string> {
  const response = await openRequest(connection, path, options);
  const text = await bodyOf(response);
  const code = response.statusCode ?? 0;
  if (code >= 200 && code < 300) return text;
  throw statusErrorFrom(code, text);
}

export function statusErrorFrom(code: number, text: string): StatusError {
  try {
    const status = JSON.parse(text) as {
      kind?: string;
      message?: string;
      reason?: string;
      details?: StatusError['status']['details'];
    };
    if (status.kind === 'Status') return new StatusError(code, status.reason, status.message ?? '', status.details);
  } catch {
    // Not JSON: a proxy's or a plain-text answer, shown as it came.
  }
  return new StatusError(code, undefined, text.trim() || `the server answered ${code}`);
}

export async function requestJson<T>(connection: ApiConnection, path: string, options: ApiRequest = {}): Promise<T> {
  return JSON.parse(await requestText(connection, path, options)) as T;
}

export async function listObjects<T extends KubeObject>(connection: ApiConnection, path: string): Promise<T[]> {
  return (await requestJson<{ items?: T[] }>(connection, path)).items ?? [];
}

/** Undefined on 404. */
export async function getObject<T extends KubeObject>(connection: ApiConnection, path: string): Promise<T | undefined> {
  try {
    return await requestJson<T>(connection, path);
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return undefined;
    throw error;
  }
}
