import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Deployment, Namespace } from '../../../../src/kube/objects.ts';
import { deployments, namespaces, pods, serviceAccounts } from '../../../../src/kube/resources.ts';
import { ProgramsOnCluster } from '../../kubectl/side-by-side.ts';

/** Our osm as a child process against a cluster with the add-on; words from OSM 1.2's cmd/cli. */
let programs: ProgramsOnCluster;
const osm = (line: string, env: Record<string, string> = {}) => programs.run('osm', line, env);
const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });
const refused = (message: string, stdout = '') => ({ code: 1, stdout, stderr: `Error: ${message}\n` });
const api = () => programs.cluster.api;
const metadataOf = (name: string) => api().get<Namespace>(namespaces, name)?.metadata;

beforeAll(async () => {
  programs = await ProgramsOnCluster.start(['osm']);
  for (const name of ['shop', 'bank', 'pub', 'other', 'bare'])
    await api().create<Namespace>(namespaces, { metadata: { name } });
  await programs.cluster.idle();
});
afterAll(() => programs.close());

describe('osm namespace', () => {
  it('adds namespaces in order, says so, and marks them as OSM does', async () => {
    expect(await osm('namespace add shop bank')).toEqual(
      said('Namespace [shop] successfully added to mesh [osm]\nNamespace [bank] successfully added to mesh [osm]\n'),
    );
    expect(metadataOf('shop')).toMatchObject({
      labels: { 'openservicemesh.io/monitored-by': 'osm' },
      annotations: { 'openservicemesh.io/sidecar-injection': 'enabled' },
    });
    expect(await osm('ns add shop')).toEqual(said('Namespace [shop] has already been added to mesh [osm]\n'));
    expect(await osm('namespace add kube-system')).toEqual(
      said('Namespace [kube-system] already has [osm-controller] installed and cannot be added to mesh [osm]\n'),
    );
    expect(await osm('namespace add pub --disable-sidecar-injection')).toEqual(
      said('Namespace [pub] successfully added to mesh [osm]\n'),
    );
    expect(metadataOf('pub')?.annotations).toMatchObject({ 'openservicemesh.io/sidecar-injection': 'disabled' });
  });

  it('stops at the first namespace that it cannot add, and keeps those before it', async () => {
    expect(await osm('namespace add other nope bare')).toEqual(
      refused(
        'Could not add namespace [nope] to mesh [osm]: namespaces "nope" not found',
        'Namespace [other] successfully added to mesh [osm]\n',
      ),
    );
    expect(metadataOf('bare')?.labels).not.toHaveProperty('openservicemesh.io/monitored-by');
    expect(await osm('namespace add bare --mesh-name mine')).toEqual(
      refused('mesh [mine] does not exist, please specify another mesh using --mesh-name or create a new mesh'),
    );
    expect(await osm('namespace add')).toEqual(refused('requires at least 1 arg(s), only received 0'));
  });

  it('ignores namespaces, and refuses to add an ignored one', async () => {
    expect(await osm('namespace ignore bare')).toEqual(
      said('Successfully configured namespace [bare] to be ignored\n'),
    );
    expect(await osm('namespace add bare')).toEqual(refused('Cannot add ignored namespace'));
    expect(await osm('namespace ignore nope')).toEqual(
      refused('Failed to retrieve namespace [nope]: namespaces "nope" not found'),
    );
  });

  it('lists the namespaces of a mesh with how they are injected', async () => {
    await osm('namespace ignore other');
    const table = [
      'NAMESPACE   MESH   SIDECAR-INJECTION',
      'bank        osm    enabled',
      'other       osm    disabled (ignored)',
      'pub         osm    disabled',
      'shop        osm    enabled',
      '',
    ].join('\n');
    expect(await osm('namespace list')).toEqual(said(table));
    expect(await osm('namespace list --mesh-name osm')).toEqual(said(table));
    expect(await osm('namespace list --mesh-name mine')).toEqual(said('No namespaces in mesh [mine]\n'));
  });

  it('removes a namespace with all its marks, and knows whose it is', async () => {
    await api().modify<Namespace>(namespaces, 'bank', undefined, (draft) => {
      draft.metadata.labels = { ...draft.metadata.labels, 'openservicemesh.io/monitored-by': 'mine' };
    });
    expect(await osm('namespace remove bank')).toEqual(
      refused('Namespace belongs to mesh [mine], not mesh [osm]. Please specify the correct mesh'),
    );
    expect(await osm('namespace remove bank --mesh-name mine')).toEqual(
      said('Namespace [bank] successfully removed from mesh [mine]\n'),
    );
    expect(await osm('namespace remove bank')).toEqual(said('Namespace [bank] already does not belong to any mesh\n'));
    expect(await osm('namespace remove nope')).toEqual(
      refused('Could not get namespace [nope]: namespaces "nope" not found'),
    );
    expect(await osm('namespace remove a b')).toEqual(refused('accepts 1 arg(s), received 2'));
    expect(metadataOf('bank')?.annotations ?? {}).not.toHaveProperty('openservicemesh.io/sidecar-injection');
  });
});

