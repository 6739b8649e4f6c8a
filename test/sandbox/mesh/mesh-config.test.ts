import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as resources from '../../../src/kube/resources.ts';
import { SteppedClock } from '../../../src/platform/clock.ts';
import * as kinds from '../../../src/sandbox/mesh/osm/kinds.ts';
import { controlPlaneLog } from '../../../src/sandbox/mesh/osm/log.ts';
import { followResyncInterval, isPushed } from '../../../src/sandbox/mesh/osm/mesh-config-changes.ts';
import { addOn, meshConfigName } from '../../../src/sandbox/mesh/osm/names.ts';
import { removePod } from './control-plane-restart.ts';
import { connectedProxies, controllerLogs } from './controllers.ts';
import { eventually, type MeshCluster } from './mesh-cluster.ts';
import { startStoreAndBuyer } from './store-and-buyer.ts';

let mesh: MeshCluster;
const call = (from: string) => () => mesh.call(from, 'store.shop:14001');

beforeAll(async () => {
  mesh = await startStoreAndBuyer();
});

afterAll(() => mesh.close());

describe('which changes of MeshConfig are pushed', () => {
  const cases: [string, kinds.MeshConfigSpec, kinds.MeshConfigSpec, boolean][] = [
    ['traffic.enableEgress', { traffic: { enableEgress: true } }, {}, true],
    ['traffic.enablePermissiveTrafficPolicyMode', { traffic: { enablePermissiveTrafficPolicyMode: true } }, {}, true],
    ['observability.tracing', { observability: { tracing: { enable: true } } }, {}, true],
    ['a feature flag', { featureFlags: { enableRetryPolicy: true } }, {}, true],
    [
      'a feature flag that says false as before by its absence',
      { featureFlags: { enableRetryPolicy: false } },
      {},
      false,
    ],
    ['external authorization switched on', { traffic: { inboundExternalAuthorization: { enable: true } } }, {}, true],
    [
      'a field of external authorization while it is on',
      { traffic: { inboundExternalAuthorization: { enable: true, port: 1 } } },
      { traffic: { inboundExternalAuthorization: { enable: true, port: 2 } } },
      true,
    ],
    [
      'a field of external authorization while it is off',
      { traffic: { inboundExternalAuthorization: { enable: false, port: 1 } } },
      { traffic: { inboundExternalAuthorization: { enable: false, port: 2 } } },
      false,
    ],
    ['observability.osmLogLevel', { observability: { osmLogLevel: 'debug' } }, {}, false],
    ['observability.enableDebugServer', { observability: { enableDebugServer: true } }, {}, false],
    ['sidecar.logLevel', { sidecar: { logLevel: 'debug' } }, {}, false],
    ['sidecar.tlsMinProtocolVersion', { sidecar: { tlsMinProtocolVersion: 'TLSv1_3' } }, {}, false],
    ['certificate', { certificate: { serviceCertValidityDuration: '1h', certKeyBitSize: 4096 } }, {}, false],
    ['traffic.outboundPortExclusionList', { traffic: { outboundPortExclusionList: [1] } }, {}, false],
  ];
  for (const [name, before, after, pushed] of cases) {
    it(`${name}: ${pushed ? 'pushed' : 'not pushed'}`, () => {
      expect(isPushed(before, after)).toBe(pushed);
      expect(isPushed(after, before)).toBe(pushed);
    });
  }
});

describe('sidecar.configResyncInterval', () => {
  it('pushes from its change on at that interval; less than 30 s is refused, 0 stops', async () => {
    const clock = new SteppedClock();
    const lines: string[] = [];
    let resyncs = 0;
    const log = controlPlaneLog(clock, (line) => lines.push(line));
    const stop = followResyncInterval({ api: mesh.api, install: addOn, clock, log }, () => resyncs++);
    await mesh.sidecars({ configResyncInterval: '1m' });
    await clock.step(125_000);
    expect(resyncs).toBe(2);
    await mesh.sidecars({ configResyncInterval: '29s' });
    expect(lines.join('')).toContain(
      'New resync interval is less than min allowed interval 30s, ticker will not be updated',
    );
    await clock.step(60_000);
    expect(resyncs).toBe(3);
    await mesh.sidecars({ configResyncInterval: 'often' });
    expect(lines.join('')).toContain('time: invalid duration \\"often\\"');
    await mesh.sidecars({ configResyncInterval: '0s' });
    expect(lines.join('')).toContain('Resync interval set to 0, stopping ticker');
    await clock.step(600_000);
    expect(resyncs).toBe(3);
    stop();
  });
});

