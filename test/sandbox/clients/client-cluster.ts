import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { type RunningCluster, startCluster } from '../../../src/sandbox/cluster.ts';
import { kubeconfigText } from '../kubectl/side-by-side.ts';
import { spec } from '../test-cluster.ts';

export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A whole cluster without a mesh, and clients of others that find it in their kubeconfig. */
export class ClientCluster {
  readonly folder = mkdtempSync(join(tmpdir(), 'meshwalk-clients-'));
  readonly kubeconfig = join(this.folder, 'kubeconfig');
  #cluster: RunningCluster | undefined;

  static async start(): Promise<ClientCluster> {
    const it = new ClientCluster();
    const [clock, random] = [systemClock, seededRandom(5)];
    it.#cluster = await startCluster({ spec, folder: join(it.folder, 'cluster'), pace: 'instant', clock, random });
    writeFileSync(it.kubeconfig, kubeconfigText(it.#cluster.access), { mode: 0o600 });
    return it;
  }

  get cluster(): RunningCluster {
    if (!this.#cluster) throw new Error('the cluster is not up');
    return this.#cluster;
  }

  /** Runs a program of somebody else; words are split at blanks. */
  async run(program: string, line: string): Promise<Answer> {
    const child = spawn(program, line.split(' '), {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: this.folder, KUBECONFIG: this.kubeconfig, TZ: 'UTC' },
    });
    const answer: Answer = { code: null, stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (answer.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (answer.stderr += text));
    const [code] = (await once(child, 'close')) as [number | null];
    return { ...answer, code };
  }

  async ok(program: string, line: string): Promise<string> {
    const { code, stdout, stderr } = await this.run(program, line);
    if (code !== 0) throw new Error(`${program} ${line} exited with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  async close(): Promise<void> {
    await this.#cluster?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
