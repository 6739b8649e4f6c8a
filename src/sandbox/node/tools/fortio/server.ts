import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { PodListener } from '../../../network/pod-network.ts';
import type { Process } from '../../processes/process.ts';
import { FortioLog } from './console.ts';

/** `fortio server`: echoes HTTP on 8080 and TCP on 8078. Its pages, gRPC and UDP are not here, and its log says so. */
const ports = { http: 8080, tcp: 8078 } as const;

const mostBodyBytes = 4 << 20;

/** `status=503:20,404:5` in percent, `delay=100ms`, `size=1024`, `header=a:b`, as fortio's echo understands them. */
async function echo(process: Process, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://fortio');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mostBodyBytes) chunks.push(chunk);
  }
  const delayMs = Number(/^(\d+)ms$/.exec(url.searchParams.get('delay') ?? '')?.[1] ?? 0);
  if (delayMs > 0) await process.system.rest(Math.min(delayMs, 1500), process.signal);
  let drawn = process.system.random.next() * 100;
  const status = (url.searchParams.get('status') ?? '').split(',').find((choice) => {
    drawn -= Number(choice.split(':')[1] ?? 100);
    return choice !== '' && drawn < 0;
  });
  for (const header of url.searchParams.getAll('header')) {
    const [name = '', ...value] = header.split(':');
    if (/^[\w-]+$/.test(name)) response.setHeader(name, value.join(':').replaceAll(/[\r\n]/g, ''));
  }
  const size = Number(url.searchParams.get('size') ?? Number.NaN);
  const body = Number.isNaN(size)
    ? Buffer.concat(chunks)
    : Buffer.alloc(Math.min(Math.max(size, 0), mostBodyBytes), 'x');
  response.setHeader('Date', new Date(process.system.clock.now()).toUTCString());
  response.statusCode = Number(status?.split(':')[0] || 200);
  if (body.length > 0)
    response.setHeader('Content-Type', request.headers['content-type'] ?? 'text/plain; charset=UTF-8');
  response.setHeader('Content-Length', body.length);
  response.end(request.method === 'HEAD' ? undefined : body);
}

function debugPage(process: Process, request: IncomingMessage, response: ServerResponse): void {
  const lines = request.rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [`${name}: ${request.rawHeaders[at + 1]}`] : [],
  );
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.end(
    `Φορτίο version 1.33.0 debug server on ${process.system.hostname} - request from ${request.socket.remoteAddress}\n\n` +
      `${request.method} ${request.url} HTTP/${request.httpVersion}\n\nheaders:\n\n${lines.join('\n')}\n\nbody:\n\n\n`,
  );
}

export async function serve(process: Process, version: string): Promise<number> {
  const log = new FortioLog(process, 'Info');
  const open = new Set<Socket>();
  const keep = (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => open.delete(socket));
  };
  const http = createServer((request, response) => {
    if (request.url?.startsWith('/debug')) return debugPage(process, request, response);
    echo(process, request, response).catch(() => response.destroy());
  });
  http.keepAliveTimeout = 0;
  const listeners: PodListener[] = [];
  listeners.push(
    await process.sockets.listen(ports.tcp, ({ socket }) => {
      keep(socket);
      socket.pipe(socket);
    }),
  );
  await process.stdout.write(`Fortio ${version} tcp-echo server listening on tcp [::]:${ports.tcp}\n`);
  listeners.push(
    await process.sockets.listen(ports.http, ({ socket }) => {
      keep(socket);
      http.emit('connection', socket);
    }),
  );
  await process.stdout.write(`Fortio ${version} http-echo server listening on tcp [::]:${ports.http}\n`);
  await log.write(
    'Warning',
    'fortio_main.go:300',
    'No gRPC on 8079, no UDP on 8078, no pages under /fortio/ in this sandbox',
  );
  await new Promise<void>((resolve) => process.signal.addEventListener('abort', () => resolve(), { once: true }));
  for (const listener of listeners) listener.close();
  for (const socket of open) socket.destroy();
  return 0;
}
