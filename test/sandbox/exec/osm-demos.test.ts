import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { KubectlVersion } from '../../tools/kubectl.ts';
import { ExecCluster, type Outcome } from './exec-cluster.ts';

/**
 * The demos of OSM's documentation, command by command with real kubectl: permissive mode, egress, TCP routing, retries,
 * circuit breaking, rate limits. Where a page waits a moment for the control plane, the command is tried again here.
 */
let cluster: ExecCluster;
const fixtures = join(import.meta.dirname, '../../fixtures/demos');
const words = (line: string) => [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
const kubectl = (line: string, input?: string, version: KubectlVersion = '1.36') =>
  cluster.run(version, words(line), input);

async function ok(line: string, input?: string): Promise<string> {
  const outcome = await kubectl(line, input);
  if (outcome.code !== 0) throw new Error(`kubectl ${line}: ${outcome.stdout}${outcome.stderr}`);
  return outcome.stdout;
}

/** The same command until it ends as expected: what a reader does who is told to wait a few seconds. */
const until = (line: string, expected: (outcome: Outcome) => void, version: KubectlVersion = '1.36') =>
  vi.waitFor(
    async () => {
      const outcome = await kubectl(line, undefined, version);
      expected(outcome);
      return outcome;
    },
    { timeout: 10_000, interval: 100 },
  );

const traffic = (change: object) =>
  ok(
    `patch meshconfig osm-mesh-config -n kube-system --type=merge -p '${JSON.stringify({ spec: { traffic: change } })}'`,
  );

/** What `osm namespace add` does. */
async function inMesh(namespace: string): Promise<void> {
  await ok(`create namespace ${namespace}`);
  await ok(`label namespace ${namespace} openservicemesh.io/monitored-by=osm`);
  await ok(`annotate namespace ${namespace} openservicemesh.io/sidecar-injection=enabled`);
}

async function deploy(namespace: string, file: string, ...deployments: string[]): Promise<void> {
  await inMesh(namespace);
  await ok(`apply -n ${namespace} -f ${join(fixtures, file)}`);
  for (const name of deployments) await ok(`rollout status deploy/${name} -n ${namespace} --timeout=30s`);
}

const stats = async (namespace: string, app: string, name: string): Promise<number> => {
  const pod = await ok(`get pod -n ${namespace} -l app=${app} -o jsonpath={.items[0].metadata.name}`);
  const text = await ok(`get --raw /api/v1/namespaces/${namespace}/pods/${pod}:15000/proxy/stats`);
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.split(': ')[1],
  );
};

beforeAll(async () => {
  cluster = await ExecCluster.start({ openServiceMesh: true });
  await ok('rollout status deploy/osm-injector -n kube-system --timeout=30s');
  await ok('rollout status deploy/osm-controller -n kube-system --timeout=30s');
  await traffic({ enablePermissiveTrafficPolicyMode: true, enableEgress: false });
  await deploy('httpbin', 'httpbin.yaml', 'httpbin');
  await deploy('curl', 'curl.yaml', 'curl');
  await deploy('tcp-demo', 'tcp-echo.yaml', 'tcp-echo');
  await deploy('demo', 'fortio.yaml', 'fortio', 'fortio-client');
}, 120_000);
afterAll(() => cluster.close());

const curl = (args: string) => `exec deploy/curl -n curl -c curl -- ${args}`;

