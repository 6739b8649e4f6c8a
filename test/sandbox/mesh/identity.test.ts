import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as resources from '../../../src/kube/resources.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { readRoot } from '../../../src/sandbox/mesh/osm/certificate/root-secret.ts';
import * as kinds from '../../../src/sandbox/mesh/osm/kinds.ts';
import { addOn, envoyUid } from '../../../src/sandbox/mesh/osm/names.ts';
import type { ProxyUpdate } from '../../../src/sandbox/mesh/proxy-config.ts';
import { Sidecar } from '../../../src/sandbox/mesh/sidecar.ts';
import { CertificateAuthority, type KeyPair } from '../../../src/sandbox/pki/authority.ts';
import { eventually, fetchOver, type MeshCluster, type Seen, startMeshCluster } from './mesh-cluster.ts';

let mesh: MeshCluster;
let authority: CertificateAuthority;
const day = 24 * 3600 * 1000;

const certificateOf = (account: string, by = authority): KeyPair => {
  const name = `${account}.shop.cluster.local`;
  return by.issue({ commonName: name, dnsNames: [name], validityMs: day });
};

/** Speaks to the store's inbound listener as a sidecar would, with the certificate of somebody's choice. */
async function callAs(pair: KeyPair | undefined, alpn = 'osm'): Promise<Seen> {
  const storeIp = mesh.inside('store').sockets.podIp;
  const uid = mesh.api.get(resources.pods, 'buyer', 'shop')?.metadata.uid ?? '';
  const raw = await mesh.network.sockets(uid, envoyUid).connect(storeIp, 14001);
  const socket = connectTls({
    socket: raw,
    ...(pair && { cert: pair.certPem, key: pair.keyPem }),
    ca: authority.certPem,
    servername: 'store.shop.svc.cluster.local',
    ALPNProtocols: [alpn],
    checkServerIdentity: () => undefined,
  });
  return fetchOver(socket, 'store.shop', { path: '/buy', headers: { connection: 'close' } });
}

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'store', { image: 'test/echo' });
  await mesh.service('shop', 'store', { port: 80, targetPort: 14001 });
  await mesh.apply(kinds.httpRouteGroups, {
    metadata: { name: 'all', namespace: 'shop' },
    spec: { matches: [{ name: 'all' }] },
  });
  await mesh.apply(kinds.trafficTargets, {
    metadata: { name: 'buyer', namespace: 'shop' },
    spec: {
      destination: { kind: 'ServiceAccount', name: 'store', namespace: 'shop' },
      rules: [{ kind: 'HTTPRouteGroup', name: 'all', matches: ['all'] }],
      sources: [{ kind: 'ServiceAccount', name: 'buyer', namespace: 'shop' }],
    },
  });
  await mesh.traffic({ enablePermissiveTrafficPolicyMode: false });
  await eventually(() => mesh.call('buyer', 'store.shop:80'), 200);
  const secret = mesh.api.get(resources.secrets, addOn.caBundleSecretName, addOn.namespace);
  if (!secret) throw new Error('there is no root');
  authority = readRoot(secret, systemClock);
});

afterAll(() => mesh.close());

describe('identity', () => {
  it('the server lets in the account that the policy names', async () => {
    expect(await callAs(certificateOf('buyer'))).toMatchObject({ type: 'answer', status: 200 });
  });

  it('the server hangs up on another account of the same mesh', async () => {
    expect((await callAs(certificateOf('thief'))).type).not.toBe('answer');
    expect(await mesh.stat('store', 'network-rbac.denied')).toBeGreaterThan(0);
  });

  it('the server hangs up on a client without a certificate, and on one that another CA vouches for', async () => {
    const impostor = CertificateAuthority.create(systemClock, { commonName: 'osm-ca.openservicemesh.io' });
    expect((await callAs(undefined)).type).not.toBe('answer');
    expect((await callAs(certificateOf('buyer', impostor))).type).not.toBe('answer');
  });

  it('the server resets a client that does not speak the ALPN of the mesh', async () => {
    expect((await callAs(certificateOf('buyer'), 'h2')).type).not.toBe('answer');
  });

  it('the client refuses a server whose certificate is of an account that the Service does not have', async () => {
    const impostor = await mesh.pod('shop', 'impostor', {
      annotations: { 'openservicemesh.io/sidecar-injection': 'disabled' },
    });
    const sockets = mesh.network.sockets(impostor.metadata.uid ?? '', envoyUid);
    const pair = certificateOf('impostor');
    const sidecar = new Sidecar({ sockets, clock: systemClock, random: seededRandom(1), log: () => {} });
    const tls = {
      certificate: 'own',
      validationContext: 'peer',
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      applicationProtocols: ['osm'],
    } as const;
    const manager = {
      type: 'http',
      statPrefix: 'x',
      routeConfig: 'none',
      direction: 'inbound',
      generateRequestId: true,
      requestHeadersToAdd: {},
      responseHeadersToAdd: {},
      responseHeadersToRemove: [],
    } as const;
    const update = (accounts: string[]): ProxyUpdate => ({
      version: '1',
      trustedCaPem: authority.certPem,
      certificates: [{ name: 'own', ...pair }],
      config: {
        listeners: [
          {
            name: 'in',
            port: 14001,
            direction: 'inbound',
            inspectTls: true,
            filterChains: [
              {
                name: 'in',
                match: { transportProtocol: 'tls' },
                tls: { ...tls, requireClientCertificate: true },
                filter: manager,
              },
            ],
          },
          {
            name: 'out',
            port: 8000,
            direction: 'outbound',
            inspectTls: false,
            filterChains: [{ name: 'out', match: {}, filter: { ...manager, routeConfig: 'all' } }],
          },
        ],
        routes: [
          {
            name: 'all',
            virtualHosts: [
              {
                name: 'all',
                domains: ['*'],
                routes: [
                  { path: { type: 'prefix', prefix: '/' }, headers: [], clusters: [{ cluster: 'peer', weight: 1 }] },
                ],
              },
            ],
          },
        ],
        clusters: [
          {
            name: 'peer',
            discovery: 'eds',
            endpoints: [{ ip: sockets.podIp, port: 14001 }],
            connectTimeoutMs: 5000,
            tls: { ...tls, serverName: 'store.shop.svc.cluster.local' },
          },
        ],
        validationContexts: [
          { name: 'peer', matchSubjectAltNames: accounts.map((account) => `${account}.shop.cluster.local`) },
        ],
      },
    });
    const call = async () =>
      fetchOver(await sockets.connect('127.0.0.1', 8000), 'store', { headers: { connection: 'close' } });
    await sidecar.start(update(['store']));
    expect(await call()).toMatchObject({ status: 503, body: expect.stringContaining('CERTIFICATE_VERIFY_FAILED') });
    expect(sidecar.stats.list(/ssl\.fail_verify_san/)[0]?.value).toBe(1);
    await sidecar.start(update(['store', 'impostor']));
    expect(await call()).toMatchObject({ status: 404, body: '' });
    await sidecar.close();
  });
});
