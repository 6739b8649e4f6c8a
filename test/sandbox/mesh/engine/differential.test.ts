import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../../../src/platform/random.ts';
import { type RecordingApp, recordingApp } from './differential/app.ts';
import { play } from './differential/client.ts';
import { type Difference, differences } from './differential/differences.ts';
import { type Scenario, scenario } from './differential/generated-request.ts';
import { intoServer, type ProxyPair, startProxyPair } from './proxy-pair.ts';

/**
 * The same bytes to the same program twice: over a plain connection, and through two sidecars. Both ways must show the
 * program the same requests and the client the same answers, but for what a proxy is meant to change.
 *
 *   MESHWALK_REQUESTS=100000 vitest run …   more of them
 *   MESHWALK_SEED=1234 MESHWALK_REQUESTS=1  one scenario again
 */
const wanted = Number(process.env['MESHWALK_REQUESTS'] ?? 3000);
const firstSeed = Number(process.env['MESHWALK_SEED'] ?? 1);
const sideBySide = 8;
const patienceMs = 30_000;

let [direct, proxied]: RecordingApp[] = [];
let pair: ProxyPair;
let directPort: number;

beforeAll(async () => {
  [direct, proxied] = [recordingApp(), recordingApp()];
  direct?.server.listen(0, '127.0.0.1');
  if (!direct || !proxied) throw new Error('no apps');
  await once(direct.server, 'listening');
  directPort = (direct.server.address() as AddressInfo).port;
  pair = await startProxyPair(intoServer(proxied.server));
});

afterAll(async () => {
  await pair.close();
  for (const app of [direct, proxied]) {
    app?.server.closeAllConnections();
    app?.server.close();
  }
});

/** A scenario that hangs is a difference too. */
async function bounded<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} hangs`)), patienceMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function compare(made: Scenario): Promise<Difference[]> {
  if (!direct || !proxied) throw new Error('no apps');
  const plain = connect({ port: directPort, host: '127.0.0.1', noDelay: true }).on('error', () => {});
  const [one, other] = await Promise.all([
    bounded(play(made, plain), `seed ${made.seed}, direct`),
    bounded(play(made, await pair.connect()), `seed ${made.seed}, proxied`),
  ]);
  return differences(made, { outcome: one, seen: direct.seen }, { outcome: other, seen: proxied.seen });
}

const active = [
  'http.outbound.downstream_rq_active',
  'cluster.app.upstream_rq_active',
  'cluster.app.upstream_rq_pending_active',
];

describe('generated requests, directly and through two sidecars', () => {
  it('reach the app and come back the same, and every one is counted', { timeout: 600_000 }, async () => {
    let [count, seed, answered] = [0, firstSeed, 0];
    const found: Difference[] = [];
    const lane = async () => {
      while (count < wanted && found.length === 0) {
        const made = scenario(seededRandom(seed), seed);
        seed++;
        count += made.requests.length;
        found.push(...(await compare(made)));
        for (const { id } of made.requests) if (proxied?.seen.has(id)) answered++;
        for (const { id } of made.requests) for (const app of [direct, proxied]) app?.seen.delete(id);
      }
    };
    await Promise.all(Array.from({ length: Math.min(sideBySide, wanted) }, lane));
    process.stdout.write(`differential: ${count} requests, seeds ${firstSeed} to ${seed - 1}\n`);
    expect(found, `again with MESHWALK_SEED=${found[0]?.request.split('-')[0]} MESHWALK_REQUESTS=1`).toEqual([]);
    // News of a client that left is still on its way when the client is done.
    const stillActive = () => active.map((name) => pair.stat('outbound', name));
    await expect.poll(stillActive, { timeout: patienceMs }).toEqual(active.map(() => 0));
    const inboundActive = () => pair.stat('inbound', 'http.inbound.downstream_rq_active');
    await expect.poll(inboundActive, { timeout: patienceMs }).toBe(0);
    // A client that left may have gone before its request was read; none is counted twice.
    const total = pair.stat('outbound', 'http.outbound.downstream_rq_total');
    expect(total).toBeLessThanOrEqual(count);
    expect(total).toBe(pair.logs.outbound.length);
    expect(pair.stat('inbound', 'http.inbound.downstream_rq_total')).toBe(pair.logs.inbound.length);
    expect(pair.stat('inbound', 'http.inbound.downstream_rq_total')).toBeGreaterThanOrEqual(answered);
  });
});
