import { afterAll, beforeAll, describe, expect, vi } from 'vitest';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl } from './client.ts';
import { type ClusterState, Stage } from './cluster-state.ts';
import { call, statsOf, talk } from './observation.ts';
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

const checking: ClusterState = { ...base, features: { enableEnvoyActiveHealthChecks: true } };

/** A client that asks for the first time, so that nothing depends on who hears of a change first, and no minute passes. */
const newcomer = (name: string) => ({ annotations: { newcomer: name } });

async function health(cluster: string): Promise<{ healthy: number | undefined; members: number | undefined }> {
  const stats = await statsOf(stage.mesh, 'buyer');
  const of = (name: string) => stats.get(`cluster.${cluster}.${name}`);
  return { healthy: of('membership_healthy'), members: of('membership_total') };
}

beforeAll(async () => {
  stage = new Stage(await startMeshCluster({ programs: rowPrograms }));
});

afterAll(() => stage.mesh.close());

describe('5.10 timeouts and balancing', () => {
  row('5.10 round robin', 'three pods get a third each, and go on doing so while they answer 503', async () => {
    await stage.given(base);
    expect(await share(9, '/200')).toEqual({ 'store-1': 3, 'store-2': 3, 'store-3': 3 });
    expect(await share(30, '/503')).toEqual({ 'store-1': 10, 'store-2': 10, 'store-3': 10 });
    expect(await share(9, '/200')).toEqual({ 'store-1': 3, 'store-2': 3, 'store-3': 3 });
  });

  row(
    '5.10 health checks',
    'sidecars answer each other on /healthz/osm while the flag is on, and apps never',
    async () => {
      const probe = ['http://store.shop/healthz/osm', { headers: { 'x-osm-envoy-healthcheck': '1' } }] as const;
      await stage.given(base);
      expect(await curl(stage.mesh.inside('buyer'), ...probe)).toMatchObject({ headers: { identity: /store/ } });
      expect(await statsOf(stage.mesh, 'buyer')).not.toContain('cluster.shop/store|14001.health_check.attempt');

      await stage.given(checking);
      await stage.given({ ...checking, pods: { ...base.pods, 'shop/buyer': newcomer('first') } });
      await vi.waitFor(async () => expect(await health('shop/store|14001')).toEqual({ healthy: 3, members: 3 }), 5000);
      const { body } = await stage.mesh.admin('buyer', '/clusters');
      expect(body.match(/^shop\/store\|14001::.*::health_flags::.*$/gm)).toEqual(
        Array.from({ length: 3 }, () => expect.stringMatching(/::healthy$/)),
      );
      expect(stage.mesh.envoyLog('store-1')).toContainEqual(
        expect.objectContaining({
          path: '/healthz/osm',
          authority: 'store.shop.svc.cluster.local',
          user_agent: 'Envoy/HC',
          response_code: 200,
          response_code_details: 'health_check_ok',
          upstream_cluster: null,
        }),
      );
      const answer = await curl(stage.mesh.inside('buyer'), ...probe);
      expect(answer).toMatchObject({ status: 200, headers: { 'x-envoy-upstream-healthchecked-cluster': /shop/ } });
      expect(answer).not.toHaveProperty('headers.identity');
      expect(await share(9, '/200')).toEqual({ 'store-1': 3, 'store-2': 3, 'store-3': 3 });

      await stage.given(base);
      expect(await health('shop/store|14001')).toEqual({ healthy: 3, members: 3 });
    },
  );

  row('5.10 unhealthy', 'a pod without a sidecar gets nothing, but a TCP service that fails goes on', async () => {
    const state: ClusterState = {
      ...checking,
      pods: {
        ...base.pods,
        'shop/buyer': newcomer('second'),
        'shop/store-3': { ...server, annotations: { 'openservicemesh.io/sidecar-injection': 'disabled' } },
        'shop/bytes': { image: 'test/tcp-echo' },
      },
      services: { ...base.services, 'shop/bytes': { ports: [{ name: 'tcp-echo', port: 9000 }] } },
    };
    await stage.given(state);
    await vi.waitFor(async () => expect(await health('shop/store|14001')).toEqual({ healthy: 2, members: 3 }), 5000);
    expect(await share(8, '/200')).toEqual({ 'store-1': 4, 'store-2': 4 });
    expect(await health('shop/bytes|9000')).toEqual({ healthy: 0, members: 1 });
    expect((await talk(stage.mesh, ['buyer'], 'bytes.shop:9000', 'hello')).seen).toMatchObject({ bytes: 'hello' });
    await stage.given({ ...state, features: {} });
    expect(await share(9, '/200')).toMatchObject({ 'store-1': 3, 'store-2': 3 });
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
