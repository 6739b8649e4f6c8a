import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Clock } from './clock.ts';
import { errorCode } from './files.ts';

/** Whether something answers at a host and port, and if not, at which step it fails. Sends nothing but a handshake. */
export interface Endpoint {
  host: string;
  port: number;
}

export type Reach =
  | { type: 'reached'; ms: number }
  /** DNS: no such name, or nobody to ask. */
  | { type: 'no-name'; errno: string }
  | { type: 'refused' }
  /** No way there: no network, no route. */
  | { type: 'no-route'; errno: string }
  | { type: 'timed-out'; during: 'connection' | 'handshake'; ms: number }
  /** Connected, and then cut: firewalls do that. */
  | { type: 'cut' }
  /** Somebody answered whose certificate is not trusted here, often a proxy that opens TLS. */
  | { type: 'not-trusted'; reason: string }
  /** The proxy was reached and did not let us through. */
  | { type: 'proxy-refused'; status: number };

/** Where a learner's environment sends requests: by a proxy, or straight. */
export interface Way {
  /** Of HTTPS_PROXY; undefined goes straight. */
  proxy: URL | undefined;
}

export interface ReachOptions {
  clock: Clock;
  timeoutMs: number;
  signal?: AbortSignal;
  way?: Way;
  /** False where certificates are checked by others with CAs of their own, as with an API server. */
  trust?: boolean;
}

/** Never rejects but for an abort. */
export function reach(endpoint: Endpoint, options: ReachOptions): Promise<Reach> {
  const { clock, timeoutMs, signal, way } = options;
  const since = clock.now();
  let during: 'connection' | 'handshake' = 'connection';
  return new Promise((resolve, reject) => {
    const open: Socket[] = [];
    const end = (settle: () => void) => {
      cancel();
      signal?.removeEventListener('abort', onAbort);
      // From the inside out: Node 26 ends with SIGSEGV when the connection under a TLS handshake goes first.
      for (const socket of open.toReversed()) socket.destroy();
      settle();
    };
    const onAbort = () => end(() => reject(signal?.reason));
    const cancel = clock.after(timeoutMs, () => end(() => resolve({ type: 'timed-out', during, ms: timeoutMs })));
    if (signal?.aborted) return onAbort();
    signal?.addEventListener('abort', onAbort, { once: true });
    const onConnected = () => {
      during = 'handshake';
    };
    follow(endpoint, way?.proxy, options.trust ?? true, open, onConnected).then(
      (refusal) => end(() => resolve(refusal ?? { type: 'reached', ms: clock.now() - since })),
      (error: unknown) => end(() => resolve(reasonOf(error))),
    );
  });
}

async function follow(
  { host, port }: Endpoint,
  proxy: URL | undefined,
  trust: boolean,
  open: Socket[],
  onConnected: () => void,
): Promise<Reach | undefined> {
  const keep = <S extends Socket>(socket: S): S => {
    open.push(socket);
    return socket;
  };
  const first = proxy ? { host: proxy.hostname.replace(/^\[|\]$/g, ''), port: portOf(proxy) } : { host, port };
  let socket: Socket = keep(connect(first));
  await once(socket, 'connect');
  onConnected();
  if (proxy?.protocol === 'https:') {
    const toProxy = keep(connectTls({ socket, ...serverName(first.host) }));
    await once(toProxy, 'secureConnect');
    socket = toProxy;
  }
  if (proxy) {
    const status = await tunnel(socket, proxy, { host, port });
    if (status !== 200) return { type: 'proxy-refused', status };
  }
  const secure: TLSSocket = keep(connectTls({ socket, ...serverName(host), rejectUnauthorized: trust }));
  await once(secure, 'secureConnect');
  return undefined;
}

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

/** Addresses have no name to send. */
const serverName = (host: string) => (isIP(host) ? { host } : { host, servername: host });

/** A socket that closes before it says what was waited for was cut. */
function once(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, () => resolve());
    socket.once('error', reject);
    socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
  });
}

const mostHeadBytes = 16_384;

/** RFC 9110, 9.3.6. The status of the proxy's answer. */
function tunnel(socket: Socket, proxy: URL, { host, port }: Endpoint): Promise<number> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const login = proxy.username ? `Proxy-Authorization: Basic ${Buffer.from(user).toString('base64')}\r\n` : '';
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${login}\r\n`);
  return new Promise((resolve, reject) => {
    let head = '';
    const onData = (bytes: Buffer) => {
      head += bytes.toString('latin1');
      const status = /^HTTP\/1\.[01] (\d{3})[^\n]*\r?\n(?:.*\r?\n)*?\r?\n/.exec(head);
      if (!status && head.length < mostHeadBytes) return;
      socket.off('data', onData);
      socket.pause();
      if (status) resolve(Number(status[1]));
      else reject(Object.assign(new Error('no answer to CONNECT'), { code: 'ECONNRESET' }));
    };
    socket.on('data', onData);
    const cut = () => reject(Object.assign(new Error('closed before an answer'), { code: 'ECONNRESET' }));
    once(socket, 'end').then(cut, reject);
  });
}

function reasonOf(error: unknown): Reach {
  // Happy eyeballs: one error for each address that was tried; all say much the same.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const errno = errorCode(first) ?? 'UNKNOWN';
  if (['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'].includes(errno))
    return { type: 'no-name', errno };
  if (errno === 'ECONNREFUSED') return { type: 'refused' };
  if (['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'EACCES', 'EPERM'].includes(errno)) {
    return { type: 'no-route', errno };
  }
  if (errno === 'ETIMEDOUT') return { type: 'timed-out', during: 'connection', ms: 0 };
  if (['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(errno)) return { type: 'cut' };
  return { type: 'not-trusted', reason: errno };
}

/** The proxy for a host, as az and the Azure SDKs read it; a proxy that is no URL is none. */
export function wayTo(host: string, environment: Readonly<Record<string, string | undefined>>): Way {
  const read = (name: string) => environment[name] || environment[name.toLowerCase()] || '';
  const proxy = read('HTTPS_PROXY') || read('ALL_PROXY');
  const isExcepted = read('NO_PROXY')
    .split(',')
    .map((one) => one.trim().toLowerCase())
    .some(
      (one) =>
        one === '*' || (one !== '' && (host === one.replace(/^\./, '') || host.endsWith(`.${one.replace(/^\./, '')}`))),
    );
  if (proxy === '' || isExcepted) return { proxy: undefined };
  const url = proxy.includes('://') ? proxy : `http://${proxy}`;
  return { proxy: URL.canParse(url) ? new URL(url) : undefined };
}
