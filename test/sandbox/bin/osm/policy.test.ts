import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Deployment, KubeObject, Namespace, Pod } from '../../../../src/kube/objects.ts';
import * as resources from '../../../../src/kube/resources.ts';
import * as kinds from '../../../../src/sandbox/mesh/osm/kinds.ts';
import { ProgramsOnCluster } from '../../kubectl/side-by-side.ts';
import { program } from '../../test-cluster.ts';

/** `osm policy` and every query of `osm proxy get`, on a cluster with the add-on. */
let programs: ProgramsOnCluster;
const api = () => programs.cluster.api;
const osm = (line: string) => programs.run('osm', line);
const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });
const refused = (message: string) => ({ code: 1, stdout: '', stderr: `Error: ${message}\n` });
const create = (ref: resources.ResourceRef, name: string, namespace: string, spec: object) =>
  api().create(ref, { metadata: { name, namespace }, spec } as KubeObject);

vi.setConfig({ testTimeout: 60_000 });

beforeAll(async () => {
  programs = await ProgramsOnCluster.start(['osm'], { images: [program('test/app')] });
  await vi.waitFor(
    () => {
      const ready = ['osm-controller', 'osm-injector'].map(
        (name) => api().get<Deployment>(resources.deployments, name, 'kube-system')?.status?.readyReplicas,
      );
      expect(ready).toEqual([2, 2]);
    },
    { timeout: 60_000, interval: 50 },
  );
  for (const name of ['buyers', 'stores']) {
    await api().create<Namespace>(resources.namespaces, {
      metadata: {
        name,
        labels: { 'openservicemesh.io/monitored-by': 'osm' },
        annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
      },
    });
  }
  for (const [namespace, name] of [
    ['buyers', 'buyer'],
    ['stores', 'store'],
    ['default', 'bare'],
  ] as const) {
    await api().create(resources.serviceAccounts, { metadata: { name, namespace } });
    await api().create<Pod>(resources.pods, {
      metadata: { name, namespace },
      spec: { serviceAccountName: name, containers: [{ name: 'app', image: 'test/app' }] },
    });
  }
  await programs.cluster.idle();
}, 120_000);
afterAll(() => programs.close());

describe('osm policy check-pods', () => {
  const line = 'policy check-pods buyers/buyer stores/store';
  const managed = `${line} --osm-namespace kube-system`;

  it('says that everybody may talk in permissive mode, with a blank before the second mark', async () => {
    expect(await osm(managed)).toEqual(
      said(
        "[+] Permissive mode enabled for mesh operated by osm-controller running in 'kube-system' namespace\n\n [+] Pod 'buyers/buyer' is allowed to communicate to pod 'stores/store'\n",
      ),
    );
  });

  it('names the policies that allow it, by service account alone, and says when there is none', async () => {
    await api().modify(kinds.meshConfigs, 'osm-mesh-config', 'kube-system', (draft) => {
      draft.spec = { ...draft.spec, traffic: { ...draft.spec?.traffic, enablePermissiveTrafficPolicyMode: false } };
    });
    const head =
      '[+] SMI traffic policy mode enabled for mesh operated by osm-controller running in kube-system namespace\n\n';
    expect(await osm(managed)).toEqual(
      said(
        `${head}[+] Pod 'buyers/buyer' is not allowed to communicate to pod 'stores/store', missing SMI TrafficTarget policy\n`,
      ),
    );
    const target = (source: string) => ({
      destination: { kind: 'ServiceAccount', name: 'store', namespace: 'stores' },
      rules: [{ kind: 'HTTPRouteGroup', name: 'nowhere' }],
      sources: [{ kind: 'ServiceAccount', name: source, namespace: 'buyers' }],
    });
    await create(kinds.trafficTargets, 'first', 'stores', target('buyer'));
    await create(kinds.trafficTargets, 'other', 'stores', target('thief'));
    await create(kinds.trafficTargets, 'second', 'stores', target('buyer'));
    const allowed = (name: string) =>
      `[+] Pod 'buyers/buyer' is allowed to communicate to pod 'stores/store' via the SMI TrafficTarget policy "${name}" in namespace stores\n`;
    expect(await osm(managed)).toEqual(said(`${head}${allowed('first')}${allowed('second')}`));
  });

  it('refuses names that are none, pods that are not there or not in the mesh, and the wrong OSM namespace', async () => {
    const form = 'Pod name should be of the form <namespace/pod>, or <pod> for default namespace';
    expect(await osm('policy check-pods a/b/c d')).toEqual(
      refused(`Invalid argument specified for the source pod [/]: ${form}, got: a/b/c`),
    );
    expect(await osm('policy check-pods buyers/gone stores/store')).toEqual(
      refused('Could not find pod gone in namespace buyers'),
    );
    expect(await osm('policy check-pods buyers/buyer bare')).toEqual(
      refused('Pod bare in namespace default is not a part of a mesh'),
    );
    expect(await osm(line)).toEqual(
      refused(
        'Error checking if permissive mode is enabled: Error fetching MeshConfig osm-mesh-config: meshconfigs.config.openservicemesh.io "osm-mesh-config" not found',
      ),
    );
    expect(await osm('policy check-pods one')).toEqual(refused('accepts 2 arg(s), received 1'));
  });
});

