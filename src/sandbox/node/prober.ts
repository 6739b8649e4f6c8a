import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Container, Probe } from '../../kube/objects.ts';
import type { Clock } from '../../platform/clock.ts';
import { isFieldValue, requestPath } from '../network/http-fields.ts';
import type { RemoteEnd, RemoteStreams } from './node-api.ts';
import type { ByteSink } from './processes/byte-stream.ts';

/** `unknown`: the probe itself could not be carried out, which changes nothing, as in a real kubelet. */
export type ProbeResult = { status: 'success' } | { status: 'failure' | 'unknown'; message: string };

export interface ProbeTarget {
  podIp: string;
  container: Container;
  connect(port: number): Promise<Socket>;
  exec(command: readonly string[], streams: RemoteStreams): Promise<RemoteEnd>;
}

const userAgent = 'kube-probe/1.33';

/** One attempt of a probe, from the pod's node. Messages are the ones that a kubelet written in Go prints. */
export async function attemptProbe(clock: Clock, probe: Probe, target: ProbeTarget): Promise<ProbeResult> {
  const timeout = new AbortController();
  const seconds = probe.timeoutSeconds ?? 1;
  const cancel = clock.after(seconds * 1000, () => timeout.abort());
  try {
    if (probe.exec) return await attemptExec(probe.exec.command ?? [], seconds, target, timeout.signal);
    const named = probe.httpGet?.port ?? probe.tcpSocket?.port;
    if (named === undefined) return unknown('gRPC probes are not supported by the sandbox');
    const port = portNumber(named, target.container);
    if (port === undefined) return unknown(`strconv.Atoi: parsing "${named}": invalid syntax`);
    return await (probe.httpGet
      ? attemptHttp(probe.httpGet, port, target, timeout.signal)
      : attemptTcp(port, target, timeout.signal));
  } finally {
    cancel();
  }
}

/** Kubernetes: pkg/probe/exec. More than this of what the command says is dropped. */
const mostOutputBytes = 10 << 10;

async function attemptExec(
  command: readonly string[],
  seconds: number,
  target: ProbeTarget,
  timeout: AbortSignal,
): Promise<ProbeResult> {
  const said = { stdout: new Excerpt(mostOutputBytes), stderr: new Excerpt(mostOutputBytes) };
  // The command is killed at the timeout, so that this never waits for longer.
  const end = await target.exec(command, { ...said, signal: timeout });
  if (timeout.aborted) return failure(`command timed out: "${command.join(' ')}" timed out after ${seconds}s`);
  if (end.type === 'failed') return unknown(`rpc error: code = Unknown desc = ${end.message}`);
  if (end.exitCode === 0) return { status: 'success' };
  return failure(`${said.stdout.text}${said.stderr.text}`.slice(0, mostOutputBytes));
}

/** The beginning of what is written to it. */
class Excerpt implements ByteSink {
  readonly #most: number;
  readonly #chunks: Buffer[] = [];
  #length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  async write(bytes: Buffer | string): Promise<void> {
    const whole = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    const chunk = whole.subarray(0, this.#most - this.#length);
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

function portNumber(port: number | string, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((candidate) => candidate.name === port)?.containerPort;
  return named ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

const failure = (message: string): ProbeResult => ({ status: 'failure', message });
const unknown = (message: string): ProbeResult => ({ status: 'unknown', message });

/** How Go words the errors that a connection can end with. */
function dialError(error: unknown, address: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ECONNREFUSED') return `dial tcp ${address}: connect: connection refused`;
  if (code === 'EHOSTUNREACH') return `dial tcp ${address}: connect: no route to host`;
  if (code === 'ECONNRESET') return `read tcp ${address}: read: connection reset by peer`;
  return 'EOF';
}

async function attemptTcp(port: number, target: ProbeTarget, timeout: AbortSignal): Promise<ProbeResult> {
  const address = `${target.podIp}:${port}`;
  try {
    const socket = await target.connect(port);
    socket.destroy();
    return timeout.aborted ? failure(`dial tcp ${address}: i/o timeout`) : { status: 'success' };
  } catch (error) {
    return failure(dialError(error, address));
  }
}

async function attemptHttp(
  get: NonNullable<Probe['httpGet']>,
  port: number,
  target: ProbeTarget,
  timeout: AbortSignal,
): Promise<ProbeResult> {
  const address = `${target.podIp}:${port}`;
  const path = get.path?.startsWith('/') ? get.path : `/${get.path ?? ''}`;
  const isTls = get.scheme === 'HTTPS';
  const url = `${isTls ? 'https' : 'http'}://${address}${path}`;
  let socket: Socket;
  try {
    const plain = await target.connect(port);
    socket = isTls ? tlsConnect({ socket: plain, rejectUnauthorized: false }) : plain;
  } catch (error) {
    return failure(`Get "${url}": ${dialError(error, address)}`);
  }
  const headers = headersOf(get, address);
  const wrong = Object.keys(headers).find((name) => !headers[name]?.every(isFieldValue));
  return new Promise((resolve) => {
    const settle = (result: ProbeResult) => {
      socket.destroy();
      resolve(result);
    };
    const late = () =>
      settle(failure(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`));
    if (timeout.aborted) return late();
    if (wrong !== undefined)
      return settle(failure(`Get "${url}": net/http: invalid header field value for "${wrong}"`));
    timeout.addEventListener('abort', late, { once: true });
    socket.on('error', (error) => settle(failure(`Get "${url}": ${dialError(error, address)}`)));
    const request = httpRequest({
      createConnection: () => socket,
      path: requestPath(path),
      headers: { ...headers, connection: 'close' },
    });
    request.on('error', (error) => settle(failure(`Get "${url}": ${dialError(error, address)}`)));
    request.on('response', (response) => {
      response.resume();
      const code = response.statusCode ?? 0;
      // Kubernetes: any code from 200 to 399 passes.
      if (code >= 200 && code < 400) settle({ status: 'success' });
      else settle(failure(`HTTP probe failed with statuscode: ${code}`));
    });
    request.end();
  });
}

/** The kubelet's own, unless the probe has others; several of a name stay several. */
function headersOf({ httpHeaders = [] }: NonNullable<Probe['httpGet']>, address: string): Record<string, string[]> {
  const own = Map.groupBy(httpHeaders, ({ name }) => name.toLowerCase());
  const standard = Object.entries({ host: address, 'user-agent': userAgent, accept: '*/*' });
  return Object.fromEntries([
    ...standard.filter(([name]) => !own.has(name)).map(([name, value]): [string, string[]] => [name, [value]]),
    ...[...own].map(([lower, given]): [string, string[]] => [
      given[0]?.name ?? lower,
      given.map(({ value }) => Buffer.from(value).toString('latin1')),
    ]),
  ]);
}
