import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Deployment, KubeObject, Namespace, Pod, Service } from '../../../../src/kube/objects.ts';
import * as resources from '../../../../src/kube/resources.ts';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import type { ImageProgram } from '../../../../src/sandbox/node/program.ts';
import { ProgramsOnCluster } from '../../kubectl/side-by-side.ts';
import { program } from '../../test-cluster.ts';

/** `osm verify` against a live mesh; whole outputs, from OSM 1.2's pkg/cli/verifier. */
let programs: ProgramsOnCluster;
const api = () => programs.cluster.api;
const osm = (line: string) => programs.run('osm', `${line} --osm-namespace kube-system`);
const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });
const refused = (message: string) => ({ code: 1, stdout: '', stderr: `Error: ${message}\n` });
const frame = (...blocks: string[]) => {
  const rule = '---------------------------------------------\n';
  return `${rule}${blocks.map((block) => `${block}\n\n`).join('')}${rule}`;
};
const failed = (context: string) =>
  `[+] Context: ${context}\nStatus: Failure\nReason: A verification step failed\nSuggestion: Please follow the suggestions listed in the failed steps below to resolve the issue`;
const step = (depth: string, context: string, status: string, ...more: string[]) =>
  [`[${depth}] Context: ${context}`, `Status: ${status}`, ...more].join('\n');
const monitored = 'openservicemesh.io/monitored-by';

/** A sidecar that says of itself what a test wants: the real one is never wrong in most of these ways. */
const told: { dump: unknown } = { dump: {} };
const tellingEnvoy: ImageProgram = {
  ...program('test/telling-envoy'),
  async run({ sockets, signal }) {
    const server = createServer((_, response) => void response.end(JSON.stringify(told.dump)));
    const listener = await sockets.listen(15000, ({ socket }) => void server.emit('connection', socket));
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    listener.close();
    server.closeAllConnections();
    return 0;
  },
};

async function namespace(name: string, mesh?: string): Promise<void> {
  const marks = {
    labels: { [monitored]: mesh ?? '' },
    annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
  };
  await api().create<Namespace>(resources.namespaces, { metadata: { name, ...(mesh ? marks : {}) } });
}

async function pod(namespaceName: string, name: string, change: Partial<Pod['spec']> = {}, labels = {}): Promise<void> {
  if (!api().get(resources.serviceAccounts, name, namespaceName))
    await api().create(resources.serviceAccounts, { metadata: { name, namespace: namespaceName } });
  await api().create<Pod>(resources.pods, {
    metadata: { name, namespace: namespaceName, labels: { app: name, ...labels } },
    spec: { serviceAccountName: name, containers: [{ name: 'app', image: 'test/app' }], ...change },
  });
}

const service = (namespaceName: string, name: string, appProtocol = 'http', port = 80) =>
  api().create<Service>(resources.services, {
    metadata: { name, namespace: namespaceName },
    spec: { selector: { app: name }, ports: [{ name: 'web', port, targetPort: 14001, appProtocol }] },
  });

const traffic = (change: NonNullable<kinds.MeshConfigSpec['traffic']>) =>
  api().modify(kinds.meshConfigs, 'osm-mesh-config', 'kube-system', (draft) => {
    draft.spec = { ...draft.spec, traffic: { ...draft.spec?.traffic, ...change } };
  });

/** Asks until the answer contains this: pushes are batched. */
const eventually = (line: string, text: string) =>
  vi.waitFor(
    async () => {
      const answer = await osm(line);
      expect(answer.stdout).toContain(text);
      return answer;
    },
    { timeout: 25_000, interval: 50 },
  );

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  programs = await ProgramsOnCluster.start(['osm'], { images: [program('test/app'), tellingEnvoy] });
  await vi.waitFor(
    () => {
      const ready = ['osm-controller', 'osm-injector', 'osm-bootstrap'].map(
        (name) => api().get<Deployment>(resources.deployments, name, 'kube-system')?.status?.readyReplicas,
      );
      expect(ready).toEqual([2, 2, 1]);
    },
    { timeout: 60_000, interval: 50 },
  );
  await namespace('shop', 'osm');
  await namespace('bare');
  await namespace('other', 'mine');
  for (const name of ['buyer', 'store', 'talk']) await pod('shop', name);
  await pod('bare', 'app');
  await pod('other', 'app');
  await service('shop', 'store');
  await service('shop', 'talk', 'grpc');
  await pod(
    'bare',
    'told',
    {
      containers: [
        { name: 'app', image: 'test/app' },
        { name: 'envoy', image: 'test/telling-envoy' },
      ],
    },
    { 'osm-proxy-uuid': '11111111-2222-4333-8444-555555555555' },
  );
  await programs.cluster.idle();
}, 120_000);
afterAll(() => programs.close());

