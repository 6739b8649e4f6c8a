import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Deployment, Namespace, Pod, Secret } from '../../../../src/kube/objects.ts';
import * as resources from '../../../../src/kube/resources.ts';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import { ProgramsOnCluster } from '../../kubectl/side-by-side.ts';

/** A mesh that `osm install` puts into a cluster without the add-on, from its first pod to what it leaves behind. */
let programs: ProgramsOnCluster;
const manifests = join(import.meta.dirname, '../../../../manifests');
const run = (line: string) => {
  const [program = '', ...words] = line.split(' ');
  return programs.run(program, words.join(' '));
};
const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });
const refused = (message: string) => ({ code: 1, stdout: '', stderr: `Error: ${message}\n` });
const api = () => programs.cluster.api;
const release = (namespace: string, name: string) => {
  const secret = api().get<Secret>(resources.secrets, name, namespace);
  const text = Buffer.from(Buffer.from(secret?.data?.['release'] ?? '', 'base64').toString(), 'base64');
  return secret && { labels: secret.metadata.labels, record: JSON.parse(gunzipSync(text).toString()) };
};

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  programs = await ProgramsOnCluster.start(['osm', 'kubectl'], { openServiceMesh: false });
});
afterAll(() => programs.close());

describe('osm install', () => {
  it('refuses what --set cannot say, what the chart does not know, and what the sandbox cannot do', async () => {
    expect(await run('osm install --set osm.image')).toEqual(
      refused('invalid format for --set: key "image" has no value'),
    );
    expect(await run('osm install --set osm.enableEgres=true --set osm.enableEgress=maybe')).toEqual(
      refused(
        "values don't meet the specifications of the schema(s) in the following chart(s):\nosm:\n- osm: Additional property enableEgres is not allowed\n- osm.enableEgress: Invalid type. Expected: boolean, given: string\n",
      ),
    );
    expect(await run('osm install --set osm.deployGrafana=true')).toEqual(
      refused('the sandbox cannot honour osm.deployGrafana=true: there is no Grafana image here'),
    );
    expect(await run('osm install --osm-chart-path nowhere')).toEqual(
      refused('error loading chart for installation: stat nowhere: no such file or directory'),
    );
    expect((await run('osm install --mesh-name Mine')).stderr).toMatch(
      /^Error: release name "Mine": invalid release name, must match regex /,
    );
    expect(api().get<Namespace>(resources.namespaces, 'osm-system')).toBeUndefined();
  });

  it('cleans up after itself with --atomic when the control plane does not come up in time', async () => {
    const failed = await run(
      'osm install --atomic --timeout 1s --set osm.image.tag=v0 --set osm.image.name.osmController=none',
    );
    expect(failed).toEqual(
      refused(
        'release osm failed, and has been uninstalled due to atomic being set: timed out waiting for the condition',
      ),
    );
    expect(api().list<Deployment>(resources.deployments, { namespace: 'osm-system' })).toEqual([]);
    expect(release('osm-system', 'sh.helm.release.v1.osm.v1')).toBeUndefined();
  });

  it('says one line when the mesh is ready, with the objects of the chart', async () => {
    const line =
      'osm install --set osm.enableEgress=false,osm.enablePermissiveTrafficPolicy=false --set osm.featureFlags.enableRetryPolicy=true';
    expect(await run(line)).toEqual(
      said('OSM installed successfully in namespace [osm-system] with mesh name [osm]\n'),
    );
    const meshConfig = api().get(kinds.meshConfigs, 'osm-mesh-config', 'osm-system');
    expect(meshConfig?.spec?.traffic).toMatchObject({ enableEgress: false, enablePermissiveTrafficPolicyMode: false });
    expect(meshConfig?.spec?.featureFlags).toMatchObject({ enableRetryPolicy: true, enableWASMStats: true });
    const controller = api().get<Deployment>(resources.deployments, 'osm-controller', 'osm-system');
    expect(controller?.metadata.labels).toEqual({
      app: 'osm-controller',
      'app.kubernetes.io/instance': 'osm',
      'app.kubernetes.io/managed-by': 'Helm',
      'app.kubernetes.io/name': 'openservicemesh.io',
      'app.kubernetes.io/version': 'v1.2.4',
      enforceSingleMesh: 'true',
      meshName: 'osm',
    });
    expect(controller?.spec.template.spec.initContainers?.map(({ name }) => name)).toEqual(['init-osm-controller']);
    const services = (await run('kubectl get services -n osm-system -o jsonpath={.items[*].spec.ports[*].port}'))
      .stdout;
    expect(services.trim().split(' ').sort()).toEqual(['15128', '9090', '9091', '9091', '9092', '9093', '9443']);
    const webhooks = api()
      .list(resources.mutatingWebhookConfigurations)
      .map(({ metadata }) => metadata.name);
    expect(webhooks).toEqual(['osm-webhook-osm']);
    expect(
      api()
        .list(resources.validatingWebhookConfigurations)
        .map(({ metadata }) => metadata.name),
    ).toEqual(['osm-validator-mesh-osm']);
    expect(api().list<Pod>(resources.pods, { namespace: 'osm-system' })).toHaveLength(3);
  });

  it("keeps Helm's own record of the release", () => {
    const { labels, record } = release('osm-system', 'sh.helm.release.v1.osm.v1') ?? {};
    expect(labels).toMatchObject({ name: 'osm', owner: 'helm', status: 'deployed', version: '1' });
    expect(record).toMatchObject({
      name: 'osm',
      namespace: 'osm-system',
      info: { status: 'deployed', description: 'Install complete' },
      chart: { metadata: { name: 'osm', version: '1.2.4', appVersion: 'v1.2.4' } },
      config: { osm: { meshName: 'osm', enforceSingleMesh: true, enableEgress: false } },
    });
    expect(record.manifest).toContain('kind: ClusterRoleBinding');
  });

  it('refuses a second mesh of that name, and one beside a mesh that wants to be alone; a log says why', async () => {
    expect(await run('osm install')).toEqual(refused('cannot re-use a name that is still in use'));
    expect(await run('osm install --mesh-name two --osm-namespace other --enforce-single-mesh=false')).toEqual(
      refused('failed pre-install: job failed: BackoffLimitExceeded'),
    );
    const log = await run('kubectl logs -n other -l job-name=two-preinstall');
    expect(log.stdout).toContain(
      'Mesh(es) namespace: osm-system, name: osm already enforce it is the only mesh in the cluster, cannot install new meshes',
    );
    expect(release('other', 'sh.helm.release.v1.two.v1')?.labels).toMatchObject({ status: 'failed' });
  });
});

