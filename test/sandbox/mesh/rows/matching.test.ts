import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { HttpRouteMatch } from '../../../../src/sandbox/mesh/osm/kinds.ts';
import { startMeshCluster } from '../mesh-cluster.ts';
import { curl, netcat, type RequestOptions } from './client.ts';
import { type ClusterState, type Policy, Stage } from './cluster-state.ts';
import { call } from './observation.ts';
import { http, routeGroup, target } from './policies.ts';
import { row } from './row.ts';

let stage: Stage;

const base: ClusterState = {
  permissive: false,
  egress: false,
  pods: { 'shop/buyer': {}, 'shop/thief': {}, 'shop/store': { image: 'test/echo' }, 'away/walker': {} },
  services: { 'shop/store': { ports: [{ port: 80, targetPort: 14001 }] } },
};

const permissive: ClusterState = { ...base, permissive: true };
const state = (...policies: Policy[]): ClusterState => ({ ...base, policies });
const store = (path: string) => `http://store.shop${path}`;

async function status(pod: string, path: string, options?: RequestOptions): Promise<number> {
  const seen = await curl(stage.mesh.inside(pod), store(path), options);
  return 'status' in seen ? seen.status : -seen.curl;
}

/** A cluster where the buyer may use exactly these matches, in this order. */
const buyerMay = (...matches: Omit<HttpRouteMatch, 'name'>[]): ClusterState => {
  const named = matches.map((match, index) => ({ ...match, name: `m${index}` }));
  const rules = [http('routes', ...named.map(({ name }) => name))];
  return state(routeGroup('routes', ...named), target('buyer', { from: 'buyer', to: 'store', rules }));
};

beforeAll(async () => {
  stage = new Stage(await startMeshCluster());
});

afterAll(() => stage.mesh.close());

describe('5.2 how routes match', () => {
  row('5.2 whole path', 'the expression must match all of the path and none of the query', async () => {
    await stage.given(buyerMay({ pathRegex: '/buy' }, { pathRegex: '/list/[0-9]+' }, { pathRegex: '.*a-book.*new' }));
    expect(await status('buyer', '/buy')).toBe(200);
    expect(await status('buyer', '/buy?copies=2')).toBe(200);
    expect(await status('buyer', '/list/17')).toBe(200);
    expect(await status('buyer', '/buy-a-book/new')).toBe(200);
    for (const path of ['/buy/more', '/go/buy', '/list/', '/list/17x', '/BUY', '/x?/buy']) {
      expect(await status('buyer', path)).toBe(404);
    }
  });

  row('5.2 wildcards', 'what is left out matches everything, and * among methods is all of them', async () => {
    await stage.given(buyerMay({ methods: ['GET'] }));
    expect(await status('buyer', '/whatever')).toBe(200);
    expect(await status('buyer', '/whatever', { method: 'POST' })).toBe(404);
    await stage.given(buyerMay({ pathRegex: '/open' }, { pathRegex: '/star', methods: ['GET', '*'] }));
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(await status('buyer', '/open', { method })).toBe(200);
      expect(await status('buyer', '/star', { method })).toBe(200);
    }
  });

  row('5.2 headers', 'all of them must match wholly, and host means the authority', async () => {
    await stage.given(buyerMay({ headers: [{ 'Client-App': 'buy.r' }, { host: 'store\\.sh.*' }] }));
    const from = (app: string) => ({ headers: { 'client-app': app } });
    expect(await status('buyer', '/', from('buyer'))).toBe(200);
    expect(await status('buyer', '/', from('buyers'))).toBe(404);
    expect(await status('buyer', '/')).toBe(404);
    const short = { to: 'store.shop:80', headers: { 'client-app': 'buyer', host: 'store' } };
    expect(await status('buyer', '/', short)).toBe(404);
    await stage.given(buyerMay({ headers: [{ Host: '.*' }] }));
    expect(await status('buyer', '/', from('buyer'))).toBe(404);
  });

  row('5.2 merging', 'equal matches of two targets are one route for both accounts', async () => {
    const all = { name: 'all', pathRegex: '/all', methods: ['GET', 'HEAD'] };
    const rules = [http('routes', 'all')];
    await stage.given(
      state(
        routeGroup('routes', all),
        target('buyer', { from: 'buyer', to: 'store', rules }),
        target('thief', { from: 'thief', to: 'store', rules }),
      ),
    );
    expect(await status('buyer', '/all')).toBe(200);
    expect(await status('thief', '/all', { method: 'HEAD' })).toBe(200);
  });

  row(
    '5.2 merging',
    'matches that share a method but differ in their list stay two, and the first is final',
    async () => {
      const both = { name: 'both', pathRegex: '/all', methods: ['GET', 'HEAD'] };
      const one = { name: 'one', pathRegex: '/all', methods: ['GET'] };
      await stage.given(
        state(
          routeGroup('routes', both, one),
          target('a-buyer', { from: 'buyer', to: 'store', rules: [http('routes', 'both')] }),
          target('b-thief', { from: 'thief', to: 'store', rules: [http('routes', 'one')] }),
        ),
      );
      expect(await status('buyer', '/all')).toBe(200);
      expect(await status('thief', '/all')).toBe(403);
    },
  );

  row('5.2 list order', 'of two matches in one target the first in the list decides, however general', async () => {
    const wide = { name: 'wide', pathRegex: '.*', methods: ['GET'] };
    const narrow = { name: 'narrow', pathRegex: '/buy', methods: ['GET'] };
    const thief = target('b-thief', { from: 'thief', to: 'store', rules: [http('routes', 'narrow')] });
    const buyer = (...matches: string[]) =>
      target('a-buyer', { from: 'buyer', to: 'store', rules: [http('routes', ...matches)] });
    await stage.given(state(routeGroup('routes', wide, narrow), buyer('wide', 'narrow'), thief));
    expect(await status('thief', '/buy')).toBe(403);
    await stage.given(state(routeGroup('routes', wide, narrow), buyer('narrow', 'wide'), thief));
    expect(await status('thief', '/buy')).toBe(200);
    expect(await status('thief', '/else')).toBe(403);
  });
});

