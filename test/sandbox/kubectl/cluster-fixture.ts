import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiTime } from '../../../src/kube/duration.ts';
import { nodes } from '../../../src/kube/resources.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { ensureBootstrapPolicy } from '../../../src/sandbox/apiserver/authorization/bootstrap.ts';
import { type Api, createApi } from '../../../src/sandbox/apiserver/create-api.ts';
import { clusterAdmin, tokenTable } from '../../../src/sandbox/apiserver/http/authentication.ts';
import { type ApiServer, startApiServer } from '../../../src/sandbox/apiserver/http-server.ts';
import { type Controllers, startControllers } from '../../../src/sandbox/controllers/start-controllers.ts';
import { CertificateAuthority } from '../../../src/sandbox/pki/authority.ts';
import { Store } from '../../../src/sandbox/store/store.ts';
import { type KubectlVersion, realKubectl } from '../../tools/kubectl.ts';
import { ScriptedNode } from './scripted-node.ts';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  stdout(): string;
  /** Resolves when what was printed so far satisfies the predicate; rejects when the process ends first. */
  until(predicate: (stdout: string) => boolean): Promise<string>;
  stop(): Promise<Outcome>;
  ended: Promise<Outcome>;
}

export const token = 'a-token-for-tests-only';

/** The API server with real store, request logic, controllers and TLS, one scripted node, and real kubectl binaries. */
export class ClusterFixture {
  readonly folder: string;
  readonly api: Api;
  readonly server: ApiServer;
  readonly node: ScriptedNode;
  readonly caPem: string;
  readonly controllers: Controllers;
  /** Exceptions of the API server that were no answers to a client. */
  readonly errors: string[];
  readonly #context: string;
  readonly #stopNode: () => void;
  readonly #homes = new Map<string, string>();

  private constructor(parts: {
    folder: string;
    api: Api;
    server: ApiServer;
    node: ScriptedNode;
    caPem: string;
    controllers: Controllers;
    errors: string[];
    context: string;
  }) {
    this.folder = parts.folder;
    this.api = parts.api;
    this.server = parts.server;
    this.node = parts.node;
    this.caPem = parts.caPem;
    this.controllers = parts.controllers;
    this.errors = parts.errors;
    this.#context = parts.context;
    this.#stopNode = parts.node.run(parts.api.cluster, () => apiTime(systemClock.now()));
  }

  static async start({ context = 'aks-demo' } = {}): Promise<ClusterFixture> {
    const folder = mkdtempSync(join(tmpdir(), 'meshwalk-kubectl-'));
    const clock = systemClock;
    const random = seededRandom(7);
    const authority = CertificateAuthority.create(clock, { commonName: 'kubernetes' });
    const validityMs = 86_400_000;
    const tls = authority.issue({
      commonName: 'apiserver',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
      validityMs,
    });
    const noService = () => Promise.reject(new Error('no webhook is called here'));
    const api = createApi({ store: new Store({ clock }), clock, random, connectToService: noService });
    const node = new ScriptedNode();
    const errors: string[] = [];
    const server = await startApiServer({
      requests: api.requests,
      nodes: node,
      tls,
      authenticate: tokenTable(new Map([[token, clusterAdmin]])),
      port: 0,
      version: '1.33.5',
      clock,
      onError: (error, request) => errors.push(`${request}: ${error instanceof Error ? error.stack : String(error)}`),
    });
    for (const name of ['default', 'kube-system']) {
      const resource = { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false };
      await api.cluster.create(resource, { metadata: { name } });
    }
    await ensureBootstrapPolicy(api.cluster);
    await api.cluster.create(nodes, {
      metadata: {
        name: 'sandbox-1',
        labels: { 'kubernetes.io/hostname': 'sandbox-1', 'node-role.kubernetes.io/agent': '' },
      },
    });
    await api.cluster.modifyStatus(nodes, 'sandbox-1', undefined, (draft) => {
      const now = apiTime(clock.now());
      draft.status = {
        conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady', lastTransitionTime: now }],
        addresses: [
          { type: 'InternalIP', address: '10.240.0.4' },
          { type: 'Hostname', address: 'sandbox-1' },
        ],
        capacity: { cpu: '4', memory: '16Gi', pods: '110' },
        allocatable: { cpu: '4', memory: '16Gi', pods: '110' },
        nodeInfo: {
          kubeletVersion: 'v1.33.5',
          osImage: 'Ubuntu 22.04.5 LTS',
          kernelVersion: '5.15.0',
          containerRuntimeVersion: 'containerd://1.7.27',
        },
      };
    });
    const controllers = startControllers({ ...api, clock, random, caPem: authority.certPem });
    return new ClusterFixture({ folder, api, server, node, caPem: authority.certPem, controllers, errors, context });
  }

  kubeconfig(): string {
    const path = join(this.folder, 'kubeconfig');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': this.#context,
      clusters: [
        {
          name: 'demo',
          cluster: {
            server: `https://127.0.0.1:${this.server.port}`,
            'certificate-authority-data': Buffer.from(this.caPem).toString('base64'),
          },
        },
      ],
      users: [{ name: 'admin', user: { token } }],
      contexts: [{ name: this.#context, context: { cluster: 'demo', user: 'admin' } }],
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  }

  file(name: string, content: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  start(
    version: KubectlVersion,
    args: readonly string[],
    options: { input?: string; env?: Record<string, string> } = {},
  ): Running {
    const home = this.#homes.get(version) ?? mkdtempSync(join(this.folder, `home-${version}-`));
    this.#homes.set(version, home);
    const child = spawn(realKubectl(version), [...args], {
      cwd: this.folder,
      env: { PATH: process.env['PATH'], HOME: home, KUBECONFIG: this.kubeconfig(), TZ: 'UTC', ...options.env },
    });
    let [stdout, stderr] = ['', ''];
    const changed = new Set<() => void>();
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      for (const check of [...changed]) check();
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    // A kubectl that refuses its arguments reads nothing.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    const ended = new Promise<Outcome>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });
    return {
      ended,
      stdout: () => stdout,
      until: (predicate) =>
        new Promise((resolve, reject) => {
          const check = () => {
            if (!predicate(stdout)) return;
            changed.delete(check);
            resolve(stdout);
          };
          changed.add(check);
          check();
          void ended.then(() => reject(new Error(`kubectl ${args.join(' ')} ended: ${stdout}${stderr}`)));
        }),
      stop: () => {
        child.kill();
        return ended;
      },
    };
  }

  kubectl(
    version: KubectlVersion,
    line: string,
    options: { input?: string; env?: Record<string, string> } = {},
  ): Promise<Outcome> {
    return this.start(version, wordsOf(line), options).ended;
  }

  /** The output of a command that must succeed. */
  async ok(
    version: KubectlVersion,
    line: string,
    options: { input?: string; env?: Record<string, string> } = {},
  ): Promise<string> {
    const { code, stdout, stderr } = await this.kubectl(version, line, options);
    if (code !== 0) throw new Error(`kubectl ${line} (${version}) exited with ${code}: ${stdout}${stderr}`);
    return stdout;
  }

  async close(): Promise<void> {
    this.#stopNode();
    await this.controllers.close();
    await this.server.close();
    this.node.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Words of a command line; single quotes group. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ''));
