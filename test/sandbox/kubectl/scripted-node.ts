import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Pod } from '../../../src/kube/objects.ts';
import { pods } from '../../../src/kube/resources.ts';
import { StatusError } from '../../../src/kube/status.ts';
import type { ClusterApi } from '../../../src/sandbox/cluster-api.ts';
import type { LogOptions, NodeApi } from '../../../src/sandbox/node/node-api.ts';

/** A node of the test: pods run as soon as they are bound; logs and ports are what the test says. Real sockets. */
export class ScriptedNode implements NodeApi {
  readonly #lines = new Map<string, string[]>();
  readonly #followers = new Set<() => void>();
  #farewell: readonly string[] | undefined;
  readonly #ports = new Map<number, Server>();
  readonly asked: LogOptions[] = [];
  readonly #running = new Map<string, { namespace: string; name: string }>();
  /** What waits while the node is held. */
  #held: (() => void)[] | undefined;

  write(container: string, line: string): void {
    this.#lines.set(container, [...(this.#lines.get(container) ?? []), line]);
    for (const wake of [...this.#followers]) wake();
  }

  /** From now on who follows a log gets these lines and then its end. */
  finishLogs(lines: readonly string[]): void {
    this.#farewell = lines;
    for (const wake of [...this.#followers]) wake();
  }

  get followers(): number {
    return this.#followers.size;
  }

  async *logs(_namespace: string, pod: string, options: LogOptions, signal: AbortSignal): AsyncIterable<string> {
    this.asked.push(options);
    if (options.previous) {
      throw new StatusError(
        400,
        'BadRequest',
        `previous terminated container "${options.container}" in pod "${pod}" not found`,
      );
    }
    const key = options.container ?? '';
    let at = options.tailLines === undefined ? 0 : Math.max(0, (this.#lines.get(key)?.length ?? 0) - options.tailLines);
    for (;;) {
      const all = this.#lines.get(key) ?? [];
      for (; at < all.length; at += 1) yield `${all[at]}\n`;
      if (!options.follow || signal.aborted) return;
      if (this.#farewell) return yield* this.#farewell.map((line) => `${line}\n`);
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#followers.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#followers.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  /** What answers on a port inside every pod. */
  async serve(podPort: number, onConnection: (socket: Socket) => void): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      onConnection(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#ports.set(podPort, server);
  }

  portForward(_namespace: string, _pod: string, port: number): Promise<Socket> {
    const server = this.#ports.get(port);
    return new Promise((resolve, reject) => {
      if (!server)
        return reject(Object.assign(new Error(`connect ECONNREFUSED 127.0.0.1:${port}`), { code: 'ECONNREFUSED' }));
      const socket = connect({ host: '127.0.0.1', port: (server.address() as AddressInfo).port, allowHalfOpen: true });
      socket.once('connect', () => resolve(socket));
      socket.once('error', reject);
    });
  }

  /** Nothing runs here that a client could join. */
  async runningContainer(): Promise<undefined> {}

  /** From now on no pod starts and none ends, until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const act of held) act();
  }

  runningPods(namespace: string): string[] {
    return [...this.#running.values()].filter((pod) => pod.namespace === namespace).map(({ name }) => name);
  }

  /** Runs what the scheduler binds, ends what is deleted. Returns how to stop. */
  run(cluster: ClusterApi, now: () => string): () => void {
    return cluster.watch(pods, ({ type, object }) => {
      const { name = '', namespace = '', uid = '' } = object.metadata;
      const act = (action: () => void) => (this.#held ? this.#held.push(action) : action());
      if (type === 'DELETED') {
        this.#running.delete(uid);
      } else if (object.metadata.deletionTimestamp) {
        this.#running.delete(uid);
        act(() => void cluster.delete(pods, name, namespace, { gracePeriodSeconds: 0 }));
      } else if (object.spec.nodeName && object.status?.phase === 'Pending') {
        act(() => void cluster.modifyStatus(pods, name, namespace, (draft) => setRunning(draft, now())));
      } else {
        this.#running.set(uid, { namespace, name });
      }
    });
  }

  close(): void {
    for (const server of this.#ports.values()) server.close();
  }
}

function setRunning(pod: Pod, now: string): void {
  const condition = (type: string) => ({ type, status: 'True' as const, lastTransitionTime: now });
  const status = (name: string, image: string, state: object, ready: boolean) => ({
    name,
    image,
    imageID: image,
    ready,
    restartCount: 0,
    lastState: {},
    state,
    containerID: `containerd://${name}`,
    started: ready,
  });
  pod.status = {
    ...pod.status,
    phase: 'Running',
    podIP: '10.244.0.20',
    podIPs: [{ ip: '10.244.0.20' }],
    hostIP: '10.240.0.4',
    startTime: now,
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    initContainerStatuses: (pod.spec.initContainers ?? []).map(({ name, image = '' }) =>
      status(name, image, { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } }, true),
    ),
    containerStatuses: pod.spec.containers.map(({ name, image = '' }) =>
      status(name, image, { running: { startedAt: now } }, true),
    ),
  };
}
