import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type MeshCluster, startMeshCluster } from '../mesh-cluster.ts';

/** The admin pages that people use, as Envoy answers them. */
let mesh: MeshCluster;

beforeAll(async () => {
  mesh = await startMeshCluster();
  await mesh.namespace('shop');
  await mesh.pod('shop', 'buyer');
  await mesh.pod('shop', 'store', { image: 'test/echo' });
  await mesh.service('shop', 'store', { port: 80, targetPort: 14001 });
  await eventually(() => mesh.call('buyer', 'store.shop:80'), 200);
});

afterAll(() => mesh.close());

const get = (path: string) => mesh.admin('buyer', path);
const post = (path: string) => mesh.admin('buyer', path, 'POST');

interface Dump {
  configs: Record<string, unknown>[];
}
const dump = async (query: string) => JSON.parse((await get(`/config_dump?${query}`)).body) as Dump;

describe('the admin interface', () => {
  it('lists its pages on / and /help, and on any path that there is not', async () => {
    const help = (await get('/help')).body;
    expect(help).toMatch(/^admin commands are:\n {2}\/: Admin home page\n {2}\/certs: print certs on machine\n/);
    expect(help).toContain('  /quitquitquit (POST): exit the server\n');
    expect((await get('/')).body).toBe(help);
    expect(await get('/nothing')).toMatchObject({ status: 404, body: `invalid path. ${help}` });
    for (const path of ['//', '//ready', 'http://['])
      expect(await get(path)).toMatchObject({ status: 404, body: `invalid path. ${help}` });
  });

  it.each(['/quitquitquit', '/reset_counters', '/logging'])('%s wants POST', async (path) => {
    expect(await get(path)).toMatchObject({ status: 405, body: 'Method GET not allowed, POST required.' });
  });

  it('/ready and /server_info say LIVE; listeners come as text and JSON', async () => {
    expect(await get('/ready')).toMatchObject({ status: 200, body: 'LIVE\n' });
    expect(JSON.parse((await get('/server_info')).body)).toMatchObject({
      state: 'LIVE',
      command_line_options: { log_level: 'error' },
    });
    expect((await get('/listeners')).body).toContain('outbound-listener::0.0.0.0:15001\n');
    const { listener_statuses } = JSON.parse((await get('/listeners?format=json')).body) as Dump & {
      listener_statuses: object[];
    };
    expect(listener_statuses).toContainEqual({
      name: 'outbound-listener',
      local_address: { socket_address: { address: '0.0.0.0', port_value: 15001 } },
    });
  });

  it('/stats filters, leaves out what was never used, and refuses what is no regex, format or bucket mode', async () => {
    const lines = (await get('/stats?filter=^cluster%5C.shop/store.*upstream_rq_(total|retry)$')).body;
    expect(lines).toMatch(
      /^cluster\.shop\/store\|14001\.upstream_rq_retry: 0\ncluster\.shop\/store\|14001\.upstream_rq_total: \d+\n$/,
    );
    expect((await get('/stats?usedonly&filter=upstream_rq_(total|retry)$')).body).not.toContain('upstream_rq_retry: 0');
    expect(await get('/stats?filter=(')).toMatchObject({ status: 400, body: 'Invalid regex: "("\n' });
    expect((await get('/stats?format=xml')).status).toBe(400);
    expect((await get('/stats?histogram_buckets=some')).status).toBe(400);
  });

  it('/reset_counters sets counters to zero and leaves gauges', async () => {
    await mesh.call('buyer', 'store.shop:80');
    expect(await mesh.stat('buyer', 'cluster.shop/store|14001.upstream_rq_total')).toBeGreaterThan(0);
    expect((await post('/reset_counters')).body).toBe('OK\n');
    expect(await mesh.stat('buyer', 'cluster.shop/store|14001.upstream_rq_total')).toBe(0);
    expect(await mesh.stat('buyer', 'cluster.shop/store|14001.membership_healthy')).toBe(1);
    expect((await get('/stats?usedonly')).body).toContain('cluster.shop/store|14001.upstream_rq_total: 0\n');
  });

  it('/logging shows and sets levels, all or nothing', async () => {
    expect((await post('/logging')).body).toMatch(/^active loggers:\n {2}admin: error\n/);
    expect((await post('/logging?http=debug')).body).toContain('  http: debug\n  http2: error\n');
    expect((await post('/logging?paths=http:info,rbac:trace')).body).toContain('  rbac: trace\n');
    expect((await post('/logging?level=warning')).body).not.toMatch(/: (info|trace|error)\n/);
    expect(await post('/logging?http=loud')).toMatchObject({ status: 400 });
    expect((await post('/logging')).body).toContain('  http: warning\n');
  });

  it('/config_dump?resource= gives the elements of one field, each with its type', async () => {
    const { configs } = await dump('resource=dynamic_listeners');
    expect(configs.map(({ name }) => name)).toContain('outbound-listener');
    expect(configs[0]?.['@type']).toBe('type.googleapis.com/envoy.admin.v3.ListenersConfigDump.DynamicListener');
    expect(await get('/config_dump?resource=bootstrap')).toMatchObject({ status: 400 });
    expect(await get('/config_dump?resource=nothing')).toMatchObject({
      status: 404,
      body: 'nothing not found in config dump\n',
    });
  });

  it('/config_dump?name_regex= keeps what is called so, ?mask= only the fields it names', async () => {
    const named = await dump(`resource=dynamic_active_clusters&name_regex=${encodeURIComponent('shop/store.*')}`);
    expect(named.configs.map(({ cluster }) => (cluster as { name: string }).name)).toEqual(['shop/store|14001']);
    expect(await get('/config_dump?name_regex=(')).toMatchObject({ status: 400 });
    const { configs } = await dump('resource=dynamic_active_clusters&mask=cluster.name');
    expect(configs).toContainEqual({
      '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump.DynamicCluster',
      cluster: { name: 'shop/store|14001' },
    });
  });

  it('/config_dump shows endpoints only when asked', async () => {
    expect((await get('/config_dump')).body).not.toContain('EndpointsConfigDump');
    const { configs } = await dump('resource=dynamic_endpoint_configs&mask=endpoint_config.cluster_name');
    expect(configs).toContainEqual(expect.objectContaining({ endpoint_config: { cluster_name: 'shop/store|14001' } }));
  });

  it('/quitquitquit ends the sidecar, and the kubelet starts another one', async () => {
    expect((await mesh.admin('store', '/quitquitquit', 'POST')).body).toBe('OK\n');
    await eventually(() => mesh.call('buyer', 'store.shop:80'), 200);
  });
});
