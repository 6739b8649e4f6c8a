import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isFieldValue, requestUrl } from '../../../network/http-fields.ts';
import type { ContainerContext } from '../../program.ts';
import { untilStopped } from '../go-server.ts';
import { errorPage } from './pages.ts';
import { type Answer, type Asked, answerOf } from './routes.ts';

/** gunicorn: listens, reads a request, lets httpbin answer, writes its own headers before those of the answer. */
const mostBodyBytes = 8 << 20;

/** Undefined where it is longer than this one holds; the rest is read and thrown away. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mostBodyBytes) chunks.push(chunk);
  }
  return bytes <= mostBodyBytes ? Buffer.concat(chunks) : undefined;
}

async function answer(
  context: ContainerContext,
  remoteIp: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers: [string, string][] = [];
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    headers.push([request.rawHeaders[at] ?? '', request.rawHeaders[at + 1] ?? '']);
  }
  const content = await bodyOf(request);
  const asked: Asked = {
    method: request.method ?? 'GET',
    url: requestUrl(request.url, request.headers.host),
    headers,
    remoteIp,
    body: content ?? Buffer.alloc(0),
    random: context.random,
  };
  const { status, reason, headers: own, body, delaySeconds } = content ? sendable(answerOf(asked)) : errorPage(413);
  if (delaySeconds) await context.rest(delaySeconds * 1000);
  const bytes = Buffer.from(body);
  const hasLength = status !== 204 && status >= 200;
  response.sendDate = false;
  const isLast = request.httpVersion === '1.0' || /close/i.test(request.headers.connection ?? '');
  const all: [string, string][] = [
    ['Server', 'gunicorn/19.9.0'],
    ['Date', new Date(context.clock.now()).toUTCString()],
    ['Connection', isLast ? 'close' : 'keep-alive'],
    ...own,
    ...(hasLength ? [['Content-Length', String(bytes.length)] satisfies [string, string]] : []),
    ['Access-Control-Allow-Origin', request.headers.origin ?? '*'],
    ['Access-Control-Allow-Credentials', 'true'],
  ];
  response.writeHead(status, reason, all.flat());
  response.end(request.method === 'HEAD' || !hasLength ? undefined : bytes);
}

/** A value that no header may have is an exception of werkzeug's. */
function sendable(answer: Answer): Answer {
  return answer.headers.every(([, value]) => isFieldValue(value)) ? answer : errorPage(500);
}

/** `-b 0.0.0.0:80`, `--bind=…`. */
function portOf(argv: readonly string[]): number {
  const at = argv.findIndex((word) => word === '-b' || word === '--bind');
  const bound = at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--bind='))?.slice('--bind='.length);
  return Number((bound ?? '127.0.0.1:8000').split(':').at(-1));
}

export async function serveHttpbin(context: ContainerContext): Promise<number> {
  const log = (text: string, pid = 1) => {
    const time = new Date(context.clock.now()).toISOString().slice(0, 19).replace('T', ' ');
    context.stderr(`[${time} +0000] [${pid}] [INFO] ${text}\n`);
  };
  const port = portOf(context.argv);
  const open = new Map<Socket, string>();
  const server = createServer((request, response) => {
    answer(context, open.get(request.socket) ?? '', request, response).catch(() => response.destroy());
  });
  log('Starting gunicorn 19.9.0');
  const listener = await context.sockets.listen(port, ({ socket, remote }) => {
    open.set(socket, remote.ip);
    socket.once('close', () => open.delete(socket));
    server.emit('connection', socket);
  });
  log(`Listening at: http://0.0.0.0:${port} (1)`);
  log('Using worker: gevent');
  log('Booting worker with pid: 9', 9);
  await untilStopped(context.signal);
  log('Handling signal: term');
  listener.close();
  for (const socket of open.keys()) socket.destroy();
  log('Shutting down: Master');
  return 0;
}
