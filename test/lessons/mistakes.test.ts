import { type ExecFileException, execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Parts } from '../../src/cli/compose.ts';
import { Teardown } from '../../src/cli/teardown.ts';
import { build } from '../cli/meshwalk.ts';
import { realKubectl } from '../tools/kubectl.ts';
import { copyCourse } from '../walk/course.ts';
import { partsOf } from './course-host.ts';
import { play } from './play.ts';

// What the lessons say about mistakes (of the course notes, and of hands) is what happens, with a real kubectl too.
const root = join(import.meta.dirname, '../..');
/** For programs beside the cluster, not for kubectl. */
const configurations: ReadonlySet<string> = new Set(['prometheus-outside.yml', 'dashboard-queries.yaml']);
const teardown = new Teardown();
let home: string;
let parts: Parts;

beforeAll(async () => {
  build();
  home = mkdtempSync(join(tmpdir(), 'meshwalk-mistakes-'));
  const { folder: course } = await copyCourse(join(home, 'course'));
  const played = await play(home, course, '--to', '2');
  expect(played.err).toBe('');
  parts = await partsOf(home, course, teardown, (bug) => {
    throw bug;
  });
  await parts.world.prepare(() => {});
}, 120_000);

afterAll(async () => {
  await teardown.close();
  rmSync(home, { recursive: true, force: true });
});

function run(script: string): Promise<{ code: number; output: string }> {
  const env = parts.world.environment();
  return new Promise((resolve) => {
    const done = (error: ExecFileException | null, stdout: string, stderr: string) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    execFile('/bin/sh', ['-c', script], { env, cwd: parts.world.workingFolder }, done);
  });
}

describe('what the lessons call a mistake fails as they say', () => {
  it('kubectl create namespace takes one name', async () => {
    const { code, output } = await run('kubectl create ns bookbuyer bookstore bookwarehouse');
    expect(code).toBe(1);
    expect(output).toContain('exactly one NAME is required, got 3');
    expect((await run('kubectl get ns -o name')).output).not.toContain('bookbuyer');
  });

  it('osm namespace add stops at the first that does not exist', async () => {
    await run('kubectl create namespace first; kubectl create namespace last');
    const { code, output } = await run('osm namespace add first missing last');
    expect(code).toBe(1);
    expect(output).toContain('missing');
    const { output: label } = await run(
      `kubectl get ns first last -o jsonpath='{range .items[*]}{.metadata.labels.openservicemesh\\.io/monitored-by};{end}'`,
    );
    expect(label).toBe('osm;;');
    await run('kubectl delete namespace first last --wait=false');
  });

  it('a weight of 500m is refused, because a weight has to be a number', async () => {
    await run('kubectl create namespace bookstore');
    const { code, output } = await run(
      "sed 's/weight: 50/weight: 500m/' manifests/split/50-50.yaml | kubectl apply -f -",
    );
    expect(code).toBe(1);
    expect(output).toMatch(/spec\.backends\[0\]\.weight.*must be of type number/);
  });

  it('a patch of the MeshConfig without --type=merge is a kind of patch that it does not know', async () => {
    const patch = `kubectl patch meshconfig osm-mesh-config -n kube-system -p '{"spec":{"traffic":{"enableEgress":false}}}'`;
    const { code, output } = await run(patch);
    expect(code).toBe(1);
    expect(output).toContain('application/strategic-merge-patch+json');
    const { output: egress } = await run(
      "kubectl get meshconfig osm-mesh-config -n kube-system -o jsonpath='{.spec.traffic.enableEgress}'",
    );
    expect(egress).toBe('true');
  });

  it('az aks create without an SSH key is refused before Azure is asked for anything', async () => {
    const { code, output } = await run(
      'az aks create --resource-group meshwalk-rg --name second --ssh-key-value /none/there',
    );
    expect(code).not.toBe(0);
    expect(output).toMatch(/ssh|key/i);
    expect((await run('az aks list --query "[].name" -o tsv')).output.trim()).toBe('meshwalk-aks');
  });
});

describe('the manifests', () => {
  const files = readdirSync(join(root, 'manifests'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .filter((file) => !configurations.has(basename(file)))
    .toSorted();
  /** Takes the place of an object that the mesh made; kubectl warns that it was not applied before. */
  const replacing = 'manifests/own-ca/bundle.yaml';

  // A dry run creates nothing, so what a manifest itself brings along for its other objects has to be there before.
  beforeAll(async () => {
    const texts = files.map((file) => readFileSync(join(root, file), 'utf8'));
    const named = (pattern: RegExp) =>
      texts.flatMap((text) => [...text.matchAll(pattern)].map(([, ...names]) => names));
    const spaces = new Set(named(/^ {2}namespace: (\S+)$/gm).flat());
    const accounts = named(/^kind: ServiceAccount\nmetadata:\n {2}name: (\S+)\n {2}namespace: (\S+)$/gm);
    const objects = [
      ...[...spaces].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
      ...accounts.map(([name, namespace]) => ({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name, namespace },
      })),
    ];
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
    // kube-system is there already, and kubectl says that it did not apply it.
    expect(await run(`echo '${list}' | kubectl apply -f -`)).toMatchObject({ code: 0 });
    expect(await run('kubectl apply -f manifests/cert-manager/cert-manager.yaml')).toMatchObject({ code: 0 });
  });

  it.each(files)('%s is taken by the server without a warning, strictly validated', async (file) => {
    const { code, output } = await run(`kubectl apply --dry-run=server --validate=strict -f ${file}`);
    const said = output.replace(file === replacing ? /^Warning: .*last-applied-configuration.*\n/m : '', '');
    expect(said).not.toMatch(/warning|error/i);
    expect(code).toBe(0);
    expect(said.trim().split('\n')).toSatisfy((lines: string[]) =>
      lines.every((line) => /^\S+ (created|configured|unchanged) \(server dry run\)$/.test(line)),
    );
  });

  it.each(['1.28', '1.32', '1.36'] as const)('all of them are taken from a real kubectl %s', async (version) => {
    const kubectl = realKubectl(version);
    const each = files
      .filter((file) => file !== replacing)
      .map((file) => `-f ${file}`)
      .join(' ');
    const { code, output } = await run(`'${kubectl}' apply --dry-run=server --validate=strict ${each}`);
    expect(output).not.toMatch(/warning|error/i);
    expect(code).toBe(0);
  });

  it('a field that does not exist is found by the same validation', async () => {
    const { code, output } = await run(
      "sed 's/imagePullPolicy/imagePulPolicy/' manifests/apps/bookbuyer.yaml | kubectl apply --dry-run=server --validate=strict -f -",
    );
    expect(code).toBe(1);
    expect(output).toContain('imagePulPolicy');
  });
});
