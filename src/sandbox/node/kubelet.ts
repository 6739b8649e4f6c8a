import type { Pod } from '../../kube/objects.ts';
import { nodes, pods } from '../../kube/resources.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { ClusterApi } from '../cluster-api.ts';
import type { EventRecorder } from '../controllers/event-recorder.ts';
import { isFinished } from '../controllers/pod-readiness.ts';
import { Timetable } from '../controllers/timetable.ts';
import type { PodNetwork } from '../network/pod-network.ts';
import type { Pace } from '../pace.ts';
import type { ImageRegistry } from './image-registry.ts';
import { type ContainerName, eventTexts, type KubeletParts } from './kubelet-parts.ts';
import type { NodeApi } from './node-api.ts';
import { NodeImages } from './node-images.ts';
import { NodeStreams } from './node-streams.ts';
import type { IssueToken } from './pod-volumes.ts';
import { PodWorker } from './pod-worker.ts';
import type { PodUsage } from './resource-metrics.ts';
import { type KubeletTiming, timingAt } from './timing.ts';

export interface KubeletOptions {
  cluster: ClusterApi;
  network: PodNetwork;
  images: ImageRegistry;
  events: EventRecorder;
  clock: Clock;
  random: Random;
  pace: Pace;
  kubernetesVersion: string;
  /** The nodes that these kubelets serve, with their addresses. */
  nodes: readonly { name: string; ip: string }[];
  issueToken: IssueToken;
  /** A failure that is a bug of ours. */
  onError: (error: unknown) => void;
}

/** Kubernetes: kubelet --node-status-update-frequency=10s. */
const statusEveryMs = 10_000;

/**
 * The kubelets of all nodes of one cluster: they run the pods bound to their nodes and keep their statuses true. They
 * know neither who made a pod nor what its programs do.
 */
export class Kubelets {
  readonly api: NodeApi;
  readonly #options: KubeletOptions;
  readonly #parts: KubeletParts;
  readonly #workers = new Map<string, PodWorker>();
  readonly #hostIps: ReadonlyMap<string, string>;
  readonly #stopWatch: () => void;
  readonly #active = new Set<Promise<unknown>>();

  constructor(options: KubeletOptions) {
    this.#options = options;
    this.#hostIps = new Map(options.nodes.map(({ name, ip }) => [name, ip]));
    this.#parts = this.#buildParts(options);
    this.api = new NodeStreams(options.cluster, options.network, options.clock, (pod) =>
      this.#workers.get(pod.metadata.uid ?? ''),
    );
    this.#stopWatch = options.cluster.watch(pods, ({ type, object }) => {
      if (type === 'DELETED') this.#onGone(object);
      else this.#onPod(object);
    });
  }

  /** No pod is being brought up or torn down. Pods that wait (for an image, for the end of a back-off) do not count. */
  get isIdle(): boolean {
    return this.#active.size === 0;
  }

  async idle(): Promise<void> {
    while (this.#active.size > 0) await Promise.allSettled(this.#active);
  }

  /** What the running pods use, init containers that run now included. */
  usage(): PodUsage[] {
    return [...this.#workers.values()].map((worker) => worker.usage());
  }

  /** All nodes go down at once: every program ends, pod objects stay as they are. */
  async close(): Promise<void> {
    this.#stopWatch();
    await Promise.allSettled([...this.#workers.values()].map((worker) => worker.powerOff()));
    this.#parts.timetable.close();
  }

  #buildParts(options: KubeletOptions): KubeletParts {
    const { cluster, network, clock, random, events } = options;
    const timing = timingAt(options.pace);
    const about = (pod: Pod, container: ContainerName | undefined) => ({
      ref: pods,
      object: pod,
      ...(container
        ? { fieldPath: `spec.${container.isInit ? 'initContainers' : 'containers'}{${container.name}}` }
        : {}),
    });
    const source = (pod: Pod) => ({ component: 'kubelet', host: pod.spec.nodeName ?? '' });
    return {
      cluster,
      network,
      clock,
      random,
      timing,
      timetable: new Timetable(clock),
      images: this.#buildImages(options, timing),
      issueToken: options.issueToken,
      texts: eventTexts(options.kubernetesVersion),
      note: (pod, container, reason, message) => events.normal(source(pod), about(pod, container), reason, message),
      warn: (pod, container, reason, message) => events.warning(source(pod), about(pod, container), reason, message),
      track: (work, kind) => this.#track(work, kind),
    };
  }

  /** What is on a node is in its status soon after; a node that was restarted finds it there. */
  #buildImages({ cluster, images: registry, clock, nodes: served }: KubeletOptions, timing: KubeletTiming): NodeImages {
    const images = new NodeImages(registry, clock, timing);
    for (const { name } of served)
      for (const { names } of cluster.get(nodes, name)?.status?.images ?? []) images.remember(name, names.at(-1) ?? '');
    images.onChange = (name) =>
      this.#parts.timetable.after(`images/${name}`, statusEveryMs, () => {
        const written = cluster.modifyStatus(nodes, name, undefined, (draft) => {
          draft.status = { ...draft.status, images: images.listOf(name) };
        });
        this.#track(written.then(() => {}));
      });
    return images;
  }

  #track(work: Promise<void>, kind?: 'background'): void {
    const watched = work.catch((error: unknown) => this.#options.onError(error));
    if (kind === 'background') return;
    this.#active.add(watched);
    void watched.then(() => this.#active.delete(watched));
  }

  #onPod(pod: Pod): void {
    const hostIp = this.#hostIps.get(pod.spec.nodeName ?? '');
    if (hostIp === undefined) return;
    const uid = pod.metadata.uid ?? '';
    const worker = this.#workers.get(uid);
    if (worker) worker.update(pod);
    else if (pod.metadata.deletionTimestamp !== undefined) this.#removeLeftOver(pod);
    else if (!isFinished(pod)) this.#start(pod, hostIp);
  }

  #start(pod: Pod, hostIp: string): void {
    const started = new PodWorker(this.#parts, pod, hostIp);
    this.#workers.set(pod.metadata.uid ?? '', started);
    this.#noteReboot(pod);
    this.#track(started.start());
  }

  /** A pod that was being deleted when the nodes went down: nothing of it runs any more. */
  #removeLeftOver(pod: Pod): void {
    const { name = '', namespace, uid = '' } = pod.metadata;
    this.#track(this.#options.cluster.delete(pods, name, namespace, { gracePeriodSeconds: 0, uid }));
  }

  /** Images stay on the disk of a node that was restarted; the sandbox of each pod does not. */
  #noteReboot(pod: Pod): void {
    const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
    const ran = statuses.filter((status) => status.containerID !== undefined);
    for (const status of ran) this.#parts.images.remember(pod.spec.nodeName ?? '', status.image);
    if (ran.length === 0) return;
    const message = 'Pod sandbox changed, it will be killed and re-created.';
    this.#parts.note(pod, undefined, 'SandboxChanged', message);
  }

  #onGone(pod: Pod): void {
    const uid = pod.metadata.uid ?? '';
    const worker = this.#workers.get(uid);
    this.#workers.delete(uid);
    worker?.vanish();
  }
}
