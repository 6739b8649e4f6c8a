import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controllerLogs } from '../controllers.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl } from './client.ts';
import { type ClusterState, Stage } from './cluster-state.ts';
import { http, routeGroup, target } from './policies.ts';

let stage: Stage;

const base: ClusterState = {
  permissive: false,
  egress: false,
  pods: { 'shop/buyer': {}, 'shop/store': { image: 'test/echo' } },
  services: { 'shop/store': { ports: [{ port: 80, targetPort: 14001 }] } },
};

beforeAll(async () => {
  stage = new Stage(await startMeshCluster());
});

afterAll(() => stage.mesh.close());

describe('what the controller can read', () => {
  it('a header item of two keys anywhere stalls every HTTPRouteGroup until it is gone [derived]', async () => {
    const buyer = target('buyer', { from: 'buyer', to: 'store', rules: [http('routes', 'm')] });
    const open = (path: string) => routeGroup('routes', { name: 'm', pathRegex: path });
    const odd = routeGroup('away/odd', { name: 'm', headers: [{ one: '1', two: '2' }] });
    const status = async (path: string) => {
      const seen = await curl(stage.mesh.inside('buyer'), `http://store.shop${path}`);
      return 'status' in seen ? seen.status : 0;
    };
    await stage.given({ ...base, policies: [buyer, open('/old')] });
    await stage.set({ ...base, policies: [buyer, open('/old'), odd] });
    await stage.set({ ...base, policies: [buyer, open('/new'), odd] });
    await expect
      .poll(() => controllerLogs(stage.mesh), { timeout: 30_000, interval: 20 })
      .toContain('incorrect length of keyval');
    expect([await status('/old'), await status('/new')]).toEqual([200, 404]);
    await stage.given({ ...base, policies: [buyer, open('/new')] });
    expect([await status('/old'), await status('/new')]).toEqual([404, 200]);
  });
});
