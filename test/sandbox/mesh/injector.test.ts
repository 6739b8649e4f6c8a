import { describe, expect, it } from 'vitest';
import type { Namespace, Pod } from '../../../src/kube/objects.ts';
import { addOnMeshConfig, addOnImages as images } from '../../../src/sandbox/mesh/osm/add-on.ts';
import { parseBootstrap, renderBootstrap } from '../../../src/sandbox/mesh/osm/injector/bootstrap.ts';
import { inject as injectWith } from '../../../src/sandbox/mesh/osm/injector/inject.ts';
import { parseIptablesScript } from '../../../src/sandbox/mesh/osm/injector/iptables.ts';
import { whyNotInjected } from '../../../src/sandbox/mesh/osm/injector/must-inject.ts';
import type { MeshConfigSpec } from '../../../src/sandbox/mesh/osm/kinds.ts';
import { addOn } from '../../../src/sandbox/mesh/osm/names.ts';

const meshConfig = addOnMeshConfig();
const uuid = '11111111-2222-4333-8444-555555555555';
const annotation = 'openservicemesh.io/sidecar-injection';

const namespace = (value?: string, name = 'shop', metrics = false): Namespace => ({
  metadata: {
    name,
    labels: { 'openservicemesh.io/monitored-by': 'osm' },
    annotations: {
      ...(value ? { [annotation]: value } : {}),
      ...(metrics ? { 'openservicemesh.io/metrics': 'enabled' } : {}),
    },
  },
});

const pod = (spec: Partial<Pod['spec']> = {}, annotations: Record<string, string> = {}): Pod => ({
  metadata: { generateName: 'web-', labels: { app: 'web' }, annotations },
  spec: { serviceAccountName: 'web', containers: [{ name: 'web', image: 'web:v1' }], ...spec },
});

const mustInject = (target: Pod, into: Namespace) => whyNotInjected(target, into, addOn) === undefined;
const inject = (target: Pod, into: Namespace, config: MeshConfigSpec) =>
  injectWith(target, { namespace: into, meshConfig: config, images, pullPolicy: 'IfNotPresent', uuid });

describe('when a pod is injected', () => {
  it('follows the pod before the namespace, and knows five spellings', () => {
    expect(mustInject(pod(), namespace('enabled'))).toBe(true);
    expect(mustInject(pod(), namespace('YES'))).toBe(true);
    expect(mustInject(pod(), namespace())).toBe(false);
    expect(mustInject(pod({}, { [annotation]: 'no' }), namespace('enabled'))).toBe(false);
    expect(mustInject(pod({}, { [annotation]: 'true' }), namespace('disabled'))).toBe(true);
  });

  it('never touches the host network, system namespaces or namespaces outside the mesh', () => {
    expect(mustInject(pod({ hostNetwork: true }), namespace('enabled'))).toBe(false);
    expect(mustInject(pod(), namespace('enabled', 'kube-system'))).toBe(false);
    expect(mustInject(pod(), { metadata: { name: 'shop', annotations: { [annotation]: 'enabled' } } })).toBe(false);
  });

  it('refuses an annotation that it does not understand', () => {
    expect(() => mustInject(pod({}, { [annotation]: 'maybe' }), namespace())).toThrow(
      'Invalid annotation value for key "openservicemesh.io/sidecar-injection": maybe',
    );
  });
});

