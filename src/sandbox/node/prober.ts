import { request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Container, Probe } from '../../kube/objects.ts';
import type { Clock } from '../../platform/clock.ts';

/** `unknown`: the probe itself could not be carried out, which changes nothing, as in a real kubelet. */
export type ProbeResult = { status: 'success' } | { status: 'failure' | 'unknown'; message: string };

export interface ProbeTarget {
  podIp: string;
  container: Container;
  connect(port: number): Promise<Socket>;
}

const userAgent = 'kube-probe/1.33';

/** One attempt of a probe, from the pod's node. Messages are the ones that a kubelet written in Go prints. */
export async function attemptProbe(clock: Clock, probe: Probe, target: ProbeTarget): Promise<ProbeResult> {
  if (probe.exec) return { status: 'unknown', message: 'exec probes are not supported by the sandbox' };
  const port = portNumber(probe.httpGet?.port ?? probe.tcpSocket?.port, target.container);
  if (port === undefined) return { status: 'unknown', message: 'the probe names no port of the container' };
  const timeout = new AbortController();
  const cancel = clock.after((probe.timeoutSeconds ?? 1) * 1000, () => timeout.abort());
  try {
    return await (probe.httpGet
      ? attemptHttp(probe.httpGet, port, target, timeout.signal)
      : attemptTcp(port, target, timeout.signal));
  } finally {
    cancel();
  }
}

function portNumber(port: number | string | undefined, container: Container): number | undefined {
  if (typeof port === 'number') return port;
  const named = container.ports?.find((candidate) => candidate.name === port)?.containerPort;
  return named ?? (port !== undefined && /^\d+$/.test(port) ? Number(port) : undefined);
}

const failure = (message: string): ProbeResult => ({ status: 'failure', message });

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
  const headers = Object.fromEntries((get.httpHeaders ?? []).map(({ name, value }) => [name, value]));
  return new Promise((resolve) => {
    const settle = (result: ProbeResult) => {
      socket.destroy();
      resolve(result);
    };
    const late = () =>
      settle(failure(`Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`));
    if (timeout.aborted) return late();
    timeout.addEventListener('abort', late, { once: true });
    socket.on('error', (error) => settle(failure(`Get "${url}": ${dialError(error, address)}`)));
    const request = httpRequest({
      createConnection: () => socket,
      path,
      headers: { host: address, 'user-agent': userAgent, accept: '*/*', connection: 'close', ...headers },
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
