import { afterAll, beforeAll, describe, expect } from 'vitest';
import * as resources from '../../../../src/kube/resources.ts';
import { monitoredByLabel, proxyUuidLabel } from '../../../../src/sandbox/mesh/osm/names.ts';
import type { ImageProgram } from '../../../../src/sandbox/node/program.ts';
import { controllerLogs, controllers } from '../controllers.ts';
import { startMeshCluster, untilStopped } from '../mesh-cluster.ts';
import { curl, type Seen } from './client.ts';
import { type ClusterState, Stage } from './cluster-state.ts';
import { any, anyRoute, target } from './policies.ts';
import { row } from './row.ts';

let stage: Stage;

/** What the first connection of a program met that makes it as soon as it runs. */
const firstCalls = new Map<string, Seen>();
const eager: ImageProgram = {
  repositories: ['test/eager'],
  sizeBytes: 1,
  entrypoint: ['/eager'],
  async run(context) {
    firstCalls.set(context.pod.name, await curl(context, 'http://store.shop/'));
    return untilStopped(context);
  },
};

const store = 'http://store.shop/';
const mayCall = target('buyer', { from: 'buyer', to: 'store', rules: [any] });
const base: ClusterState = {
  permissive: false,
  egress: false,
  pods: { 'shop/buyer': {}, 'shop/store': { image: 'test/echo' } },
  services: { 'shop/store': { ports: [{ port: 80, targetPort: 14001 }] } },
  policies: [anyRoute, mayCall],
};
const refused = { curl: 7, errno: 'ECONNREFUSED' };
const from = (pod: string) => curl(stage.mesh.inside(pod), store);

const uuidOf = (pod: string) =>
  stage.mesh.api.get(resources.pods, pod, 'shop')?.metadata.labels?.[proxyUuidLabel] ?? 'none';
const untilLogged = (text: string) =>
  expect.poll(() => controllerLogs(stage.mesh), { timeout: 30_000, interval: 20 }).toContain(text);

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: [eager] }));
});

afterAll(() => stage.mesh.close());

describe('5.12 propagation and lifecycle', () => {
  row('5.12 startup', 'the first call of a program that does not wait is refused, the next ones are not', async () => {
    const pods = { ...base.pods, 'shop/hasty': { image: 'test/eager', account: 'buyer' } };
    await stage.given({ ...base, pods });
    expect(firstCalls.get('hasty')).toEqual(refused);
    expect(await from('hasty')).toMatchObject({ status: 200 });
  });

  row(
    '5.12 namespace removed',
    'pods that were not restarted go on as they did, whatever policies say later',
    async () => {
      await stage.given(base);
      const label = (value: string | null) =>
        stage.mesh.api.modify(resources.namespaces, 'shop', undefined, ({ metadata }) => {
          const { [monitoredByLabel]: _, ...labels } = metadata.labels ?? {};
          metadata.labels = value === null ? labels : { ...labels, [monitoredByLabel]: value };
        });
      await label(null);
      await stage.set({ ...base, permissive: true });
      await untilLogged(`Did not find Pod with label ${proxyUuidLabel} = ${uuidOf('buyer')}`);
      await stage.set({ ...base, policies: [anyRoute] });
      expect(await from('buyer')).toMatchObject({ status: 200 });
      await label('osm');
      await stage.given({ ...base, policies: [anyRoute] });
      expect(await from('buyer')).toEqual(refused);
    },
  );

  row(
    '5.12 proxy uuid',
    'the sidecar of a pod whose label changed keeps what it has, and the controller misses it',
    async () => {
      await stage.given(base);
      const uuid = uuidOf('buyer');
      const relabel = (value: string) =>
        stage.mesh.api.modify(resources.pods, 'buyer', 'shop', ({ metadata }) => {
          metadata.labels = { ...metadata.labels, [proxyUuidLabel]: value };
        });
      await relabel('another');
      await stage.set({ ...base, policies: [anyRoute] });
      await untilLogged(`Did not find Pod with label ${proxyUuidLabel} = ${uuid}`);
      expect((await stage.shown('buyer')).listeners).toHaveProperty('outbound-listener');
      await relabel(uuid);
      await stage.given({ ...base, policies: [anyRoute] });
      expect(await from('buyer')).toEqual(refused);
    },
  );

  row('5.12 controller down', 'sidecars go on with what they have, and a new pod gets nothing at all', async () => {
    await stage.given(base);
    await stage.mesh.api.modify(resources.deployments, 'osm-controller', 'kube-system', (draft) => {
      draft.spec.replicas = 0;
    });
    await expect.poll(() => controllers(stage.mesh).length, { timeout: 30_000, interval: 20 }).toBe(0);
    await expect.poll(() => stage.mesh.stat('buyer', 'control_plane.connected_state'), { timeout: 30_000 }).toBe(0);
    await stage.mesh.api.delete(mayCall.ref, 'buyer', 'shop');
    expect(await from('buyer')).toMatchObject({ status: 200 });
    await stage.mesh.api.create(resources.pods, {
      metadata: { name: 'late', namespace: 'shop', labels: { app: 'late' } },
      spec: { serviceAccountName: 'buyer', containers: [{ name: 'app', image: 'test/client' }] },
    });
    const ready = async () => (await stage.mesh.admin('late', '/ready').catch(() => ({ status: 0 }))).status;
    await expect.poll(ready, { timeout: 30_000, interval: 20 }).toBe(503);
    expect(await from('late')).toEqual(refused);
  });
});
