import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Pod } from '../../../../src/kube/objects.ts';
import * as resources from '../../../../src/kube/resources.ts';
import { systemClock } from '../../../../src/platform/clock.ts';
import { readRoot } from '../../../../src/sandbox/mesh/osm/certificate/root-secret.ts';
import { addOn, envoyUid } from '../../../../src/sandbox/mesh/osm/names.ts';
import { tlsOptions, whyTlsRejected } from '../../../../src/sandbox/mesh/tls-protocol.ts';
import { controllerLogs } from '../controllers.ts';
import { eventually, type MeshCluster } from '../mesh-cluster.ts';
import { startStoreAndBuyer } from '../store-and-buyer.ts';

let mesh: MeshCluster;
let client: { cert: string; key: string; ca: string };

/** Shakes hands with the store's inbound listener, as another sidecar would, under terms of our own. */
async function shakeHands(terms: ConnectionOptions): Promise<TLSSocket> {
  const uid = mesh.api.get(resources.pods, 'buyer', 'shop')?.metadata.uid ?? '';
  const raw = await mesh.network.sockets(uid, envoyUid).connect(mesh.inside('store').sockets.podIp, 14001);
  const socket = connectTls({
    socket: raw,
    ...client,
    servername: 'store.shop.svc.cluster.local',
    ALPNProtocols: ['osm'],
    checkServerIdentity: () => undefined,
    ...terms,
  });
  return new Promise((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed')));
  });
}

/** Of the buyer, made for us by the root of the mesh. */
function clientTerms(): { cert: string; key: string; ca: string } {
  const secret = mesh.api.get(resources.secrets, addOn.caBundleSecretName, addOn.namespace);
  if (!secret) throw new Error('there is no root');
  const authority = readRoot(secret, systemClock);
  const name = 'buyer.shop.cluster.local';
  const pair = authority.issue({ commonName: name, dnsNames: [name], rsaBits: 2048, validityMs: 3_600_000 });
  return { cert: pair.certPem, key: pair.keyPem, ca: authority.certPem };
}

const agreed = async (terms: ConnectionOptions) => {
  const socket = await shakeHands(terms);
  const protocol = socket.getProtocol();
  const { name: cipher } = socket.getCipher();
  const key = socket.getEphemeralKeyInfo();
  const curve = key !== null && 'name' in key ? key.name : undefined;
  socket.destroy();
  return { protocol, cipher, curve };
};

/** Any change that OSM pushes; the fields of `sidecar` are none. */
let egress = true;
const push = () => {
  egress = !egress;
  return mesh.traffic({ enableEgress: egress });
};

beforeAll(async () => {
  mesh = await startStoreAndBuyer();
  client = clientTerms();
});

afterAll(() => mesh.close());