describe('5.3 the Host header', () => {
  const lengths = ['store.shop', 'store.shop.svc', 'store.shop.svc.cluster', 'store.shop.svc.cluster.local'];
  const under = (pod: string, host: string) => status(pod, '/', { headers: { host } });

  row('5.3 host forms', 'ten names reach the service from its own namespace', async () => {
    await stage.given(permissive);
    for (const name of ['store', ...lengths]) {
      expect([await under('buyer', name), await under('buyer', `${name}:80`)]).toEqual([200, 200]);
    }
    for (const name of ['shop', 'store.away', 'store.shop.svc.cluster.local.', 'store.shop.svc.local', 'tore.shop']) {
      expect(await under('buyer', name)).toBe(404);
    }
  });

  row('5.3 other namespace', 'eight names reach it from elsewhere, the bare ones do not', async () => {
    await stage.given(permissive);
    for (const name of lengths) {
      expect([await under('walker', name), await under('walker', `${name}:80`)]).toEqual([200, 200]);
    }
    expect([await under('walker', 'store'), await under('walker', 'store:80')]).toEqual([404, 404]);
  });

  row('5.3 case', 'letters match in either case on both sidecars', async () => {
    await stage.given(permissive);
    expect([await under('buyer', 'STORE'), await under('buyer', 'Store.Shop.SVC:80')]).toEqual([200, 200]);
  });

  row('5.3 trailing dot', 'an absolute name is a 404 of the client sidecar', async () => {
    await stage.given(permissive);
    const { seen, log } = await call(stage.mesh, ['buyer', 'store'], store('/'), { headers: { host: 'store.shop.' } });
    expect(seen).toMatchObject({ status: 404, body: '' });
    expect(seen).not.toHaveProperty('headers.x-envoy-upstream-service-time');
    expect(log['store']).toEqual([]);
  });

  row('5.3 other port', "a port that is not the Service's is a 404 of the client sidecar", async () => {
    await stage.given(permissive);
    for (const host of ['store:8080', 'store.shop:14001']) {
      const { seen, log } = await call(stage.mesh, ['buyer', 'store'], store('/'), { headers: { host } });
      expect(seen).toMatchObject({ status: 404, body: '' });
      expect(log['store']).toEqual([]);
    }
  });

  row('5.3 HTTP/1.0', 'is refused with 426 Upgrade Required', async () => {
    await stage.given(permissive);
    const heard = await netcat(
      stage.mesh.inside('buyer'),
      'store.shop:80',
      'GET / HTTP/1.0\r\nHost: store\r\n\r\n',
      999,
    );
    expect(heard).toMatchObject({
      bytes: expect.stringMatching(/^HTTP\/1\.1 426 Upgrade Required\r\n(?:.*\r\n)*server: envoy\r\n/),
      end: 'closed',
    });
  });

  row('5.3 host unchanged', 'the app gets the name that the client wrote', async () => {
    await stage.given(permissive);
    const options = { headers: { host: 'Store.shop.SVC:80' } };
    const { seen, log } = await call(stage.mesh, ['buyer', 'store'], store('/'), options);
    expect(JSON.parse('body' in seen ? seen.body : '{}')).toMatchObject({ headers: { host: 'Store.shop.SVC:80' } });
    expect(log['store']?.[0]).toMatchObject({ authority: 'Store.shop.SVC:80' });
  });
});