describe('osm policy check-conflicts', () => {
  it('finds IngressBackends that name one port of one Service', async () => {
    const line = 'policy check-conflicts IngressBackend -n default';
    expect(await osm(line)).toEqual(said('No conflicts among IngressBackend resources in namespace default\n'));
    const backends = (...ports: number[]) => ({
      backends: ports.map((number) => ({ name: 'store', port: { number, protocol: 'http' } })),
      sources: [{ kind: 'Service', name: 'gate', namespace: 'gates' }],
    });
    await create(kinds.ingressBackends, 'a', 'default', backends(80, 81));
    await create(kinds.ingressBackends, 'b', 'default', backends(81));
    await create(kinds.ingressBackends, 'c', 'default', backends(82));
    expect(await osm(line.replace('IngressBackend', 'ingressbackend'))).toEqual(
      said('[+] IngressBackend default/a conflicts with default/b:\nBackend store specified in a and b conflicts\n\n'),
    );
  });

  it('wants one kind that it knows and one namespace', async () => {
    expect(await osm('policy check-conflicts Egress -n default')).toEqual(refused('Invalid resource kind Egress'));
    for (const [flags, count] of [
      ['', 0],
      [' -n a,b', 2],
    ] as const) {
      expect(await osm(`policy check-conflicts IngressBackend${flags}`)).toEqual(
        refused(`Requires single namespace specified by '-n|--namespace' to check for conflicts, got ${count}`),
      );
    }
  });
});

describe('osm proxy get', () => {
  const queries: [string, RegExp][] = [
    ['config_dump', /"configs"/],
    ['clusters', /::default_priority::/],
    ['stats', /^server\.live: 1$/m],
    ['stats?format=json', /"stats"/],
    ['certs', /"certificates"/],
    ['listeners', /^outbound-listener::/m],
    ['ready', /^LIVE\n$/],
    ['server_info', /"state"/],
    ['help', /\/config_dump/],
  ];
  for (const [query, wanted] of queries) {
    it(`hands ${query} on to Envoy as it is`, async () => {
      const { code, stdout } = await osm(`proxy get ${query} store -n stores -p 15500`);
      expect(code).toBe(0);
      expect(stdout).toMatch(wanted);
    });
  }

  it('prints what Envoy says to a query that it does not know, and refuses a file that it cannot write', async () => {
    expect((await osm('proxy get nonsense store -n stores')).stdout).toMatch(/^invalid path/);
    expect(await osm('proxy get ready store -n stores -f nowhere/x')).toEqual(
      refused('Error opening file nowhere/x: open nowhere/x: no such file or directory'),
    );
    expect(await osm('proxy get ready store -n stores -p 70000')).toEqual(
      refused(
        'invalid argument "70000" for "-p, --local-port" flag: strconv.ParseUint: parsing "70000": value out of range',
      ),
    );
  });
});
