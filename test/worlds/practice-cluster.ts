// A cluster with OSM that somebody else runs: a sandbox started apart, reached through nothing but its kubeconfig.
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { build, meshwalk } from '../cli/meshwalk.ts';
import { realKubectl } from '../tools/kubectl.ts';

const run = promisify(execFile);

export const contextName = 'practice';

export class PracticeCluster {
  readonly #home: string;
  readonly kubeconfig: string;
  /** Where its API server listens on this machine. */
  readonly port: number;
  /** With the real kubectl and an osm, and no az. */
  readonly path: string;

  private constructor(home: string) {
    this.#home = home;
    const folder = folderIn(home);
    this.kubeconfig = readFileSync(join(folder, 'kubeconfig'), 'utf8');
    this.port = Number(/https:\/\/127\.0\.0\.1:(\d+)/.exec(this.kubeconfig)?.[1]);
    this.path = pathIn(home);
  }

  static async start(): Promise<PracticeCluster> {
    build();
    const home = mkdtempSync(join(tmpdir(), 'meshwalk-practice-'));
    const started = await meshwalk(home, ['sandbox', 'start', '--pace', 'instant']);
    if (started.code !== 0) throw new Error(started.err);
    const az = (...args: string[]) => run('az', args, { env: environmentIn(home) });
    await az('group', 'create', '--name', contextName, '--location', 'southeastasia');
    const cluster = ['--resource-group', contextName, '--name', contextName];
    await az('aks', 'create', ...cluster, '--enable-addons', 'open-service-mesh', '--no-ssh-key');
    await az('aks', 'get-credentials', ...cluster);
    return new PracticeCluster(home);
  }

  async kubectl(...args: string[]): Promise<string> {
    return (await run('kubectl', args, { env: environmentIn(this.#home) })).stdout;
  }

  async stop(): Promise<void> {
    await meshwalk(this.#home, ['sandbox', 'stop']);
    rmSync(this.#home, { recursive: true, force: true });
  }
}

const folderIn = (home: string) => join(home, 'default/sandbox/sandbox');

const pathIn = (home: string) =>
  [dirname(realKubectl('1.34')), join(folderIn(home), 'bin'), process.env['PATH'] ?? ''].join(delimiter);

const environmentIn = (home: string) => ({
  PATH: pathIn(home),
  HOME: home,
  LANG: 'C.UTF-8',
  KUBECONFIG: join(folderIn(home), 'kubeconfig'),
  AZURE_CONFIG_DIR: join(folderIn(home), 'azure'),
});
