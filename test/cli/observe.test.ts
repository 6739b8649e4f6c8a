import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunningCluster } from '../../src/sandbox/cluster.ts';
import * as osm from '../../src/sandbox/mesh/osm/kinds.ts';
import { apply, startMeshedCluster, untilReady } from '../sandbox/bookstore-cluster.ts';
import { kubeconfigText } from '../sandbox/kubectl/side-by-side.ts';
import { build, meshwalk } from './meshwalk.ts';

/** `meshwalk charts` and `meshwalk trace` as programs, on a cluster with the bookstore and a Jaeger. */
const folder = mkdtempSync(join(tmpdir(), 'meshwalk-observe-'));
const kubeconfig = join(folder, 'kubeconfig');
const patient = { timeout: 40_000, interval: 100 };
let cluster: RunningCluster;

beforeAll(async () => {
  build();
  cluster = await startMeshedCluster(join(folder, 'cluster'));
  writeFileSync(kubeconfig, kubeconfigText(cluster.access), { mode: 0o600 });
});

afterAll(async () => {
  await cluster?.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => meshwalk(folder, [...args, '--kubeconfig', kubeconfig]);

describe('before anything is there', () => {
  it('charts says that no sidecar answers, and trace that no Jaeger runs and how to get one', async () => {
    expect(await run('charts', '--for', '1')).toMatchObject({
      code: 0,
      out: expect.stringContaining('No pod of the mesh has a sidecar that answers.'),
    });
    expect(await run('trace')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/No Jaeger runs in this cluster\.[\s\S]*manifests\/observe\/jaeger\.yaml/),
    });
  });

  it('both say when there is no cluster to look into', async () => {
    for (const name of ['charts', 'trace']) {
      expect(await meshwalk(folder, [name])).toMatchObject({
        code: 1,
        err: expect.stringContaining('No sandbox runs, so there is nothing to look at.'),
      });
      const nowhere = join(folder, 'nowhere');
      expect(await meshwalk(folder, [name, '--kubeconfig', nowhere])).toMatchObject({
        code: 1,
        err: expect.stringContaining(`There is no file ${nowhere}.`),
      });
      expect((await meshwalk(folder, [name, '--help'])).out).toContain('Examples:');
    }
  });
});

describe('with the bookstore', () => {
  beforeAll(async () => {
    for (const app of ['bookstore', 'bookwarehouse', 'bookbuyer']) await apply(cluster, `apps/${app}.yaml`);
    await apply(cluster, 'observe/jaeger.yaml');
    await untilReady(cluster, 'bookstore', 'bookwarehouse', 'bookbuyer', 'tracing');
    const tracing = {
      enable: true,
      address: 'jaeger.tracing.svc.cluster.local',
      port: 9411,
      endpoint: '/api/v2/spans',
    };
    await cluster.api.modify(osm.meshConfigs, 'osm-mesh-config', 'kube-system', (draft) => {
      draft.spec = { ...draft.spec, observability: { ...draft.spec?.observability, tracing } };
    });
  });

  it('charts counts what the bookbuyer asks, and ends by itself where there is no terminal', async () => {
    await vi.waitFor(async () => {
      const { out } = await run('charts', '--for', '2', '--every', '1', '--json');
      const { services, unheard } = JSON.parse(out) as {
        services: { service: string; steps: unknown[]; whole: { requestsPerSecond: number; success: number } }[];
        unheard: string[];
      };
      const store = services.find(({ service }) => service === 'bookstore/bookstore');
      expect(store?.whole.requestsPerSecond).toBeGreaterThan(0);
      expect(store?.whole.success).toBe(1);
      expect(store?.steps.length).toBeGreaterThan(0);
      expect(unheard).toEqual([]);
    }, patient);
    const { out } = await run('charts', '--for', '2', '--every', '1');
    expect(out).toMatch(/^Requests in the mesh, last [\d.]+ s\n\nbookstore\/bookstore\n {2}requests\/s {2}\d/);
    expect(out).not.toContain('\u001b');
  }, 90_000);

  it('trace lists traces, and shows one as a tree from its first digits', async () => {
    const id = await vi.waitFor(async () => {
      const { out } = await run('trace', '--limit', '40', '--json');
      const traces = JSON.parse(out) as { id: string; spans: { kind: string; status?: string }[] }[];
      // While the shop starts some calls are answered with an error.
      const isGood = (spans: (typeof traces)[number]['spans']) =>
        spans.every(({ status }) => /^2\d\d$/.test(status ?? ''));
      const whole = traces.find(
        ({ spans }) => spans.length >= 2 && spans.some(({ kind }) => kind === 'server') && isGood(spans),
      );
      if (!whole) throw new Error(`no whole trace among ${traces.length}`);
      return whole.id;
    }, patient);
    expect((await run('trace', '--limit', '3')).out.trim().split('\n')).toHaveLength(3);
    const { out, code } = await run('trace', id.slice(0, 12));
    expect(code).toBe(0);
    expect(out).toContain(`Trace ${id}`);
    expect(out).toMatch(/^\S+ client .* 2\d\d .*█/m);
    expect(out).toMatch(/└ \S+ server .* 2\d\d .*█/);
    expect(await run('trace', 'ffffffff')).toMatchObject({
      code: 1,
      err: expect.stringContaining('no trace "ffffffff"'),
    });
  }, 90_000);
});
