import { randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '../../platform/clock.ts';
import { requestUrl } from '../network/http-fields.ts';
import type { Pace } from '../pace.ts';
import type { KeyPair } from '../pki/authority.ts';
import { admit } from './admission.ts';
import { ArmError, subscriptionNotFound } from './arm-error.ts';
import { type ArmRequest, type ArmResponse, type ArmRoute, matchTemplate } from './arm-request.ts';
import type { ClusterHost } from './cluster-host.ts';
import { computeRoutes } from './compute.ts';
import { managedClusterRoutes } from './managed-clusters.ts';
import { Operations } from './operations.ts';
import { resourceGroupRoutes } from './resource-groups.ts';
import { ScenarioPlayer } from './scenario-player.ts';
import type { ScenarioChoice } from './scenarios.ts';
import { StateFile } from './state-file.ts';
import { subscriptionRoutes } from './subscriptions.ts';

/**
 * Azure Resource Manager on a loopback port: enough of it for the Azure SDKs and `az` to make a group and a managed
 * cluster, and to fail as Azure fails. It does not know Kubernetes: clusters are run by a ClusterHost.
 */
export interface ResourceManagerOptions {
  /** Where Azure's state is kept. */
  statePath: string;
  host: ClusterHost;
  clock: Clock;
  pace: Pace;
  /** Certificate of this server, valid for 127.0.0.1. */
  tls: KeyPair;
  /** The bearer token that clients must show. */
  token: string;
  scenario?: ScenarioChoice | undefined;
  log(line: string): void;
  /** Something that the owner of the state should hear: a damaged file was set aside. */
  notice(sentence: string): void;
}

export interface ResourceManager {
  /** `https://127.0.0.1:<port>` */
  readonly endpoint: string;
  readonly file: StateFile;
  /** The scenario that is played, if any. */
  readonly scenario: ScenarioChoice | undefined;
  /** Plays another one from the next request on; undefined: all is well. */
  play(choice: ScenarioChoice | undefined): void;
  close(): Promise<void>;
}

const maxBodyBytes = 1024 * 1024;
const apiVersion = /^\d{4}-\d{2}-\d{2}(-preview)?$/;

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > maxBodyBytes)
      throw new ArmError(413, 'RequestContentTooLarge', 'The request content size exceeds the maximum size of 1 MB.');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ArmError(
      400,
      'InvalidRequestContent',
      'The request content was invalid and could not be deserialized: it is not JSON.',
    );
  }
}