const connectivity = (from: string, to: string, name = 'store') =>
  `verify connectivity --from-pod ${from} --to-pod ${to} --to-service ${name}`;
const context = (from: string, to: string, name = 'shop/store') =>
  `Verify if pod "${from}" can access pod "${to}" for service "${name}"`;
const envoyContext = (from: string, to: string, name = 'shop/store') =>
  `Verify Envoy config for traffic: \n\tsource pod: ${from}\n\tsource service: <nil>\n\tdestination pod: ${to}\n\tdestination service: ${name}\n\tdestination protocol: http`;
const isMonitored = (name: string) => step('++', `Verify if namespace "${name}" is monitored`, 'Success');
const hasSidecar = (name: string) => step('++', `Verify Envoy sidecar on pod "${name}"`, 'Success');

describe('osm verify connectivity', () => {
  it('prints one block when every step succeeds', async () => {
    const line = connectivity('shop/buyer', 'shop/store');
    const { stdout } = await eventually(line, 'Status: Success\n\n----');
    expect(stdout).toBe(frame(step('+', context('shop/buyer', 'shop/store'), 'Success')));
  });

  it('shows every step below a failure, the good ones too: a namespace that is not in the mesh', async () => {
    expect(await osm(connectivity('bare/app', 'shop/store'))).toEqual(
      said(
        frame(
          failed(context('bare/app', 'shop/store')),
          step(
            '++',
            'Verify if namespace "bare" is monitored',
            'Failure',
            `Reason: Missing label "${monitored}" on namespace "bare"`,
            `Suggestion: Add label "${monitored}" on namespace "bare" to include it in the mesh and restart the app`,
          ),
          isMonitored('shop'),
          step(
            '++',
            'Verify Envoy sidecar on pod "bare/app"',
            'Failure',
            'Reason: Did not find Envoy sidecar on pod "bare/app"',
            'Suggestion: Ensure pod "bare/app" has sidecar injection enabled',
          ),
          hasSidecar('shop/store'),
          step('++', envoyContext('bare/app', 'shop/store'), 'Failure'),
          step(
            '+++',
            'Verify Envoy config on source',
            'Unknown',
            'Reason: Error retrieving Envoy config for pod "bare/app", err: "Pod app in namespace bare is not a part of a mesh"',
          ),
        ),
      ),
    );
  });

  it('tells a namespace of another mesh, a missing one, and a missing pod', async () => {
    const { stdout } = await osm(connectivity('other/app', 'gone/app', 'app'));
    expect(stdout).toContain(`Reason: Expected label "${monitored}" to have value "osm", got "mine"\n`);
    expect(stdout).toContain('Reason: Error fetching namespace "gone"\n');
    expect(stdout).toContain('Reason: pods "app" not found\nSuggestion: Confirm pod "gone/app" exists\n');
    const mine = await osm(`${connectivity('other/app', 'other/app', 'app')} --mesh-name mine`);
    expect(mine.stdout).toContain(isMonitored('other'));
  });

  it('finds a Service that is not there, and one whose protocol it does not know', async () => {
    expect((await osm(connectivity('shop/buyer', 'shop/store', 'gone'))).stdout).toContain(
      'Reason: Destination service "shop/gone" not found: services "gone" not found\n',
    );
    await eventually(
      connectivity('shop/buyer', 'shop/talk', 'talk'),
      'Reason: Did not find matching outbound filter chain for service "shop/talk": unsupported protocol grpc\n',
    );
  });

  it('finds the missing chain when no policy allows the traffic, and the missing listener when nothing is allowed', async () => {
    const line = connectivity('shop/buyer', 'shop/store');
    await traffic({ enablePermissiveTrafficPolicyMode: false });
    const { stdout } = await eventually(line, 'Failure');
    expect(stdout).toBe(
      frame(
        failed(context('shop/buyer', 'shop/store')),
        isMonitored('shop'),
        isMonitored('shop'),
        hasSidecar('shop/buyer'),
        hasSidecar('shop/store'),
        step('++', envoyContext('shop/buyer', 'shop/store'), 'Failure'),
        step(
          '+++',
          'Verify Envoy config on source',
          'Failure',
          'Reason: Did not find matching outbound filter chain for service "shop/store": filter chain match outbound_shop/store_80_http not found',
        ),
      ),
    );
    await traffic({ enableEgress: false });
    await eventually(line, 'Reason: Outbound listener "outbound-listener" not found on source pod "shop/buyer"\n');
    await traffic({ enableEgress: true, enablePermissiveTrafficPolicyMode: true });
    await eventually(line, 'Status: Success\n\n----');
  });

  it('looks for a way out of the mesh: chain, virtual host and cluster of an Egress', async () => {
    const egress = (port: number, host: string, protocol: string) =>
      `verify connectivity --from-pod shop/buyer --to-ext-port ${port} --to-ext-host ${host} --app-protocol ${protocol}`;
    expect((await osm(egress(443, 'example.com', 'https'))).stdout).toBe(
      frame(
        failed('Verify if pod "shop/buyer" can access external service on port 443'),
        isMonitored('shop'),
        hasSidecar('shop/buyer'),
        step(
          '++',
          'Verify Envoy config for traffic: \n\tsource pod: shop/buyer\n\texternal host: example.com\n\texternal port: 443\n\tdestination protocol: https',
          'Failure',
        ),
        step(
          '+++',
          'Verify Envoy config on source',
          'Failure',
          'Reason: Did not find matching filter chain: filter chain not found for for port=443, protocol=https',
        ),
      ),
    );
    await traffic({ enableEgress: false });
    await api().create(kinds.egresses, {
      metadata: { name: 'out', namespace: 'shop' },
      spec: {
        sources: [{ kind: 'ServiceAccount', name: 'buyer', namespace: 'shop' }],
        hosts: ['example.com'],
        ports: [{ number: 80, protocol: 'http' }],
      },
    } as KubeObject);
    await eventually(egress(80, 'example.com', 'http'), 'Status: Success\n\n----');
    expect((await osm(egress(80, 'example.org', 'http'))).stdout).toContain(
      'Reason: Did not find outbound route configuration: virtual host for domain example.org not found\n',
    );
    await traffic({ enableEgress: true });
  });
});

