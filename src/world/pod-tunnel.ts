import { Agent, type ClientRequestArgs, request } from 'node:http';
import { Duplex, PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { KubeConfig, PortForward } from '@kubernetes/client-node';
import { type Fault, faultOf } from '../fault.ts';

export interface PodPort {
  namespace: string;
  name: string;
  port: number;
}

/** A byte stream through a port-forward that looks enough like a socket for Node's HTTP client. */
class TunnelStream extends Duplex {
  readonly #input = new PassThrough();
  #socket: { close(): void } | undefined;

  open(forward: PortForward, pod: PodPort): void {
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.push(chunk);
        done();
      },
    });
    // The error channel carries a sentence of the kubelet, such as a refused connection inside the pod.
    const errors = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (chunk.length > 0) this.destroy(new Error(chunk.toString('utf8').trim()));
        done();
      },
    });
    forward.portForward(pod.namespace, pod.name, [pod.port], output, errors, this.#input).then(
      (socket) => {
        if (typeof socket === 'function') return;
        this.#socket = socket;
        if (this.destroyed) socket.close();
        socket.onclose = () => this.destroy();
        socket.onerror = (event) => this.destroy(new Error(event.message));
      },
      (error: unknown) => this.destroy(asError(error)),
    );
  }

  override _read(): void {}

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#input.write(chunk, encoding, done);
  }

  override _final(done: () => void): void {
    this.#input.end(done);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#input.destroy();
    this.#socket?.close();
    this.push(null);
    done(error);
  }

  // What http.Agent calls on sockets that it keeps.
  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

/** Rejections of a WebSocket are event objects, not errors. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  const message =
    typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  return new Error(message);
}

class TunnelAgent extends Agent {
  readonly #forward: () => PortForward;
  readonly #pod: PodPort;

  constructor(forward: () => PortForward, pod: PodPort) {
    super({ keepAlive: true, maxSockets: 4, maxFreeSockets: 1 });
    this.#forward = forward;
    this.#pod = pod;
  }

  override createConnection(_options: ClientRequestArgs): Duplex {
    const stream = new TunnelStream();
    stream.open(this.#forward(), this.#pod);
    return stream;
  }
}

/** HTTP to ports of pods through port-forwards; a tunnel that was used stays open for the next question. */
export class PodTunnels {
  readonly #forward: () => PortForward;
  readonly #agents = new Map<string, TunnelAgent>();

  /** `config` is asked for each tunnel, since a login may have been made anew. */
  constructor(forward: new (config: KubeConfig) => PortForward, config: () => KubeConfig, openMs: number) {
    this.#forward = () => new forward(withLimit(config(), openMs));
  }

  /** One GET. A tunnel that its pod closed meanwhile is replaced once. */
  async get(pod: PodPort, path: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
    const inTime = (error: unknown) => (isTimeout(signal.reason) ? unreachable(pod, '') : error);
    try {
      return await this.#send(pod, path, signal);
    } catch (error) {
      if (signal.aborted) throw inTime(error);
      this.#drop(pod);
      return this.#send(pod, path, signal).catch((again: unknown) => {
        throw inTime(again);
      });
    }
  }

  /** Later questions get tunnels of their own; one that is under way may still be answered. */
  renew(): void {
    for (const agent of this.#agents.values()) {
      agent.maxFreeSockets = 0;
      for (const tunnels of Object.values(agent.freeSockets)) for (const tunnel of tunnels ?? []) tunnel.destroy();
    }
    this.#agents.clear();
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #drop(pod: PodPort): void {
    this.#agents.get(keyOf(pod))?.destroy();
    this.#agents.delete(keyOf(pod));
  }

  #send(pod: PodPort, path: string, signal: AbortSignal): Promise<{ status: number; body: string }> {
    const agent = this.#agents.get(keyOf(pod)) ?? new TunnelAgent(this.#forward, pod);
    this.#agents.set(keyOf(pod), agent);
    return new Promise((resolve, reject) => {
      const fail = (error: Error) =>
        reject(error.name === 'AbortError' ? error : unreachable(pod, error.message, error));
      const outgoing = request({ agent, path, host: 'localhost', port: pod.port, signal }, (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), fail);
      });
      outgoing.on('error', fail);
      outgoing.end();
    });
  }
}

const keyOf = (pod: PodPort) => `${pod.namespace}/${pod.name}:${pod.port}`;

function unreachable(pod: PodPort, why: string, error?: Error): Fault {
  return faultOf('pod.unreachable', pod.port, pod.namespace, pod.name, why).because(error);
}

const isTimeout = (reason: unknown) => reason instanceof Error && reason.name === 'TimeoutError';

/** The library hands these options to its WebSocket, which by itself waits for a dead server for minutes. */
function withLimit(config: KubeConfig, handshakeTimeout: number): KubeConfig {
  return Object.create(config, {
    applyToHTTPSOptions: {
      value: async (options: object) => {
        await config.applyToHTTPSOptions(options);
        Object.assign(options, { handshakeTimeout });
      },
    },
  });
}
