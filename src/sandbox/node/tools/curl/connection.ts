import type { Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { sleep } from '../../../../platform/clock.ts';
import { FileError } from '../../processes/file-tree.ts';
import type { Process } from '../../processes/process.ts';
import { fileOf } from '../options.ts';
import { type CommandLine, millisecondsOf } from './command-line.ts';
import { CurlFailure, opensslText } from './failure.ts';

/** A connection for one request, over the pod's network: a real one, plain or with TLS. */
export interface Connection {
  socket: Socket;
  ip: string;
  port: number;
  namelookupMs: number;
  connectMs: number;
  appconnectMs: number;
  /** What ALPN settled on, or what the options say of a plain connection. */
  isHttp2: boolean;
  /** What broke it before anybody asked over it. */
  readonly broken: { by?: Error };
}

/** curl: five minutes. */
const defaultConnectTimeoutMs = 300_000;

const portOf = (url: URL) => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

/** Host and port to connect to: `--connect-to HOST1:PORT1:HOST2:PORT2`, empty parts stand for any and for the same. */
function destination(line: CommandLine, url: URL): { host: string; port: number } {
  const own = { host: hostOf(url), port: portOf(url) };
  for (const text of line.connectTos) {
    const [host = '', port = '', toHost = '', toPort = ''] = text.split(':');
    if ((host && host !== own.host) || (port && Number(port) !== own.port)) continue;
    return { host: toHost || own.host, port: Number(toPort || own.port) };
  }
  return own;
}

export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '');

async function addressOf(process: Process, line: CommandLine, host: string, port: number): Promise<string> {
  for (const text of line.resolves) {
    const [name, forPort, address] = text.replace(/^\+/, '').split(':');
    if ((name === host || name === '*') && (Number(forPort) === port || forPort === '*') && address) return address;
  }
  const unresolved = () => new CurlFailure('not-resolved', `Could not resolve host: ${host}`);
  // Pods have addresses of IPv4 only.
  if (line.has('ipv6')) throw unresolved();
  try {
    return (await process.sockets.resolve(host))[0] ?? host;
  } catch {
    throw unresolved();
  }
}

export async function connect(
  process: Process,
  line: CommandLine,
  url: URL,
  say: (text: string) => Promise<void>,
): Promise<Connection> {
  const { clock } = process.system;
  const startedAt = clock.now();
  const { host, port } = destination(line, url);
  const ip = await addressOf(process, line, host, port);
  const namelookupMs = clock.now() - startedAt;
  await say(`*   Trying ${ip}:${port}...`);
  const took = () => Math.max(0, Math.round(clock.now() - startedAt));
  const timeoutMs = millisecondsOf(line, 'connect-timeout') ?? defaultConnectTimeoutMs;
  let socket: Socket;
  try {
    socket = await withTimeout(process, timeoutMs, process.sockets.connect(ip, port));
  } catch (error) {
    const why = error instanceof TimedOut ? 'Timeout was reached' : "Couldn't connect to server";
    if (!(error instanceof TimedOut)) await say(`* connect to ${ip} port ${port} failed: ${errnoText(error)}`);
    throw new CurlFailure(
      error instanceof TimedOut ? 'timed-out' : 'not-connected',
      `Failed to connect to ${host} port ${port} after ${took()} ms: ${why}`,
    );
  }
  const connectMs = took();
  await say(`* Connected to ${host} (${ip}) port ${port} (#0)`);
  const common = { ip, port, namelookupMs, connectMs };
  if (url.protocol !== 'https:') {
    return { ...common, socket, appconnectMs: 0, isHttp2: line.has('http2-prior-knowledge'), broken: {} };
  }
  const { secured, broken } = await secure(process, line, socket, url, say);
  return { ...common, socket: secured, appconnectMs: took(), isHttp2: secured.alpnProtocol === 'h2', broken };
}

class TimedOut extends Error {}

async function withTimeout(process: Process, ms: number, connecting: Promise<Socket>): Promise<Socket> {
  const done = new AbortController();
  const late = sleep(process.system.clock, ms, done.signal).then(() => {
    void connecting.then((socket) => socket.destroy()).catch(() => {});
    throw new TimedOut();
  });
  try {
    return await Promise.race([connecting, late]);
  } finally {
    late.catch(() => {});
    done.abort();
  }
}

const errnoTexts: Record<string, string> = {
  ECONNREFUSED: 'Connection refused',
  EHOSTUNREACH: 'No route to host',
  ENETUNREACH: 'Network is unreachable',
  ECONNRESET: 'Connection reset by peer',
};