describe('osm verify connectivity, when a sidecar is not what it should be', () => {
  const chain = (name: string, port: number, filter = 'http_connection_manager', address?: string) => ({
    name,
    filter_chain_match: {
      destination_port: port,
      ...(address ? { prefix_ranges: [{ address_prefix: address }] } : {}),
    },
    filters: [{ name: filter }],
  });
  const sections = (parts: {
    listener?: string;
    active?: boolean;
    chains?: object[];
    hosts?: string[];
    routes?: string;
    clusters?: string[];
    secrets?: string[];
  }) => ({
    configs: [
      {
        dynamic_listeners: [
          {
            name: parts.listener,
            ...(parts.active === false ? {} : { active_state: { listener: { filter_chains: parts.chains ?? [] } } }),
          },
        ],
      },
      {
        dynamic_route_configs: [
          { route_config: { name: parts.routes, virtual_hosts: [{ domains: parts.hosts ?? [] }] } },
        ],
      },
      { dynamic_active_clusters: (parts.clusters ?? []).map((name) => ({ cluster: { name } })) },
      { dynamic_active_secrets: (parts.secrets ?? []).map((name) => ({ name })) },
    ],
  });
  const domain = 'store.shop.svc.cluster.local';
  const address = () => api().get<Service>(resources.services, 'store', 'shop')?.spec.clusterIP ?? '';
  const good = () => ({
    listener: 'outbound-listener',
    chains: [chain('outbound_shop/store_80_http', 80, 'http_connection_manager', address())],
    routes: 'rds-outbound.80',
    hosts: [domain],
    clusters: ['shop/store|14001'],
    secrets: ['service-cert:bare/told', 'root-cert-for-mtls-outbound:shop/store'],
  });
  const reasons = async (line: string, dump: object) => {
    told.dump = dump;
    return (await osm(line)).stdout;
  };
  const outbound = (change: object) =>
    reasons(connectivity('bare/told', 'shop/store'), sections({ ...good(), ...change }));
  const missing = (what: string, why: string) =>
    `Reason: Did not find matching outbound ${what} for service "shop/store": ${why}\n`;

  it('names the part of the source that is missing or wrong', async () => {
    expect(await outbound({})).toContain(step('++', envoyContext('bare/told', 'shop/store'), 'Success'));
    expect(await outbound({ active: false })).toContain(
      'Reason: Outbound listener "outbound-listener" on source pod "bare/told" is not active\n',
    );
    const outboundName = 'outbound_shop/store_80_http';
    expect(await outbound({ chains: [chain(outboundName, 81)] })).toContain(
      missing('filter chain', 'filter chain match not found for port 80'),
    );
    expect(await outbound({ chains: [chain(outboundName, 80, 'http_connection_manager', '10.9.9.9')] })).toContain(
      missing('filter chain', `filter chain match not found for IP ranges Set{${address()}}, found Set{10.9.9.9}`),
    );
    expect(await outbound({ chains: [chain(outboundName, 80, 'tcp_proxy', address())] })).toContain(
      missing('filter chain', 'filter http_connection_manager not found'),
    );
    expect(await outbound({ routes: 'rds-outbound.81' })).toContain(
      missing('route configuration', 'route configuration rds-outbound.80 not found'),
    );
    expect(await outbound({ hosts: ['store'] })).toContain(
      missing('route configuration', `virtual host for domain ${domain} not found`),
    );
    expect(await outbound({ clusters: [] })).toContain(missing('cluster', 'cluster shop/store|14001 not found'));
    expect(await outbound({ secrets: ['service-cert:bare/told'] })).toContain(
      'Reason: Client TLS secret not found for pod "bare/told": expected secrets Set{root-cert-for-mtls-outbound:shop/store} not found\n',
    );
  });

  it('names the part of the destination, once the source is well', async () => {
    await service('bare', 'told');
    await programs.cluster.idle();
    const line = connectivity('shop/buyer', 'bare/told', 'told');
    const inbound = { listener: 'inbound-listener', chains: [chain('inbound_bare/told_14001_http', 14001)] };
    // The source is the same telling pod, which answers for both ends.
    const both = (change: object) => {
      const source = sections({
        listener: 'outbound-listener',
        chains: [
          chain(
            'outbound_bare/told_80_http',
            80,
            'http_connection_manager',
            api().get<Service>(resources.services, 'told', 'bare')?.spec.clusterIP,
          ),
        ],
        routes: 'rds-outbound.80',
        hosts: ['told.bare.svc.cluster.local'],
        clusters: ['bare/told|14001'],
        secrets: ['service-cert:bare/told', 'root-cert-for-mtls-outbound:bare/told'],
      });
      const destination = sections({ ...inbound, ...change });
      return { configs: [...source.configs, ...destination.configs] };
    };
    const from = line.replace('shop/buyer', 'bare/told');
    const why = async (change: object) => reasons(from, both(change));
    expect(await why({ listener: 'no-listener' })).toContain(
      'Reason: Inbound listener "inbound-listener" not found on destination pod "bare/told"\n',
    );
    const of = (what: string, text: string) =>
      `Reason: Did not find matching inbound ${what} for service "bare/told": ${text}\n`;
    expect(await why({ chains: [] })).toContain(
      of('filter chain', 'filter chain match inbound_bare/told_14001_http not found'),
    );
    expect(await why({})).toContain(of('route configuration', 'route configuration rds-inbound.14001 not found'));
    const routed = { routes: 'rds-inbound.14001', hosts: ['told.bare.svc.cluster.local'] };
    expect(await why(routed)).toContain(of('cluster', 'cluster bare/told|14001|local not found'));
    expect(await why({ ...routed, clusters: ['bare/told|14001|local'] })).toContain(
      'Reason: Server TLS secret not found for pod "bare/told": expected secrets Set{root-cert-for-mtls-inbound:bare/told} not found\n',
    );
  });
});