describe('osm mesh list, version and env', () => {
  it('lists the control plane, its namespaces and its SMI versions, asked of the controller', async () => {
    const { stdout, code } = await osm('mesh list');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(
        [
          '^\nMESH NAME   MESH NAMESPACE   VERSION   ADDED NAMESPACES',
          'osm         kube-system      v1\\.2\\.\\d+ +other,pub,shop',
          '',
          'MESH NAME   MESH NAMESPACE   SMI SUPPORTED',
          'osm         kube-system      HTTPRouteGroup:v1alpha4,TCPRoute:v1alpha4,TrafficSplit:v1alpha2,TrafficTarget:v1alpha3',
          '',
          "To list the OSM controller pods for a mesh, please run the following command passing in the mesh's namespace",
          '\tkubectl get pods -n <osm-mesh-namespace> -l app=osm-controller\n$',
        ].join('\n'),
      ),
    );
  });

  it('prints its version and that of the control plane', async () => {
    const client =
      'CLI Version: version.Info{Version:"v1.2.4", GitCommit:"82651008921837b2f21113e4604a807c3f68a97c", BuildDate:"2023-04-20-21:10"}\n';
    expect(await osm('version --client-only')).toEqual(said(client));
    const { stdout } = await osm('version');
    expect(stdout.startsWith(`${client}\nMESH NAME   MESH NAMESPACE   VERSION   `)).toBe(true);
    expect(stdout).toMatch(/\nosm +kube-system +v1\.2\.\d+ +[0-9a-f]{40} +\S+\n$/);
  });

  it('shows where it looks: self-hosted by default, as its file says otherwise, and a flag above both', async () => {
    const env = (kind: string, distribution: string, namespace: string) =>
      said(`--- \ninstall:\n  kind: ${kind}\n  distribution: ${distribution}\n  namespace: ${namespace}\n\n`);
    expect(await osm('env')).toEqual(env('self-hosted', '""', 'osm-system'));
    const file = join(programs.folder, 'osm.yaml');
    writeFileSync(file, 'install:\n  kind: managed\n  distribution: AKS\n  namespace: kube-system\n');
    expect(await osm('env', { OSM_CONFIG: file })).toEqual(env('managed', 'AKS', 'kube-system'));
    expect(await osm('env --osm-namespace mine')).toEqual(env('self-hosted', '""', 'mine'));
    writeFileSync(file, 'install: [');
    const broken = await osm('env', { OSM_CONFIG: file });
    expect(broken.code).toBe(1);
    expect(broken.stderr).toMatch(/^Error parsing environment configuration: /);
  });
});

