import { createServer } from 'node:https';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Container, Pod, PodSpec } from '../../../src/kube/objects.ts';
import * as resources from '../../../src/kube/resources.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { addOnImages } from '../../../src/sandbox/mesh/osm/add-on.ts';
import { CertificateManager } from '../../../src/sandbox/mesh/osm/certificate/manager.ts';
import { TresorIssuer } from '../../../src/sandbox/mesh/osm/certificate/tresor.ts';
import { podReview } from '../../../src/sandbox/mesh/osm/injector/admission.ts';
import { controlPlaneLog } from '../../../src/sandbox/mesh/osm/log.ts';
import { Metrics, metricsOf } from '../../../src/sandbox/mesh/osm/metrics.ts';
import { addOn } from '../../../src/sandbox/mesh/osm/names.ts';
import type { ImageProgram } from '../../../src/sandbox/node/program.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';
import { RsaKeys } from '../../../src/sandbox/pki/rsa-keys.ts';
import { eventually, fetchOver, type MeshCluster, type Seen, startMeshCluster } from './mesh-cluster.ts';

const asked: string[] = [];

/** An app that speaks TLS itself, on 8443. */
const httpsApp: ImageProgram = {
  repositories: ['test/https'],
  sizeBytes: 1,
  entrypoint: ['/https'],
  async run({ sockets, signal }) {
    const { certPem, keyPem } = CertificateAuthority.create(systemClock, { commonName: 'own' }).pair();
    const server = createServer({ cert: certPem, key: keyPem }, ({ url }, response) => {
      asked.push(url ?? '');
      response.end();
    });
    const listener = await sockets.listen(8443, ({ socket }) => server.emit('connection', socket));
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    listener.close();
    server.closeAllConnections();
    return 0;
  },
};

let mesh: MeshCluster;
const patience = { timeout: 30_000, interval: 20 };
const podOf = (name: string) => mesh.api.get(resources.pods, name, 'shop');
const isReady = (pod: Pod | undefined) =>
  pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;

const create = (name: string, spec: Partial<PodSpec> & { containers: Container[] }, metadata: Pod['metadata'] = {}) =>
  mesh.api.create(resources.pods, {
    metadata: { name, namespace: 'shop', labels: { app: name }, ...metadata },
    spec: { terminationGracePeriodSeconds: 0, ...spec },
  } as Pod);

const ready = (name: string) =>
  vi.waitFor(() => {
    const pod = podOf(name);
    if (!pod || !isReady(pod)) throw new Error(`${name}: ${JSON.stringify(pod?.status)}`);
    return pod;
  }, patience);

const containerNames = (pod: Pod | undefined) => pod?.spec.containers.map(({ name }) => name);

/** As somebody outside the mesh, past the sidecar's own user id. */
async function callFromOutside(podName: string, port: number): Promise<Seen> {
  const stranger = mesh.api.get(resources.pods, 'stranger', 'outside')?.metadata.uid ?? '';
  const ip = podOf(podName)?.status?.podIP ?? '';
  try {
    const socket = await mesh.network.sockets(stranger, 1000).connect(ip, port);
    return await fetchOver(socket, podName, { headers: { connection: 'close' } });
  } catch {
    return { type: 'refused' };
  }
}

beforeAll(async () => {
  mesh = await startMeshCluster({ programs: [httpsApp] });
  await mesh.namespace('shop');
  await mesh.namespace('outside', false);
  await mesh.pod('shop', 'store', { image: 'test/echo' });
  await mesh.service('shop', 'store', { port: 14001 });
  await mesh.pod('outside', 'stranger');
  await mesh.pod('shop', 'buyer');
  await eventually(() => mesh.call('buyer', 'store.shop:14001'), 200);
});

afterAll(() => mesh.close());

