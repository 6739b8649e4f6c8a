import type { Pod } from '../../kube/objects.ts';
import { pods } from '../../kube/resources.ts';
import { StatusError } from '../../kube/status.ts';
import { sleep } from '../../platform/clock.ts';
import { ContainerSupervisor } from './container-supervisor.ts';
import type { KubeletParts } from './kubelet-parts.ts';
import type { RunningContainer } from './node-api.ts';
import { type ContainerRecord, isSidecar, podStatus, recordsOf, stateAtPodEnd } from './pod-status.ts';
import { PodVolumes } from './pod-volumes.ts';
import type { PodUsage } from './resource-metrics.ts';

/** A new namespace gets its CA config map a moment after its first pod; that is nothing to warn about. */
const patientAttempts = 1;
const statusRetryMs = 1000;

/**
 * One pod on its node, from binding to removal: network, volumes, init containers in order, containers, graceful end.
 * It knows nothing of other pods. Every state that a watcher should see is written before the next one begins.
 */
export class PodWorker {
  readonly #parts: KubeletParts;
  readonly #hostIp: string;
  readonly #records: ContainerRecord[];
  readonly #supervisors = new Map<string, ContainerSupervisor>();
  readonly #life = new AbortController();
  readonly #uid: string;
  #pod: Pod;
  #podIp: string | undefined;
  #writing: Promise<void> = Promise.resolve();
  #terminating: Promise<void> | undefined;
  #removeWhenDone = true;
  #onStuck: () => void = () => {};

  constructor(parts: KubeletParts, pod: Pod, hostIp: string) {
    this.#parts = parts;
    this.#pod = pod;
    this.#uid = pod.metadata.uid ?? '';
    this.#hostIp = hostIp;
    this.#records = recordsOf(pod, parts.clock.now());
  }

  record(container: string): ContainerRecord | undefined {
    return this.#records.find((record) => record.spec.name === container);
  }

  running(container: string): RunningContainer | undefined {
    return this.#supervisors.get(container)?.running;
  }

  usage(): PodUsage {
    const containers = [...this.#supervisors].flatMap(([name, { running }]) =>
      running ? [{ name, containerId: running.containerId, ...running.usage() }] : [],
    );
    return { pod: this.#pod, containers };
  }

  /** Resolves when all containers have been started once, when the pod ended before that, or when it is stuck. */
  async start(): Promise<void> {
    const stuck = new Promise<void>((resolve) => {
      this.#onStuck = resolve;
    });
    const up = this.#bringUp().catch((error: unknown) => {
      if (!this.#life.signal.aborted) throw error;
    });
    this.#parts.track(up, 'background');
    await Promise.race([up, stuck]);
  }

