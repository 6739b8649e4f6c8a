import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { type Clock, sleep } from '../../../platform/clock.ts';
import type { ContainerSockets } from '../../network/pod-network.ts';
import { frame, unframe } from '../../protobuf/grpc-frame.ts';

/** A call that did not end with status OK, by gRPC's number of it. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly status: number;

  constructor(status: number, cause?: unknown) {
    super(`gRPC status ${status}`, { cause });
    this.status = status;
  }
}

export const grpcStatus = { deadlineExceeded: 4, internal: 13, unavailable: 14 } as const;

/** Unary gRPC calls over one kept plaintext HTTP/2 connection, opened when it is needed. It knows no messages. */
export class GrpcChannel {
  readonly #sockets: ContainerSockets;
  readonly #clock: Clock;
  readonly #host: string;
  readonly #port: number;
  #session: Promise<ClientHttp2Session> | undefined;

  constructor(parts: { sockets: ContainerSockets; clock: Clock }, host: string, port: number) {
    this.#sockets = parts.sockets;
    this.#clock = parts.clock;
    this.#host = host;
    this.#port = port;
  }

  /** The answer's message; rejects with GrpcError. */
  async call(method: string, message: Buffer, timeoutMs: number): Promise<Buffer> {
    const over = new AbortController();
    const late = sleep(this.#clock, timeoutMs, over.signal).then(
      () => {
        throw new GrpcError(grpcStatus.deadlineExceeded);
      },
      () => new Promise<never>(() => {}),
    );
    try {
      return await Promise.race([this.#exchange(method, message, over.signal), late]);
    } finally {
      over.abort();
    }
  }

  close(): void {
    this.#session?.then((session) => session.destroy()).catch(() => {});
  }

  #open(): Promise<ClientHttp2Session> {
    const opening = this.#sockets.connect(this.#host, this.#port).then((socket) => {
      const session = connect(`http://${this.#host}:${this.#port}`, { createConnection: () => socket });
      session.on('error', () => {});
      const forget = () => {
        if (this.#session === opening) this.#session = undefined;
      };
      session.once('close', forget);
      session.once('goaway', forget);
      return session;
    });
    opening.catch(() => {
      if (this.#session === opening) this.#session = undefined;
    });
    return opening;
  }

  async #exchange(method: string, message: Buffer, signal: AbortSignal): Promise<Buffer> {
    this.#session ??= this.#open();
    const session = await this.#session.catch((error) => {
      throw new GrpcError(grpcStatus.unavailable, error);
    });
    if (signal.aborted) throw new GrpcError(grpcStatus.deadlineExceeded);
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: method,
      [constants.HTTP2_HEADER_AUTHORITY]: `${this.#host}:${this.#port}`,
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    signal.addEventListener('abort', () => stream.close(constants.NGHTTP2_CANCEL), { once: true });
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let status: number | undefined;
      const note = (headers: { 'grpc-status'?: string | string[] | undefined }) => {
        if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status']);
      };
      stream.on('response', note);
      stream.on('trailers', note);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('error', (error) => reject(new GrpcError(grpcStatus.unavailable, error)));
      stream.on('close', () => reject(new GrpcError(grpcStatus.unavailable)));
      stream.on('end', () => {
        if (status !== 0) reject(new GrpcError(status ?? grpcStatus.unavailable));
        else {
          try {
            resolve(unframe(Buffer.concat(chunks)));
          } catch (error) {
            reject(new GrpcError(grpcStatus.internal, error));
          }
        }
      });
      stream.end(frame(message));
    });
  }
}
