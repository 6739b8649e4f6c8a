import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Secret } from '../../../../src/kube/objects.ts';
import * as resources from '../../../../src/kube/resources.ts';
import { SteppedClock, systemClock } from '../../../../src/platform/clock.ts';
import { readRoot } from '../../../../src/sandbox/mesh/osm/certificate/root-secret.ts';
import { installOpenServiceMesh } from '../../../../src/sandbox/mesh/osm/install.ts';
import { addOn } from '../../../../src/sandbox/mesh/osm/names.ts';
import { CertificateAuthority } from '../../../../src/sandbox/pki/authority.ts';
import { removePod, restartDeployment } from '../control-plane-restart.ts';
import { controllerLogs, controllers } from '../controllers.ts';
import { eventually, type MeshCluster, startMeshCluster } from '../mesh-cluster.ts';
import { shownCertificates } from './shown-certificates.ts';

/** Made by OpenSSL, with a name and a key identifier as OSM's own root has not: see the folder. */
const fixture = (name: string) => readFileSync(new URL(`./own-ca/${name}`, import.meta.url), 'utf8');
const own = { certPem: fixture('ca.crt'), keyPem: fixture('private.key') };

const secretOf = (data: Record<string, string>): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: addOn.caBundleSecretName, namespace: addOn.namespace },
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});
const bundle = ({ certPem, keyPem }: { certPem: string; keyPem: string }) =>
  secretOf({ 'ca.crt': certPem, 'private.key': keyPem });

let mesh: MeshCluster | undefined;
afterEach(() => mesh?.close());

describe('a root of one’s own', () => {
  it('that is in osm-ca-bundle before the mesh is installed signs all its certificates', async () => {
    mesh = await startMeshCluster({ prepare: async (api) => void (await api.create(resources.secrets, bundle(own))) });
    await mesh.namespace('shop');
    await mesh.pod('shop', 'store', { image: 'test/echo' });
    await mesh.pod('shop', 'buyer');
    await mesh.service('shop', 'store', { port: 14001 });
    const { api } = mesh;
    const cluster = mesh;
    await eventually(() => cluster.call('buyer', 'store.shop:14001'), 200);
    const { roots } = await shownCertificates(mesh, 'buyer');
    expect(roots[0]?.serial_number).toBe(new X509Certificate(own.certPem).serialNumber.toLowerCase());
    expect(api.get(resources.secrets, addOn.caBundleSecretName, addOn.namespace)?.data).toEqual(bundle(own).data);
  }, 40_000);

  it('takes over from the mesh’s own after the secret is replaced and everything restarts', async () => {
    mesh = await startMeshCluster();
    const cluster = mesh;
    await mesh.namespace('shop');
    await mesh.api.modify(resources.secrets, addOn.caBundleSecretName, addOn.namespace, (draft) => {
      draft.data = bundle(own).data ?? {};
    });
    await restartDeployment(mesh, 'osm-controller');
    await restartDeployment(mesh, 'osm-injector');
    await mesh.pod('shop', 'store', { image: 'test/echo' });
    await mesh.service('shop', 'store', { port: 14001 });
    await mesh.pod('shop', 'buyer');
    await eventually(() => cluster.call('buyer', 'store.shop:14001'), 200);
    await removePod(mesh, 'shop', 'buyer');
    expect((await shownCertificates(mesh, 'store')).roots[0]?.serial_number).toBe(
      new X509Certificate(own.certPem).serialNumber.toLowerCase(),
    );
  }, 60_000);

  it('that cannot sign keeps the control plane from starting; log and event say why', async () => {
    const broken = secretOf({ 'ca.crt': own.certPem, 'private.key': 'none' });
    mesh = await startMeshCluster({
      withMesh: false,
      prepare: async (api) => void (await api.create(resources.secrets, broken)),
    });
    const { api } = mesh;
    const cluster = mesh;
    await installOpenServiceMesh(api);
    await vi.waitFor(
      () => {
        const text = controllerLogs(cluster);
        expect(text).toContain('error encountered processing MRCEvent');
        expect(text).toContain('no private Key in PEM');
        expect(text).toContain('manager initialization timed out. Make sure your MeshRootCertificate(s) are valid');
        const events = api.list(resources.coreEvents, { namespace: addOn.namespace });
        expect(events.map(({ reason, message }) => `${reason}: ${message}`)).toContain(
          'FatalInvalidCertificateManager: Error fetching certificate manager of kind tresor',
        );
        expect(controllers(cluster).some(({ status }) => (status?.containerStatuses?.[0]?.restartCount ?? 0) > 0)).toBe(
          true,
        );
      },
      { timeout: 20_000, interval: 100 },
    );
  }, 40_000);
});

describe('a root that is refused', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const another = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const pkcs1 = createPrivateKey(own.keyPem).export({ type: 'pkcs1', format: 'pem' }).toString();
  const yesterday = new SteppedClock(Date.now() - 48 * 3_600_000);
  const bad: [string, Secret, string][] = [
    ['lacks its certificate', secretOf({ 'private.key': own.keyPem }), 'does not have required field "ca.crt"'],
    ['lacks its key', secretOf({ 'ca.crt': own.certPem }), 'does not have required field "private.key"'],
    ['has a text for a certificate', bundle({ ...own, certPem: 'hello' }), 'no certificate in PEM'],
    ['has a key in PKCS #1', bundle({ ...own, keyPem: pkcs1 }), 'must be PKCS #8'],
    ['has the key of another certificate', bundle({ ...own, keyPem: another }), "doesn't match parent's PublicKey"],
    [
      'has an EC key',
      bundle(CertificateAuthority.create(systemClock, { commonName: 'ec' }).pair()),
      'the mesh signs with RSA keys only',
    ],
    [
      'is no authority',
      bundle(
        CertificateAuthority.load(systemClock, own).issue({ commonName: 'leaf', rsaBits: 2048, validityMs: 3_600_000 }),
      ),
      'is no certificate authority',
    ],
    [
      'has expired',
      bundle(
        CertificateAuthority.create(yesterday, { commonName: 'old', rsaBits: 2048, validityMs: 3_600_000 }).pair(),
      ),
      'has expired',
    ],
  ];
  for (const [name, secret, message] of bad) {
    it(`because it ${name}`, () => {
      expect(() => readRoot(secret, systemClock)).toThrow(message);
      expect(() => readRoot(secret, systemClock)).toThrow(`${addOn.namespace}/${addOn.caBundleSecretName}`);
    });
  }
});
