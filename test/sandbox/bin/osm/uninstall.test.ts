import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Namespace } from '../../../../src/kube/objects.ts';
import * as resources from '../../../../src/kube/resources.ts';
import { PtySession } from '../../../tools/pty.ts';
import { ProgramsOnCluster } from '../../kubectl/side-by-side.ts';

/** `osm uninstall mesh` with its questions and flags, two meshes in one cluster, and what managed OSM leaves of osm. */
let programs: ProgramsOnCluster;
const osm = (line: string, env: Record<string, string> = {}) => programs.run('osm', line, env);
const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });
const refused = (message: string, stdout = '') => ({ code: 1, stdout, stderr: `Error: ${message}\n` });
const install = (name: string, namespace: string, more = '') =>
  osm(`install --mesh-name ${name} --osm-namespace ${namespace} --enforce-single-mesh=false ${more}`.trim());

/** Runs osm and types these lines at it, whether it asks or not. */
function typed(line: string, ...answers: string[]): Promise<{ code: number | null; stdout: string }> {
  const child = programs.start('osm', line);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  // It may ask less than there are answers.
  child.stdin.on('error', () => {});
  child.stdin.end(answers.map((answer) => `${answer}\n`).join(''));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout })));
}

const meshes = (...rows: string[]) =>
  `List of meshes present in the cluster:\n\nMESH NAME   MESH NAMESPACE   VERSION   ADDED NAMESPACES\n${rows.map((name) => `${name.padEnd(12)}${name.padEnd(17)}v1.2.4    \n`).join('')}` +
  `\nMESH NAME   MESH NAMESPACE   SMI SUPPORTED\n${rows.map((name) => `${name.padEnd(12)}${name.padEnd(17)}HTTPRouteGroup:v1alpha4,TCPRoute:v1alpha4,TrafficSplit:v1alpha2,TrafficTarget:v1alpha3\n`).join('')}` +
  "\nTo list the OSM controller pods for a mesh, please run the following command passing in the mesh's namespace\n\tkubectl get pods -n <osm-mesh-namespace> -l app=osm-controller\n";
const question = (name: string) =>
  `\nUninstall OSM [mesh name: ${name}] in namespace [${name}] and/or OSM resources? [y/n]: `;
const definitions = () =>
  programs.cluster.api.list(resources.customResourceDefinitions).map(({ metadata }) => metadata.name);

vi.setConfig({ testTimeout: 120_000 });

beforeAll(async () => {
  programs = await ProgramsOnCluster.start(['osm'], { openServiceMesh: false });
}, 120_000);
afterAll(() => programs.close());

