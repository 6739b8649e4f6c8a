import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject, Pod } from '../../../src/kube/objects.ts';
import { namespaces, pods, type ResourceRef, serviceAccounts } from '../../../src/kube/resources.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { type RunningCluster, startCluster } from '../../../src/sandbox/cluster.ts';
import type { ImageProgram } from '../../../src/sandbox/node/program.ts';
import { type KubectlVersion, realKubectl } from '../../tools/kubectl.ts';
import { spec } from '../test-cluster.ts';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Started {
  readonly stdout: string;
  readonly stderr: string;
  type(text: string): void;
  endInput(): void;
  /** Resolves when what came out so far matches. */
  until(pattern: RegExp): Promise<void>;
  kill(signal?: NodeJS.Signals): void;
  readonly ended: Promise<Outcome>;
}

/** A whole cluster behind its real HTTPS port, and real kubectl binaries that exec into its pods. */
export class ExecCluster {
  readonly cluster: RunningCluster;
  readonly folder: string;
  readonly kubeconfig: string;
  readonly logged: string[];
  readonly #children = new Set<ChildProcess>();

  private constructor(cluster: RunningCluster, folder: string, logged: string[]) {
    this.cluster = cluster;
    this.folder = folder;
    this.logged = logged;
    this.kubeconfig = join(folder, 'kubeconfig');
    const { server, caPem, token } = cluster.access;
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'demo',
      clusters: [
        { name: 'demo', cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } },
      ],
      users: [{ name: 'admin', user: { token } }],
      contexts: [{ name: 'demo', context: { cluster: 'demo', user: 'admin' } }],
    };
    writeFileSync(this.kubeconfig, JSON.stringify(config), { mode: 0o600 });
  }

  static async start(
    options: { openServiceMesh?: boolean; images?: readonly ImageProgram[] } = {},
  ): Promise<ExecCluster> {
    const folder = mkdtempSync(join(tmpdir(), 'meshwalk-exec-'));
    const logged: string[] = [];
    const cluster = await startCluster({
      spec: { ...spec, openServiceMesh: options.openServiceMesh ?? false },
      folder: join(folder, 'cluster'),
      pace: 'instant',
      clock: systemClock,
      random: seededRandom(3),
      images: options.images ?? [],
      log: (line) => logged.push(line),
    });
    const made = new ExecCluster(cluster, folder, logged);
    await made.until(namespaces, (all) => all.some(({ metadata }) => metadata.name === 'default'));
    await made.until(serviceAccounts, (all) => all.some(({ metadata }) => metadata.namespace === 'default'));
    return made;
  }

  until<T extends KubeObject>(ref: ResourceRef<T>, holds: (objects: T[]) => boolean): Promise<void> {
    return new Promise((resolve) => {
      let stop = () => {};
      const look = () => {
        if (!holds(this.cluster.api.list(ref))) return;
        stop();
        resolve();
      };
      stop = this.cluster.api.watch(ref, () => queueMicrotask(look));
      queueMicrotask(look);
    });
  }

  /** A pod in `default`, running. */
  async pod(name: string, podSpec: Partial<Pod['spec']> & Pick<Pod['spec'], 'containers'>): Promise<void> {
    await this.cluster.api.create(pods, { metadata: { name, namespace: 'default' }, spec: podSpec } as Pod);
    await this.until(pods, (all) => all.some((pod) => pod.metadata.name === name && pod.status?.phase === 'Running'));
  }

  start(version: KubectlVersion, args: readonly string[]): Started {
    const child: ChildProcess = spawn(realKubectl(version), [...args], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], HOME: this.folder, KUBECONFIG: this.kubeconfig },
    });
    let [stdout, stderr] = ['', ''];
    const waiting = new Set<() => void>();
    const changed = () => {
      for (const check of [...waiting]) check();
    };
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      changed();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      changed();
    });
    child.stdin?.on('error', () => {});
    const ended = new Promise<Outcome>((resolve) => {
      child.on('close', (code) => {
        resolve({ code, stdout, stderr });
        changed();
      });
    });
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    this.#children.add(child);
    child.on('close', () => this.#children.delete(child));
    return {
      get stdout() {
        return stdout;
      },
      get stderr() {
        return stderr;
      },
      type: (text) => void child.stdin?.write(text),
      endInput: () => void child.stdin?.end(),
      until: (pattern) =>
        new Promise((resolve, reject) => {
          const check = () => {
            const isThere = pattern.test(stdout + stderr);
            if (!isThere && !isOver) return;
            waiting.delete(check);
            if (isThere) resolve();
            else reject(new Error(`kubectl ended without ${pattern}: ${stdout}${stderr}`));
          };
          waiting.add(check);
          void ended.then(() => setImmediate(check));
          check();
        }),
      kill: (signal = 'SIGTERM') => void child.kill(signal),
      ended,
    };
  }

  run(version: KubectlVersion, args: readonly string[], input?: string): Promise<Outcome> {
    const started = this.start(version, args);
    if (input !== undefined) started.type(input);
    started.endInput();
    return started.ended;
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await this.cluster.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
