import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Fact, Fault } from '../../fault.ts';
import { isJsonObject } from '../../kube/json-value.ts';

/**
 * The process's own door, for `meshwalk sandbox …` and the sandbox world: HTTP on loopback, bearer token from
 * sandbox.json. GET /status; POST /reset deletes all state and starts fresh; POST /snapshot {id, note} keeps the state to
 * come back to; POST /restore {id} comes back to it; POST /azure-scenario {scenario} says what is wrong with its Azure from
 * now on (null: nothing); POST /stop ends the process. It does not know what these do.
 */
export interface ControlActions {
  status(): object;
  reset(): Promise<void>;
  snapshot(id: string, note: unknown): Promise<void>;
  restore(id: string): Promise<void>;
  playScenario(scenario: string | undefined): void;
  stop(): void;
}

export interface ControlServer {
  readonly url: string;
  close(): void;
}

function isAllowed(request: IncomingMessage, token: string): boolean {
  const [given, wanted] = [Buffer.from(request.headers.authorization ?? ''), Buffer.from(`Bearer ${token}`)];
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/** Variables of a learner's shell travel in a note. */
const mostBodyBytes = 4 * 1024 * 1024;

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > mostBodyBytes) break;
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (isJsonObject(body)) return body;
  } catch {
    // Said below, like a body that is no object.
  }
  throw new Fault('control.body', { what: 'The request has no JSON object of at most 4 MB for a body.', next: [] });
}

async function act(request: IncomingMessage, actions: ControlActions): Promise<{ code: number; body: object }> {
  switch (`${request.method} ${request.url}`) {
    case 'GET /status':
      return { code: 200, body: actions.status() };
    case 'POST /reset':
      await actions.reset();
      return { code: 200, body: actions.status() };
    case 'POST /snapshot': {
      const { id, note } = await bodyOf(request);
      await actions.snapshot(String(id), note);
      return { code: 200, body: { taken: true } };
    }
    case 'POST /restore': {
      const { id } = await bodyOf(request);
      await actions.restore(String(id));
      return { code: 200, body: actions.status() };
    }
    case 'POST /azure-scenario': {
      const { scenario } = await bodyOf(request);
      actions.playScenario(typeof scenario === 'string' ? scenario : undefined);
      return { code: 200, body: actions.status() };
    }
    case 'POST /stop':
      return { code: 202, body: { stopping: true } };
    default:
      return {
        code: 404,
        body: {
          error: 'The control server answers GET /status, POST /reset, /snapshot, /restore, /azure-scenario and /stop.',
        },
      };
  }
}

function send(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { 'content-type': 'application/json', connection: 'close' });
  response.end(`${JSON.stringify(body)}\n`);
}

export async function startControlServer(token: string, actions: ControlActions): Promise<ControlServer> {
  const server = createServer((request, response) => {
    if (!isAllowed(request, token)) {
      request.resume();
      return send(response, 401, { error: 'The token of sandbox.json is required.' });
    }
    act(request, actions)
      .then(({ code, body }) => {
        if (code === 202) response.once('finish', () => actions.stop());
        send(response, code, body);
      })
      .catch((error: unknown) => {
        const body = error instanceof Fault ? faultJson(error) : { error: String(error) };
        send(response, 500, body);
      });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A Fault as it crosses a process border. */
export function faultJson(fault: Fault): {
  fault: { code: string; what: string; why?: string; next: readonly string[]; facts?: readonly Fact[] };
} {
  const { code, what, why, next, facts } = fault;
  return { fault: { code, what, ...(why === undefined ? {} : { why }), next, ...(facts && { facts }) } };
}
