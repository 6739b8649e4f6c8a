import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { systemClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import type { ClusterAccess } from '../../../src/sandbox/azure/cluster-host.ts';
import { type RunningCluster, startCluster } from '../../../src/sandbox/cluster.ts';
import type { ImageProgram } from '../../../src/sandbox/node/program.ts';
import { type KubectlVersion, realKubectl } from '../../tools/kubectl.ts';
import { spec } from '../test-cluster.ts';

const root = join(import.meta.dirname, '../../..');

export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Bundles programs of src/sandbox/bin into a folder, as the build does. */
export async function bundlePrograms(names: readonly string[], folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: `src/sandbox/bin/${name}.ts`, out: name })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    keepNames: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    alias: { yaml: join(root, 'node_modules/yaml/browser/index.js') },
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

/** A kubeconfig whose one context is `demo`; JSON is YAML too. */
export function kubeconfigText({ server, caPem, token }: ClusterAccess): string {
  const cluster = { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'demo',
    clusters: [{ name: 'demo', cluster }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'admin' } }],
  });
}

/** A whole cluster with the mesh add-on and its HTTPS server, and programs that are pointed at it by a kubeconfig. */
export class ProgramsOnCluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'meshwalk-programs-'));
  #cluster: RunningCluster | undefined;
  readonly log: string[] = [];

  static async start(
    names: readonly string[],
    { openServiceMesh = true, images = [] }: { openServiceMesh?: boolean; images?: readonly ImageProgram[] } = {},
  ): Promise<ProgramsOnCluster> {
    const programs = new ProgramsOnCluster();
    await bundlePrograms(names, join(programs.folder, 'bin'));
    const folder = join(programs.folder, 'cluster');
    const cluster = await startCluster({
      spec: { ...spec, openServiceMesh },
      folder,
      pace: 'instant',
      images,
      clock: systemClock,
      random: seededRandom(7),
      log: (line) => programs.log.push(line),
    });
    programs.#cluster = cluster;
    programs.writeKubeconfig('kubeconfig');
    cpSync(join(import.meta.dirname, 'lines/files'), join(programs.folder, 'files'), { recursive: true });
    return programs;
  }

  get cluster(): RunningCluster {
    if (!this.#cluster) throw new Error('not started');
    return this.#cluster;
  }

  writeKubeconfig(name: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, kubeconfigText(this.cluster.access), { mode: 0o600 });
    return path;
  }

  start(program: string | KubectlVersion, line: string, env: Record<string, string> = {}) {
    const isReal = /^\d/.test(program);
    const command = isReal ? realKubectl(program as KubectlVersion) : process.execPath;
    const args = isReal ? wordsOf(line) : [join(this.folder, 'bin', `${program}.mjs`), ...wordsOf(line)];
    return spawn(command, args, {
      cwd: this.folder,
      env: {
        PATH: process.env['PATH'],
        HOME: this.folder,
        TZ: 'UTC',
        KUBECONFIG: join(this.folder, 'kubeconfig'),
        ...env,
      },
    });
  }

  run(program: string | KubectlVersion, line: string, env: Record<string, string> = {}): Promise<Answer> {
    const child = this.start(program, line, env);
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.end();
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
  }

  async close(): Promise<void> {
    await this.#cluster?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Words of a command line; single quotes group. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));

export const linesOf = (name: string): string[] =>
  readFileSync(join(import.meta.dirname, 'lines', name), 'utf8')
    .split('\n')
    .filter(Boolean);

/** Command lines whose answers may differ, with the reason. */
export const accepted = new Map(linesOf('differences.txt').map((line) => line.split(' => ') as [string, string]));

/** What differs between two runs by chance alone: ages, names with hashes, ids, times, and widths that follow from them. */
export function normalised(text: string, namespace = '\0'): string {
  return (
    text
      .replaceAll(namespace, 'NS')
      .replaceAll(/kubeconfig-\w+/g, 'kubeconfig')
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, 'UID')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replaceAll(/\d\d \w{3} \d{4} [\d:]+/g, 'DATE')
      .replaceAll(/web-[0-9a-f]{7,10}\b(-\w{5})?/g, (_, pod) => (pod ? 'web-HASH-POD' : 'web-HASH'))
      .replaceAll(/hash[=:] ?[0-9a-f]+/g, 'hash=H')
      .replaceAll(/\b10\.(0|244)\.\d+\.\d+/g, 'IP')
      .replaceAll(/\b(\d+[dhm])?\d+[ms]\b/g, 'AGE')
      .replaceAll(/(esourceVersion"?:|Resource Version:) *"?\d+"?/g, '$1 RV')
      // Blanks between columns, which follow from the widths above; those at the end of a line count.
      .replaceAll(/(\S) {2,}(?=\S)/g, '$1  ')
      // But not how many after an age, which may have grown by a digit between the two: an empty last column follows it.
      .replaceAll(/AGE {2,}$/gm, 'AGE  ')
      // Real kubectl's own log lines.
      .replaceAll(/^[EIW]\d{4} \d\d:.*\n/gm, '')
  );
}
