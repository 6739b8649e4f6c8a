import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { ConfigMap } from '../../../src/kube/objects.ts';
import { configMaps, deployments } from '../../../src/kube/resources.ts';
import { type KubectlVersion, realKubectl } from '../../tools/kubectl.ts';
import { ClusterFixture } from './cluster-fixture.ts';
import { customResources } from './golden-manifests.ts';
import { app } from './manifests.ts';
import { RequestLog } from './request-log.ts';
import { goldenFolder, type Transcript } from './transcript.ts';

/** Commands whose client watched for a while when they were recorded; ours would be done before it could begin. */
const stagings = {
  /** The node neither starts nor ends a pod until the client watches, or until the next other command. */
  held: /^(rollout restart|run tmp|delete pod tmp|delete deploy bookstore)/,
  /** Something in the namespace does not go until then. */
  kept: /^delete ns /,
  /** No pod is behind the Service. */
  withoutPods: /^get --raw .*\/proxy\//,
};

/** Our API server played through a session that was recorded in front of a real one: same files, same order, real kubectl. */
export class Replay {
  readonly cluster: ClusterFixture;
  readonly #version: KubectlVersion;
  readonly #log: RequestLog;
  readonly #namespace: string;
  #kept: string | undefined;
  #watches = 0;

  private constructor(cluster: ClusterFixture, version: KubectlVersion, namespace: string) {
    this.cluster = cluster;
    this.#version = version;
    this.#namespace = namespace;
    this.#log = new RequestLog(cluster.server.port);
    this.#log.on('request', ({ url }) => {
      if (!url?.includes('watch=true')) return;
      this.#watches += 1;
      void this.#letGo();
    });
  }

  static async start(version: KubectlVersion, namespace: string): Promise<Replay> {
    const cluster = await ClusterFixture.start({ context: 'rec' });
    await customResources(cluster.api.cluster);
    const inNamespace = (text: string) => text.replaceAll('namespace: shop', `namespace: ${namespace}`);
    cluster.file('app.yaml', inNamespace(app()));
    cluster.file('app2.yaml', inNamespace(app({ replicas: 2, identity: 'bookstore-v2' })));
    cluster.file('bad-immutable.yaml', inNamespace(app({ label: 'other' })));
    for (const name of ['crs', 'crs2', 'bad-ns', 'bad-field', 'bad-invalid', 'mesh-config'])
      cluster.file(`${name}.yaml`, readFileSync(join(goldenFolder, 'manifests', `${name}.yaml`), 'utf8'));
    for (const container of ['osm-init', 'bookstore', 'envoy'])
      for (const text of ['line A', 'line B']) cluster.node.write(container, text);
    cluster.node.finishLogs(['f1', 'f2', 'f3']);
    const replay = new Replay(cluster, version, namespace);
    await cluster.ok('1.32', 'apply -f mesh-config.yaml');
    await cluster.ok('1.32', `patch meshconfig osm-mesh-config -n osm-system --type=merge -p ${permissiveOff}`);
    if (namespace !== 'shop') {
      await cluster.ok('1.32', `create namespace ${namespace}`);
      await cluster.ok('1.32', 'apply -f app.yaml');
      mkdirSync(join(cluster.folder, 'y'));
    }
    await cluster.controllers.idle();
    replay.#log.take();
    return replay;
  }

  async close(): Promise<void> {
    this.#log.close();
    await this.cluster.close();
  }

  /** Plays one command and waits until the cluster is at rest. A watch is stopped when it has asked and said what was recorded. */
  async play({ line, code, output, requests: recorded }: Transcript): Promise<Transcript> {
    const { cluster } = this;
    if (stagings.held.test(line)) cluster.node.hold();
    if (stagings.kept.test(line)) await this.#keep(line.split(' ')[2] ?? '');
    if (stagings.withoutPods.test(line)) await this.#endPods();
    const before = this.#watches;
    const path = cluster.file('answer', '');
    const file = openSync(path, 'a');
    const child = spawn(realKubectl(this.#version), this.#words(line), {
      cwd: cluster.folder,
      stdio: ['ignore', file, file],
      timeout: hungMs,
      env: {
        PATH: process.env['PATH'],
        HOME: cluster.folder,
        KUBECONFIG: cluster.kubeconfig(),
        TZ: 'UTC',
        KUBE_EDITOR: editor,
      },
    });
    const ended = once(child, 'close') as Promise<[number | null]>;
    const said = () => readFileSync(path, 'utf8');
    if (code === stopped) {
      // Long enough for the recorder; a client that ended by itself is compared as it is.
      const lines = output.split('\n').length;
      const watches = before + recorded.filter((request) => request.includes('watch=true')).length;
      const isThrough = () => said().split('\n').length > lines && this.#watches >= watches;
      await vi.waitUntil(() => isThrough() || child.exitCode !== null, { timeout: hungMs });
      child.kill();
    }
    const [exitCode] = await ended;
    closeSync(file);
    if (!stagings.held.test(line)) await this.#letGo();
    await cluster.controllers.idle();
    const requests = this.#log.take();
    return {
      line,
      code: code === stopped ? stopped : (exitCode ?? stopped),
      output: said().replaceAll(cluster.folder, 'lab'),
      requests,
    };
  }

  async #keep(namespace: string): Promise<void> {
    const metadata = { name: 'kept', namespace, finalizers: ['example.com/kept'] };
    await this.cluster.api.cluster.create<ConfigMap>(configMaps, { metadata });
    this.#kept = namespace;
  }

  async #endPods(): Promise<void> {
    const { api, controllers } = this.cluster;
    await api.cluster.modify(deployments, 'bookstore', this.#namespace, (draft) => {
      draft.spec.replicas = 0;
    });
    await controllers.idle();
  }

  async #letGo(): Promise<void> {
    const { node, api } = this.cluster;
    node.release();
    const namespace = this.#kept;
    this.#kept = undefined;
    if (namespace)
      await api.cluster.modify(configMaps, 'kept', namespace, (draft) => {
        draft.metadata.finalizers = [];
      });
  }

  /** Recorded are the words alone, without the shell's quotes; none has a blank. Names of pods are today's. */
  #words(line: string): string[] {
    const pod = this.cluster.node.runningPods(this.#namespace).find((name) => name.startsWith('bookstore-'));
    return line
      .replaceAll(/bookstore-[0-9a-f]{10}-\w{5}/g, pod ?? '')
      .split(' ')
      .filter(Boolean);
  }
}

/** What `timeout` answers for a command that it ended. */
const stopped = 124;

/** A command that takes so long hangs. */
const hungMs = 20_000;

const permissiveOff = `{"spec":{"traffic":{"enablePermissiveTrafficPolicyMode":false}}}`;

/** The recorder's editor: another weight of a split, another number of replicas. */
const editor = `sed -i -e 's/weight: 40/weight: 30/' -e '/^spec:/,/^status:/s/^  replicas: 1/  replicas: 2/'`;