  /** The pod object changed. */
  update(pod: Pod): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp === undefined) this.#takeOverImages();
    else {
      const seconds = pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30;
      this.#track(this.#terminate(this.#parts.timing.graceMs(seconds)));
    }
  }

  /** A pod's containers may get other images while it lives; nothing else of them can change. */
  #takeOverImages(): void {
    for (const spec of [...(this.#pod.spec.initContainers ?? []), ...this.#pod.spec.containers]) {
      const record = this.record(spec.name);
      if (!record || record.spec.image === spec.image) continue;
      const supervisor = this.#supervisors.get(spec.name);
      if (supervisor) supervisor.change(spec);
      else record.spec = spec;
    }
  }

  /** The pod object is gone: whatever still runs is killed at once. */
  vanish(): void {
    this.#removeWhenDone = false;
    for (const supervisor of this.#supervisors.values()) supervisor.kill(0);
    this.#track(this.#terminate(0));
  }

  /** The node goes down: programs end, the object stays as it is. */
  async powerOff(): Promise<void> {
    this.#removeWhenDone = false;
    for (const supervisor of this.#supervisors.values()) supervisor.kill(0);
    await this.#terminate(0);
    await this.#writing;
  }

  /** Work of the pod that has an end; what throws is a bug and must not be lost. */
  #track(work: Promise<void>): void {
    this.#parts.track(work);
  }

  async #bringUp(): Promise<void> {
    const { network, timing } = this.#parts;
    const { namespace = '', name = '' } = this.#pod.metadata;
    await this.publish();
    await this.#pause(timing.sandboxMs);
    this.#podIp = network.addPod({ uid: this.#uid, namespace, name, nodeName: this.#pod.spec.nodeName ?? '' });
    const facts = { pod: this.#pod, podIp: this.#podIp, hostIp: this.#hostIp };
    const token = await this.#parts.issueToken(this.#pod);
    this.#life.signal.throwIfAborted();
    const volumes = new PodVolumes(this.#parts.cluster, facts, token);
    await this.#waitForVolumes(volumes);
    for (const record of this.#records) this.#supervisors.set(record.spec.name, this.#supervise(record, volumes));
    const initial = this.#records.filter((record) => record.isInit);
    for (const record of initial) {
      const supervisor = this.#supervisors.get(record.spec.name);
      if (isSidecar(record)) await supervisor?.startBeside();
      else {
        await supervisor?.runToCompletion();
        if (record.state.terminated?.exitCode !== 0) return this.#finish();
      }
    }
    if (initial.length > 0) await this.publish();
    const regular = this.#records.filter((record) => !record.isInit);
    for (const record of regular) await this.#supervisors.get(record.spec.name)?.start(() => this.#onContainerDone());
    for (const record of regular) {
      this.#supervisors.get(record.spec.name)?.becomeReady();
      await this.publish();
    }
  }

  async #waitForVolumes(volumes: PodVolumes): Promise<void> {
    let attempts = 0;
    for (let missing = volumes.missing(); missing !== undefined; missing = volumes.missing()) {
      if (++attempts > patientAttempts) {
        this.#parts.warn(this.#pod, undefined, 'FailedMount', missing);
        this.#onStuck();
      }
      await this.#pause(this.#parts.timing.mountRetryMs);
    }
  }

  #supervise(record: ContainerRecord, volumes: PodVolumes): ContainerSupervisor {
    return new ContainerSupervisor(this.#parts, {
      record,
      volumes,
      signal: this.#life.signal,
      pod: () => this.#pod,
      addresses: { hostIp: this.#hostIp, podIp: this.#podIp ?? '' },
      publish: () => this.publish(),
      onStuck: () => this.#onStuck(),
    });
  }

  /** A container ended for good; when none is left, the pod is Succeeded or Failed and gives its address back. */
  async #onContainerDone(): Promise<void> {
    await this.publish();
    const isOver = ({ isInit, state }: ContainerRecord) =>
      isInit || state.terminated?.exitCode === 0 || (state.terminated && this.#pod.spec.restartPolicy === 'Never');
    if (this.#records.every(isOver)) {
      const seconds = this.#pod.spec.terminationGracePeriodSeconds ?? 30;
      await this.#stopSidecars(this.#parts.timing.graceMs(seconds));
    }
    const { phase } = podStatus(this.#pod, this.#records, this.#addresses, this.#parts.clock.now());
    if (phase === 'Succeeded' || phase === 'Failed') await this.#finish();
  }

  async #finish(): Promise<void> {
    await this.publish();
    this.#parts.network.removePod(this.#uid);
  }

  get #addresses() {
    return { hostIp: this.#hostIp, podIp: this.#podIp };
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(this.#parts.clock, ms, this.#life.signal);
    this.#life.signal.throwIfAborted();
  }

  #terminate(graceMs: number): Promise<void> {
    this.#terminating ??= this.#end(graceMs);
    return this.#terminating;
  }

  async #end(graceMs: number): Promise<void> {
    this.#life.abort();
    const { clock } = this.#parts;
    const until = clock.now() + graceMs;
    const others = this.#records.filter((record) => !isSidecar(record));
    await Promise.all(others.map((record) => this.#supervisors.get(record.spec.name)?.stop(graceMs)));
    await this.#stopSidecars(Math.max(0, until - clock.now()));
    this.#parts.network.removePod(this.#uid);
    if (!this.#removeWhenDone) return;
    for (const record of this.#records) record.state = stateAtPodEnd(record);
    await this.publish();
    const { name = '', namespace } = this.#pod.metadata;
    try {
      await this.#parts.cluster.delete(pods, name, namespace, { gracePeriodSeconds: 0, uid: this.#uid });
    } catch (error) {
      // Another pod has the name by now: ours was removed by force.
      if (!(error instanceof StatusError && error.reason === 'Conflict')) throw error;
    }
  }

  /** Kubernetes: after all others, the last that was started first. */
  async #stopSidecars(graceMs: number): Promise<void> {
    for (const record of this.#records.filter(isSidecar).toReversed())
      await this.#supervisors.get(record.spec.name)?.stop(graceMs);
  }

  /** Writes the status as it is at the moment of writing; calls in quick succession become one write. */
  publish(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  /** A status that can't be written (a full disk, say) is written later; the pod goes on meanwhile. */
  async #write(): Promise<void> {
    const { name = '', namespace } = this.#pod.metadata;
    const now = this.#parts.clock.now();
    try {
      await this.#parts.cluster.modifyStatus(pods, name, namespace, (draft) => {
        if (draft.metadata.uid !== this.#uid) return;
        draft.status = podStatus(draft, this.#records, this.#addresses, now);
      });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#parts.timetable.after(`${this.#uid}/status`, statusRetryMs, () => this.#parts.track(this.publish()));
    }
  }
}
