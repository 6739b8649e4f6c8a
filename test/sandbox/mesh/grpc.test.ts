import { connect } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pods } from '../../../src/kube/resources.ts';
import {
  decodeAnswer,
  encodeRequest,
  grpcFrame,
  healthCheckPath,
  messageIn,
} from '../../../src/sandbox/node/images/grpc-health.ts';
import { type MeshCluster, startMeshCluster } from './mesh-cluster.ts';

/** A gRPC server behind a Service in the mesh, and a client that calls it by its name (OSM: e2e_grpc_insecure_origination). */
let mesh: MeshCluster;

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('grpc');
  await mesh.pod('grpc', 'caller');
  await mesh.pod('grpc', 'server', { image: 'moul/grpcbin' });
  await mesh.service('grpc', 'server', { name: 'grpc-health', port: 9000, targetPort: 9000 });
});

afterAll(() => mesh.close());

interface Called {
  status: string | undefined;
  answer: string | undefined;
}

async function call(path: string, service: string): Promise<Called> {
  const socket = await mesh.inside('caller').sockets.connect('server.grpc', 9000);
  const session = connect('http://server.grpc:9000', { createConnection: () => socket });
  session.on('error', () => {});
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  const called: Called = { status: undefined, answer: undefined };
  const note = (fields: Record<string, unknown>) => {
    if (typeof fields['grpc-status'] === 'string') called.status = fields['grpc-status'];
  };
  stream.on('response', note);
  stream.on('trailers', note);
  stream.on('error', () => {});
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.end(grpcFrame(encodeRequest(service)));
  await new Promise((resolve) => stream.once('close', resolve));
  session.destroy();
  const message = messageIn(Buffer.concat(chunks));
  return message ? { ...called, answer: decodeAnswer(message) } : called;
}

const eventually = (path: string, service: string, wanted: Called) =>
  vi.waitFor(async () => expect(await call(path, service)).toEqual(wanted), { timeout: 30_000, interval: 50 });

describe('gRPC between two pods of the mesh', () => {
  it('is HTTP/2 from the caller to the server: SERVING, in a trailer status 0', async () => {
    await eventually(healthCheckPath, '', { status: '0', answer: 'SERVING' });
    expect(mesh.envoyLog('server').at(-1)).toMatchObject({ protocol: 'HTTP/2', method: 'POST', path: healthCheckPath });
    expect(await mesh.stat('caller', 'cluster.grpc/server|9000.upstream_cx_http2_total')).toBeGreaterThan(0);
  });

  it("passes the server's own refusals on as they are: unknown service 5, unknown method 12", async () => {
    await eventually(healthCheckPath, 'nobody', { status: '5', answer: undefined });
    await eventually('/grpc.health.v1.Health/Guess', '', { status: '12', answer: undefined });
  });

  it('is UNAVAILABLE (14) where no server is left', async () => {
    await mesh.api.delete(pods, 'server', 'grpc');
    await eventually(healthCheckPath, '', { status: '14', answer: undefined });
  });
});