describe('osm uninstall mesh', () => {
  it('finds nothing in a cluster without a mesh', async () => {
    expect(await osm('uninstall mesh')).toEqual(said('No OSM control planes found\n'));
    expect(await osm('delete mesh now')).toEqual(refused('accepts 0 arg(s), received 1'));
  });

  it('asks for each mesh, three times at most, and takes exactly y or n', async () => {
    expect(await install('alpha', 'alpha')).toMatchObject({ code: 0 });
    expect(await install('beta', 'beta', '--set osm.caBundleSecretName=beta-ca')).toMatchObject({ code: 0 });
    expect(await typed('uninstall mesh', 'maybe', '', 'what', 'n')).toEqual({
      code: 0,
      stdout: `${meshes('alpha', 'beta')}${question('alpha')}Invalid input.\n${question('alpha')}${question('alpha')}Invalid input.\n${question('beta')}`,
    });
    expect(await osm('uninstall mesh')).toEqual(refused('EOF', `${meshes('alpha', 'beta')}${question('alpha')}`));
    expect(await osm('uninstall mesh --mesh-name gamma')).toEqual(
      said(`Did not find mesh [gamma] in namespace [osm-system]\n${meshes('alpha', 'beta')}`),
    );
  });

  it('looks for the release in the namespace that it was told', async () => {
    expect(await osm('uninstall mesh -f --mesh-name beta')).toEqual(
      refused(
        'uninstall: Release not loaded: beta: release: not found',
        'No OSM control plane with mesh name [beta] found in namespace [osm-system]\n',
      ),
    );
    expect(await osm('uninstall mesh -f --mesh-name beta --delete-namespace')).toEqual(
      said(
        'No OSM control plane with mesh name [beta] found in namespace [osm-system]\nCould not uninstall mesh name [beta] in namespace [osm-system]- uninstall: Release not loaded: beta: release: not found - continuing to deleteClusterWideResources and/or deleteNamespace\nOSM namespace [osm-system] not found\n',
      ),
    );
  });

  it('uninstalls the one that is confirmed, and leaves the other', async () => {
    expect(await typed('uninstall mesh --mesh-name beta --delete-namespace', 'Y')).toEqual({
      code: 0,
      stdout: `${meshes('alpha', 'beta')}${question('beta')}OSM [mesh name: beta] in namespace [beta] uninstalled\nOSM namespace [beta] deleted successfully\n`,
    });
    expect(
      programs.cluster.api.list(resources.mutatingWebhookConfigurations).map(({ metadata }) => metadata.name),
    ).toEqual(['osm-webhook-alpha']);
    expect((await osm('mesh list')).stdout).toMatch(/^alpha +alpha /m);
  });

  it('removes with -a what is left of OSM in the cluster, but for the kind whose name it spells wrong', async () => {
    const kinds = [
      'egresses.policy',
      'ingressbackends.policy',
      'meshconfigs.config',
      'upstreamtrafficsettings.policy',
      'retries.policy',
    ].map((name) => `${name}.openservicemesh.io`);
    const smi = ['httproutegroups.specs', 'tcproutes.specs', 'trafficsplits.split', 'traffictargets.access'].map(
      (name) => `${name}.smi-spec.io`,
    );
    const deleted = [...kinds, ...smi].map((name) => `Successfully deleted OSM CRD: ${name}\n`);
    deleted.splice(3, 0, 'Ignoring - did not find OSM CRD: meshRootCertificate.config.openservicemesh.io\n');
    const ignoring = (type: string) =>
      `Ignoring - did not find any OSM ${type} in the cluster. Use --mesh-name to delete ${type} belonging to a specific mesh if desired\n`;
    expect(await osm('uninstall mesh -f -a')).toEqual(
      said(
        [
          'OSM [mesh name: alpha] in namespace [alpha] uninstalled\n',
          ...deleted,
          ignoring('MutatingWebhookConfigurations'),
          ignoring('ValidatingWebhookConfigurations'),
          "Ignoring - did not find OSM CA bundle secret osm-ca-bundle in namespace alpha. Use --ca-bundle-secret-name and --osm-namespace to delete a specific mesh namespace's CA bundle secret if desired\n",
        ].join(''),
      ),
    );
    expect(definitions()).toEqual(['meshrootcertificates.config.openservicemesh.io']);
    expect(programs.cluster.api.get<Namespace>(resources.namespaces, 'alpha')).toBeDefined();
  });
});

describe('osm where OSM is managed', () => {
  const managed = () => {
    const file = join(programs.folder, 'managed.yaml');
    writeFileSync(file, 'install:\n  kind: managed\n  distribution: AKS\n  namespace: kube-system\n');
    return { OSM_CONFIG: file };
  };

  it('has no install and no dashboard, and mesh knows no upgrade', async () => {
    expect(await osm('install', managed())).toEqual(
      refused(
        'unknown command "install" for "osm"\n\nDid you mean this?\n\tuninstall\n\nRun \'osm --help\' for usage.',
      ),
    );
    expect(await osm('dashboard', managed())).toEqual(
      refused('unknown command "dashboard" for "osm"\nRun \'osm --help\' for usage.'),
    );
    const help = await osm('mesh upgrade', managed());
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage:\n  osm mesh [command]\n');
    expect(help.stdout).not.toContain('upgrade');
  });

  it('uninstalls nothing, and says so', async () => {
    expect(await osm('uninstall mesh -f --delete-namespace', managed())).toEqual(
      said(
        'OSM CANNOT be uninstalled in a managed environment\nOSM namespace CANNOT be deleted in a managed environment\n',
      ),
    );
  });
});

describe('osm at a terminal', () => {
  const onTerminal = async (more: Record<string, string> = {}) => {
    const session = new PtySession({
      file: process.execPath,
      args: [join(programs.folder, 'bin/osm.mjs'), 'verify', 'control-plane-health'],
      environment: {
        HOME: programs.folder,
        KUBECONFIG: join(programs.folder, 'kubeconfig'),
        PATH: process.env['PATH'] ?? '',
        ...more,
      },
    });
    await session.ended;
    return session.raw;
  };

  it('colours the status, unless NO_COLOR forbids it', async () => {
    expect(await onTerminal()).toContain('Status: \u001b[31mFailure\u001b[0m');
    expect(await onTerminal({ NO_COLOR: '1' })).toContain('Status: Failure');
  });
});
