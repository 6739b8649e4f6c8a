import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { requestUrl } from '../../../network/http-fields.ts';
import type { PodListener } from '../../../network/pod-network.ts';
import type { Process } from '../../processes/process.ts';
import { FortioUsage, goDurationMs } from './command-line.ts';
import { FortioLog } from './console.ts';

/** `fortio server`: echoes HTTP on 8080 and TCP on 8078. Its pages, gRPC and UDP are not here, and its log says so. */
interface Ports {
  http: number;
  tcp: number;
}

/** Flags of what is not here may say that it shall not be there. */
const mayBeDisabled = new Set(['grpc-port', 'udp-port', 'redirect-port', 'https-port']);

/** `-http-port 8080`, with or without an address before the port. Throws FortioUsage for flags that would have no effect. */
export function serverPorts(args: readonly string[]): Ports {
  const ports: Ports = { http: 8080, tcp: 8078 };
  const rest = [...args];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const [name = '', ...attached] = word.replace(/^--?/, '').split('=');
    const isKnown = ['http-port', 'tcp-port', 'config-dir'].includes(name) || mayBeDisabled.has(name);
    const value = isKnown && attached.length === 0 ? rest.shift() : attached.join('=');
    if (mayBeDisabled.has(name) && value === 'disabled') continue;
    // What the image itself says; the folder is empty there.
    if (name === 'config-dir' && value === '/etc/fortio') continue;
    if (name !== 'http-port' && name !== 'tcp-port')
      throw new FortioUsage(`flag -${name}: the fortio server of this sandbox has -http-port and -tcp-port only`);
    const port = Number(/^(?:.*:)?(\d+)$/.exec(value ?? '')?.[1] ?? Number.NaN);
    if (!(port > 0 && port < 65_536))
      throw new FortioUsage(`invalid value "${value}" for flag -${name}: this sandbox wants a port`);
    ports[name === 'http-port' ? 'http' : 'tcp'] = port;
  }
  return ports;
}

const mostBodyBytes = 4 << 20;
/** fortio: MaxDelay */
const longestDelayMs = 1500;

/** One of `503:20,404:5`, which are percent, or none; without a number it is always the first. Pure. */
export function drawn(text: string, percent: number): string | undefined {
  let left = percent;
  const found = text.split(',').find((choice) => {
    left -= Number(choice.split(':')[1] ?? 100);
    return choice !== '' && left < 0;
  });
  return found?.split(':')[0];
}

export function delayMsOf(text: string, percent: number): number {
  const chosen = drawn(text, percent);
  if (chosen === undefined) return 0;
  try {
    return Math.min(goDurationMs(chosen), longestDelayMs);
  } catch (error) {
    // fortio: no delay.
    if (error instanceof FortioUsage) return 0;
    throw error;
  }
}

/** `status=503:20,404:5`, `delay=100ms:50,1s:5`, `size=1024`, `header=a:b`, `close=true`, as fortio's echo understands them. */
async function echo(process: Process, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = requestUrl(request.url);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= mostBodyBytes) chunks.push(chunk);
  }
  const percent = () => process.system.random.next() * 100;
  const delayMs = delayMsOf(url.searchParams.get('delay') ?? '', percent());
  if (delayMs > 0) await process.system.rest(delayMs, process.signal);
  const status = Number(drawn(url.searchParams.get('status') ?? '', percent()) ?? 200);
  if (url.searchParams.get('close')) response.setHeader('Connection', 'close');
  for (const header of url.searchParams.getAll('header')) {
    const [name = '', ...value] = header.split(':');
    if (/^[\w-]+$/.test(name)) response.setHeader(name, value.join(':').replaceAll(/[\r\n]/g, ''));
  }
  const size = Number(url.searchParams.get('size') ?? Number.NaN);
  const body = Number.isNaN(size)
    ? Buffer.concat(chunks)
    : Buffer.alloc(Math.min(Math.max(size, 0), mostBodyBytes), 'x');
  response.setHeader('Date', new Date(process.system.clock.now()).toUTCString());
  // fortio: a status that is none is a bad request.
  response.statusCode = Number.isInteger(status) && status >= 200 && status <= 599 ? status : 400;
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

export async function serve(process: Process, args: readonly string[], version: string): Promise<number> {
  const ports = serverPorts(args);
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
