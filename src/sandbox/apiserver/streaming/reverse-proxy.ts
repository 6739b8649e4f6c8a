import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Pod, Service } from '../../../kube/objects.ts';
import type { endpoints } from '../../../kube/resources.ts';
import { badRequest, notFound, StatusError } from '../../../kube/status.ts';
import type { NodeApi } from '../../node/node-api.ts';
import type { RequestApi } from '../request-api.ts';

/** `pods/NAME:PORT/proxy/…` and `services/NAME:PORT/proxy/…`: one HTTP request passed on into a pod. */
export interface ProxyTarget {
  namespace: string;
  pod: string;
  port: number;
}

/** `name`, `name:port`, `scheme:name:port`. TLS towards pods is not offered. */
function nameAndPort(text: string): { name: string; port: string } {
  const parts = text.split(':');
  if (parts.length === 3 && parts[0] === 'https') {
    throw new StatusError(501, 'NotImplemented', 'this sandbox proxies plain HTTP to pods, not https');
  }
  if (parts.length > 3) throw badRequest(`invalid service request "${text}"`);
  const [name = '', port = ''] = parts.length === 3 ? parts.slice(1) : parts;
  return { name, port };
}

export function podProxyTarget(api: RequestApi, namespace: string, text: string): ProxyTarget {
  const { name, port } = nameAndPort(text);
  const resource = api.find('', 'v1', 'pods');
  if (!resource) throw notFound({ group: '', resource: 'pods' }, name);
  const pod = api.get({ resource, namespace, name }).object as Pod;
  const ports = pod.spec.containers.flatMap((container) => container.ports ?? []);
  // Kubernetes: without a port the pod's first container port is meant.
  const number = port === '' ? (ports[0]?.containerPort ?? 80) : namedPort(port, ports);
  return { namespace, pod: name, port: number };
}

function namedPort(port: string, ports: readonly { name?: string; containerPort: number }[]): number {
  if (/^\d+$/.test(port)) return Number(port);
  const found = ports.find((one) => one.name === port)?.containerPort;
  if (found === undefined) throw badRequest(`no container port is named "${port}"`);
  return found;
}

export function serviceProxyTarget(api: RequestApi, namespace: string, text: string): ProxyTarget {
  const { name, port } = nameAndPort(text);
  const resource = api.find('', 'v1', 'services');
  const endpointsResource = api.find('', 'v1', 'endpoints');
  if (!resource || !endpointsResource) throw notFound({ group: '', resource: 'services' }, name);
  const service = api.get({ resource, namespace, name }).object as Service;
  const ports = service.spec.ports ?? [];
  const chosen =
    port === '' && ports.length === 1 ? ports[0] : ports.find((one) => one.name === port || String(one.port) === port);
  const unavailable = new StatusError(503, 'ServiceUnavailable', `no endpoints available for service "${text}"`);
  if (!chosen) throw unavailable;
  const subsets = readEndpoints(api, endpointsResource, namespace, name);
  for (const subset of subsets) {
    const target = subset.ports?.find((one) => (one.name ?? '') === (chosen.name ?? ''));
    const pod = subset.addresses?.find((address) => address.targetRef?.kind === 'Pod')?.targetRef?.name;
    if (target && pod) return { namespace, pod, port: target.port };
  }
  throw unavailable;
}

type EndpointsShape = NonNullable<typeof endpoints.shape>;

function readEndpoints(
  api: RequestApi,
  resource: NonNullable<ReturnType<RequestApi['find']>>,
  namespace: string,
  name: string,
): NonNullable<EndpointsShape['subsets']> {
  try {
    return (api.get({ resource, namespace, name }).object as EndpointsShape).subsets ?? [];
  } catch (error) {
    if (error instanceof StatusError && error.code === 404) return [];
    throw error;
  }
}

/** Headers that belong to one hop, and the credentials of this API. */
const notPassedOn = new Set([
  'authorization',
  'connection',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export async function proxyRequest(
  request: IncomingMessage,
  response: ServerResponse,
  target: ProxyTarget,
  path: string,
  nodes: NodeApi,
): Promise<void> {
  const socket = await nodes.portForward(target.namespace, target.pod, target.port).catch((error: unknown) => {
    if (error instanceof StatusError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new StatusError(
      503,
      'ServiceUnavailable',
      `error trying to reach service: dial tcp ${target.pod}:${target.port}: ${why}`,
    );
  });
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !notPassedOn.has(name)));
  await new Promise<void>((resolve, reject) => {
    const upstream = httpRequest({
      createConnection: () => socket,
      method: request.method,
      path,
      headers: { ...headers, host: `${target.pod}:${target.port}`, connection: 'close' },
    });
    response.on('close', () => upstream.destroy());
    upstream.on('response', (answer) => {
      const passed = Object.entries(answer.headers).filter(([name]) => !notPassedOn.has(name));
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(passed) as NodeJS.Dict<string | string[]>);
      answer.pipe(response);
      answer.on('close', resolve);
    });
    upstream.on('error', (error) => {
      if (response.headersSent || response.destroyed) resolve();
      else reject(new StatusError(503, 'ServiceUnavailable', `error trying to reach service: ${error.message}`));
    });
    request.pipe(upstream);
  });
}
