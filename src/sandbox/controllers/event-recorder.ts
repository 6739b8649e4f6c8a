import { apiTime } from '../../kube/duration.ts';
import type { CoreEvent, KubeObject } from '../../kube/objects.ts';
import { apiVersionOf, coreEvents, type ResourceRef } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
import type { Clock } from '../../platform/clock.ts';
import type { ClusterApi } from '../cluster-api.ts';
import { EventAggregation } from './event-aggregation.ts';
import { Timetable } from './timetable.ts';

export interface EventSource {
  component: string;
  host?: string;
}

/** The objects an event can be about: the kind is passed beside, as objects in typed lists carry none. */
export interface EventSubject {
  ref: ResourceRef;
  object: KubeObject;
  /** `spec.containers{bookstore}` */
  fieldPath?: string;
}

/** Kubernetes: kube-apiserver --event-ttl=1h. */
const keptMs = 60 * 60 * 1000;
const sweepEveryMs = 5 * 60 * 1000;
/** Kubernetes: client-go's correlator remembers 4096 keys. */
const rememberedEvents = 4096;

/**
 * Writes core/v1 Events. An event that repeats raises the count of the first one, many like it become one; events older than an hour go.
 * It does not know why anything happened. Events are best effort: a write that fails is dropped, as client-go does.
 */
export class EventRecorder {
  readonly #cluster: ClusterApi;
  readonly #clock: Clock;
  readonly #timetable: Timetable;
  readonly #names = new Map<string, string>();
  readonly #aggregation = new EventAggregation();
  #tail: Promise<void> = Promise.resolve();
  #pending = 0;
  #sequence = 0;
  #closed = false;

  constructor(cluster: ClusterApi, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#timetable = new Timetable(clock);
    this.#sweepLater();
  }

  get isIdle(): boolean {
    return this.#pending === 0;
  }

  idle(): Promise<void> {
    return this.#tail;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timetable.close();
    await this.#tail;
  }

  normal(source: EventSource, subject: EventSubject, reason: string, message: string): void {
    this.#enqueue('Normal', source, subject, reason, message);
  }

  warning(source: EventSource, subject: EventSubject, reason: string, message: string): void {
    this.#enqueue('Warning', source, subject, reason, message);
  }

  #enqueue(type: 'Normal' | 'Warning', source: EventSource, about: EventSubject, reason: string, message: string) {
    if (this.#closed) return;
    const at = this.#clock.now();
    this.#pending += 1;
    this.#tail = this.#tail
      .then(() => this.#write(type, source, about, reason, message.slice(0, 1024), at))
      .catch((error: unknown) => {
        // The namespace is going away, or the event expired between our read and our write.
        if (!(error instanceof StatusError)) throw error;
      })
      .finally(() => {
        this.#pending -= 1;
      });
  }

  async #write(
    type: 'Normal' | 'Warning',
    source: EventSource,
    about: EventSubject,
    reason: string,
    said: string,
    at: number,
  ): Promise<void> {
    const { metadata } = about.object;
    const namespace = metadata.namespace ?? 'default';
    const likeness = [source.component, source.host, metadata.uid, about.fieldPath, type, reason].join('|');
    const { key, message } = this.#aggregation.correlate({ likeness, message: said, atMs: at });
    const time = apiTime(at);
    const known = this.#names.get(key);
    if (known !== undefined) {
      const again = await this.#cluster.modify(coreEvents, known, namespace, (draft) => {
        draft.count = (draft.count ?? 1) + 1;
        draft.message = message;
        draft.lastTimestamp = time;
      });
      if (again) return;
    }
    const name = `${metadata.name}.${this.#hexName(at)}`;
    await this.#cluster.create<CoreEvent>(coreEvents, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace },
      involvedObject: {
        kind: about.ref.kind,
        ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
        name: metadata.name ?? '',
        uid: metadata.uid ?? '',
        apiVersion: apiVersionOf(about.ref),
        ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
        ...(about.fieldPath === undefined ? {} : { fieldPath: about.fieldPath }),
      },
      reason,
      message,
      source: { ...source },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
      type,
      eventTime: null,
      reportingComponent: source.component,
      reportingInstance: source.host ?? '',
    });
    this.#remember(key, name);
  }

  #remember(key: string, name: string): void {
    this.#names.set(key, name);
    if (this.#names.size <= rememberedEvents) return;
    const oldest = this.#names.keys().next();
    if (!oldest.done) this.#names.delete(oldest.value);
  }

  /** Kubernetes: the nanosecond of the event in hexadecimal; ours counts within the millisecond. */
  #hexName(at: number): string {
    this.#sequence = (this.#sequence + 1) % 1_000_000;
    return (BigInt(at) * 1_000_000n + BigInt(this.#sequence)).toString(16);
  }

  #sweepLater(): void {
    this.#timetable.after('sweep', sweepEveryMs, () => {
      this.#pending += 1;
      this.#tail = this.#tail
        .then(() => this.#sweep())
        .finally(() => {
          this.#pending -= 1;
          if (!this.#closed) this.#sweepLater();
        });
    });
  }

  async #sweep(): Promise<void> {
    const oldest = this.#clock.now() - keptMs;
    for (const event of this.#cluster.list(coreEvents)) {
      if (Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp ?? '') >= oldest) continue;
      await this.#cluster.delete(coreEvents, event.metadata.name ?? '', event.metadata.namespace);
    }
  }
}
