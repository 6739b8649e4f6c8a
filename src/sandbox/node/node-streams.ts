import type { Socket } from 'node:net';
import type { Pod } from '../../kube/objects.ts';
import { pods } from '../../kube/resources.ts';
import { badRequest, notFound } from '../../kube/status.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ClusterApi } from '../cluster-api.ts';
import type { PodNetwork } from '../network/pod-network.ts';
import { containerFor } from './container-choice.ts';
import type { ContainerLog, LogLine } from './container-log.ts';
import type { LogOptions, NodeApi, RunningContainer } from './node-api.ts';
import type { ContainerRecord } from './pod-status.ts';

interface RunningPod {
  record(container: string): ContainerRecord | undefined;
  running(container: string): RunningContainer | undefined;
}

/** Logs, port-forwards and running containers of pods. Texts: kube-apiserver's pod/strategy.go and the kubelet's, as recorded. */
export class NodeStreams implements NodeApi {
  readonly #cluster: ClusterApi;
  readonly #network: PodNetwork;
  readonly #clock: Clock;
  readonly #find: (pod: Pod) => RunningPod | undefined;

  constructor(cluster: ClusterApi, network: PodNetwork, clock: Clock, find: (pod: Pod) => RunningPod | undefined) {
    this.#cluster = cluster;
    this.#network = network;
    this.#clock = clock;
    this.#find = find;
  }

  async *logs(namespace: string, name: string, options: LogOptions, signal: AbortSignal): AsyncIterable<string> {
    const pod = this.#cluster.get(pods, name, namespace);
    if (!pod) throw notFound(pods, name);
    const log = this.#logOf(pod, containerFor(pod, options.container), options.previous ?? false);
    yield* this.#text(log, options, signal);
  }

  async portForward(namespace: string, name: string, port: number): Promise<Socket> {
    const pod = this.#cluster.get(pods, name, namespace);
    if (!pod) throw notFound(pods, name);
    if (!pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
    return this.#network.connectInside(pod.metadata.uid ?? '', port);
  }

  async runningContainer(namespace: string, name: string, container: string): Promise<RunningContainer | undefined> {
    const pod = this.#cluster.get(pods, name, namespace);
    return pod && this.#find(pod)?.running(container);
  }

  #logOf(pod: Pod, container: string, previous: boolean): ContainerLog {
    const { name = '' } = pod.metadata;
    if (!pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
    const record = this.#find(pod)?.record(container);
    if (previous) {
      if (record?.previousLog) return record.previousLog;
      // A container that waits for its restart has its last run as the previous one.
      if (record?.log && record.state.waiting) return record.log;
      throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
    }
    if (record?.log) return record.log;
    const waiting = record?.state.waiting?.reason ?? 'ContainerCreating';
    const why = {
      ErrImagePull: "image can't be pulled",
      ImagePullBackOff: 'trying and failing to pull image',
    }[waiting];
    throw badRequest(`container "${container}" in pod "${name}" is waiting to start: ${why ?? waiting}`);
  }

  async *#text(log: ContainerLog, options: LogOptions, signal: AbortSignal): AsyncIterable<string> {
    const sinceMs = sinceOf(options, this.#clock.now());
    const render = (line: LogLine) => (options.timestamps ? `${logTime(line.timeMs)} ${line.text}` : line.text);
    let left = options.limitBytes ?? Number.POSITIVE_INFINITY;
    let { lines, next } = log.from(0);
    const partial = log.partial;
    if (partial && !options.follow) lines = [...lines, partial];
    lines = lines.filter((line) => line.timeMs >= sinceMs);
    if (options.tailLines !== undefined) lines = options.tailLines === 0 ? [] : lines.slice(-options.tailLines);
    for (;;) {
      const text = lines.map(render).join('').slice(0, left);
      left -= text.length;
      if (text !== '') yield text;
      if (!options.follow || left <= 0 || signal.aborted) return;
      if (log.ended && log.end === next) return;
      if (log.end === next) await log.more(signal);
      ({ lines, next } = log.from(next));
    }
  }
}

function sinceOf(options: LogOptions, now: number): number {
  if (options.sinceTime !== undefined) return Date.parse(options.sinceTime);
  return options.sinceSeconds === undefined ? Number.NEGATIVE_INFINITY : now - options.sinceSeconds * 1000;
}

/** RFC 3339 with nanoseconds, of which ours are whole milliseconds. */
const logTime = (ms: number) => new Date(ms).toISOString().replace('Z', '000000Z');
