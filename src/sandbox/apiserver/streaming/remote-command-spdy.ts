import type { Duplex } from 'node:stream';
import type { Clock } from '../../../platform/clock.ts';
import type { RemoteStreams, RunningContainer } from '../../node/node-api.ts';
import { BrokenPipe, type ByteSink, type ByteSource } from '../../node/processes/byte-stream.ts';
import { type RemoteCommand, readSizes, runRemoteCommand } from './remote-command.ts';
import { SpdyConnection, type SpdyStream } from './spdy-connection.ts';

/** exec and attach over SPDY/3.1: a stream for each of error, stdin, stdout, stderr and, with a terminal, its sizes. */
export const remoteCommandProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/** Kubernetes: the kubelet's default for --streaming-connection's streamCreationTimeout. */
const streamCreationMs = 30_000;
/** How long a client may take to hang up after its Status. */
const farewellMs = 5000;

export function serveRemoteCommandSpdy(
  transport: Duplex,
  head: Buffer,
  asked: RemoteCommand,
  running: RunningContainer,
  clock: Clock,
): void {
  const gone = new AbortController();
  const streams = new Map<string, SpdyStream>();
  const expected = [
    'error',
    ...(['stdin', 'stdout', 'stderr'] as const).filter((name) => asked[name]),
    ...(asked.tty ? ['resize'] : []),
  ];
  const connection = new SpdyConnection(transport, clock, {
    onStream(stream) {
      const type = stream.headers.get('streamtype') ?? '';
      if (!expected.includes(type) || streams.has(type)) return void stream.destroy();
      streams.set(type, stream);
      if (streams.size < expected.length) return;
      stopWaiting();
      void converse(asked, running, streams, gone.signal).then(() => {
        clock.after(farewellMs, () => connection.close());
      });
    },
    onClose: () => {
      stopWaiting();
      gone.abort();
    },
  });
  const stopWaiting = clock.after(streamCreationMs, () => connection.close());
  connection.receive(head);
}

async function converse(
  asked: RemoteCommand,
  running: RunningContainer,
  streams: ReadonlyMap<string, SpdyStream>,
  signal: AbortSignal,
): Promise<void> {
  const [stdin, stdout, stderr] = [streams.get('stdin'), streams.get('stdout'), streams.get('stderr')];
  for (const [type, stream] of streams) if (type !== 'stdin' && type !== 'resize') stream.resume();
  const remote: RemoteStreams = {
    ...(stdin ? { stdin: sourceOf(stdin) } : {}),
    ...(stdout ? { stdout: sinkOf(stdout) } : {}),
    ...(stderr ? { stderr: sinkOf(stderr) } : {}),
    onResize: (tell) => {
      streams.get('resize')?.on('data', (bytes: Buffer) => readSizes(bytes.toString(), tell));
    },
    signal,
  };
  const status = await runRemoteCommand(asked, running, remote);
  stdin?.resume();
  streams.get('resize')?.resume();
  await Promise.all([stdout, stderr].map(ended));
  await ended(streams.get('error'), JSON.stringify(status));
  await Promise.all([stdin, streams.get('resize')].map((stream) => ended(stream)));
}

/** Resolves when the last byte is on its way, or when the stream died with its connection. */
function ended(stream: SpdyStream | undefined, last?: string | number): Promise<void> {
  return new Promise((resolve) => {
    if (!stream || stream.destroyed) return resolve();
    stream.once('close', resolve);
    if (typeof last === 'string') stream.end(last, () => resolve());
    else stream.end(() => resolve());
  });
}

function sourceOf(stream: SpdyStream): ByteSource {
  let isCancelled = false;
  return {
    async read() {
      for (;;) {
        if (isCancelled) return undefined;
        const chunk: Buffer | null = stream.read();
        if (chunk !== null) return chunk;
        if (stream.readableEnded || stream.destroyed) return undefined;
        await new Promise<void>((resolve) => {
          const wake = () => {
            for (const event of ['readable', 'end', 'close']) stream.off(event, wake);
            resolve();
          };
          for (const event of ['readable', 'end', 'close']) stream.on(event, wake);
        });
      }
    },
    cancel() {
      isCancelled = true;
      // What still comes is thrown away, so that it does not hold up the other streams of the connection.
      stream.removeAllListeners('readable');
      stream.resume();
    },
  };
}

const sinkOf = (stream: SpdyStream): ByteSink => ({
  write: (bytes) =>
    new Promise((resolve, reject) => {
      if (stream.destroyed) return reject(new BrokenPipe());
      stream.write(bytes, (error) => (error ? reject(new BrokenPipe()) : resolve()));
    }),
});