describe.each(['1.28', '1.36'] as const)('with kubectl %s', (version) => {
  it('the curl client reaches httpbin in permissive mode', async () => {
    const { stdout } = await until(
      curl('curl -sI http://httpbin.httpbin:14001/get'),
      ({ code }) => expect(code).toBe(0),
      version,
    );
    expect(stdout).toMatch(/^HTTP\/1\.1 200 OK\r\nserver: envoy\r\n/);
    expect(stdout).toContain('access-control-allow-origin: *\r\n');
    expect(stdout).toMatch(/x-envoy-upstream-service-time: \d+\r\n/);
    const codes = await kubectl(
      curl("curl -s -o /dev/null -w '%{http_code} %{content_type}' http://httpbin.httpbin:14001/status/404"),
      undefined,
      version,
    );
    expect(codes).toMatchObject({ code: 0, stdout: '404 text/html; charset=utf-8' });
    const body = JSON.parse(
      (await kubectl(curl('curl -s -H X-Mine:yes http://httpbin.httpbin:14001/get?a=b'), undefined, version)).stdout,
    );
    expect(body).toMatchObject({
      args: { a: 'b' },
      headers: { Host: 'httpbin.httpbin:14001', 'X-Mine': 'yes' },
      url: 'http://httpbin.httpbin:14001/get?a=b',
    });
  });

  it('TCP goes to the echo server', async () => {
    const line = curl("sh -c 'echo hello | nc tcp-echo.tcp-demo 9000'");
    await until(
      line,
      (outcome) => expect(outcome).toMatchObject({ code: 0, stdout: 'echo response: hello\n' }),
      version,
    );
  });
});

