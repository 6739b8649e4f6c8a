import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SteppedClock } from '../../../../src/platform/clock.ts';
import type { HealthCheck } from '../../../../src/sandbox/mesh/proxy-config.ts';
import { fetchOver, type Seen } from '../mesh-cluster.ts';
import { intoServer, type PairOptions, type ProxyPair, startProxyPair } from './proxy-pair.ts';

/** Active health checks of the client's sidecar, and the filter of the server's that answers them. Intervals are [derived]. */
const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const healthCheck: HealthCheck = {
  host: 'app.test',
  path: '/healthy',
  headers: { 'x-check': '1' },
  timeoutMs: 1000,
  intervalMs: 10_000,
  healthyThreshold: 1,
  unhealthyThreshold: 3,
};
const [one, two, dead] = [
  { ip: '10.244.0.2', port: 8080 },
  { ip: '10.244.0.2', port: 8081 },
  { ip: '10.244.0.9', port: 8080 },
];

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const fine: Answer = (_, response) => response.end('fine');

class Checked {
  readonly pair: ProxyPair;
  readonly clock: SteppedClock;
  readonly asked: IncomingMessage[];

  constructor(pair: ProxyPair, clock: SteppedClock, asked: IncomingMessage[]) {
    this.pair = pair;
    this.clock = clock;
    this.asked = asked;
  }

  stat(name: string): number {
    return this.pair.stat('outbound', `cluster.app.${name}`);
  }

  get hosts(): Record<string, boolean> {
    const [app] = this.pair.outbound.upstreams;
    return Object.fromEntries((app?.hosts ?? []).map(({ key, failsHealthChecks }) => [key, !failsHealthChecks]));
  }

