import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { parseArgs } from 'node:util';
import { sleep } from '../../../platform/clock.ts';
import type { OutsideWorld } from '../../outside/outside-world.ts';
import { type Pace, paceFactor } from '../../pace.ts';
import type { ContainerContext, ImageProgram } from '../program.ts';
import { busyboxTools } from './toolboxes.ts';

/**
 * curl, as far as a container that waits for another one needs it: one http or https URL, retries, and the exit codes that
 * tell how a connection failed. It trusts whom its image trusts: the CA of the simulated internet. Any other option is refused as curl refuses unknown ones. No progress meter.
 */
interface Options {
  url: string;
  method: string;
  headers: Record<string, string>;
  isSilent: boolean;
  failsOnError: boolean;
  showsHeaders: boolean;
  trustsAnybody: boolean;
  connectTimeoutMs: number;
  retries: number;
  retriesRefused: boolean;
  retryDelayMs: number;
}

class CurlFailure extends Error {
  override readonly name = 'CurlFailure';
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

const names = {
  usage: 2,
  couldntResolve: 6,
  couldntConnect: 7,
  httpError: 22,
  timedOut: 28,
  tls: 35,
  empty: 52,
  received: 56,
  untrusted: 60,
};

/** The shortest pause between two tries at pace instant. */
const shortestPauseMs = 20;

function parse(args: string[]): Options {
  const flag = (short?: string) => ({ type: 'boolean', ...(short && { short }) }) as const;
  const word = (short?: string) => ({ type: 'string', ...(short && { short }) }) as const;
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      'connect-timeout': word(),
      retry: word(),
      'retry-connrefused': flag(),
      'retry-delay': word(),
      request: word('X'),
      header: { ...word('H'), multiple: true },
      silent: flag('s'),
      'show-error': flag('S'),
      fail: flag('f'),
      include: flag('i'),
      head: flag('I'),
      insecure: flag('k'),
    },
  });
  return {
    url: positionals[0] ?? '',
    method: values.request ?? (values.head ? 'HEAD' : 'GET'),
    headers: Object.fromEntries((values.header ?? []).map(headerOf)),
    isSilent: values.silent === true && values['show-error'] !== true,
    failsOnError: values.fail === true,
    showsHeaders: values.include === true || values.head === true,
    trustsAnybody: values.insecure === true,
    connectTimeoutMs: Number(values['connect-timeout'] ?? 300) * 1000,
    retries: Number(values.retry ?? 0),
    retriesRefused: values['retry-connrefused'] === true,
    retryDelayMs: Number(values['retry-delay'] ?? 1) * 1000,
  };
}

function headerOf(text: string): [string, string] {
  const [name = '', ...rest] = text.split(':');
  return [name.trim(), rest.join(':').trim()];
}

async function connect(context: ContainerContext, host: string, port: number, timeoutMs: number): Promise<Socket> {
  let isLate = false;
  const connecting = context.sockets.connect(host, port);
  const late = sleep(context.clock, timeoutMs, context.signal).then(() => {
    isLate = true;
    throw new CurlFailure(names.timedOut, `Connection timed out after ${timeoutMs} milliseconds`);
  });
  try {
    return await Promise.race([connecting, late]);
  } catch (error) {
    if (isLate) void connecting.then((socket) => socket.destroy()).catch(() => {});
    if (error instanceof CurlFailure) throw error;
    const isUnknown = (error as NodeJS.ErrnoException).code === 'ENOTFOUND';
    throw isUnknown
      ? new CurlFailure(names.couldntResolve, `Could not resolve host: ${host}`)
      : new CurlFailure(names.couldntConnect, `Failed to connect to ${host} port ${port}: Couldn't connect to server`);
  } finally {
    late.catch(() => {});
  }
}

/** The errors of OpenSSL's verification; anything else in a handshake is a connection that broke. */
const isUntrusted = (code = '') => /CERT|SELF_SIGNED|ISSUER|ALTNAME/.test(code);

