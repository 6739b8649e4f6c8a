import type { WebSocket } from 'ws';
import type { RemoteStreams, RunningContainer } from '../../node/node-api.ts';
import { BrokenPipe, type ByteSink, type ByteSource } from '../../node/processes/byte-stream.ts';
import { type RemoteCommand, type RemoteStatus, readSizes, runRemoteCommand } from './remote-command.ts';

/**
 * exec and attach over WebSocket: one connection, the first byte of each message names its channel. v5 adds the frame
 * that closes a channel (the end of stdin); in the base64 form, which browsers use, the channel is a digit.
 */
export const remoteCommandChannelProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io'];

const channels = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

const mostUnsentBytes = 1 << 20;
const mostUnreadBytes = 256 << 10;

export function serveRemoteCommandChannels(
  webSocket: WebSocket,
  protocol: string,
  asked: RemoteCommand,
  /** Without one, the Status says why. */
  running: RunningContainer | { refused: RemoteStatus },
): void {
  const gone = new AbortController();
  const isText = protocol.includes('base64');
  const stdin = new ChannelInput(webSocket);
  let tellSize: (columns: number, rows: number) => void = () => {};
  webSocket.on('close', () => {
    gone.abort();
    stdin.end();
  });
  webSocket.on('message', (message) => {
    const bytes = Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message as Buffer);
    const { channel, payload } = isText ? readText(bytes) : { channel: bytes[0], payload: bytes.subarray(1) };
    switch (channel) {
      case channels.stdin:
        return asked.stdin ? stdin.push(payload) : undefined;
      case channels.resize:
        return readSizes(payload.toString(), (columns, rows) => tellSize(columns, rows));
      case channels.close:
        // v5: the payload is the channel that ends; older clients have no such frame.
        if (protocol.startsWith('v5') && payload[0] === channels.stdin) stdin.end();
    }
  });
  const send = (channel: number, bytes: Buffer) => sendOn(webSocket, isText, channel, bytes);
  const sink = (channel: number): ByteSink => ({ write: (bytes) => send(channel, Buffer.from(bytes)) });
  const streams: RemoteStreams = {
    ...(asked.stdin ? { stdin } : {}),
    ...(asked.stdout ? { stdout: sink(channels.stdout) } : {}),
    ...(asked.stderr ? { stderr: sink(channels.stderr) } : {}),
    onResize: (tell) => {
      tellSize = tell;
    },
    signal: gone.signal,
  };
  const finish = (status: RemoteStatus) =>
    send(channels.error, Buffer.from(JSON.stringify(status)))
      .catch(() => {})
      .then(() => webSocket.close(1000));
  if ('refused' in running) void finish(running.refused);
  else void runRemoteCommand(asked, running, streams).then(finish);
}

const readText = (bytes: Buffer) => ({
  channel: (bytes[0] ?? 0) - 0x30,
  payload: Buffer.from(bytes.toString('latin1', 1), 'base64'),
});

function sendOn(webSocket: WebSocket, isText: boolean, channel: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    if (webSocket.readyState !== webSocket.OPEN) return reject(new BrokenPipe());
    const message = isText ? `${channel}${bytes.toString('base64')}` : Buffer.concat([Buffer.from([channel]), bytes]);
    webSocket.send(message, (error) => (error ? reject(new BrokenPipe()) : resolve()));
    if (webSocket.bufferedAmount < mostUnsentBytes) resolve();
  });
}

/** The stdin channel as a source: what is not read yet stops the connection before it fills the memory. */
class ChannelInput implements ByteSource {
  readonly #webSocket: WebSocket;
  #queue: Buffer[] = [];
  #bytes = 0;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket;
  }

  push(bytes: Buffer): void {
    if (this.#isOver || bytes.length === 0) return;
    this.#queue.push(bytes);
    this.#bytes += bytes.length;
    if (this.#bytes > mostUnreadBytes) this.#webSocket.pause();
    this.#wake();
  }

  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  async read(): Promise<Buffer | undefined> {
    while (this.#queue.length === 0 && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const chunk = this.#queue.shift();
    this.#bytes -= chunk?.length ?? 0;
    if (this.#bytes <= mostUnreadBytes) this.#resume();
    return chunk;
  }

  cancel(): void {
    this.#isOver = true;
    this.#queue = [];
    this.#bytes = 0;
    this.#resume();
  }

  #resume(): void {
    if (this.#webSocket.isPaused) this.#webSocket.resume();
  }
}