  get #ended(): number {
    return this.stat('health_check.success') + this.stat('health_check.failure');
  }

  /** Steps the clock; so many checks begin meanwhile, and it waits for their end. */
  async later(ms: number, checks: number): Promise<void> {
    const before = this.stat('health_check.attempt');
    await this.clock.step(ms);
    expect(this.stat('health_check.attempt') - before).toBe(checks);
    await vi.waitFor(() => expect(this.#ended).toBe(before + checks), { timeout: 30_000, interval: 2 });
  }

  /** A check that gets no answer. */
  async unanswered(): Promise<void> {
    const [asked, ended] = [this.asked.length, this.#ended];
    await this.clock.step(60_000);
    await vi.waitFor(() => expect(this.asked.length).toBe(asked + 1), { timeout: 30_000, interval: 2 });
    await this.clock.step(999);
    expect(this.#ended).toBe(ended);
    await this.clock.step(1);
    expect(this.#ended).toBe(ended + 1);
  }

  async get(path = '/', headers: Record<string, string> = {}): Promise<Seen> {
    return fetchOver(await this.pair.connect(), 'app.test', { path, headers: { connection: 'close', ...headers } });
  }

  /** What the next picks come to. */
  picks(count: number): string[] {
    const [app] = this.pair.outbound.upstreams;
    return Array.from({ length: count }, () => app?.pick()?.key ?? 'none').sort();
  }
}

async function start(health: Answer, options: PairOptions = {}): Promise<Checked> {
  const asked: IncomingMessage[] = [];
  const app = createServer((request, response) => {
    if (request.url !== '/healthy') {
      response.end('app');
      return;
    }
    asked.push(request);
    health(request, response);
  });
  const clock = new SteppedClock();
  const pair = await startProxyPair(intoServer(app), {
    clock,
    ...options,
    cluster: { healthCheck, ...options.cluster },
  });
  closers.push(
    () => pair.close(),
    () => app.closeAllConnections(),
  );
  return new Checked(pair, clock, asked);
}

describe('an endpoint', () => {
  it('is asked before the cluster is used, over its TLS, and no counter of traffic knows', async () => {
    const checked = await start(fine);
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': true });
    expect(checked.asked[0]).toMatchObject({ method: 'GET', url: '/healthy' });
    expect(checked.asked[0]?.headers).toMatchObject({
      host: 'app.test',
      'x-check': '1',
      'user-agent': 'Envoy/HC',
    });
    expect(['attempt', 'success', 'failure', 'healthy'].map((name) => checked.stat(`health_check.${name}`))).toEqual([
      1, 1, 0, 1,
    ]);
    expect(['upstream_cx_total', 'upstream_rq_total'].map((name) => checked.stat(name))).toEqual([0, 0]);
    expect(checked.pair.stat('inbound', 'listener.0.0.0.0_15003.downstream_cx_total')).toBe(1);
  });

  it('is asked each minute while nobody calls it, then at the interval, on one connection [derived]', async () => {
    const checked = await start(fine);
    await checked.later(59_999, 0);
    await checked.later(1, 1);
    await checked.get();
    await checked.later(60_000, 1);
    await checked.later(9_999, 0);
    await checked.later(1, 1);
    expect(checked.pair.stat('inbound', 'listener.0.0.0.0_15003.downstream_cx_total')).toBe(2);
  });

  it('fails at once with an answer other than 200, and is healthy again with the next 200', async () => {
    let status = 200;
    const checked = await start((_, response) => response.writeHead(status).end());
    status = 503;
    await checked.later(60_000, 1);
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': false });
    expect(checked.stat('membership_healthy')).toBe(0);
    status = 200;
    await checked.later(60_000, 1);
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': true });
    expect(checked.stat('membership_healthy')).toBe(1);
    expect(checked.stat('health_check.network_failure')).toBe(0);
  });

  it('needs as many good checks as the threshold says to come back, but one to begin with', async () => {
    let status = 200;
    const checked = await start((_, response) => response.writeHead(status).end(), {
      cluster: { healthCheck: { ...healthCheck, healthyThreshold: 2 } },
    });
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': true });
    status = 500;
    await checked.later(60_000, 1);
    status = 200;
    await checked.later(60_000, 1);
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': false });
    await checked.later(60_000, 1);
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': true });
  });

  it('fails with the third check in a row that has no answer in a second, and one good check starts the count anew', async () => {
    let silent = false;
    const checked = await start((request, response) => {
      if (!silent) fine(request, response);
    });
    silent = true;
    await checked.unanswered();
    await checked.unanswered();
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': true });
    silent = false;
    await checked.later(60_000, 1);
    silent = true;
    await checked.unanswered();
    await checked.unanswered();
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': true });
    await checked.unanswered();
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': false });
    expect(checked.stat('health_check.network_failure')).toBe(5);
  });
});

describe('a cluster', () => {
  it('skips what fails, until fewer than half are healthy', async () => {
    const checked = await start(fine, { cluster: { healthCheck, endpoints: [one, two, dead] } });
    expect(checked.picks(4)).toEqual(['10.244.0.2:8080', '10.244.0.2:8080', '10.244.0.2:8081', '10.244.0.2:8081']);
    expect(checked.stat('lb_healthy_panic')).toBe(0);
    const more = { ip: '10.244.0.9', port: 8081 };
    await checked.pair.update({ healthCheck, endpoints: [one, two, dead, more] });
    expect(checked.picks(2)).toEqual(['10.244.0.2:8080', '10.244.0.2:8081']);
    await checked.pair.update({ healthCheck, endpoints: [one, two, dead, more, { ...more, port: 8082 }] });
    expect(new Set(checked.picks(5)).size).toBe(5);
    expect(checked.stat('lb_healthy_panic')).toBe(5);
  });

  it('lets the kept connections go when an endpoint fails [derived]', async () => {
    let status = 200;
    const checked = await start((_, response) => response.writeHead(status).end());
    await checked.get();
    expect(checked.stat('upstream_cx_active')).toBe(1);
    status = 503;
    await checked.later(60_000, 1);
    await vi.waitFor(() => expect(checked.stat('upstream_cx_active')).toBe(0), 5000);
  });

  it('keeps an endpoint that discovery no longer names while its checks pass [derived]', async () => {
    let status = 200;
    const checked = await start((_, response) => response.writeHead(status).end(), {
      cluster: { healthCheck, endpoints: [one, two, dead] },
    });
    await checked.pair.update({ healthCheck, endpoints: [one] });
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': true, '10.244.0.2:8081': true });
    status = 500;
    await checked.later(60_000, 2);
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': false });
  });

  it('asks nobody any more when it has no health check, and holds nothing against those that failed', async () => {
    const checked = await start((_, response) => response.writeHead(503).end());
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': false });
    await checked.pair.update({ endpoints: [one] });
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': true });
    await checked.later(600_000, 0);
    expect(checked.stat('health_check.attempt')).toBe(1);
  });
});

describe('a cluster that goes away', () => {
  it('leaves no check behind', async () => {
    const checked = await start(fine);
    const { dynamic } = checked.pair.outbound;
    if (!dynamic) throw new Error('the sidecar has no configuration');
    await checked.pair.outbound.apply({ ...dynamic, config: { ...dynamic.config, clusters: [] } });
    await checked.later(600_000, 0);
    await vi.waitFor(
      () => expect(checked.pair.stat('inbound', 'listener.0.0.0.0_15003.downstream_cx_active')).toBe(0),
      5000,
    );
  });
});

describe('the health check filter', () => {
  const manager = { healthCheckFilter: { path: '/healthy', header: 'x-check' } };

  it('answers in front of the app, with a route or without one, and the answer is not counted', async () => {
    const checked = await start(fine, { server: { manager } });
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': true });
    expect(checked.asked).toEqual([]);
    expect(checked.pair.stat('inbound', 'http.inbound.downstream_rq_total')).toBe(1);
    expect(checked.pair.stat('inbound', 'http.inbound.downstream_rq_2xx')).toBe(0);
    expect(checked.pair.logs.inbound[0]).toMatchObject({
      path: '/healthy',
      response_code: 200,
      response_code_details: 'health_check_ok',
    });
    const unrouted = await start(fine, {
      server: { manager, route: { path: { type: 'prefix', prefix: '/elsewhere' } } },
    });
    expect(unrouted.hosts).toEqual({ '10.244.0.2:8080': true });
    expect(unrouted.pair.stat('inbound', 'http.inbound.no_route')).toBe(0);
  });

  it('passes on what lacks the header or has another path', async () => {
    const checked = await start(fine, { server: { manager } });
    expect(await checked.get('/healthy')).toMatchObject({ body: 'fine' });
    expect(await checked.get('/healthy?', { 'x-check': '1' })).toMatchObject({ body: 'app' });
    expect(await checked.get('/healthy', { 'x-check': 'any' })).toMatchObject({ status: 200, body: '' });
  });

  it('comes after role-based access', async () => {
    const rbac = { type: 'names', names: ['somebody-else.test'] } as const;
    const checked = await start(fine, { server: { manager, route: { rbac } } });
    expect(checked.hosts).toEqual({ '10.244.0.2:8080': false });
    expect(checked.pair.logs.inbound[0]).toMatchObject({ path: '/healthy', response_code: 403 });
    expect(checked.pair.stat('inbound', 'http.inbound.downstream_rq_4xx')).toBe(1);
  });
});