describe('TLS between sidecars', () => {
  it('is 1.2 or 1.3 by default, and neither older', async () => {
    expect((await agreed({})).protocol).toBe('TLSv1.3');
    expect((await agreed({ maxVersion: 'TLSv1.2' })).protocol).toBe('TLSv1.2');
    await expect(
      shakeHands({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }),
    ).rejects.toThrow();
  });

  it('changes with tlsMinProtocolVersion at the next push, not before; open connections stay', async () => {
    const before = await shakeHands({ maxVersion: 'TLSv1.2' });
    await mesh.sidecars({ tlsMinProtocolVersion: 'TLSv1_3' });
    expect((await agreed({ maxVersion: 'TLSv1.2' })).protocol).toBe('TLSv1.2');
    await push();
    await vi.waitFor(() => expect(shakeHands({ maxVersion: 'TLSv1.2' })).rejects.toThrow(), 8000);
    expect((await agreed({})).protocol).toBe('TLSv1.3');
    expect(await mesh.call('buyer', 'store.shop:14001')).toMatchObject({ status: 200 });
    before.destroy();
  });

  it('uses the cipher suites and curves of MeshConfig, and shows them in /config_dump', async () => {
    await mesh.sidecars({
      tlsMinProtocolVersion: 'TLSv1_2',
      tlsMaxProtocolVersion: 'TLSv1_2',
      cipherSuites: ['[ECDHE-RSA-AES256-GCM-SHA384|ECDHE-RSA-CHACHA20-POLY1305]'],
      ecdhCurves: ['P-384'],
    });
    await push();
    await vi.waitFor(async () => expect((await agreed({})).protocol).toBe('TLSv1.2'), 8000);
    expect(await agreed({})).toEqual({
      protocol: 'TLSv1.2',
      cipher: 'ECDHE-RSA-AES256-GCM-SHA384',
      curve: 'secp384r1',
    });
    await expect(shakeHands({ ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' })).rejects.toThrow();
    await expect(shakeHands({ ecdhCurve: 'X25519' })).rejects.toThrow();
    expect(await mesh.call('buyer', 'store.shop:14001')).toMatchObject({ status: 200 });
    const { body } = await mesh.admin('store', '/config_dump');
    expect(body).toContain('"cipher_suites"');
    expect(body.replaceAll(/\s/g, '')).toContain('"ecdh_curves":["P-384"]');
  });

  it('keeps its last good terms when MeshConfig asks for suites that do not exist: the sidecar refuses, the log says so', async () => {
    await mesh.sidecars({ cipherSuites: ['ECDHE-RSA-AES256-GCM-SHA384', 'ROT13'] });
    await push();
    await vi.waitFor(
      () =>
        expect(controllerLogs(mesh)).toContain('The following ciphers were rejected when tried individually: ROT13'),
      8000,
    );
    expect(controllerLogs(mesh)).toContain('[NACK] err: ');
    expect((await agreed({})).cipher).toBe('ECDHE-RSA-AES256-GCM-SHA384');
    expect(await mesh.call('buyer', 'store.shop:14001')).toMatchObject({ status: 200 });
  });

  it('and a new sidecar, whose bootstrap names them, does not start', async () => {
    await mesh.api.create(resources.pods, {
      metadata: { name: 'rot', namespace: 'shop' },
      spec: { containers: [{ name: 'app', image: 'test/client' }], terminationGracePeriodSeconds: 0 },
    } as Pod);
    await vi.waitFor(() => {
      const statuses = mesh.api.get(resources.pods, 'rot', 'shop')?.status?.containerStatuses;
      const envoy = statuses?.find(({ name }) => name === 'envoy');
      expect(envoy?.lastState?.terminated?.exitCode ?? envoy?.state?.terminated?.exitCode).toBe(1);
    }, 10_000);
    await mesh.sidecars({ cipherSuites: [], ecdhCurves: [], tlsMaxProtocolVersion: 'TLSv1_3' });
  });

  it('TLSv1_1 at most: a new pod never hears of its control plane, and its connections are refused [e2e]', async () => {
    await mesh.sidecars({ tlsMaxProtocolVersion: 'TLSv1_1' });
    await mesh.api.create(resources.pods, {
      metadata: { name: 'old-fashioned', namespace: 'shop' },
      spec: { containers: [{ name: 'app', image: 'test/client' }], terminationGracePeriodSeconds: 0 },
    } as Pod);
    await eventually(() => mesh.call('old-fashioned', 'store.shop:14001').catch(() => ({ type: 'reset' })), 'refused');
    expect((await mesh.admin('old-fashioned', '/ready')).status).toBe(503);
    expect(await mesh.stat('old-fashioned', 'control_plane.connected_state')).toBe(0);
    expect(await mesh.call('buyer', 'store.shop:14001')).toMatchObject({ status: 200 });
  });
});

describe('TLS terms in OpenSSL’s words', () => {
  it('TLS_AUTO is Envoy’s choice: 1.2 for clients, 1.2 to 1.3 for servers [unverified]', () => {
    const auto = { minVersion: 'auto', maxVersion: 'auto' } as const;
    expect(tlsOptions(auto, 'client')).toEqual({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    expect(tlsOptions(auto, 'server')).toEqual({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' });
  });

  it('refuses what BoringSSL has not, and suites of TLS 1.3, which cannot be chosen', () => {
    const terms = { minVersion: 'auto', maxVersion: 'auto' } as const;
    expect(whyTlsRejected({ ...terms, cipherSuites: ['AES128-SHA'], ecdhCurves: ['X25519', 'P-256'] })).toBeUndefined();
    expect(whyTlsRejected({ ...terms, cipherSuites: ['TLS_AES_128_GCM_SHA256'] })).toContain('TLS_AES_128_GCM_SHA256');
    expect(whyTlsRejected({ ...terms, ecdhCurves: ['P-1'] })).toBe('Failed to initialize ECDH curves P-1');
  });
});
