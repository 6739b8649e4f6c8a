import {
  type ClientHttp2Session,
  connect,
  createServer,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { ImageProgram } from '../../../../src/sandbox/node/program.ts';
import { startMeshCluster, untilStopped } from '../mesh-cluster.ts';
import { type ClusterState, type Policy, Stage } from './cluster-state.ts';
import { observe } from './observation.ts';
import { any, anyRoute, http, routeGroup, target } from './policies.ts';
import { row } from './row.ts';

let stage: Stage;

const health = '/grpc.health.v1.Health/Check';
const [ok, permissionDenied, unimplemented, unavailable] = ['0', '7', '12', '14'];

/** A gRPC server that answers every unary call with an empty message. */
const grpcServer: ImageProgram = {
  repositories: ['test/grpc'],
  sizeBytes: 1,
  entrypoint: ['/grpc'],
  async run(context) {
    const server = createServer();
    server.on('stream', (stream: ServerHttp2Stream) => {
      stream.on('error', () => {});
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(Buffer.alloc(5));
      stream.resume();
    });
    // Accepted sockets are paused, and an HTTP/2 session on a paused socket never reads.
    const listening = await context.sockets.listen(50051, ({ socket }) => {
      socket.resume();
      server.emit('connection', socket);
    });
    await untilStopped(context);
    listening.close();
    return 0;
  },
};

const base: ClusterState = {
  permissive: false,
  egress: false,
  pods: { 'shop/buyer': {}, 'shop/thief': {}, 'shop/checker': { image: 'test/grpc' } },
  services: { 'shop/checker': { ports: [{ port: 50051, appProtocol: 'grpc' }] } },
};
const state = (...policies: Policy[]): ClusterState => ({ ...base, policies });

/** The status that a gRPC client reports; it turns a connection that fails into UNAVAILABLE by itself. */
async function checkedBy(pod: string, path = health): Promise<string | undefined> {
  const socket = await stage.mesh
    .inside(pod)
    .sockets.connect('checker.shop', 50051)
    .catch(() => undefined);
  if (!socket) return unavailable;
  const session: ClientHttp2Session = connect('http://checker.shop:50051', { createConnection: () => socket });
  session.on('error', () => {});
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  let status: string | undefined;
  const note = (headers: IncomingHttpHeaders) => {
    status = headers['grpc-status'] === undefined ? status : String(headers['grpc-status']);
  };
  stream.on('response', note);
  stream.on('trailers', note);
  stream.on('error', () => {});
  stream.end(Buffer.alloc(5));
  stream.resume();
  await new Promise<void>((resolve) => stream.once('close', resolve));
  session.destroy();
  return status;
}

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: [grpcServer] }));
});

afterAll(() => stage.mesh.close());

describe('5.2 for gRPC', () => {
  row('5.2 gRPC', 'what a route allows is answered over HTTP/2 on both hops', async () => {
    await stage.given(state(anyRoute, target('buyer', { from: 'buyer', to: 'checker', rules: [any] })));
    const { seen, log } = await observe(stage.mesh, ['buyer', 'checker'], () => checkedBy('buyer'));
    expect(seen).toBe(ok);
    const line = { protocol: 'HTTP/2', method: 'POST', path: health, response_code: 200 };
    expect(log['buyer']).toContainEqual(expect.objectContaining({ ...line, upstream_cluster: 'shop/checker|50051' }));
    expect(log['checker']).toContainEqual(expect.objectContaining(line));
  });

  row('5.2 gRPC', 'no route is UNIMPLEMENTED, a route of another account PERMISSION_DENIED', async () => {
    const others = routeGroup('others', { name: 'other', pathRegex: '/other' });
    await stage.given(
      state(
        anyRoute,
        others,
        target('a-buyer', { from: 'buyer', to: 'checker', rules: [http('others', 'other')] }),
        target('b-thief', { from: 'thief', to: 'checker', rules: [http('others', 'other')] }),
      ),
    );
    expect(await checkedBy('buyer')).toBe(unimplemented);
    await stage.given(
      state(
        routeGroup('health', { name: 'health', pathRegex: health }),
        others,
        target('a-buyer', { from: 'buyer', to: 'checker', rules: [http('health', 'health')] }),
        target('b-thief', { from: 'thief', to: 'checker', rules: [http('others', 'other')] }),
      ),
    );
    expect([await checkedBy('buyer'), await checkedBy('thief')]).toEqual([ok, permissionDenied]);
  });

  row('5.2 gRPC', 'no connection and no endpoint are UNAVAILABLE', async () => {
    await stage.given(state());
    expect(await checkedBy('buyer')).toBe(unavailable);
    const group = { kind: 'Group', name: 'buyer', namespace: 'shop' };
    await stage.given(state(anyRoute, target('group', { from: [group], to: 'checker', rules: [any] })));
    expect(await checkedBy('buyer')).toBe(unavailable);
  });
});
