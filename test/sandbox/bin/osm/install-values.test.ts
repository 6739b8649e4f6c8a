import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Deployment, Namespace, Pod } from '../../../../src/kube/objects.ts';
import * as resources from '../../../../src/kube/resources.ts';
import { meshRootCertificates } from '../../../../src/sandbox/mesh/osm/certificate/mesh-root-certificate.ts';
import { ProgramsOnCluster } from '../../kubectl/side-by-side.ts';
import { program } from '../../test-cluster.ts';

/** Values of `osm install` that change what the control plane is, looked at where they end: in pods and certificates. */
let programs: ProgramsOnCluster;
const api = () => programs.cluster.api;
const osm = (line: string) => programs.run('osm', line);
const install = (values: string) => osm(`install --mesh-name books --osm-namespace books --set ${values}`);
const deployment = (name: string) => api().get<Deployment>(resources.deployments, name, 'books');

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  programs = await ProgramsOnCluster.start(['osm'], { openServiceMesh: false, images: [program('test/app')] });
}, 120_000);
afterAll(() => programs.close());

it('puts names, identities and options of a mesh where the values say', async () => {
  const values = [
    'osm.trustDomain=books.example',
    'osm.caBundleSecretName=books-ca',
    'osm.featureFlags.enableMeshRootCertificate=true',
    'osm.deployJaeger=true',
    'osm.tracing.enable=true',
    'osm.enableDebugServer=true',
    'osm.injector.webhookTimeoutSeconds=7',
    'osm.image.tag=v1.2.4',
    'osm.osmController.podLabels.team=mesh',
    'smi.validateTrafficTarget=false',
  ];
  expect(await install(values.join(','))).toEqual({
    code: 0,
    stdout: 'OSM installed successfully in namespace [books] with mesh name [books]\n',
    stderr: '',
  });
  expect(deployment('osm-controller')?.spec.template.spec.containers[0]?.image).toBe(
    'openservicemesh/osm-controller:v1.2.4',
  );
  expect(deployment('osm-controller')?.spec.template.metadata?.labels).toMatchObject({ team: 'mesh' });
  expect(deployment('jaeger')?.status?.readyReplicas).toBe(1);
  const [mutating] = api().list(resources.mutatingWebhookConfigurations);
  expect(mutating?.metadata.name).toBe('osm-webhook-books');
  expect(mutating?.webhooks?.[0]?.timeoutSeconds).toBe(7);
  const [validating] = api().list(resources.validatingWebhookConfigurations);
  expect(validating?.webhooks?.[0]?.rules?.flatMap((rule) => rule.resources)).toEqual(['ingressbackends', 'egresses']);
  const [root] = api().list(meshRootCertificates);
  expect(root).toMatchObject({ spec: { trustDomain: 'books.example' }, status: { state: 'active' } });
  expect(api().get(resources.secrets, 'books-ca', 'books')).toBeDefined();
  const config = await programs.run('osm', 'verify control-plane-health --osm-namespace books');
  expect(config.stdout).toContain('Status: Success');
});

it('gives its sidecars certificates of that trust domain', async () => {
  await api().create<Namespace>(resources.namespaces, { metadata: { name: 'shelf' } });
  expect(await osm('namespace add shelf --mesh-name books')).toMatchObject({ code: 0 });
  await api().create(resources.serviceAccounts, { metadata: { name: 'reader', namespace: 'shelf' } });
  await api().create<Pod>(resources.pods, {
    metadata: { name: 'reader', namespace: 'shelf' },
    spec: { serviceAccountName: 'reader', containers: [{ name: 'app', image: 'test/app' }] },
  });
  await programs.cluster.idle();
  await vi.waitFor(
    async () => expect((await osm('proxy get certs reader -n shelf')).stdout).toContain('reader.shelf.books.example'),
    { timeout: 60_000, interval: 50 },
  );
});

it('takes all of it away again', async () => {
  expect(await osm('uninstall mesh -f')).toMatchObject({ code: 0 });
  expect(api().list(meshRootCertificates)).toEqual([]);
  expect(api().get(resources.secrets, 'books-ca', 'books')).toBeUndefined();
  expect(api().list(resources.deployments, { namespace: 'books' })).toEqual([]);
  expect(await osm('uninstall mesh -f')).toMatchObject({ stdout: 'No OSM control planes found\n' });
});