describe('what a pod gets', () => {
  it('appends osm-init and envoy last, with the label, the volume and the ports', () => {
    const { pod: injected } = inject(pod(), namespace('enabled'), meshConfig);
    expect(injected.metadata.labels).toEqual({ app: 'web', 'osm-proxy-uuid': uuid });
    expect(injected.metadata.annotations).toEqual({});
    expect(injected.spec.volumes).toEqual([
      { name: 'envoy-bootstrap-config-volume', secret: { secretName: `envoy-bootstrap-config-${uuid}` } },
    ]);
    expect(injected.spec.containers.map(({ name }) => name)).toEqual(['web', 'envoy']);
    expect(injected.spec.containers[1]).toMatchObject({
      image: expect.stringMatching(/^mcr\.microsoft\.com\/oss\/openservicemesh\/osm-sidecar:/),
      imagePullPolicy: 'IfNotPresent',
      command: ['envoy'],
      args: ['--log-level', 'error', '--config-path', '/etc/envoy/bootstrap.yaml', '--service-cluster', 'web.'],
      ports: [
        { name: 'proxy-admin', containerPort: 15000 },
        { name: 'proxy-inbound', containerPort: 15003 },
        { name: 'proxy-metrics', containerPort: 15010 },
      ],
      securityContext: { allowPrivilegeEscalation: false, runAsUser: 1500 },
      resources: {},
    });
    expect(injected.spec.initContainers?.[0]).toMatchObject({
      name: 'osm-init',
      securityContext: { privileged: false, capabilities: { add: ['NET_ADMIN'] }, runAsNonRoot: false, runAsUser: 0 },
      env: [{ name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    });
  });

  it('marks the pod for scraping where the namespace has metrics enabled', () => {
    const { pod: injected } = inject(pod(), namespace('enabled', 'shop', true), meshConfig);
    expect(injected.metadata.annotations).toEqual({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '15010',
      'prometheus.io/path': '/stats/prometheus',
    });
  });

  it('points probes at the sidecar, remembers where they went, and dials for TCP probes', () => {
    const original = pod({
      containers: [
        {
          name: 'web',
          image: 'web:v1',
          ports: [{ name: 'http', containerPort: 8080 }],
          livenessProbe: { httpGet: { path: '/live', port: 'http' } },
          readinessProbe: { tcpSocket: { port: 'http' } },
          startupProbe: { httpGet: { path: '/started', port: 8443, scheme: 'HTTPS' } },
        },
      ],
    });
    const { pod: injected, probes } = inject(original, namespace('enabled'), meshConfig);
    expect(injected.spec.containers.map(({ name }) => name)).toEqual(['web', 'osm-healthcheck', 'envoy']);
    expect(injected.spec.containers[0]).toMatchObject({
      livenessProbe: { httpGet: { path: '/osm-liveness-probe', port: 15901 } },
      readinessProbe: {
        httpGet: { path: '/osm-healthcheck', port: 15904, httpHeaders: [{ name: 'Original-Tcp-Port', value: '8080' }] },
      },
      startupProbe: { httpGet: { path: '/started', port: 15903, scheme: 'HTTPS' } },
    });
    expect(probes).toEqual([
      { kind: 'liveness', port: 15901, originalPath: '/live', originalPort: 8080 },
      { kind: 'startup', port: 15903, originalPath: undefined, originalPort: 8443 },
    ]);
    expect(original.spec.containers[0]?.livenessProbe?.httpGet?.path).toBe('/live');
    const bootstrap = {
      node: `${uuid}.sidecar.web.shop.cluster.local`,
      adminPort: 15000,
      xds: {
        host: 'osm-controller',
        port: 15128,
        tls: { minVersion: 'TLSv1', maxVersion: 'auto', cipherSuites: ['AES128-SHA'], ecdhCurves: ['P-256'] },
      } as const,
      probes,
    };
    expect(parseBootstrap(renderBootstrap(bootstrap))).toEqual(bootstrap);
  });

  it('writes exclusions into the rules, from which osm-init reads them back', () => {
    const annotated = pod(
      {},
      {
        'openservicemesh.io/outbound-port-exclusion-list': '3306, 6379',
        'openservicemesh.io/outbound-ip-range-exclusion-list': '10.1.0.0/16',
      },
    );
    const config = {
      ...meshConfig,
      traffic: { inboundPortExclusionList: [22], outboundPortExclusionList: [25] },
    };
    const { pod: injected } = inject(annotated, namespace('enabled'), config);
    const script = injected.spec.initContainers?.[0]?.args?.[1] ?? '';
    expect(script.startsWith('iptables-restore --noflush <<EOF\n')).toBe(true);
    expect(parseIptablesScript(script)).toEqual({
      proxyUid: 1500,
      inboundPort: 15003,
      outboundPort: 15001,
      excludedInterfaces: [],
      inboundPortExclusions: [15010, 15901, 15902, 15903, 15904, 22],
      outboundPortExclusions: [25, 3306, 6379],
      outboundIpRangeExclusions: ['127.0.0.1/32', '10.1.0.0/16'],
      outboundIpRangeInclusions: [],
    });
  });

  it('refuses ports and ranges that are none', () => {
    const bad = (key: string, value: string) => () =>
      inject(pod({}, { [`openservicemesh.io/${key}`]: value }), namespace('enabled'), meshConfig);
    expect(bad('outbound-port-exclusion-list', 'x')).toThrow(
      "Invalid port value 'x' specified for annotation 'openservicemesh.io/outbound-port-exclusion-list'",
    );
    expect(bad('outbound-ip-range-exclusion-list', '10.0.0.1')).toThrow(
      "Invalid IP range '10.0.0.1' specified for annotation 'openservicemesh.io/outbound-ip-range-exclusion-list'",
    );
  });
});

describe('lists of MeshConfig and of the pod', () => {
  it('are joined, each entry once: MeshConfig’s ports first, the pod’s ranges first', () => {
    const annotated = pod(
      {},
      {
        'openservicemesh.io/outbound-port-exclusion-list': '25, 26',
        'openservicemesh.io/inbound-port-exclusion-list': '80,80',
        'openservicemesh.io/outbound-ip-range-exclusion-list': '10.2.0.0/16,10.1.0.0/16',
      },
    );
    const traffic = {
      outboundPortExclusionList: [27, 25],
      outboundIPRangeExclusionList: ['10.1.0.0/16', '10.3.0.0/16'],
    };
    const { pod: injected } = inject(annotated, namespace('enabled'), { traffic });
    expect(parseIptablesScript(injected.spec.initContainers?.[0]?.args?.[1] ?? '')).toMatchObject({
      outboundPortExclusions: [27, 25, 26],
      inboundPortExclusions: [15010, 15901, 15902, 15903, 15904, 80],
      outboundIpRangeExclusions: ['127.0.0.1/32', '10.2.0.0/16', '10.1.0.0/16', '10.3.0.0/16'],
    });
  });
});

describe('what an injection lacks', () => {
  const without = (missing: Partial<typeof images>, spec: Partial<Pod['spec']> = {}) => {
    const context = { namespace: namespace('enabled'), meshConfig: {}, pullPolicy: 'Always', uuid } as const;
    return () => injectWith(pod(spec), { ...context, images: { ...images, ...missing } });
  };

  it('is refused by the name of MeshConfig’s field: neither it nor the injector’s environment has the image', () => {
    expect(without({ sidecar: '' })).toThrow('MeshConfig sidecar.envoyImage not set');
    expect(without({ init: '' })).toThrow('MeshConfig sidecar.initContainerImage not set');
    const windows = { nodeSelector: { 'kubernetes.io/os': 'windows' } };
    expect(without({ windows: '' }, windows)).toThrow('MeshConfig sidecar.envoyWindowsImage not set');
    expect(without({ init: '', sidecar: '' }, windows)).not.toThrow();
  });

  it('is what MeshConfig says where it says anything', () => {
    const sidecar = { envoyImage: 'my/envoy', initContainerImage: 'my/init' };
    const { pod: injected } = inject(pod(), namespace('enabled'), { sidecar });
    expect(injected.spec.containers[1]?.image).toBe('my/envoy');
    expect(injected.spec.initContainers?.[0]?.image).toBe('my/init');
  });
});

describe('probes of several sorts and containers', () => {
  const probed = (...containers: Pod['spec']['containers']) =>
    inject(pod({ containers }), namespace('enabled'), meshConfig);

  it('exec and gRPC stay as they are, and ask for no port', () => {
    const probes = { livenessProbe: { exec: { command: ['true'] } }, readinessProbe: { grpc: { port: 1 } } };
    const { pod: injected, probes: routes } = probed({ name: 'web', image: 'web', ...probes });
    expect(injected.spec.containers[0]).toMatchObject(probes);
    expect(injected.spec.containers.map(({ name }) => name)).toEqual(['web', 'envoy']);
    expect(injected.spec.containers[1]?.ports?.map(({ containerPort }) => containerPort)).toEqual([
      15000, 15003, 15010,
    ]);
    expect(routes).toEqual([]);
  });

  it('a TCP probe opens its kind’s port on envoy too, though osm-healthcheck answers it', () => {
    const { pod: injected } = probed({ name: 'web', image: 'web', livenessProbe: { tcpSocket: { port: 80 } } });
    expect(injected.spec.containers[2]?.ports?.at(-1)).toEqual({ name: 'liveness-port', containerPort: 15901 });
  });

  it('of two containers with the same kind of probe the sidecar knows the last one’s only', () => {
    const { pod: injected, probes } = probed(
      { name: 'a', image: 'a', livenessProbe: { httpGet: { path: '/a', port: 1 } } },
      { name: 'b', image: 'b', livenessProbe: { httpGet: { path: '/b', port: 2 } } },
    );
    expect(injected.spec.containers[0]?.livenessProbe?.httpGet).toMatchObject({
      path: '/osm-liveness-probe',
      port: 15901,
    });
    expect(probes).toEqual([{ kind: 'liveness', port: 15901, originalPath: '/b', originalPort: 2 }]);
  });

  it('so a TCP probe that an HTTP probe follows has nobody to answer it', () => {
    const { pod: injected } = probed(
      { name: 'a', image: 'a', livenessProbe: { tcpSocket: { port: 1 } } },
      { name: 'b', image: 'b', livenessProbe: { httpGet: { path: '/b', port: 2 } } },
    );
    expect(injected.spec.containers.map(({ name }) => name)).toEqual(['a', 'b', 'envoy']);
  });

  it('a name that no port of the container has leads to port 0', () => {
    const { probes } = probed({ name: 'a', image: 'a', startupProbe: { httpGet: { path: '/', port: 'none' } } });
    expect(probes[0]?.originalPort).toBe(0);
  });
});