describe('osm metrics and proxy', () => {
  const shopPod = () =>
    api()
      .list(pods, { namespace: 'shop' })
      .find((pod) => pod.status?.phase === 'Running');

  beforeAll(async () => {
    const labels = { app: 'buyer' };
    await api().create(serviceAccounts, { metadata: { name: 'buyer', namespace: 'shop' } });
    await api().create<Deployment>(deployments, {
      metadata: { name: 'buyer', namespace: 'shop' },
      spec: {
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            serviceAccountName: 'buyer',
            containers: [{ name: 'buyer', image: 'openservicemesh/bookbuyer', command: ['/bookbuyer'] }],
          },
        },
      },
    });
    await new Promise<void>((resolve) => {
      const stop = api().watch(pods, () => {
        if (!shopPod()) return;
        queueMicrotask(() => stop());
        resolve();
      });
    });
    await programs.cluster.idle();
  });

  it('turns metrics on and off for a namespace and the sidecars that run in it', async () => {
    expect(await osm('metrics enable --namespace shop')).toEqual(
      said('Metrics successfully enabled in namespace [shop]\n'),
    );
    expect(metadataOf('shop')?.annotations).toMatchObject({ 'openservicemesh.io/metrics': 'enabled' });
    expect(shopPod()?.metadata.annotations).toMatchObject({
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': '15010',
      'prometheus.io/path': '/stats/prometheus',
    });
    expect(await osm('metrics disable --namespace shop')).toEqual(
      said('Metrics successfully disabled in namespace [shop]\n'),
    );
    expect(shopPod()?.metadata.annotations ?? {}).not.toHaveProperty('prometheus.io/scrape');
    expect(await osm('metrics enable')).toEqual(said(''));
  });

  it('refuses metrics for namespaces that are in no mesh, or in an unknown one', async () => {
    const label = 'openservicemesh.io/monitored-by';
    const mark = (value: string) =>
      api().modify<Namespace>(namespaces, 'bank', undefined, (draft) => {
        draft.metadata.labels = { ...draft.metadata.labels, [label]: value };
      });
    expect(await osm('metrics enable --namespace nope')).toEqual(
      refused('Failed to retrieve namespace [nope]: namespaces "nope" not found'),
    );
    expect(await osm('metrics enable --namespace bank')).toEqual(
      refused(`Namespace [bank] does not belong to a mesh, missing annotation "${label}"`),
    );
    await mark('');
    expect(await osm('metrics enable --namespace bank')).toEqual(
      refused(`Label "${label}" on namespace "bank" cannot be empty`),
    );
    await mark('mine');
    expect(await osm('metrics disable --namespace bank')).toEqual(
      refused(`Invalid mesh name "mine" used with label "${label}" on namespace "bank", must be one of [osm]`),
    );
  });

  it("asks a running sidecar's admin port, on screen or into a file", async () => {
    const name = shopPod()?.metadata.name ?? '';
    const stats = await osm(`proxy get stats ${name} -n shop`);
    expect(stats).toMatchObject({ code: 0, stderr: '' });
    expect(stats.stdout).toMatch(/^server\.live: 1$/m);
    expect(JSON.parse((await osm(`proxy get config_dump ${name} -n shop`)).stdout)).toHaveProperty('configs');
    expect(await osm(`proxy get certs ${name} -n shop -f certs.json`)).toEqual(said(''));
    expect(readFileSync(join(programs.folder, 'certs.json'), 'utf8')).toContain('buyer.shop.cluster.local');
  });

  it('says when there is no such pod, no sidecar in it, or not two arguments', async () => {
    expect(await osm('proxy get stats nope -n shop')).toEqual(refused('Could not find pod nope in namespace shop'));
    expect(await osm('proxy get stats nope')).toEqual(refused('Could not find pod nope in namespace default'));
    const [dns] = api().list(pods, { namespace: 'kube-system', labelSelector: 'k8s-app=kube-dns' });
    const name = dns?.metadata.name;
    expect(await osm(`proxy get stats ${name} -n kube-system`)).toEqual(
      refused(`Pod ${name} in namespace kube-system is not a part of a mesh`),
    );
    expect(await osm('proxy get stats')).toEqual(refused('accepts 2 arg(s), received 1'));
  });
});