const errnoText = (error: unknown) => errnoTexts[(error as NodeJS.ErrnoException).code ?? ''] ?? String(error);

/** The errors of OpenSSL's verification; anything else in a handshake is a connection that broke. */
const isUntrusted = (code = '') => /^UNABLE_TO|CERT|SELF_SIGNED|ALTNAME/.test(code);

const untrustedHelp =
  '\nMore details here: https://curl.se/docs/sslcerts.html\n\ncurl failed to verify the legitimacy of the server and therefore could not\nestablish a secure connection to it. To learn more about this situation and\nhow to fix it, please visit the web page mentioned above.';

function untrusted(error: NodeJS.ErrnoException, host: string): CurlFailure {
  const text =
    error.code === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? `SSL: no alternative certificate subject name matches target host name '${host}'`
      : `SSL certificate problem: ${error.message}`;
  return new CurlFailure('untrusted', `${text}${untrustedHelp}`);
}

/** A connection that broke has no words of OpenSSL's. */
function handshakeFailure(error: NodeJS.ErrnoException & { reason?: string }, where: string): CurlFailure {
  const text = opensslText(error);
  if (text !== undefined) return new CurlFailure('tls-handshake', text);
  const broken = error.syscall === 'read' ? 'Connection reset by peer' : 'SSL_ERROR_SYSCALL';
  return new CurlFailure('tls-handshake', `OpenSSL SSL_connect: ${broken} in connection to ${where} `);
}

async function pemFile(process: Process, path: string, reason: 'ca-file' | 'bad-certificate-file'): Promise<string> {
  try {
    return (await fileOf(process, path)).toString();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    throw new CurlFailure(
      reason,
      reason === 'ca-file'
        ? `error setting certificate file: ${path}`
        : `could not load PEM client certificate, OpenSSL error error:80000002:system library::No such file or directory, (no key found, wrong pass phrase, or wrong file format?)`,
    );
  }
}

async function secure(
  process: Process,
  line: CommandLine,
  raw: Socket,
  url: URL,
  say: (text: string) => Promise<void>,
): Promise<{ secured: TLSSocket; broken: Connection['broken'] }> {
  const host = hostOf(url);
  const [caFile, certFile, keyFile] = ['cacert', 'cert', 'key'].map((name) => line.values.get(name));
  const ca = caFile === undefined ? process.system.caPem() : await pemFile(process, caFile, 'ca-file');
  const cert = certFile === undefined ? undefined : await pemFile(process, certFile, 'bad-certificate-file');
  const key = keyFile === undefined ? cert : await pemFile(process, keyFile, 'bad-certificate-file');
  const offered = line.has('http1.1') ? ['http/1.1'] : ['h2', 'http/1.1'];
  await say(`* ALPN: offers ${offered.join(',')}`);
  const socket = await new Promise<TLSSocket>((resolve, reject) => {
    const secured = connectTls({
      socket: raw,
      ...(/^[\d.:]+$/.test(host) ? {} : { servername: host }),
      ca,
      ...(cert === undefined ? {} : { cert, key }),
      ALPNProtocols: offered,
      rejectUnauthorized: !line.has('insecure'),
    });
    secured.once('error', (error: NodeJS.ErrnoException) => {
      reject(isUntrusted(error.code) ? untrusted(error, host) : handshakeFailure(error, `${host}:${portOf(url)}`));
    });
    secured.once('secureConnect', () => resolve(secured));
  });
  // With TLS 1.3 a server that wants a certificate says so only now, while this one is still talking to its user.
  const broken: Connection['broken'] = {};
  socket.removeAllListeners('error').on('error', (error) => {
    broken.by ??= error;
  });
  const { subject, issuer, valid_from: from, valid_to: to } = socket.getPeerCertificate();
  await say(`* SSL connection using ${socket.getProtocol()} / ${socket.getCipher().standardName}`);
  await say(
    `* ALPN: server ${socket.alpnProtocol ? `accepted ${socket.alpnProtocol}` : 'did not agree on a protocol. Uses default.'}`,
  );
  await say(
    `* Server certificate:\n*  subject: ${nameText(subject)}\n*  start date: ${from}\n*  expire date: ${to}\n*  issuer: ${nameText(issuer)}`,
  );
  await say(
    socket.authorized
      ? '*  SSL certificate verify ok.'
      : `*  SSL certificate verify result: ${socket.authorizationError}, continuing anyway.`,
  );
  return { secured: socket, broken };
}

const nameText = (name: object | undefined) =>
  Object.entries(name ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join('; ');