describe('osm verify ingress', () => {
  const line =
    'verify ingress --from-service bare/gate --to-pod shop/store --to-service store --ingress-backend way --to-port 14001';

  it('goes from the service of the ingress to the sidecar of the backend', async () => {
    expect((await osm(line)).stdout).toBe(
      frame(
        '[+] Context: Verify if service "bare/gate" can access pod "shop/store" for app protocol "http" via ingress\nStatus: Failure\nReason: Error retrieving source ingress service bare/gate: services "gate" not found',
      ),
    );
    await pod('bare', 'gate');
    await service('bare', 'gate');
    await api().modify<Namespace>(resources.namespaces, 'bare', undefined, (draft) => {
      draft.metadata.labels = { ...draft.metadata.labels, [monitored]: 'osm' };
    });
    await programs.cluster.idle();
    expect((await osm(line)).stdout).toContain(
      'Reason: ingressbackends.policy.openservicemesh.io "way" not found\nSuggestion: Confirm IngressBackend "shop/way" exists\n',
    );
    const backend = (spec: object) =>
      api().modify<KubeObject>(kinds.ingressBackends, 'way', 'shop', (draft) => void Object.assign(draft, { spec }));
    const port = { number: 14001, protocol: 'http' };
    await api().create(kinds.ingressBackends, {
      metadata: { name: 'way', namespace: 'shop' },
      spec: { backends: [{ name: 'store', port: { ...port, number: 80 } }], sources: [] },
    } as KubeObject);
    expect((await osm(line)).stdout).toContain(
      'Reason: No backend matching port 14001 and protocol http found in IngressBackend "shop/way"\nSuggestion: Add a backend matching port 14001 and protocol http found in IngressBackend "shop/way"\n',
    );
    await backend({
      backends: [{ name: 'store', port }],
      sources: [{ kind: 'Service', name: 'no', namespace: 'bare' }],
    });
    expect((await osm(line)).stdout).toContain(
      'Reason: No source matching service "bare/gate" found in IngressBackend "shop/way"\nSuggestion: Add a source for service "bare/gate" in IngressBackend "shop/way"\n',
    );
    await backend({
      backends: [{ name: 'store', port }],
      sources: [{ kind: 'Service', name: 'gate', namespace: 'bare' }],
    });
    const { stdout } = await eventually(line, 'Status: Success\n\n----');
    expect(stdout).toBe(
      frame(
        '[+] Context: Verify if service "bare/gate" can access pod "shop/store" for app protocol "http" via ingress\nStatus: Success',
      ),
    );
  });

  it('wants an ingress without sidecars, and http', async () => {
    await service('shop', 'buyer');
    await programs.cluster.idle();
    expect((await osm(line.replace('bare/gate', 'shop/buyer'))).stdout).toContain(
      'Reason: Found Envoy sidecar on pod "shop/buyer" when one wasn\'t expected\nSuggestion: Ensure pod "shop/buyer" does not have sidecar injection enabled\n',
    );
    expect((await osm(`${line} --app-protocol https`)).stdout).toContain(
      'Reason: Ingress verifier only supports the following protocol(s): "https"\n',
    );
    expect(await osm('verify ingress --to-port 1')).toEqual(
      refused('required flag(s) "from-service", "ingress-backend", "to-pod", "to-service" not set'),
    );
  });
});

describe('osm verify, asked wrongly', () => {
  const wrong: [string, string][] = [
    ['verify connectivity', 'required flag(s) "from-pod" not set'],
    [
      'verify connectivity --from-pod buyer',
      '--from-pod must be a namespaced name of the form <namespace>/<name>, got buyer',
    ],
    ['verify connectivity --from-pod shop/buyer', 'one of --to-pod|--to-ext-port must be set'],
    ['verify connectivity --from-pod a/b --to-pod c/d --to-ext-port 1', '--to-pod cannot be set with --to-ext-port'],
    ['verify connectivity --from-pod a/b --to-pod c/d', '--to-service must be set with --to-pod'],
    ['verify control-plane-health now', 'unknown command "now" for "osm verify control-plane-health"'],
  ];
  for (const [line, message] of wrong) {
    it(`answers \`osm ${line}\` with an error and exit code 1`, async () => {
      expect(await osm(line)).toEqual(refused(message));
    });
  }

  it('looks in osm-system when nobody says otherwise, where AKS has no MeshConfig', async () => {
    expect(await programs.run('osm', connectivity('shop/buyer', 'shop/store'))).toEqual(
      refused('meshconfigs.config.openservicemesh.io "osm-mesh-config" not found'),
    );
  });
});