describe('sidecar.maxDataPlaneConnections', () => {
  const patient = { timeout: 10_000, interval: 20 };
  const isReady = async (status: number) => expect((await mesh.admin('one-too-many', '/ready')).status).toBe(status);

  afterAll(() => mesh.sidecars({ maxDataPlaneConnections: 0 }));

  it('counts at the next connection: a further proxy gets no configuration until there is room', async () => {
    // Each replica counts its own proxies, and a proxy comes to either of them by chance.
    await mesh.api.modify(resources.deployments, 'osm-controller', addOn.namespace, ({ spec }) => {
      if (spec) spec.replicas = 1;
    });
    await vi.waitFor(async () => expect(await connectedProxies(mesh)).toEqual([2]), patient);
    await mesh.sidecars({ maxDataPlaneConnections: 2 });
    await mesh.api.create(resources.pods, {
      metadata: { name: 'one-too-many', namespace: 'shop', labels: { app: 'one-too-many' } },
      spec: {
        serviceAccountName: 'buyer',
        containers: [{ name: 'app', image: 'test/client' }],
        terminationGracePeriodSeconds: 0,
      },
    });
    await vi.waitFor(() => isReady(503), patient);
    expect(await mesh.call('one-too-many', 'store.shop:14001')).toEqual({ type: 'refused' });
    expect(await call('buyer')()).toMatchObject({ status: 200 });
    await mesh.sidecars({ maxDataPlaneConnections: 0 });
    await vi.waitFor(() => isReady(200), patient);
    await removePod(mesh, 'shop', 'one-too-many');
  }, 30_000);
});

describe('observability.osmLogLevel', () => {
  it('is followed while the controller runs; a word that is no level is an error line and changes nothing', async () => {
    const level = (osmLogLevel: string) =>
      mesh.meshConfig((spec) => {
        spec.observability = { ...spec.observability, osmLogLevel };
      });
    await level('loud');
    await vi.waitFor(() => {
      expect(controllerLogs(mesh)).toContain('Error setting controller log level to loud');
      expect(controllerLogs(mesh)).toContain(
        "Invalid log level 'loud' specified. Please specify one of [debug info warn error fatal panic disabled trace]",
      );
    });
    await level('disabled');
    const before = controllerLogs(mesh);
    await level('nonsense');
    expect(controllerLogs(mesh)).toBe(before);
    await level('info');
    await level('loud again');
    await vi.waitFor(() => expect(controllerLogs(mesh)).toContain('Error setting controller log level to loud again'));
  });
});

describe('fields that count for new pods only', () => {
  it('leave a running pod as it is, and shape the next', async () => {
    const containersOf = (name: string) => mesh.api.get(resources.pods, name, 'shop')?.spec;
    const before = structuredClone(containersOf('buyer'));
    const limits = { limits: { cpu: '100m', memory: '64Mi' }, requests: { cpu: '50m' } };
    await mesh.sidecars({
      logLevel: 'debug',
      resources: limits,
      enablePrivilegedInitContainer: true,
      localProxyMode: 'PodIP',
    });
    await mesh.traffic({
      outboundPortExclusionList: [6379],
      inboundPortExclusionList: [7070],
      outboundIPRangeExclusionList: ['10.9.0.0/16'],
      outboundIPRangeInclusionList: ['10.0.0.0/8'],
      networkInterfaceExclusionList: ['net1'],
    });
    await mesh.pod('shop', 'shaped');
    expect(containersOf('buyer')).toEqual(before);
    const envoy = containersOf('shaped')?.containers.find(({ name }) => name === 'envoy');
    expect(envoy?.args?.slice(0, 2)).toEqual(['--log-level', 'debug']);
    expect(envoy?.['resources']).toMatchObject(limits);
    const init = containersOf('shaped')?.initContainers?.[0];
    expect(init?.securityContext).toMatchObject({ privileged: true });
    const script = init?.args?.[1] ?? '';
    expect(script.split('\n').filter((line) => /6379|7070|10\.9|10\.0\.0\.0|net1|DNAT/.test(line))).toEqual([
      '-I OSM_PROXY_INBOUND -i net1 -j RETURN',
      '-I OSM_PROXY_INBOUND -p tcp --match multiport --dports 7070 -j RETURN',
      '-I OUTPUT -p tcp -o lo -d 127.0.0.1/32 -m owner --uid-owner 1500 -j DNAT --to-destination $POD_IP',
      '-A OSM_PROXY_OUTBOUND -o net1 -j RETURN',
      '-A OSM_PROXY_OUTBOUND -d 10.9.0.0/16 -j RETURN',
      '-A OSM_PROXY_OUTBOUND -p tcp --match multiport --dports 6379 -j RETURN',
      '-A OSM_PROXY_OUTBOUND -d 10.0.0.0/8 -j OSM_PROXY_OUT_REDIRECT',
    ]);
  }, 20_000);
});

describe('a MeshConfig that is deleted', () => {
  it('means zero values from the next push on: neither permissive nor egress; the log says so', async () => {
    await mesh.api.delete(kinds.meshConfigs, meshConfigName, addOn.namespace);
    expect(await call('buyer')()).toMatchObject({ status: 200 });
    await mesh.pod('shop', 'another', { labels: { app: 'store' }, image: 'test/echo' });
    await eventually(call('buyer'), 'refused');
    expect(controllerLogs(mesh)).toContain(
      'MeshConfig kube-system/osm-mesh-config does not exist. Default config values will be used.',
    );
  }, 20_000);
});