/** Each as the osm of OSM 1.2.4 said it, run against this same API. */
describe('an osm whose request fails', () => {
  const listing = 'unable to list meshes within the cluster: Could not list deployments';
  const failing = [
    ['version', listing],
    ['mesh list', 'Could not list deployments'],
    ['namespace list', 'Could not list namespaces related to osm []:'],
    ['namespace add shop', 'Cannot obtain information about the mesh [osm]: ['],
    ['namespace remove shop', 'Could not get namespace [shop]:'],
    ['namespace ignore shop', 'Failed to retrieve namespace [shop]:'],
    ['metrics enable --namespace shop', 'Failed to retrieve namespace [shop]:'],
    ['uninstall mesh -f', listing],
  ] as const;

  const kubeconfig = (name: string, change: (text: string) => string) => {
    const path = join(programs.folder, name);
    writeFileSync(path, change(readFileSync(join(programs.folder, 'kubeconfig'), 'utf8')), { mode: 0o600 });
    return { KUBECONFIG: path };
  };

  it.each(failing)('%s says what it tried', async (line, tried) => {
    const env = kubeconfig('stranger', (text) => text.replace(/("token":")[^"]+/, '$1nobody'));
    const { code, stderr } = await osm(line, env);
    const why = tried.endsWith('[') ? 'Unauthorized]' : ' Unauthorized';
    expect({ code, stderr }).toEqual({ code: 1, stderr: `Error: ${tried}${why}\n` });
  });

  it('says in Go’s words that nothing listens, and that the file it was told of is not there', async () => {
    const nobody = kubeconfig('nobody', (text) => text.replace(/("server":")[^"]+/, '$1https://127.0.0.1:1'));
    const wanted = 'deployments?labelSelector=app%3Dosm-controller';
    expect(await osm('mesh list', nobody)).toEqual({
      code: 1,
      stdout: 'Unable to list meshes within the cluster.\n',
      stderr: `Error: Could not list deployments Get "https://127.0.0.1:1/apis/apps/v1/${wanted}": dial tcp 127.0.0.1:1: connect: connection refused\n`,
    });
    const missing = join(programs.folder, 'missing');
    const [warning, ...rest] = (await osm('mesh list', { KUBECONFIG: missing })).stderr.split('\n');
    expect(warning).toMatch(/^W\d{4} \d\d:\d\d:\d\d\.\d{6} [ \d]{7} loader\.go:222] Config not found: /);
    expect(rest[0]).toMatch(/^Error: Could not list deployments Get "http:\/\/localhost:8080\/apis\/apps\/v1\//);
  });

  it('asks nobody for a name that no path can hold', async () => {
    expect(await osm('namespace add a/b')).toEqual(
      refused(`Could not add namespace [a/b] to mesh [osm]: invalid resource name "a/b": [may not contain '/']`),
    );
    expect(await osm('namespace ignore a%b')).toEqual(
      refused(`Failed to retrieve namespace [a%b]: invalid resource name "a%b": [may not contain '%']`),
    );
    expect(await osm('namespace remove ..')).toEqual(
      refused(`Could not get namespace [..]: invalid resource name "..": [may not be '..']`),
    );
  });

  it('leaves empty what is written empty', async () => {
    await api().modify<Namespace>(namespaces, 'shop', undefined, ({ metadata }) => {
      metadata.annotations = { ...metadata.annotations, 'openservicemesh.io/sidecar-injection': '' };
    });
    expect((await osm('namespace list')).stdout).toMatch(/^shop +osm {4}$/m);
  });
});

describe('osm version without a control plane that could tell', () => {
  const scale = async (replicas: number) => {
    await api().modify<Deployment>(deployments, 'osm-controller', 'kube-system', ({ spec }) => {
      spec.replicas = replicas;
    });
    await programs.cluster.idle();
  };

  it('has no row for a mesh whose controller has no pod', async () => {
    const before = api().get<Deployment>(deployments, 'osm-controller', 'kube-system')?.spec.replicas ?? 1;
    await scale(0);
    try {
      expect((await osm('version')).stdout).toMatch(/\n\nMESH NAME {3}MESH NAMESPACE {3}VERSION[^\n]*\n$/);
    } finally {
      await scale(before);
    }
  });
});

describe('osm as a program', () => {
  it('words wrong commands and flags as cobra does, without a page of usage', async () => {
    expect(await osm('instal')).toEqual(
      refused('unknown command "instal" for "osm"\n\nDid you mean this?\n\tinstall\n\nRun \'osm --help\' for usage.'),
    );
    expect(await osm('mesh list --bogus')).toEqual(refused('unknown flag: --bogus'));
    expect((await osm('verson')).stderr).toContain('Did you mean this?\n\tversion\n');
  });

  it('helps at every level', async () => {
    for (const line of ['', '--help', 'help namespace', 'namespace', 'namespace add --help']) {
      const { code, stdout } = await osm(line);
      expect(code, line).toBe(0);
      expect(stdout, line).toMatch(/\nUsage:\n {2}osm/);
    }
    expect((await osm('namespace add -h')).stdout).toContain('--disable-sidecar-injection');
  });

  it('finds nothing where there is no cluster or no mesh', async () => {
    const away = { KUBECONFIG: join(programs.folder, 'none') };
    expect(await osm('namespace list', away)).toMatchObject({ code: 1, stdout: '' });
    await programs.cluster.disableOpenServiceMesh();
    expect(await osm('mesh list')).toEqual(said('No osm mesh control planes found\n'));
    expect((await osm('version')).stdout.split('\n')[1]).toBe('Unable to find OSM control plane in the cluster');
    expect(await osm('namespace add shop')).toEqual(
      refused('mesh [osm] does not exist, please specify another mesh using --mesh-name or create a new mesh'),
    );
  });
});
