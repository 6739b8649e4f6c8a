import type { Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Status } from '../../../kube/status.ts';
import { type ApiConnection, statusErrorFrom, tlsOptions } from './connection.ts';

/** One end of exec and attach over WebSocket (`v5.channel.k8s.io`): the first byte of a message is its channel. */
export interface RemoteCommandStreams {
  stdin: Readable | undefined;
  stdout: Writable;
  /** Undefined with a terminal, whose output is one. */
  stderr: Writable | undefined;
  /** Calls back with the size of the terminal now and at each change; returns how to stop. */
  onResize?(listener: (columns: number, rows: number) => void): () => void;
  signal: AbortSignal;
}

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** The Status that the server ended with. Rejects with a StatusError when the server does not begin at all. */
export async function runRemoteCommand(
  connection: ApiConnection,
  path: string,
  streams: RemoteCommandStreams,
): Promise<Status | undefined> {
  // Lazy: the other commands need none.
  const ws = await import('ws');
  const socket = new ws.WebSocket(`${connection.server.replace(/^http/, 'ws')}${path}`, 'v5.channel.k8s.io', {
    perMessageDeflate: false,
    ...tlsOptions(connection),
    ...(connection.token ? { headers: { authorization: `Bearer ${connection.token}` } } : {}),
  });
  socket.binaryType = 'nodebuffer';
  const stop = () => socket.terminate();
  streams.signal.addEventListener('abort', stop, { once: true });
  try {
    return await converse(socket, streams);
  } finally {
    streams.signal.removeEventListener('abort', stop);
  }
}

/** Listens to everything from the start: the server's first words may come with its answer to the upgrade. */
function converse(socket: WebSocket, streams: RemoteCommandStreams): Promise<Status | undefined> {
  return new Promise((resolve, reject) => {
    let status: Status | undefined;
    let stopInput = () => {};
    socket.once('open', () => {
      stopInput = passInput(socket, streams);
    });
    socket.once('unexpected-response', (_request, response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => reject(statusErrorFrom(response.statusCode ?? 0, text)));
    });
    socket.on('message', (message: Buffer) => {
      const [channel, payload] = [message[0], message.subarray(1)];
      const sink =
        channel === channels.stdout ? streams.stdout : channel === channels.stderr ? streams.stderr : undefined;
      if (channel === channels.error && payload.length > 0) status = JSON.parse(payload.toString());
      else if (payload.length > 0 && sink?.write(payload) === false) {
        socket.pause();
        sink.once('drain', () => socket.resume());
      }
    });
    socket.on('error', reject);
    socket.on('close', () => {
      stopInput();
      resolve(status);
    });
  });
}

/** Standard input and the terminal's size, until the returned function is called. */
function passInput(socket: WebSocket, { stdin, onResize }: RemoteCommandStreams): () => void {
  const send = (channel: number, bytes: Buffer | string, done?: () => void) =>
    socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(bytes)]), done);
  const onInput = (bytes: Buffer) => {
    stdin?.pause();
    send(channels.stdin, bytes, () => stdin?.resume());
  };
  const onInputEnd = () => socket.send(Buffer.from([channels.close, channels.stdin]));
  stdin?.on('data', onInput).once('end', onInputEnd);
  const stopResizing = onResize?.((columns, rows) =>
    send(channels.resize, `${JSON.stringify({ Width: columns, Height: rows })}\n`),
  );
  return () => {
    stopResizing?.();
    stdin?.off('data', onInput).off('end', onInputEnd).pause();
  };
}