describe('probes of an injected pod, asked by the kubelet', () => {
  it('http by a named port reaches the app’s own path through the sidecar', async () => {
    await create('http', {
      containers: [
        {
          name: 'app',
          image: 'test/echo',
          ports: [{ name: 'web', containerPort: 14001 }],
          readinessProbe: { httpGet: { path: '/well?deep=1', port: 'web' }, periodSeconds: 1 },
        },
      ],
    });
    const pod = await ready('http');
    expect(containerNames(pod)).toEqual(['app', 'envoy']);
    expect(pod.spec.containers[0]?.readinessProbe?.httpGet).toMatchObject({
      path: '/osm-readiness-probe',
      port: 15902,
    });
    const envoy = pod.spec.containers[1];
    expect(envoy?.ports).toContainEqual(expect.objectContaining({ name: 'readiness-port', containerPort: 15902 }));
    expect(
      mesh.envoyLog('http').some((line) => line['path'] === '/osm-readiness-probe' && line['response_code'] === 200),
    ).toBe(true);
  });

  it('https keeps its path, and its bytes pass the sidecar untouched', async () => {
    await create('https', {
      containers: [
        {
          name: 'app',
          image: 'test/https',
          readinessProbe: { httpGet: { path: '/healthy', port: 8443, scheme: 'HTTPS' }, periodSeconds: 1 },
        },
      ],
    });
    const pod = await ready('https');
    expect(pod.spec.containers[0]?.readinessProbe?.httpGet).toMatchObject({
      path: '/healthy',
      port: 15902,
      scheme: 'HTTPS',
    });
    expect(asked).toContain('/healthy');
  });

  it('tcp makes a third container dial for it: 3/3; a port that nobody listens on is never Ready [e2e]', async () => {
    const probe = (port: number): Container => ({
      name: 'app',
      image: 'test/echo',
      readinessProbe: { tcpSocket: { port }, periodSeconds: 1 },
    });
    await create('tcp', { containers: [probe(14001)] });
    const pod = await ready('tcp');
    expect(containerNames(pod)).toEqual(['app', 'osm-healthcheck', 'envoy']);
    expect(pod.status?.containerStatuses?.filter((status) => status.ready)).toHaveLength(3);
    const ask = async (headers: Record<string, string>, path = '/osm-healthcheck') => {
      const socket = await mesh.network.connectFromNode(pod.metadata.uid ?? '', 15904);
      return fetchOver(socket, 'x', { path, headers: { connection: 'close', ...headers } });
    };
    expect(await ask({ 'Original-Tcp-Port': '14001' })).toMatchObject({ status: 200 });
    expect(await ask({ 'Original-Tcp-Port': '4' })).toMatchObject({
      status: 404,
      body: 'Failed to establish connection to 127.0.0.1:4',
    });
    expect(await ask({})).toMatchObject({ status: 400 });
    expect(await ask({}, '/else')).toMatchObject({ status: 404 });
    await create('wrong', { containers: [probe(4)] });
    await vi.waitFor(() => {
      const events = mesh.api.list(resources.coreEvents, { namespace: 'shop' });
      const unhealthy = events.filter(
        ({ reason, involvedObject }) => reason === 'Unhealthy' && involvedObject.name === 'wrong',
      );
      expect(unhealthy.some(({ message }) => message?.includes('HTTP probe failed with statuscode: 404'))).toBe(true);
    }, patience);
    expect(isReady(podOf('wrong'))).toBe(false);
  });
});

