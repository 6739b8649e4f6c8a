import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Deployment, Pod } from '../../../src/kube/objects.ts';
import * as resources from '../../../src/kube/resources.ts';
import { removeOpenServiceMesh } from '../../../src/sandbox/mesh/osm/install.ts';
import { eventually, type MeshCluster, startMeshCluster } from './mesh-cluster.ts';

let mesh: MeshCluster;

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
});

afterAll(() => mesh.close());

const isReady = (pod: Pod) => pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');

describe('the mesh as AKS installs it', () => {
  it('is found by the labels that the osm program looks for, with ready deployments', async () => {
    await vi.waitFor(() => {
      const found = mesh.api.list(resources.deployments, { labelSelector: 'meshName=osm' });
      const ready = found.map(({ metadata, status }: Deployment) => `${metadata.name} ${status?.readyReplicas}`);
      expect(ready.sort()).toEqual(['osm-bootstrap 1', 'osm-controller 2', 'osm-injector 2']);
    }, 10_000);
    expect(mesh.api.get(resources.mutatingWebhookConfigurations, 'aks-osm-webhook-osm')?.webhooks?.[0]?.name).toBe(
      'osm-inject.k8s.io',
    );
    expect(
      mesh.api.get(resources.validatingWebhookConfigurations, 'aks-osm-validator-mesh-osm')?.webhooks?.[0]?.name,
    ).toBe('osm-validator.k8s.io');
    const definitions = mesh.api.list(resources.customResourceDefinitions).map(({ metadata }) => metadata.name);
    expect(
      definitions.filter((name) => name?.endsWith('smi-spec.io') || name?.endsWith('openservicemesh.io')),
    ).toHaveLength(10);
  });

  it('serves versions and health on 9091', async () => {
    const pod = mesh.api.list(resources.pods, { namespace: 'kube-system', labelSelector: 'app=osm-controller' })[0];
    const { connectInside } = {
      connectInside: (port: number) => mesh.network.connectInside(pod?.metadata.uid ?? '', port),
    };
    const { fetchOver } = await import('./mesh-cluster.ts');
    const get = async (path: string) =>
      fetchOver(await connectInside(9091), 'x', { path, headers: { connection: 'close' } });
    expect(await get('/health/ready')).toMatchObject({ status: 200, body: 'Service is ready' });
    expect(await get('/version')).toMatchObject({ body: expect.stringContaining('"version":"v1.2.11"') });
    expect(await get('/smi/version')).toMatchObject({
      body: expect.stringContaining('"TrafficSplit":"split.smi-spec.io/v1alpha2"'),
    });
    expect(await get('/metrics')).toMatchObject({
      body: expect.stringContaining('version="v1.2.11"} 1'),
    });
  });

  it('probes of injected pods reach the app through the sidecar, and TCP probes through osm-healthcheck', async () => {
    await mesh.api.create(resources.pods, {
      metadata: { name: 'probed', namespace: 'shop', labels: { app: 'probed' } },
      spec: {
        containers: [
          {
            name: 'app',
            image: 'test/echo',
            readinessProbe: { httpGet: { path: '/well', port: 14001 }, periodSeconds: 1 },
            livenessProbe: { tcpSocket: { port: 14001 }, periodSeconds: 1 },
          },
        ],
      },
    } as Pod);
    await vi.waitFor(() => {
      const pod = mesh.api.get(resources.pods, 'probed', 'shop');
      if (!pod || !isReady(pod)) throw new Error(JSON.stringify(pod?.status));
      expect(pod.status?.containerStatuses?.map(({ name, ready }) => `${name} ${ready}`)).toEqual([
        'app true',
        'osm-healthcheck true',
        'envoy true',
      ]);
    }, 10_000);
    expect(
      mesh.envoyLog('probed').some((line) => line['path'] === '/osm-readiness-probe' && line['response_code'] === 200),
    ).toBe(true);
  });

  it('the bootstrap secret belongs to its pod', async () => {
    const pod = mesh.api.get(resources.pods, 'probed', 'shop');
    const name = `envoy-bootstrap-config-${pod?.metadata.labels?.['osm-proxy-uuid']}`;
    await vi.waitFor(() => {
      const secret = mesh.api.get(resources.secrets, name, 'shop');
      expect(secret?.metadata.ownerReferences?.[0]).toMatchObject({
        kind: 'Pod',
        name: 'probed',
        uid: pod?.metadata.uid,
      });
    });
    expect(Object.keys(mesh.api.get(resources.secrets, name, 'shop')?.data ?? {}).sort()).toEqual([
      'bootstrap.yaml',
      'cacert.pem',
      'sds_cert.pem',
      'sds_key.pem',
      'tls_certificate_sds_secret.yaml',
      'validation_context_sds_secret.yaml',
    ]);
  });

  it('a pod with an annotation that means nothing is not created', async () => {
    await expect(
      mesh.api.create(resources.pods, {
        metadata: { name: 'odd', namespace: 'shop', annotations: { 'openservicemesh.io/sidecar-injection': 'maybe' } },
        spec: { containers: [{ name: 'app', image: 'test/client' }] },
      }),
    ).rejects.toThrow(
      'admission webhook "osm-inject.k8s.io" denied the request: Invalid annotation value for key "openservicemesh.io/sidecar-injection": maybe',
    );
  });

  it('metrics are served on 15010 while the pod asks to be scraped', async () => {
    await mesh.pod('shop', 'store', { image: 'test/echo' });
    const uid = mesh.api.get(resources.pods, 'store', 'shop')?.metadata.uid ?? '';
    const { fetchOver } = await import('./mesh-cluster.ts');
    const scrape = async () => {
      try {
        const socket = await mesh.network.connectFromNode(uid, 15010);
        return await fetchOver(socket, 'x', { path: '/stats/prometheus', headers: { connection: 'close' } });
      } catch {
        return { type: 'refused' } as const;
      }
    };
    expect(await scrape()).toEqual({ type: 'refused' });
    await mesh.api.modify(resources.pods, 'store', 'shop', (draft) => {
      draft.metadata.annotations = { ...draft.metadata.annotations, 'prometheus.io/scrape': 'true' };
    });
    expect(await eventually(scrape, 200)).toMatchObject({ body: expect.stringContaining('envoy_server_live{} 1') });
  });

  it('is gone after the add-on is switched off, while sidecars keep what they have', async () => {
    await removeOpenServiceMesh(mesh.api);
    expect(mesh.api.list(resources.mutatingWebhookConfigurations)).toEqual([]);
    await vi.waitFor(() => {
      const left = mesh.api
        .list(resources.pods, { namespace: 'kube-system' })
        .filter(({ metadata }) => metadata.labels?.['app']?.startsWith('osm-'));
      expect(left).toEqual([]);
    }, 10_000);
    expect((await mesh.admin('store', '/ready')).status).toBe(200);
  });
});
