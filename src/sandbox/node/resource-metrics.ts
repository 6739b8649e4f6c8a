import { apiTime } from '../../kube/duration.ts';
import type { KubeObject, Pod } from '../../kube/objects.ts';
import type { Clock } from '../../platform/clock.ts';
import { Timetable } from '../controllers/timetable.ts';

/** What one running container has used since its start, and holds now. */
export interface ContainerUsage {
  /** Of one run of the container: a restart begins at nothing. */
  containerId: string;
  name: string;
  /** Over all of its connections, both ways. */
  bytes: number;
  /** What it keeps in this process: its log, and what waits in its sockets. */
  heldBytes: number;
}

export interface PodUsage {
  pod: Pod;
  containers: readonly ContainerUsage[];
}

export interface UsageSources {
  clock: Clock;
  everyMs: number;
  pods(): readonly PodUsage[];
  /** What the API server's connections carried: it does work, too, which is no container's. */
  apiServerBytes(): number;
  /** Processor time of the whole process so far, in microseconds. */
  processCpuMicros(): number;
}

interface Moment {
  atMs: number;
  cpuMicros: number;
  apiServerBytes: number;
  bytes: ReadonlyMap<string, number>;
}

interface Measured {
  pod: Pod;
  containers: { name: string; nanoCores: number; heldBytes: number }[];
}

/**
 * metrics.k8s.io: what pods use. All of them are one process here, whose processor time is measured; a container's share of it is
 * its share of all the bytes that moved in the same window, the API server's included. It is an attribution and no profile: a
 * program that computes without talking is counted too low.
 */
export class ResourceMetrics {
  readonly #sources: UsageSources;
  readonly #timetable: Timetable;
  #windowMs = 0;
  #before: Moment;
  #measured: readonly Measured[] = [];
  #atMs = 0;

  constructor(sources: UsageSources) {
    this.#sources = sources;
    this.#timetable = new Timetable(sources.clock);
    this.#before = this.#look(sources.pods());
    this.#scrapeLater();
  }

  /** PodMetrics of every pod that ran through a whole window. */
  pods(): KubeObject[] {
    return this.#measured.map(({ pod, containers }) => ({
      ...this.#head('PodMetrics', { ...pod.metadata }),
      containers: containers.map(({ name, nanoCores, heldBytes }) => ({ name, usage: usage(nanoCores, heldBytes) })),
    }));
  }

  /** A node's are the sums of its pods'. */
  nodes(nodes: readonly KubeObject[]): KubeObject[] {
    if (this.#atMs === 0) return [];
    return nodes.map(({ metadata }) => {
      const here = this.#measured
        .filter(({ pod }) => pod.spec.nodeName === metadata.name)
        .flatMap((each) => each.containers);
      const sum = (of: (container: (typeof here)[number]) => number) =>
        here.reduce((total, each) => total + of(each), 0);
      const used = usage(
        sum((each) => each.nanoCores),
        sum((each) => each.heldBytes),
      );
      return { ...this.#head('NodeMetrics', metadata), usage: used };
    });
  }

  close(): void {
    this.#timetable.close();
  }

  #scrapeLater(): void {
    this.#timetable.after('scrape', this.#sources.everyMs, () => {
      this.#scrape();
      this.#scrapeLater();
    });
  }

  #scrape(): void {
    const pods = this.#sources.pods();
    const [before, now] = [this.#before, this.#look(pods)];
    this.#before = now;
    const moved = (id: string) => Math.max(0, (now.bytes.get(id) ?? 0) - (before.bytes.get(id) ?? 0));
    const apiServer = Math.max(0, now.apiServerBytes - before.apiServerBytes);
    const all = [...now.bytes.keys()].reduce((sum, id) => sum + moved(id), apiServer);
    const elapsedMs = Math.max(1, now.atMs - before.atMs);
    // Microseconds in a window of milliseconds: a thousandth of a core, that is a million nanocores.
    const nanoCores = ((now.cpuMicros - before.cpuMicros) / elapsedMs) * 1_000_000;
    this.#windowMs = elapsedMs;
    this.#atMs = now.atMs;
    this.#measured = pods
      .filter(
        ({ containers }) => containers.length > 0 && containers.every((each) => before.bytes.has(each.containerId)),
      )
      .map(({ pod, containers }) => ({
        pod,
        containers: containers.map(({ name, containerId, heldBytes }) => ({
          name,
          nanoCores: all === 0 ? 0 : Math.round((nanoCores * moved(containerId)) / all),
          heldBytes,
        })),
      }));
  }

  #look(pods: readonly PodUsage[]): Moment {
    const containers = pods.flatMap((each) => each.containers);
    return {
      atMs: this.#sources.clock.now(),
      cpuMicros: this.#sources.processCpuMicros(),
      apiServerBytes: this.#sources.apiServerBytes(),
      bytes: new Map(containers.map(({ containerId, bytes }) => [containerId, bytes])),
    };
  }

  #head(kind: string, { name = '', namespace, labels }: KubeObject['metadata']): KubeObject {
    const timestamp = apiTime(this.#atMs);
    return {
      kind,
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(labels === undefined ? {} : { labels }),
        creationTimestamp: timestamp,
      },
      timestamp,
      window: `${this.#windowMs / 1000}s`,
    };
  }
}

const usage = (nanoCores: number, heldBytes: number) => ({
  cpu: `${nanoCores}n`,
  memory: `${Math.ceil(heldBytes / 1024)}Ki`,
});