describe('what stays out of the mesh', () => {
  const seenBy = (from: string, to: string) => eventually(() => mesh.call(from, to), 200);

  it('outbound ports: the connection leaves the pod in plain, and a server of the mesh resets it', async () => {
    await mesh.pod('shop', 'plain', {
      annotations: { 'openservicemesh.io/outbound-port-exclusion-list': '14001' },
    });
    expect((await mesh.call('plain', 'store.shop:14001')).type).not.toBe('answer');
    expect(mesh.envoyLog('plain').filter((line) => line['authority'] === 'store.shop')).toEqual([]);
  });

  it('outbound ranges likewise; an inclusion list keeps everything else out', async () => {
    await mesh.pod('outside', 'web', { image: 'test/echo' });
    await mesh.service('outside', 'web', { port: 14001 });
    const ranges = (list: string, range: string) => ({
      annotations: { [`openservicemesh.io/outbound-ip-range-${list}-list`]: range },
    });
    await mesh.pod('shop', 'excluding', ranges('exclusion', '10.0.0.0/8'));
    expect((await mesh.call('excluding', 'store.shop:14001')).type).not.toBe('answer');
    await mesh.pod('shop', 'including', ranges('inclusion', '192.168.0.0/16'));
    expect((await mesh.call('including', 'store.shop:14001')).type).not.toBe('answer');
    await mesh.traffic({ enableEgress: false });
    await eventually(() => mesh.call('buyer', 'web.outside:14001'), 'reset');
    await seenBy('excluding', 'web.outside:14001');
    await seenBy('including', 'web.outside:14001');
    await mesh.traffic({ enableEgress: true });
  });

  it('inbound ports: a client without a sidecar reaches the app there, and is reset elsewhere', async () => {
    await mesh.pod('shop', 'open', {
      image: 'test/echo',
      annotations: { 'openservicemesh.io/inbound-port-exclusion-list': '14001' },
    });
    expect(await callFromOutside('open', 14001)).toMatchObject({ type: 'answer', status: 200 });
    expect((await callFromOutside('store', 14001)).type).not.toBe('answer');
  });

  it('a port above 65535 passes the injector as in OSM, and ends in the init container', async () => {
    await create(
      'beyond',
      { containers: [{ name: 'app', image: 'test/client' }] },
      { annotations: { 'openservicemesh.io/outbound-port-exclusion-list': '70000' } },
    );
    await vi.waitFor(() => {
      const init = podOf('beyond')?.status?.initContainerStatuses?.[0];
      expect(init?.lastState?.terminated?.exitCode ?? init?.state?.terminated?.exitCode).toBe(2);
    }, patience);
  });

  const bad: [string, string, string][] = [
    ['inbound-port-exclusion-list', '80,x', "Invalid port value 'x'"],
    ['outbound-port-exclusion-list', '0', "Invalid port value '0'"],
    ['outbound-port-exclusion-list', '', "Invalid port value ''"],
    ['outbound-port-exclusion-list', '-1', "Invalid port value '-1'"],
    ['outbound-ip-range-exclusion-list', '10.0.0.1', "Invalid IP range '10.0.0.1'"],
    ['outbound-ip-range-exclusion-list', '10.0.0.0/33', "Invalid IP range '10.0.0.0/33'"],
    ['outbound-ip-range-inclusion-list', '300.0.0.0/8', "Invalid IP range '300.0.0.0/8'"],
  ];
  for (const [name, value, message] of bad) {
    it(`${name} "${value}" keeps the pod from being created`, async () => {
      const annotation = `openservicemesh.io/${name}`;
      await expect(
        create(
          'bad',
          { containers: [{ name: 'app', image: 'test/client' }] },
          { annotations: { [annotation]: value } },
        ),
      ).rejects.toThrow(
        `admission webhook "osm-inject.k8s.io" denied the request: ${message} specified for annotation '${annotation}'`,
      );
    });
  }
});

