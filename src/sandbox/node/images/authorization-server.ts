import { createServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from 'node:http2';
import { untilAborted } from '../../mesh/osm/pod-server.ts';
import {
  type CheckRequest,
  type CheckResponse,
  checkMethod,
  decodeCheckRequest,
  encodeCheckResponse,
} from '../../protobuf/authorization.ts';
import { frame, unframe } from '../../protobuf/grpc-frame.ts';
import type { ContainerContext, ImageProgram } from '../program.ts';

/**
 * An external authorization service over gRPC, in the place of an Open Policy Agent: it allows what a rule of its mounted
 * JSON configuration allows and denies the rest, and says so line by line. Rego is not read. Rules are read anew for each
 * request, so that a changed ConfigMap holds at once.
 */
interface Configuration {
  allow: Rule[];
  denied?: { status?: number; body?: string; headers?: Record<string, string> };
  /** Set on requests that are allowed. */
  headersToSet?: Record<string, string>;
}

/** All that is named must match: the method, the path and headers by regular expressions over the whole text, the body by a part of it. */
interface Rule {
  method?: string;
  path?: string;
  headers?: Record<string, string>;
  principal?: string;
  bodyContains?: string;
}

const configFile = '/etc/authorization/rules.json';
const port = 9191;

export const authorizationServer: ImageProgram = {
  repositories: ['sandbox/authorization-server'],
  sizeBytes: 12_582_912,
  entrypoint: ['/authorization-server'],
  async run(context) {
    const server = createServer((request, response) => answer(context, request, response));
    const sessions = new Set<ServerHttp2Session>();
    server.on('session', (session) => {
      sessions.add(session);
      session.on('error', () => {});
      session.once('close', () => sessions.delete(session));
    });
    const listening = await context.sockets.listen(port, ({ socket }) => {
      server.emit('connection', socket);
      // It comes paused, and an HTTP/2 session takes over its handle without starting to read.
      socket.resume();
    });
    context.stdout(`listening on :${port}\n`);
    await untilAborted(context.signal);
    listening.close();
    for (const session of sessions) session.destroy();
    return 0;
  },
};

function answer(context: ContainerContext, request: Http2ServerRequest, response: Http2ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('error', () => {});
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url !== checkMethod) return finish(response, 12);
    try {
      const asked = decodeCheckRequest(unframe(Buffer.concat(chunks)));
      const decision = decide(context, asked);
      const { method, path, host } = asked.http;
      const line = { decision: decision.type, method, path, host, principal: asked.source.principal };
      context.stdout(`${JSON.stringify(line)}\n`);
      finish(response, 0, frame(encodeCheckResponse(decision)));
    } catch (error) {
      context.stderr(`${(error as Error).message}\n`);
      finish(response, 13);
    }
  });
}

function finish(response: Http2ServerResponse, status: number, body: Buffer = Buffer.alloc(0)): void {
  response.writeHead(200, { 'content-type': 'application/grpc' });
  response.addTrailers({ 'grpc-status': String(status) });
  response.end(body);
}

/** Throws where the configuration is missing or no JSON: whoever asked learns that no decision could be made. */
function decide({ readFile }: ContainerContext, request: CheckRequest): CheckResponse {
  const text = readFile(configFile);
  if (text === undefined) throw new Error(`no configuration at ${configFile}`);
  const { allow, denied, headersToSet = {} } = JSON.parse(text) as Configuration;
  if (allow.some((rule) => isAllowed(rule, request))) return { type: 'ok', headersToSet: Object.entries(headersToSet) };
  return {
    type: 'denied',
    status: denied?.status ?? 403,
    headers: Object.entries(denied?.headers ?? {}),
    body: denied?.body ?? '',
  };
}

const whole = (pattern: string | undefined, text: string) =>
  pattern === undefined || new RegExp(`^(?:${pattern})$`).test(text);

function isAllowed({ method, path, headers = {}, principal, bodyContains = '' }: Rule, request: CheckRequest): boolean {
  const { http, source } = request;
  return (
    whole(method, http.method) &&
    whole(path, http.path.split('?')[0] ?? '') &&
    whole(principal, source.principal) &&
    http.body.includes(bodyContains) &&
    Object.entries(headers).every(([name, pattern]) => {
      const value = http.headers.get(name.toLowerCase());
      return value !== undefined && whole(pattern, value);
    })
  );
}
