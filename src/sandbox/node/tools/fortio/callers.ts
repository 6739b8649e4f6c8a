import { once } from 'node:events';
import { Agent, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Process } from '../../processes/process.ts';
import { asBytes } from '../options.ts';
import type { LoadOptions } from './command-line.ts';
import type { FortioLog } from './console.ts';
import { Counter } from './statistics.ts';

/** One thread of a load: it calls again and again on its own connection, and opens another one after a failure. */
export interface Caller {
  /** What the call ended with: an HTTP code (-1 without any), or a word of TCP. */
  call(): Promise<{ outcome: string; isOk: boolean; body: string }>;
  readonly sockets: number;
  close(): void;
}

/** What all threads of one run count together. */
export class Sizes {
  readonly headers = new Counter();
  readonly totals = new Counter();
  sent = 0;
  received = 0;
}

export interface Destination {
  ip: string;
  port: number;
  url: URL;
}

const dialProblem = (error: unknown, to: string) => {
  const { code } = error as NodeJS.ErrnoException;
  return `dial tcp ${to}: ${code === 'ECONNREFUSED' ? 'connect: connection refused' : code === 'EHOSTUNREACH' ? 'connect: no route to host' : String(code)}`;
};

/** Go's net errors; an orderly end before the answer is an EOF. */
function readProblem(error: Error, route: string): string {
  if (error.message === timedOut) return `read tcp ${route}: ${timedOut}`;
  const isReset = (error as NodeJS.ErrnoException).syscall === 'read';
  return isReset ? `read tcp ${route}: read: connection reset by peer` : 'EOF';
}

export function httpCaller(
  process: Process,
  id: number,
  to: Destination,
  options: LoadOptions,
  log: FortioLog,
  sizes: Sizes,
): Caller {
  const address = `${to.ip}:${to.port}`;
  let line: Line | undefined;
  let sockets = 0;
  const drop = () => {
    line?.agent.destroy();
    line?.socket.destroy();
    line = undefined;
  };
  const open = async (): Promise<Line> => {
    if (line && !line.socket.destroyed) return line;
    drop();
    sockets += 1;
    const socket = await process.sockets.connect(to.ip, to.port);
    // An agent of one, so that the connection outlives the request.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agent.createConnection = () => socket;
    line = { socket, agent };
    return line;
  };
  const failed = { outcome: '-1', isOk: false, body: '' };
  return {
    get sockets() {
      return sockets;
    },
    close: drop,
    async call() {
      let own: Line;
      try {
        own = await open();
      } catch (error) {
        drop();
        await log.write(
          'Error',
          'http_client.go:730',
          `[${id}] Unable to connect to ${address}: ${dialProblem(error, address)}`,
        );
        sizes.headers.record(0);
        sizes.totals.record(0);
        return failed;
      }
      const route = `${process.sockets.podIp}:${own.socket.localPort}->${address}`;
      try {
        const { code, headerBytes, totalBytes, isReusable, body } = await exchange(own, to, options);
        const isOk = code === 200;
        // fortio gives up a connection on which something else than 200 came.
        if (!isOk || !isReusable || !options.keepsAlive) drop();
        sizes.headers.record(isOk ? headerBytes : 0);
        sizes.totals.record(totalBytes);
        if (!isOk)
          await log.write('Warning', 'http_client.go:838', `[${id}] Non ok http code ${code} (HTTP/1.1 ${code})`);
        return { outcome: String(code), isOk, body };
      } catch (error) {
        if (!(error instanceof Error && ('code' in error || error.message === timedOut))) throw error;
        drop();
        await log.write(
          'Error',
          'http_client.go:811',
          `[${id}] Read error for ${to.url.host}: ${readProblem(error, route)}`,
        );
        sizes.headers.record(0);
        sizes.totals.record(0);
        return failed;
      }
    },
  };
}

/** A connection and the agent that hands it out again. */
interface Line {
  socket: Socket;
  agent: Agent;
}

interface Exchanged {
  code: number;
  headerBytes: number;
  totalBytes: number;
  isReusable: boolean;
  body: string;
}

const timedOut = 'i/o timeout';

/** How much of an error's body is told. */
const toldBytes = 512;