describe('a self-hosted mesh', () => {
  const buyer = () =>
    api()
      .list<Pod>(resources.pods, { namespace: 'bookbuyer' })
      .find(({ status }) => status?.phase === 'Running')?.metadata.name ?? '';
  /** What the buyer's sidecar counted: requests answered by the store. */
  const answered = async () => {
    const { stdout } = await run(`osm proxy get stats ${buyer()} -n bookbuyer`);
    const [, count = '0'] = /^cluster\.bookstore\/bookstore\|14001\.upstream_rq_2xx: (\d+)$/m.exec(stdout) ?? [];
    return Number(count);
  };
  const growing = async () => {
    const before = await answered();
    await vi.waitFor(async () => expect(await answered()).toBeGreaterThan(before), { timeout: 20_000, interval: 50 });
  };
  const clusters = async () => (await run(`osm proxy get clusters ${buyer()} -n bookbuyer`)).stdout;

  it('injects the namespaces that are added to it, and denies what no policy allows', async () => {
    for (const name of ['bookbuyer', 'bookstore']) await run(`kubectl create namespace ${name}`);
    expect(await run('osm namespace add bookbuyer bookstore')).toMatchObject({ code: 0 });
    await run(`kubectl apply -f ${manifests}/apps/bookstore.yaml`);
    await run(`kubectl apply -f ${manifests}/apps/bookbuyer.yaml`);
    await programs.cluster.idle();
    const pod = api().get<Pod>(resources.pods, buyer(), 'bookbuyer');
    expect(pod?.spec.containers.map(({ name, image }) => [name, image?.split(':')[0]])).toEqual([
      ['bookbuyer', 'openservicemesh/bookbuyer'],
      ['envoy', 'envoyproxy/envoy-distroless'],
    ]);
    expect(await clusters()).not.toContain('bookstore/bookstore|14001');
    expect((await run('osm mesh list')).stdout).toContain(
      'osm         osm-system       v1.2.4    bookbuyer,bookstore\n',
    );
  });

  it('lets them trade when a TrafficTarget allows it', async () => {
    expect(await run(`kubectl apply -f ${manifests}/access/bookbuyer.yaml`)).toMatchObject({ code: 0 });
    await vi.waitFor(async () => expect(await clusters()).toContain('bookstore/bookstore|14001'), {
      timeout: 20_000,
      interval: 50,
    });
    await growing();
  });

  it('keeps its MeshConfig in an upgrade, and takes the new values', async () => {
    expect(await run('osm mesh upgrade --set osm.osmController.replicaCount=2,osm.enableEgress=true')).toEqual(
      said('OSM successfully upgraded mesh [osm] in namespace [osm-system]\n'),
    );
    const controller = api().get<Deployment>(resources.deployments, 'osm-controller', 'osm-system');
    expect(controller?.status?.readyReplicas).toBe(2);
    expect(api().get(kinds.meshConfigs, 'osm-mesh-config', 'osm-system')?.spec?.traffic?.enableEgress).toBe(false);
    expect(release('osm-system', 'sh.helm.release.v1.osm.v1')?.labels).toMatchObject({ status: 'superseded' });
    expect(release('osm-system', 'sh.helm.release.v1.osm.v2')?.labels).toMatchObject({ status: 'deployed' });
    expect(await run('osm mesh upgrade --mesh-name mine')).toEqual(refused('"mine" has no deployed releases'));
  });

  it('leaves sidecars, labels and kinds when it is uninstalled, and nothing else', async () => {
    expect(await run('osm uninstall mesh -f')).toEqual(
      said('OSM [mesh name: osm] in namespace [osm-system] uninstalled\n'),
    );
    await programs.cluster.idle();
    expect(api().list(resources.deployments, { namespace: 'osm-system' })).toEqual([]);
    expect(api().list(resources.secrets, { namespace: 'osm-system' })).toEqual([]);
    expect(api().list(resources.mutatingWebhookConfigurations)).toEqual([]);
    expect(api().list(resources.validatingWebhookConfigurations)).toEqual([]);
    expect(api().list(kinds.meshConfigs)).toEqual([]);
    expect(api().list(kinds.trafficTargets)).toHaveLength(1);
    const labels = api().get<Namespace>(resources.namespaces, 'bookbuyer')?.metadata.labels;
    expect(labels).toMatchObject({ 'openservicemesh.io/monitored-by': 'osm' });
    // Without a control plane the sidecars go on with what they were told last.
    await growing();
  });
});