function secure(raw: Socket, host: string, port: string, caPem: string, options: Options): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ socket: raw, servername: host, ca: caPem, rejectUnauthorized: !options.trustsAnybody });
    const fail = ({ code, message }: NodeJS.ErrnoException) => {
      const where = `connection to ${host}:${port || '443'}`;
      reject(
        isUntrusted(code)
          ? new CurlFailure(names.untrusted, `SSL certificate problem: ${message}`)
          : new CurlFailure(names.tls, `OpenSSL SSL_connect: SSL_ERROR_SYSCALL in ${where}`),
      );
    };
    socket.once('error', fail);
    socket.once('secureConnect', () => {
      socket.off('error', fail);
      resolve(socket);
    });
  });
}

async function fetchOnce(context: ContainerContext, caPem: () => string, options: Options): Promise<string> {
  const url = new URL(/^[a-z]+:\/\//.test(options.url) ? options.url : `http://${options.url}`);
  const isSecure = url.protocol === 'https:';
  const port = Number(url.port || (isSecure ? 443 : 80));
  const raw = await connect(context, url.hostname, port, options.connectTimeoutMs);
  const socket = isSecure ? await secure(raw, url.hostname, url.port, caPem(), options) : raw;
  let hasFailed = false;
  socket.once('error', () => {
    hasFailed = true;
  });
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      method: options.method,
      path: `${url.pathname}${url.search}`,
      headers: { host: url.host, 'user-agent': 'curl/7.85.0', accept: '*/*', ...options.headers },
      createConnection: () => socket,
    });
    outgoing.on('error', () =>
      reject(
        hasFailed
          ? new CurlFailure(names.received, 'Recv failure: Connection reset by peer')
          : new CurlFailure(names.empty, 'Empty reply from server'),
      ),
    );
    outgoing.on('response', (response) => {
      const status = response.statusCode ?? 0;
      if (options.failsOnError && status >= 400) {
        response.resume();
        reject(new CurlFailure(names.httpError, `The requested URL returned error: ${status}`));
      }
      const head = `HTTP/1.1 ${status} ${response.statusMessage}\n${rawHeaders(response.rawHeaders)}\n`;
      let text = options.showsHeaders ? head : '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => {
        socket.destroy();
        resolve(text);
      });
      response.on('error', () => reject(new CurlFailure(names.received, 'Recv failure: Connection reset by peer')));
    });
    outgoing.end();
  });
}

const rawHeaders = (pairs: readonly string[]) =>
  pairs.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\n`)).join('');

async function run(context: ContainerContext, caPem: () => string, delayFactor: number): Promise<number> {
  const say = (text: string, options?: Options) => {
    if (!options?.isSilent) context.stderr(`${text}\n`);
  };
  let options: Options;
  try {
    options = parse(context.argv.slice(1));
  } catch (error) {
    say(`curl: ${(error as Error).message}`);
    return names.usage;
  }
  for (let left = options.retries; ; left--) {
    try {
      context.stdout(await fetchOnce(context, caPem, options));
      return 0;
    } catch (error) {
      if (!(error instanceof CurlFailure)) throw error;
      say(`curl: (${error.exitCode}) ${error.message}`, options);
      const isRefused = error.exitCode === names.couldntConnect;
      // curl calls refused connections final unless it is told otherwise; other failures here are transient.
      const isTransient = isRefused
        ? options.retriesRefused
        : [names.couldntResolve, names.timedOut].includes(error.exitCode);
      if (left === 0 || !isTransient) return error.exitCode;
      const seconds = options.retryDelayMs / 1000;
      const problem = isRefused ? 'connection refused' : 'timeout';
      say(`Warning: Problem: ${problem}. Will retry in ${seconds} seconds. ${left} retries left.`, options);
      await sleep(context.clock, Math.max(options.retryDelayMs * delayFactor, shortestPauseMs), context.signal);
    }
  }
}

export function curl({ pace, outside }: { pace: Pace; outside: Pick<OutsideWorld, 'caPem'> }): ImageProgram {
  return {
    repositories: ['curlimages/curl'],
    sizeBytes: 8_388_608,
    entrypoint: ['curl'],
    executables: ['/usr/bin/curl'],
    tools: busyboxTools,
    user: 100,
    account: { name: 'curl_user', home: '/home/curl_user' },
    files: { '/etc/alpine-release': '3.16.2\n' },
    run: (context) => run(context, () => outside.caPem, paceFactor[pace]),
  };
}