function checkToken(request: IncomingMessage, token: string): void {
  const header = request.headers.authorization;
  if (!header)
    throw new ArmError(401, 'AuthenticationFailed', "Authentication failed. The 'Authorization' header is missing.");
  const [given, wanted] = [Buffer.from(header), Buffer.from(`Bearer ${token}`)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new ArmError(401, 'InvalidAuthenticationToken', 'The access token is invalid.');
}

function checkApiVersion(query: URLSearchParams): void {
  const version = query.get('api-version');
  if (!version)
    throw new ArmError(
      400,
      'MissingApiVersionParameter',
      'The api-version query parameter (?api-version=) is required for all requests.',
    );
  if (!apiVersion.test(version))
    throw new ArmError(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. Use one such as '2026-06-01'.`,
    );
}

/** Why no route answers: Azure tells an unknown provider from an unknown resource type and from a wrong method. */
function noRoute(routes: readonly ArmRoute[], request: ArmRequest): ArmError {
  if (routes.some((route) => matchTemplate(route.template, request.path)))
    return new ArmError(405, 'HttpMethodNotAllowed', `The http method '${request.method}' is not supported.`);
  const [, namespace, type] = /\/providers\/([^/]+)\/([^/]+)/i.exec(request.path) ?? [];
  if (namespace && type)
    return new ArmError(
      404,
      'InvalidResourceType',
      `The resource type '${type}' could not be found in the namespace '${namespace}' for api version '${request.query.get('api-version')}'. The sandbox has resource groups and managed clusters only.`,
    );
  return new ArmError(404, 'NotFound', `The request path '${request.path}' is not known to the sandbox.`);
}

async function dispatch(routes: readonly ArmRoute[], subscription: string, request: ArmRequest): Promise<ArmResponse> {
  const named = /^\/subscriptions\/([^/]+)/i.exec(request.path)?.[1];
  if (named !== undefined && named.toLowerCase() !== subscription) throw subscriptionNotFound(named);
  for (const route of routes) {
    if (route.method !== request.method) continue;
    const parameters = matchTemplate(route.template, request.path);
    if (parameters) return route.handle({ ...request, parameters });
  }
  throw noRoute(routes, request);
}

function errorResponse(error: unknown, log: (line: string) => void): ArmResponse {
  if (error instanceof ArmError) {
    const { status, body, details } = error;
    const cause = details.from === 'aks' ? 'service' : 'gateway';
    return { status, body, headers: { 'x-ms-failure-cause': cause, ...details.headers } };
  }
  log(`Resource Manager: ${error instanceof Error ? error.stack : String(error)}`);
  const message = error instanceof Error ? error.message : String(error);
  return { status: 500, body: { error: { code: 'InternalServerError', message } } };
}

function reply(response: ServerResponse, answer: ArmResponse, requestId: string | undefined): void {
  const text = answer.body === undefined ? '' : JSON.stringify(answer.body);
  const id = randomUUID();
  response.writeHead(answer.status, {
    'x-ms-request-id': id,
    'x-ms-correlation-request-id': id,
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    ...(requestId ? { 'x-ms-client-request-id': requestId } : {}),
    'cache-control': 'no-cache',
    ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...answer.headers,
    ...(answer.status === 204 ? {} : { 'content-length': Buffer.byteLength(text) }),
  });
  response.end(text);
}

function damageNotice({ setAside, restored }: { setAside: string; restored: boolean }): string {
  const what = `Azure's state could not be read and was set aside as ${setAside}`;
  if (restored) return `${what}; its second copy is used, and nothing is lost.`;
  return `${what}. Azure is empty now; do lesson 1 again, and its cluster comes back as it was.`;
}

/** The wire, and what a scenario does to it. */
interface Gate {
  options: ResourceManagerOptions;
  file: StateFile;
  player: ScenarioPlayer;
  routes: readonly ArmRoute[];
}

async function answer({ options, file, player, routes }: Gate, request: IncomingMessage): Promise<ArmResponse> {
  const origin = `https://${request.headers.host ?? '127.0.0.1'}`;
  const url = requestUrl(request.url);
  const method = request.method ?? 'GET';
  checkToken(request, options.token);
  checkApiVersion(url.searchParams);
  const body = await readJson(request);
  admit(file.state, player.conditions, { method, path: url.pathname, body, now: options.clock.now() });
  const asked = { method, path: url.pathname, query: url.searchParams, body, parameters: {}, origin };
  return dispatch(routes, file.state.subscription.id, asked);
}

/** A connection that ends in the middle of an answer: its head is out, its body never comes whole. */
function breakOff(response: ServerResponse, when: 'before' | 'within'): void {
  if (when === 'before') {
    response.socket?.destroy();
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': 1024 });
  response.write('{"value":[', () => response.socket?.destroy());
}

function serve(gate: Gate, request: IncomingMessage, response: ServerResponse): void {
  const { player, options } = gate;
  const clientId = request.headers['x-ms-client-request-id'];
  const requestId = typeof clientId === 'string' ? clientId : undefined;
  const interference = player.interfere(request.method ?? 'GET', (request.url ?? '/').split('?')[0] ?? '/');
  if (interference?.type === 'cut') {
    breakOff(response, interference.when);
    return;
  }
  const answered = interference ? Promise.reject(interference.error) : answer(gate, request);
  answered
    .catch((error: unknown) => errorResponse(error, options.log))
    .then((result) => reply(response, result, requestId))
    .catch(() => response.destroy());
}

export async function startResourceManager(options: ResourceManagerOptions): Promise<ResourceManager> {
  const { host, clock, pace, log } = options;
  const file = StateFile.open(options.statePath, clock.now());
  if (file.damage) options.notice(damageNotice(file.damage));
  const player = new ScenarioPlayer();
  const play = (choice: ScenarioChoice | undefined) => {
    player.play(choice, file.state);
    file.save();
  };
  if (options.scenario) play(options.scenario);
  const conditions = () => player.conditions;
  const operations = new Operations({ file, host, clock, pace, log, conditions });
  const routes = [
    ...subscriptionRoutes(file, conditions),
    ...computeRoutes(file, conditions),
    ...resourceGroupRoutes(file, operations),
    ...managedClusterRoutes({ file, operations, host, now: () => clock.now(), conditions }),
  ];
  const gate: Gate = { options, file, player, routes };
  const open = new Set<Socket>();
  // A connection that rests is not closed: a request may be on its way into it just then, and would never be answered.
  const tls = { cert: options.tls.certPem, key: options.tls.keyPem, keepAliveTimeout: 0 };
  const server = createServer(tls, (request, response) => serve(gate, request, response));
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  await operations.resume();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `https://127.0.0.1:${port}`,
    file,
    get scenario() {
      return player.choice;
    },
    play,
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await operations.close();
    },
  };
}