it('fortio counts what the circuit breaker lets through', async () => {
  const load =
    'exec deploy/fortio-client -n demo -c fortio-client -- /usr/bin/fortio load -c 3 -qps 0 -n 50 -loglevel Warning http://httpbin.httpbin.svc.cluster.local:14001/get';
  const before = await until(load, ({ stderr }) => expect(stderr).toContain('Code 200 : 50 (100.0 %)'));
  expect(before.stderr).toContain('for exactly 50 calls (16 per thread + 2)');
  expect(before.stderr).toContain('Sockets used: 3 (for perfect keepalive, would be 3)');
  expect(before.stderr).toMatch(/# target 99\.9% 0\.\d+\n/);
  await ok(
    'apply -f -',
    JSON.stringify({
      apiVersion: 'policy.openservicemesh.io/v1alpha1',
      kind: 'UpstreamTrafficSetting',
      metadata: { name: 'httpbin', namespace: 'httpbin' },
      spec: {
        host: 'httpbin.httpbin.svc.cluster.local',
        connectionSettings: {
          tcp: { maxConnections: 1 },
          http: { maxPendingRequests: 1, maxRequestsPerConnection: 1 },
        },
      },
    }),
  );
  const after = await until(load, ({ stderr }) => expect(stderr).toMatch(/Code 503 : \d+/));
  const [passed, refused] = [200, 503].map((code) =>
    Number(new RegExp(`Code ${code} : (\\d+)`).exec(after.stderr)?.[1]),
  );
  expect((passed ?? 0) + (refused ?? 0)).toBe(50);
  expect(after.stderr.match(/Non ok http code 503 \(HTTP\/1\.1 503\)/g)).toHaveLength(refused ?? 0);
  const overflow = await stats('demo', 'fortio-client', 'cluster.httpbin/httpbin|14001.upstream_rq_pending_overflow');
  expect(overflow).toBeGreaterThanOrEqual(refused ?? 0);
  await ok('delete upstreamtrafficsetting httpbin -n httpbin');
});

const limit = (rateLimit: object) =>
  ok(
    'apply -f -',
    JSON.stringify({
      apiVersion: 'policy.openservicemesh.io/v1alpha1',
      kind: 'UpstreamTrafficSetting',
      metadata: { name: 'limit', namespace: 'demo' },
      spec: { host: 'fortio.demo.svc.cluster.local', rateLimit: { local: rateLimit } },
    }),
  );

it('three of ten HTTP requests pass a limit of three a minute', async () => {
  const load =
    'exec deploy/fortio-client -n demo -c fortio-client -- fortio load -c 3 -n 10 http://fortio.demo.svc.cluster.local:8080';
  await until(load, ({ stderr }) => expect(stderr).toContain('Code 200 : 10 (100.0 %)'));
  await limit({ http: { requests: 3, unit: 'minute' } });
  const limited = await until(load, ({ stderr }) => expect(stderr).toContain('Code 429'));
  expect(limited.stderr).toContain('Code 200 : 3 (30.0 %)\nCode 429 : 7 (70.0 %)\n');
  expect(limited.stderr).toContain('Sockets used: 7 (for perfect keepalive, would be 3)');
  expect(limited.stderr).toMatch(/Error cases : count 7 avg /);
  expect(await stats('demo', 'fortio', 'http_local_rate_limiter.http_local_rate_limit.rate_limited')).toBe(7);
});

it('one of three TCP connections passes a limit of one a minute', async () => {
  const load =
    'exec deploy/fortio-client -n demo -c fortio-client -- fortio load -qps -1 -c 3 -n 10 tcp://fortio.demo.svc.cluster.local:8078';
  await until(load, ({ stderr }) =>
    expect(stderr).toContain('Total Bytes sent: 240, received: 240\ntcp OK : 10 (100.0 %)\n'),
  );
  await limit({ tcp: { connections: 1, unit: 'minute' } });
  const limited = await until(load, ({ stderr }) => expect(stderr).toContain('tcp short read'));
  const passed = Number(/tcp OK : (\d+)/.exec(limited.stderr)?.[1]);
  expect([3, 4]).toContain(passed);
  expect(limited.stderr).toContain(`tcp short read : ${10 - passed} `);
  await ok('delete upstreamtrafficsetting limit -n demo');
});

it('a Retry policy tries a 503 five times more', async () => {
  await ok(
    `patch meshconfig osm-mesh-config -n kube-system --type=merge -p '{"spec":{"featureFlags":{"enableRetryPolicy":true}}}'`,
  );
  await ok(
    'apply -f -',
    JSON.stringify({
      apiVersion: 'policy.openservicemesh.io/v1alpha1',
      kind: 'Retry',
      metadata: { name: 'retry', namespace: 'curl' },
      spec: {
        source: { kind: 'ServiceAccount', name: 'curl', namespace: 'curl' },
        destinations: [{ kind: 'Service', name: 'httpbin', namespace: 'httpbin' }],
        retryPolicy: { retryOn: '5xx', perTryTimeout: '1s', numRetries: 5, retryBackoffBaseInterval: '10ms' },
      },
    }),
  );
  const name = 'cluster.httpbin/httpbin|14001.upstream_rq_retry';
  await vi.waitFor(
    async () => {
      expect((await kubectl(curl('curl -sI httpbin.httpbin.svc.cluster.local:14001/status/503'))).stdout).toMatch(
        /^HTTP\/1\.1 503 /,
      );
      expect(await stats('curl', 'curl', name)).toBe(5);
    },
    { timeout: 10_000, interval: 100 },
  );
  await ok(curl('curl -sI httpbin.httpbin.svc.cluster.local:14001/status/404'));
  expect(await stats('curl', 'curl', name)).toBe(5);
});

it('without policies nothing is reached, until a TrafficTarget or egress allows it', async () => {
  await traffic({ enablePermissiveTrafficPolicyMode: false });
  const refused = await until(curl('curl -I http://httpbin.httpbin:14001'), ({ code }) => expect(code).toBe(7));
  expect(refused.stderr).toMatch(
    /curl: \(7\) Failed to connect to httpbin\.httpbin port 14001 after \d+ ms: Couldn't connect to server\n/,
  );
  expect(refused.stderr).toContain('command terminated with exit code 7');
  const echo = curl("sh -c 'echo hello | nc tcp-echo.tcp-demo 9000'");
  expect((await kubectl(echo)).code).toBe(1);
  const outside = curl('curl -I https://httpbin.example.org:443/get');
  expect((await kubectl(outside)).code).toBe(7);
  await ok(`apply -f ${join(fixtures, 'tcp-echo-access.yaml')}`);
  await until(echo, (outcome) => expect(outcome).toMatchObject({ code: 0, stdout: 'echo response: hello\n' }));
  await traffic({ enableEgress: true });
  const reached = await until(outside, ({ code }) => expect(code).toBe(0));
  expect(reached.stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});