function exchange({ socket, agent }: Line, { url }: Destination, options: LoadOptions): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    const before = socket.bytesRead;
    const isPost = options.payload !== undefined;
    const outgoing = httpRequest({
      agent,
      method: options.method ?? (isPost ? 'POST' : 'GET'),
      path: `${url.pathname}${url.search}`,
      setHost: false,
    });
    // First of all: whatever fails from here on is told here, and nowhere else in this process.
    outgoing.on('error', reject);
    outgoing.setHeader('Host', url.host);
    outgoing.setHeader('User-Agent', asBytes(options.userAgent ?? 'fortio.org/fortio-1.33.0'));
    if (options.contentType !== undefined) outgoing.setHeader('Content-Type', asBytes(options.contentType));
    for (const header of options.headers) {
      const [name = '', ...value] = header.split(':');
      outgoing.setHeader(name.trim(), asBytes(value.join(':').trim()));
    }
    if (!options.headers.some((header) => /^connection:/i.test(header))) outgoing.removeHeader('connection');
    outgoing.shouldKeepAlive = true;
    outgoing.setTimeout(options.timeoutMs, () => outgoing.destroy(new Error(timedOut)));
    outgoing.on('response', (response) => {
      let bodyBytes = 0;
      let body = '';
      response.on('data', (chunk: Buffer) => {
        bodyBytes += chunk.length;
        if (body.length < toldBytes) body += chunk.toString('latin1');
      });
      response.on('error', reject);
      response.on('end', () => {
        const totalBytes = socket.bytesRead - before;
        const isReusable = !/close/i.test(response.headers.connection ?? '') && response.httpVersion !== '1.0';
        resolve({ code: response.statusCode ?? 0, headerBytes: totalBytes - bodyBytes, totalBytes, isReusable, body });
      });
    });
    outgoing.end(options.payload);
  });
}

/** fortio's own message is 24 bytes long as well. */
const tcpMessageBytes = 24;

export function tcpCaller(
  process: Process,
  id: number,
  to: Destination,
  options: LoadOptions,
  log: FortioLog,
  sizes: Sizes,
): Caller {
  let socket: Socket | undefined;
  let sockets = 0;
  let calls = 0;
  const drop = () => {
    socket?.destroy();
    socket = undefined;
  };
  const fail = async (outcome: string, text: string) => {
    drop();
    await log.write('Error', 'tcprunner.go:203', `[${id}] ${text}`);
    return { outcome: `tcp ${outcome}`, isOk: false, body: '' };
  };
  return {
    get sockets() {
      return sockets;
    },
    close: drop,
    async call() {
      calls += 1;
      const address = `${to.ip}:${to.port}`;
      if (!socket || socket.destroyed) {
        sockets += 1;
        try {
          socket = await process.sockets.connect(to.ip, to.port);
        } catch (error) {
          return fail('connect error', `Unable to connect to ${address}: ${dialProblem(error, address)}`);
        }
      }
      const own = socket;
      const text =
        options.payload ??
        `Fortio\n${String(id).padStart(4, '0')}${String(calls).padStart(tcpMessageBytes - 12, '0')}\n`;
      const message = Buffer.from(text);
      own.write(message);
      sizes.sent += message.length;
      const route = `${process.sockets.podIp}:${own.localPort}->${address}`;
      const received = await readExactly(process, own, message.length, options.timeoutMs);
      if (received instanceof Error)
        return fail('short read', `Unable to read: read tcp ${route}: ${received.message}`);
      sizes.received += received.length;
      if (!received.equals(message)) return fail('data mismatch', `Mismatched data`);
      return { outcome: 'tcp OK', isOk: true, body: '' };
    },
  };
}

async function readExactly(
  { system }: Process,
  socket: Socket,
  length: number,
  timeoutMs: number,
): Promise<Buffer | Error> {
  const over = new AbortController();
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isLate = false;
  const cancel = system.clock.after(timeoutMs, () => {
    isLate = true;
    over.abort();
  });
  const { signal } = over;
  try {
    const ended = once(socket, 'close', { signal }).then(() => undefined);
    // Nobody waits for it where nothing is to be read.
    ended.catch(() => {});
    while (bytes < length) {
      const data = once(socket, 'data', { signal }).then(([chunk]) => chunk as Buffer);
      const chunk = await Promise.race([data, ended]);
      if (chunk === undefined) return new Error('read: connection reset by peer');
      chunks.push(chunk);
      bytes += chunk.length;
    }
    return Buffer.concat(chunks);
  } catch (error) {
    if (isLate) return new Error('i/o timeout');
    return new Error((error as NodeJS.ErrnoException).code === 'ECONNRESET' ? 'read: connection reset by peer' : 'EOF');
  } finally {
    cancel();
    over.abort();
  }
}

/** Milliseconds with a fraction, which the clock of the cluster does not have. */
export const preciseMs = (): number => performance.now();
