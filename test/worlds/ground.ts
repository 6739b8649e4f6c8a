// A learner's own cluster and Azure, played by a sandbox that runs apart: it is reached by kubeconfig and by HTTPS, and by
// nothing else. The learner has the real kubectl, and the sandbox's osm and az in the place of the real ones.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { settleCluster } from '../../src/cli/settle-cluster.ts';
import { loadFindings, loadWords } from '../../src/words/language.ts';
import type { World } from '../../src/world/world.ts';
import { serverFile } from '../cli/meshwalk.ts';
import { SandboxProcess } from '../sandbox/sandbox-process.ts';
import { realKubectl } from '../tools/kubectl.ts';

const run = promisify(execFile);
export const root = join(import.meta.dirname, '../..');

/** The name of the practice cluster and of its context. */
export const practice = 'practice';

export class Ground {
  readonly home = mkdtempSync(join(tmpdir(), 'meshwalk-ground-'));
  readonly sandbox = new SandboxProcess();
  readonly tools = join(this.home, 'tools');
  readonly kubeconfig = join(this.home, '.kube/config');

  async begin(): Promise<void> {
    await this.sandbox.start();
    mkdirSync(this.tools);
    mkdirSync(join(this.home, '.kube'));
    symlinkSync(realKubectl('1.32'), join(this.tools, 'kubectl'));
    for (const name of ['osm', 'az']) symlinkSync(join(this.sandbox.folder, 'bin', name), join(this.tools, name));
  }

  /** A cluster that somebody made, without a mesh unless the options of `az aks create` say so; with a context in the learner's kubeconfig. */
  async makeCluster(...options: string[]): Promise<void> {
    await this.az(`group create -l westeurope -n ${practice} -o none`);
    await this.az(['aks create', '-g', practice, '-n', practice, '--no-ssh-key -o none', ...options].join(' '));
    await this.az(`aks get-credentials -g ${practice} -n ${practice} --file ${this.kubeconfig}`);
  }

  /** As upstream's own installer does it, into osm-system. */
  async installMesh(...options: string[]): Promise<void> {
    await this.shell(`osm install ${options.join(' ')}`);
  }

  /** The environment that the program is started with. */
  get learner(): Record<string, string> {
    const { sandbox } = this;
    const azure: { endpoint: string; ca: string; token: string; subscription: { id: string } } = JSON.parse(
      readFileSync(join(sandbox.folder, 'azure/meshwalk.json'), 'utf8'),
    );
    return {
      HOME: this.home,
      PATH: [join(root, 'node_modules/.bin'), this.tools, '/usr/bin', '/bin'].join(delimiter),
      LANG: 'C.UTF-8',
      NODE_OPTIONS: '--nonsense',
      npm_config_registry: 'https://example.com',
      AZURE_CONFIG_DIR: join(sandbox.folder, 'azure'),
      MESHWALK_ARM_ENDPOINT: azure.endpoint,
      MESHWALK_ARM_CA: azure.ca,
      MESHWALK_ARM_TOKEN: azure.token,
      MESHWALK_ARM_SUBSCRIPTION: azure.subscription.id,
    };
  }

  /** What the sandbox keeps for the world `sandbox`, in a process of its own. */
  sandboxOptions(folder: string) {
    return { folder, workingFolder: root, serverFile, pace: 'instant', learner: this.learner } as const;
  }

  /** Agrees to the practice cluster as `--yes` does. */
  async settle(
    folder: string,
    change: { context?: string; yes?: boolean; wanted?: readonly string[] } = {},
  ): Promise<void> {
    const { context = practice, yes = true, wanted = [] } = change;
    const findings = await loadFindings(await loadWords('en'));
    const { signal } = new AbortController();
    const answers = { context, yes, terminal: undefined, out: () => {}, wanted: async () => wanted };
    await settleCluster({ folder, learner: this.learner, findings, signal, ...answers });
  }

  async az(line: string): Promise<void> {
    const { code, stderr } = await this.sandbox.az(line);
    if (code !== 0) throw new Error(`az ${line}: ${stderr}`);
  }

  /** A line in the learner's own terminal; `in` a world, one of its lessons' commands. */
  async shell(line: string, world?: World): Promise<string> {
    const env = world?.environment() ?? { HOME: this.home, PATH: this.learner['PATH'] };
    const { stdout } = await run('/bin/sh', ['-c', line], { env, cwd: world?.workingFolder ?? this.home });
    return stdout.trim();
  }

  async end(): Promise<void> {
    await this.sandbox.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}