describe('who gets a sidecar', () => {
  it('a pod that says so itself, in a namespace with injection disabled; none that says no; none on the host network', async () => {
    await mesh.api.create(resources.namespaces, {
      metadata: { name: 'quiet', labels: { 'openservicemesh.io/monitored-by': 'osm' } },
    });
    await vi.waitFor(() => expect(mesh.api.get(resources.serviceAccounts, 'default', 'quiet')).toBeDefined(), patience);
    const inQuiet = (name: string, spec: Partial<PodSpec>, wish?: string) =>
      mesh.api.create(resources.pods, {
        metadata: {
          name,
          namespace: 'quiet',
          ...(wish ? { annotations: { 'openservicemesh.io/sidecar-injection': wish } } : {}),
        },
        spec: { containers: [{ name: 'app', image: 'test/client' }], ...spec },
      } as Pod);
    expect(containerNames(await inQuiet('silent', {}))).toEqual(['app']);
    expect(containerNames(await inQuiet('willing', {}, 'Yes'))).toEqual(['app', 'envoy']);
    expect(containerNames(await inQuiet('host', { hostNetwork: true }, 'enabled'))).toEqual(['app']);
    const { spec } = await create(
      'unwilling',
      { containers: [{ name: 'app', image: 'test/client' }] },
      {
        annotations: { 'openservicemesh.io/sidecar-injection': 'FALSE' },
      },
    );
    expect(spec.containers.map(({ name }) => name)).toEqual(['app']);
  });

  it('a pod for Windows gets envoy under its user there, and no init container', async () => {
    const pod = await create('windows', {
      nodeSelector: { 'kubernetes.io/os': 'Windows' },
      containers: [{ name: 'app', image: 'test/client' }],
    });
    expect(pod.spec.initContainers ?? []).toEqual([]);
    expect(pod.spec.containers[1]).toMatchObject({
      name: 'envoy',
      image: expect.stringContaining('envoy-windows'),
      securityContext: { windowsOptions: { runAsUserName: 'EnvoyUser' } },
    });
  });

  it('a dry run is answered with the patch, and leaves no secret behind', async () => {
    const issuer = new TresorIssuer({
      id: 'one',
      trustDomain: 'cluster.local',
      root: CertificateAuthority.create(systemClock, { commonName: 'root' }),
      keys: new RsaKeys(),
      keyBits: 2048,
    });
    const log = controlPlaneLog(systemClock, () => {});
    const random = seededRandom(1);
    const certificates = new CertificateManager({ clock: systemClock, random, log, serviceValidity: () => '24h' });
    certificates.use({ signing: issuer, validating: issuer });
    const metrics = new Metrics(metricsOf.injector);
    const own = { clock: systemClock, metrics, certificates, log };
    const review = podReview({ ...own, api: mesh.api, install: addOn, images: addOnImages, pullPolicy: 'Always' });
    const object = { metadata: { name: 'dry' }, spec: { containers: [{ name: 'app', image: 'x' }] } } as Pod;
    const secretAfter = async (dryRun: boolean) => {
      const { patch } = await review({ uid: '1', namespace: 'shop', operation: 'CREATE', dryRun, object });
      const text = Buffer.from(patch ?? '', 'base64').toString();
      const uuid = /envoy-bootstrap-config-([0-9a-f-]{36})/.exec(text)?.[1] ?? 'no uuid in the patch';
      expect(text).toContain(`"osm-proxy-uuid":"${uuid}"`);
      return mesh.api.get(resources.secrets, `envoy-bootstrap-config-${uuid}`, 'shop');
    };
    expect(await secretAfter(true)).toBeUndefined();
    expect(await secretAfter(false)).toBeDefined();
  });

  it('a copy of an injected pod, as kubectl debug --copy-to makes, gets a proxy of its own and nothing twice', async () => {
    const original = await ready('http');
    const { nodeName: _, ...spec } = structuredClone(original.spec);
    await create('copy', spec, { labels: { app: 'copy' } });
    const copy = await ready('copy');
    expect(containerNames(copy)).toEqual(['app', 'envoy']);
    expect(copy.spec.initContainers?.map(({ name }) => name)).toEqual(['osm-init']);
    const uuidOf = (pod: Pod) => pod.metadata.labels?.['osm-proxy-uuid'] ?? '';
    expect(uuidOf(copy)).not.toBe(uuidOf(original));
    const secret = mesh.api.get(resources.secrets, `envoy-bootstrap-config-${uuidOf(copy)}`, 'shop');
    const bootstrap = Buffer.from(secret?.data?.['bootstrap.yaml'] ?? '', 'base64').toString();
    expect(bootstrap).toContain(`${uuidOf(copy)}.sidecar.default.shop.cluster.local`);
    expect(bootstrap).toContain('/well?deep=1');
    await vi.waitFor(async () => expect((await mesh.admin('copy', '/ready')).status).toBe(200), patience);
  });
});

describe('when the injector is down', () => {
  it('pods of the mesh can’t be made (failurePolicy Fail), and the ReplicaSet’s event names the webhook', async () => {
    await mesh.api.modify(resources.deployments, 'osm-injector', 'kube-system', (draft) => {
      if (draft.spec) draft.spec.replicas = 0;
    });
    await vi.waitFor(() => {
      const left = mesh.api.list(resources.pods, { namespace: 'kube-system', labelSelector: 'app=osm-injector' });
      expect(left).toEqual([]);
    }, patience);
    await mesh.api.create(resources.deployments, {
      metadata: { name: 'late', namespace: 'shop' },
      spec: {
        replicas: 1,
        selector: { matchLabels: { app: 'late' } },
        template: {
          metadata: { labels: { app: 'late' } },
          spec: { containers: [{ name: 'app', image: 'test/client' }] },
        },
      },
    });
    await vi.waitFor(() => {
      const events = mesh.api.list(resources.coreEvents, { namespace: 'shop' });
      const created = events.filter(({ reason }) => reason === 'FailedCreate').map(({ message }) => message ?? '');
      expect(created.join('\n')).toMatch(
        /Error creating: Internal error occurred: failed calling webhook "osm-inject.k8s.io"/,
      );
    }, patience);
    expect(mesh.api.list(resources.pods, { namespace: 'shop', labelSelector: 'app=late' })).toEqual([]);
    const unmeshed = await mesh.pod('outside', 'unmeshed');
    expect(containerNames(unmeshed)).toEqual(['app']);
  });
});
