import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as resources from '../../../../src/kube/resources.ts';
import { addOn } from '../../../../src/sandbox/mesh/osm/names.ts';
import { removePod, restartDeployment } from '../control-plane-restart.ts';
import { eventually, type MeshCluster, startMeshCluster } from '../mesh-cluster.ts';
import { shownCertificates } from './shown-certificates.ts';

let mesh: MeshCluster;
const store = { image: 'test/echo' };
const root = () => {
  const secret = mesh.api.get(resources.secrets, addOn.caBundleSecretName, addOn.namespace);
  if (!secret) throw new Error('there is no root');
  return new X509Certificate(Buffer.from(secret.data?.['ca.crt'] ?? '', 'base64'));
};
const call = (from: string) => () => mesh.call(from, 'store.shop:14001');

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.pod('shop', 'store', store);
  await mesh.pod('shop', 'buyer');
  await mesh.service('shop', 'store', { port: 14001 });
  await eventually(call('buyer'), 200);
});

afterAll(() => mesh.close());

describe('the root that the mesh makes itself', () => {
  it('is RSA 2048, self-signed under OSM’s name, for ten years, in a Secret of two fields', () => {
    const certificate = root();
    expect(certificate.subject).toBe('C=US\nL=CA\nO=Open Service Mesh\nCN=osm-ca.openservicemesh.io');
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.ca).toBe(true);
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(certificate.validToDate.getTime() - certificate.validFromDate.getTime()).toBe(87_600 * 3_600_000);
    const secret = mesh.api.get(resources.secrets, addOn.caBundleSecretName, addOn.namespace);
    expect(Object.keys(secret?.data ?? {}).sort()).toEqual(['ca.crt', 'private.key']);
    expect(secret?.metadata.labels).toEqual({
      'app.kubernetes.io/name': 'openservicemesh.io',
      'app.kubernetes.io/version': addOn.version,
    });
  });

  it('vouches for both webhooks', () => {
    const bundles = [
      mesh.api.get(resources.mutatingWebhookConfigurations, 'aks-osm-webhook-osm'),
      mesh.api.get(resources.validatingWebhookConfigurations, 'aks-osm-validator-mesh-osm'),
    ].map((configuration) => configuration?.webhooks?.[0]?.clientConfig.caBundle ?? '');
    for (const bundle of bundles) {
      expect(new X509Certificate(Buffer.from(bundle, 'base64')).fingerprint256).toBe(root().fingerprint256);
    }
  });
});

/** As in OSM 1.2: delete the secret, restart the control plane, restart every pod [details unverified]. */
describe('changing the root', () => {
  it('deleting the secret changes nothing until the control plane restarts, which makes a new one', async () => {
    const old = root().fingerprint256;
    await mesh.api.delete(resources.secrets, addOn.caBundleSecretName, addOn.namespace);
    await mesh.pod('shop', 'meanwhile');
    expect(await eventually(call('meanwhile'), 200)).toBeDefined();
    expect(mesh.api.get(resources.secrets, addOn.caBundleSecretName, addOn.namespace)).toBeUndefined();
    await restartDeployment(mesh, 'osm-controller');
    expect(root().fingerprint256).not.toBe(old);
  });

  it('in between, running sidecars lose their control plane and keep talking to each other [unverified]', async () => {
    expect(await mesh.stat('buyer', 'control_plane.connected_state')).toBe(0);
    expect(await mesh.stat('store', 'control_plane.connected_state')).toBe(0);
    expect(await call('buyer')()).toMatchObject({ status: 200 });
  });

  it('pods injected with the new root meet old ones as strangers, in both directions [unverified]', async () => {
    await restartDeployment(mesh, 'osm-injector');
    await mesh.pod('shop', 'young');
    const { roots } = await shownCertificates(mesh, 'young');
    expect(roots[0]?.serial_number).toBe(root().serialNumber.toLowerCase());
    expect(await call('young')()).toMatchObject({
      status: 503,
      body: expect.stringContaining('CERTIFICATE_VERIFY_FAILED'),
    });
    expect(await call('buyer')()).toMatchObject({ status: 200 });
  });

  it('and every pod that is made anew belongs to the mesh again', async () => {
    await removePod(mesh, 'shop', 'store');
    await mesh.pod('shop', 'store', store);
    await eventually(call('young'), 200);
    await removePod(mesh, 'shop', 'buyer');
    await mesh.pod('shop', 'buyer');
    await eventually(call('buyer'), 200);
    expect((await shownCertificates(mesh, 'buyer')).roots[0]?.serial_number).toBe(root().serialNumber.toLowerCase());
  });
});
