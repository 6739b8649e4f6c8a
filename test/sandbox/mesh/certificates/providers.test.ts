import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { CustomResourceDefinition } from '../../../../src/kube/api-extensions.ts';
import type { KubeObject } from '../../../../src/kube/objects.ts';
import * as resources from '../../../../src/kube/resources.ts';
import { certificateRequests, issuers } from '../../../../src/sandbox/cert-manager/kinds.ts';
import {
  type MeshRootCertificate,
  meshRootCertificates,
} from '../../../../src/sandbox/mesh/osm/certificate/mesh-root-certificate.ts';
import { addOn } from '../../../../src/sandbox/mesh/osm/names.ts';
import { restartDeployment } from '../control-plane-restart.ts';
import { controllerLogs } from '../controllers.ts';
import { eventually, type MeshCluster, startMeshCluster } from '../mesh-cluster.ts';
import { hastyClock } from './hasty-clock.ts';
import { shownCertificates } from './shown-certificates.ts';

let mesh: MeshCluster;
const { namespace } = addOn;
const patience = { timeout: 30_000, interval: 20 };

/** As `kubectl apply -f` does, waiting for kinds before their objects. */
async function applyManifest(name: string): Promise<void> {
  const text = readFileSync(new URL(`../../../../manifests/cert-manager/${name}`, import.meta.url), 'utf8');
  for (const document of parseAllDocuments(text)) {
    const object = document.toJS() as KubeObject & { apiVersion: string; kind: string };
    if (object.kind === 'CustomResourceDefinition') {
      await mesh.api.create(resources.customResourceDefinitions, object as CustomResourceDefinition);
      continue;
    }
    const ref = await vi.waitFor(() => {
      const found = mesh.api
        .resources()
        .find(({ kind, group }) => kind === object.kind && object.apiVersion.startsWith(group));
      if (!found) throw new Error(`no kind ${object.kind}`);
      return found;
    }, patience);
    await mesh.api.create(ref, object);
  }
}

async function restartWith(change: (args: string[]) => string[]): Promise<void> {
  await restartDeployment(mesh, 'osm-controller', change);
  await restartDeployment(mesh, 'osm-injector', change);
}

const secretRoot = (name: string) => {
  const secret = mesh.api.get(resources.secrets, name, namespace);
  const pem = secret?.data?.['ca.crt'] ?? secret?.data?.['tls.crt'];
  return new X509Certificate(Buffer.from(pem ?? '', 'base64')).serialNumber.toLowerCase();
};

const rootOf = async (pod: string) => (await shownCertificates(mesh, pod)).roots[0]?.serial_number;

const rootCertificate = (
  name: string,
  provider: NonNullable<MeshRootCertificate['spec']>['provider'],
  trustDomain?: string,
) =>
  mesh.api.create(meshRootCertificates, {
    apiVersion: 'config.openservicemesh.io/v1alpha2',
    kind: 'MeshRootCertificate',
    metadata: { name, namespace },
    spec: { provider, ...(trustDomain ? { trustDomain } : {}) },
  });

beforeAll(async () => {
  mesh = await startMeshCluster({ controlPlaneClock: hastyClock });
  await mesh.namespace('shop');
});

afterAll(() => mesh.close());

describe('cert-manager signing for the mesh', () => {
  it('a CA issuer of the sandbox’s cert-manager becomes ready once its secret is there', async () => {
    await applyManifest('cert-manager.yaml');
    await applyManifest('mesh-ca.yaml');
    await vi.waitFor(() => {
      const issuer = mesh.api.get(issuers, 'osm-ca', namespace);
      expect(issuer?.status?.conditions?.[0]).toMatchObject({
        type: 'Ready',
        status: 'True',
        reason: 'KeyPairVerified',
      });
    }, patience);
  }, 20_000);

  it('with --certificate-manager cert-manager every certificate is signed through a request, which is removed afterwards', async () => {
    await restartWith((args) => args.map((arg) => (arg === 'tresor' ? 'cert-manager' : arg)));
    await mesh.pod('shop', 'store', { image: 'test/echo' });
    await mesh.pod('shop', 'buyer');
    await mesh.service('shop', 'store', { port: 14001 });
    await eventually(() => mesh.call('buyer', 'store.shop:14001'), 200);
    expect(await rootOf('buyer')).toBe(secretRoot('mesh-ca'));
    expect((await shownCertificates(mesh, 'store')).own.subject_alt_names).toEqual([
      { dns: 'store.shop.cluster.local' },
    ]);
    await vi.waitFor(() => expect(mesh.api.list(certificateRequests)).toEqual([]), patience);
  }, 60_000);
});

/** In OSM 1.2 behind the chart's featureFlags.enableMeshRootCertificate, and unsupported. */
describe('MeshRootCertificate', () => {
  it('names one provider: none and two are refused', async () => {
    const tresor = { ca: { secretRef: { name: 'x', namespace } } };
    const certManager = { issuerName: 'x', issuerKind: 'Issuer', issuerGroup: 'cert-manager.io' };
    await expect(rootCertificate('none', {})).rejects.toThrow('spec.provider');
    await expect(rootCertificate('both', { tresor, certManager })).rejects.toThrow('spec.provider');
  });

  it('provider tresor signs with the root of its secret, under its trust domain', async () => {
    const own = (name: string) => readFileSync(new URL(`./own-ca/${name}`, import.meta.url)).toString('base64');
    await mesh.api.create(resources.secrets, {
      metadata: { name: 'learners-root', namespace },
      data: { 'ca.crt': own('ca.crt'), 'private.key': own('private.key') },
    });
    await rootCertificate(
      'learners',
      { tresor: { ca: { secretRef: { name: 'learners-root', namespace } } } },
      'example.org',
    );
    await restartWith((args) => [...args, '--enable-mesh-root-certificate=true']);
    await mesh.pod('shop', 'first');
    expect(await rootOf('first')).toBe(secretRoot('learners-root'));
    expect((await shownCertificates(mesh, 'first')).own.subject_alt_names).toEqual([{ dns: 'first.shop.example.org' }]);
  }, 60_000);

  it('one that is added takes over at the next look, without a restart', async () => {
    await rootCertificate('second', { tresor: { ca: { secretRef: { name: 'second-root', namespace } } } });
    await vi.waitFor(async () => expect(await rootOf('first')).toBe(secretRoot('second-root')), patience);
    const { own } = await shownCertificates(mesh, 'first');
    expect(own.subject_alt_names).toEqual([{ dns: 'first.shop.cluster.local' }]);
  }, 20_000);

  it('one whose provider has nothing to give is logged, and the roots stay as they were: the sandbox has no Vault', async () => {
    const vault = { host: 'vault', port: 8200, protocol: 'http', role: 'osm' };
    await rootCertificate('vault', {
      vault: { ...vault, token: { secretKeyRef: { name: 'a', key: 'b', namespace } } },
    } as never);
    await vi.waitFor(() => {
      expect(controllerLogs(mesh)).toContain('error encountered processing MRCEvent');
      expect(controllerLogs(mesh)).toContain('the sandbox has no Vault, so http://vault:8200 cannot be asked');
    }, patience);
    expect(await rootOf('first')).toBe(secretRoot('second-root'));
  }, 20_000);
});
