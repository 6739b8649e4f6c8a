import { Agent, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually, type MeshCluster, startMeshCluster } from '../mesh-cluster.ts';
import { netcat } from '../rows/client.ts';
import { hastyClock } from './hasty-clock.ts';
import { type ShownCertificate, shownCertificates } from './shown-certificates.ts';

let mesh: MeshCluster;

const validity = (text: string) =>
  mesh.meshConfig((spec) => {
    spec.certificate = { certKeyBitSize: 2048, ...spec.certificate, serviceCertValidityDuration: text };
  });

const lifetimeMs = ({ valid_from, expiration_time }: ShownCertificate) =>
  Date.parse(expiration_time) - Date.parse(valid_from);

beforeAll(async () => {
  mesh = await startMeshCluster({ controlPlaneClock: hastyClock });
  await validity('31s');
  await mesh.namespace('shop');
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'store', { image: 'test/echo' });
  await mesh.pod('shop', 'tcp-echo', { image: 'test/tcp-echo' });
  await mesh.service('shop', 'store', { port: 14001 });
  await mesh.service('shop', 'tcp-echo', { port: 9000, appProtocol: 'tcp' });
  await eventually(() => mesh.call('buyer', 'store.shop:14001'), 200);
  // The client may know the endpoint before the server's sidecar knows the port: until then a connection is closed.
  const heard = () => netcat(mesh.inside('buyer'), 'tcp-echo.shop:9000', 'hello');
  await vi.waitFor(async () => expect(await heard()).toMatchObject({ bytes: 'hello' }), { timeout: 30_000 });
});

afterAll(() => mesh.close());

/** An agent of one connection, the one that it was given. */
class KeptConnection extends Agent {
  readonly #socket: Socket;
  opened = 0;

  constructor(socket: Socket) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#socket = socket;
  }

  override createConnection(): Socket {
    this.opened++;
    return this.#socket;
  }

  get(): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = httpRequest({ agent: this, headers: { host: 'store.shop' } }, (response) => {
        response.resume();
        response.once('end', () => resolve(response.statusCode ?? 0));
      });
      request.once('error', reject);
      request.end();
    });
  }
}

function echoes(socket: Socket) {
  let received = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    received += chunk;
  });
  return async (text: string) => {
    socket.write(text);
    await vi.waitFor(() => {
      if (!received.endsWith(text)) throw new Error(`sent ${text}, received ${received}`);
    }, 20_000);
  };
}

describe('rotation', () => {
  it('gives both ends new certificates, time and again, and no HTTP or TCP connection is dropped', async () => {
    const sockets = mesh.inside('buyer').sockets;
    const http = new KeptConnection(await sockets.connect('store.shop', 14001));
    const echo = echoes(await sockets.connect('tcp-echo.shop', 9000));
    expect(await http.get()).toBe(200);
    await echo('first ');
    const upstreamConnections = () => mesh.stat('buyer', 'cluster.shop/store|14001.upstream_cx_total');
    const before = await upstreamConnections();

    const serials = { buyer: new Set<string>(), store: new Set<string>() };
    await vi.waitFor(
      async () => {
        expect(await http.get()).toBe(200);
        await echo(`${serials.buyer.size} `);
        for (const pod of ['buyer', 'store'] as const) {
          serials[pod].add((await shownCertificates(mesh, pod)).own.serial_number);
        }
        expect(Math.min(serials.buyer.size, serials.store.size)).toBeGreaterThan(3);
      },
      { timeout: 20_000, interval: 20 },
    );
    expect(http.opened).toBe(1);
    expect(await upstreamConnections()).toBe(before);
    expect(await mesh.call('buyer', 'store.shop:14001')).toMatchObject({ status: 200 });
    http.destroy();
  });

  it('gives the validity that MeshConfig says at that moment; what was issued before keeps its own', async () => {
    await validity('48h');
    await vi.waitFor(
      async () => expect(lifetimeMs((await shownCertificates(mesh, 'buyer')).own)).toBe(48 * 3_600_000),
      {
        timeout: 30_000,
      },
    );
    const { own } = await shownCertificates(mesh, 'buyer');
    expect(own.days_until_expiration).toBe('1');
    await validity('1h');
    await mesh.pod('shop', 'late');
    const late = await shownCertificates(mesh, 'late');
    expect(lifetimeMs(late.own)).toBe(3_600_000);
    expect(late.own.subject_alt_names).toEqual([{ dns: 'late.shop.cluster.local' }]);
    expect(late.roots[0]?.serial_number).toBeDefined();
    expect((await shownCertificates(mesh, 'buyer')).own.serial_number).toBe(own.serial_number);
  });
});
