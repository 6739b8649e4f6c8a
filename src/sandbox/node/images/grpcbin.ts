import { createServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import { untilAborted } from '../../mesh/osm/pod-server.ts';
import type { ImageProgram } from '../program.ts';
import { decodeRequest, encodeAnswer, grpcFrame, healthCheckPath, messageIn } from './grpc-health.ts';

const defaultPort = 9000;
const grpcStatus = { ok: '0', invalidArgument: '3', notFound: '5', unimplemented: '12' } as const;
/** The server as a whole has the empty name. */
const services = new Set(['', 'grpc.health.v1.Health']);

/** Of the real grpcbin the plaintext port and the health service; any other method gets gRPC's status UNIMPLEMENTED. */
export const grpcbin: ImageProgram = {
  repositories: ['moul/grpcbin'],
  sizeBytes: 9_437_184,
  entrypoint: ['/grpcbin'],
  async run({ sockets, signal, stdout }) {
    const server = createServer();
    server.on('sessionError', () => {});
    server.on('stream', (stream, headers) => answer(stream as ServerHttp2Stream, headers));
    const listener = await sockets.listen(defaultPort, ({ socket }) => {
      // An HTTP/2 session on a paused socket never reads.
      socket.resume();
      server.emit('connection', socket);
    });
    stdout(`listening on http://localhost:${defaultPort} (insecure gRPC)\n`);
    await untilAborted(signal);
    listener.close();
    return 0;
  },
};

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const chunks: Buffer[] = [];
  stream.on('error', () => {});
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('end', () => {
    if (headers[':path'] !== healthCheckPath) return fail(stream, grpcStatus.unimplemented, 'unknown method');
    const message = messageIn(Buffer.concat(chunks));
    if (!message) return fail(stream, grpcStatus.invalidArgument, 'no message');
    if (!services.has(decodeRequest(message))) return fail(stream, grpcStatus.notFound, 'unknown service');
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': grpcStatus.ok }));
    stream.end(grpcFrame(encodeAnswer('SERVING')));
  });
}

/** Headers that are trailers too. */
function fail(stream: ServerHttp2Stream, status: string, message: string): void {
  const headers = { 'content-type': 'application/grpc', 'grpc-status': status, 'grpc-message': message };
  stream.respond({ ':status': 200, ...headers }, { endStream: true });
}
