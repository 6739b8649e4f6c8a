import { afterAll, beforeAll, describe, expect } from 'vitest';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl } from './client.ts';
import { type ClusterState, Stage } from './cluster-state.ts';
import { call } from './observation.ts';
import { rowPrograms } from './programs.ts';
import { row } from './row.ts';

let stage: Stage;

const server = { image: 'test/status', labels: { app: 'store' } };
const base: ClusterState = {
  permissive: true,
  egress: false,
  pods: { 'shop/buyer': {}, 'shop/store-1': server, 'shop/store-2': server, 'shop/store-3': server },
  services: { 'shop/store': { ports: [{ port: 80, targetPort: 14001 }] } },
};

async function share(count: number, path: string): Promise<Record<string, number>> {
  const seen: Record<string, number> = {};
  for (let index = 0; index < count; index++) {
    const answer = await curl(stage.mesh.inside('buyer'), `http://store.shop${path}`);
    const pod = 'headers' in answer ? String(answer.headers['identity']) : `curl ${answer.curl}`;
    seen[pod] = (seen[pod] ?? 0) + 1;
  }
  return seen;
}

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
}, 30_000);

afterAll(() => stage.mesh.close());

describe('5.10 timeouts and balancing', () => {
  row('5.10 round robin', 'three pods get a third each, and go on doing so while they answer 503', async () => {
    await stage.given(base);
    expect(await share(9, '/200')).toEqual({ 'store-1': 3, 'store-2': 3, 'store-3': 3 });
    expect(await share(30, '/503')).toEqual({ 'store-1': 10, 'store-2': 10, 'store-3': 10 });
    expect(await share(9, '/200')).toEqual({ 'store-1': 3, 'store-2': 3, 'store-3': 3 });
  });

  row('5.10 no timeout', 'the routes of both sidecars switch it off', async () => {
    await stage.given(base);
    for (const [pod, name] of [
      ['buyer', 'rds-outbound.80'],
      ['store-1', 'rds-inbound.14001'],
    ] as const) {
      const config = JSON.parse((await stage.shown(pod)).routes[name] ?? '{}') as {
        virtual_hosts: { routes: { route: { timeout: string } }[] }[];
      };
      const timeouts = config.virtual_hosts.flatMap(({ routes }) => routes.map(({ route }) => route.timeout));
      expect([pod, new Set(timeouts)]).toEqual([pod, new Set(['0s'])]);
    }
  });

  row('5.10 protocol kept', 'HTTP/1.1 is HTTP/1.1 on both hops', async () => {
    await stage.given(base);
    const { log } = await call(stage.mesh, ['buyer', 'store-1', 'store-2', 'store-3'], 'http://store.shop/200');
    const requests = Object.values(log)
      .flat()
      .filter(({ method }) => method !== null);
    expect(requests.map(({ protocol }) => protocol)).toEqual(['HTTP/1.1', 'HTTP/1.1']);
  });
});
