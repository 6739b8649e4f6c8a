import { apiTime } from '../../kube/duration.ts';
import type { Container, ContainerState, Pod } from '../../kube/objects.ts';
import { rest, sleep } from '../../platform/clock.ts';
import { ContainerConfigError, environmentOf } from './container-environment.ts';
import { obtainImage } from './container-image.ts';
import { argvOf, type Launch, launchContainer } from './container-launch.ts';
import { ContainerProbes, type ProbeType } from './container-probes.ts';
import type { ContainerRun, RunResult } from './container-run.ts';
import { startProblem } from './container-system.ts';
import type { KubeletParts } from './kubelet-parts.ts';
import type { RemoteStreams } from './node-api.ts';
import { type ContainerRecord, isSidecar } from './pod-status.ts';
import type { PodVolumes } from './pod-volumes.ts';
import type { ImageProgram } from './program.ts';

interface Supervised {
  record: ContainerRecord;
  volumes: PodVolumes;
  /** Aborts when the pod is to end: nothing is started any more. */
  signal: AbortSignal;
  pod: () => Pod;
  addresses: { hostIp: string; podIp: string };
  publish: () => Promise<void>;
  /** The container waits for something that may never come: an image, a config map, the end of a back-off. */
  onStuck: () => void;
}

/** One container of a pod through all of its runs: image, start, probes, restarts with back-off, stop. */
export class ContainerSupervisor {
  readonly #parts: KubeletParts;
  readonly #of: Supervised;
  readonly #name: { name: string; isInit: boolean };
  /** It is over when it has succeeded: an init container that is no sidecar. */
  readonly #isStep: boolean;
  #run: ContainerRun | undefined;
  #probes: ContainerProbes | undefined;
  #crashes = 0;
  #restarting = false;
  #loop: Promise<void> = Promise.resolve();
  #announced = false;
  /** The definition that ran last. */
  #begun: Container | undefined;
  /** Aborts when nothing is to be started any more: with the pod, or when this container is stopped. */
  readonly #life = new AbortController();
  /** Aborts when the container is to be another one (a new image), and at its end. */
  #changed = new AbortController();
  #settle: () => void = () => {};
  #onStarted: () => void = () => {};

  constructor(parts: KubeletParts, of: Supervised) {
    this.#parts = parts;
    this.#of = of;
    this.#name = { name: of.record.spec.name, isInit: of.record.isInit };
    this.#isStep = of.record.isInit && !isSidecar(of.record);
    this.#life.signal.addEventListener('abort', () => this.#changed.abort(), { once: true });
    of.signal.addEventListener('abort', () => this.#life.abort(), { once: true });
  }

  /** The pod wants another image: what runs is replaced, what waits begins anew at once. */
  change(spec: Container): void {
    const { record } = this.#of;
    record.spec = spec;
    if (this.#life.signal.aborted) return;
    const before = this.#changed;
    this.#changed = new AbortController();
    if (this.running) this.#replaceRun();
    before.abort();
  }

  /** Init containers: again and again until it succeeds, or until the restart policy forbids another try. */
  async runToCompletion(): Promise<void> {
    this.#loop = this.#live();
    await this.#loop;
  }

  /** Resolves when the first run has begun or its image could not be had; the container lives on after that. */
  async start(onDone: () => Promise<void>): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      this.#loop = this.#live().then(resolve);
      const isOver = () => (this.#of.signal.aborted ? Promise.resolve() : onDone());
      this.#parts.track(this.#loop.then(isOver), 'background');
    });
  }

  /** Sidecars: resolves when it has started, by its startup probe where it has one. It is restarted whenever it ends. */
  async startBeside(): Promise<void> {
    this.#announced = true;
    const started = new Promise<void>((resolve) => {
      this.#onStarted = resolve;
      this.#life.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#loop = this.#live();
    this.#parts.track(this.#loop, 'background');
    await started;
    this.#life.signal.throwIfAborted();
  }

  /** After all containers have been started once, readiness counts: at once where no probe decides it. */
  becomeReady(): void {
    this.#announced = true;
    const { record } = this.#of;
    if (record.state.running && !record.spec.readinessProbe && !record.spec.startupProbe) record.ready = true;
  }

  /** Where clients can exec and attach. */
  get running(): ContainerRun | undefined {
    return this.#run?.isOver || !this.#of.record.state.running ? undefined : this.#run;
  }

  kill(graceMs: number): void {
    this.#probes?.stop();
    this.#run?.stop(graceMs);
  }

  async stop(graceMs: number): Promise<void> {
    this.#life.abort();
    if (this.#run && !this.#run.isOver && this.#of.record.state.running)
      this.#parts.note(this.#of.pod(), this.#name, 'Killing', `Stopping container ${this.#name.name}`);
    this.kill(graceMs);
    await this.#loop;
  }

  /** Returns when the container has ended for good. */
  async #live(): Promise<void> {
    const { record } = this.#of;
    const { signal } = this.#life;
    try {
      for (;;) {
        const result = await this.#runOnce();
        const isChanged = record.spec !== this.#begun;
        if (signal.aborted || !(isChanged || this.#mayRestart(result))) return;
        if (isChanged) await this.#beginAnew(record.state);
        else await this.#backOff(record.state);
      }
    } catch (error) {
      // The pod ended while this container waited for something.
      if (!signal.aborted) throw error;
    }
  }

  async #runOnce(): Promise<RunResult> {
    const { program, env, spec } = await this.#prepare();
    this.#begun = spec;
    const argv = argvOf(spec, program, env);
    const problem = startProblem(program, argv[0] ?? '', env);
    if (problem) return this.#failToStart(problem);
    const run = await this.#begin({ program, argv, env, spec });
    this.#settle();
    if (this.#of.record.spec !== spec) this.#replaceRun();
    const result = await run.ended;
    this.#finishRun(run, result);
    return result;
  }

  /**
   * Kubernetes: the container was created and never ran; it counts as ended with 128, at the beginning of time. While it
   * will be tried again it is shown as waiting, its end as the last state.
   */
  async #failToStart(problem: string): Promise<RunResult> {
    const { record } = this.#of;
    const { clock, texts } = this.#parts;
    this.#note('Created', texts.created(this.#name.name));
    this.#warn('Failed', `Error: ${problem}`);
    if (this.#restarting) record.restartCount += 1;
    this.#restarting = true;
    this.#crashes += 1;
    const result = { exitCode: 128, abandoned: false };
    const terminated = {
      exitCode: result.exitCode,
      reason: 'StartError',
      message: problem,
      startedAt: apiTime(0),
      finishedAt: apiTime(clock.now()),
    };
    if (!this.#mayRestart(result)) {
      record.state = { terminated };
      this.#settle();
      return result;
    }
    record.lastState = { terminated };
    await this.#wait({ reason: 'RunContainerError', message: problem });
    return result;
  }

  #mayRestart(result: RunResult): boolean {
    const policy = this.#of.pod().spec.restartPolicy ?? 'Always';
    if (this.#isStep) return result.exitCode !== 0 && policy !== 'Never';
    return this.#name.isInit || policy === 'Always' || (policy === 'OnFailure' && result.exitCode !== 0);
  }

  async #begin(start: Pick<Launch, 'program' | 'argv' | 'env' | 'spec'>): Promise<ContainerRun> {
    const { record, publish, volumes, addresses } = this.#of;
    const { signal } = this.#life;
    const { clock, timing, texts } = this.#parts;
    if (timing.startMs > 0) await sleep(clock, timing.startMs, signal);
    signal.throwIfAborted();
    const run = launchContainer(this.#parts, { ...start, pod: this.#of.pod(), podIp: addresses.podIp, volumes });
    this.#note('Created', texts.created(this.#name.name));
    this.#note('Started', texts.started(this.#name.name));
    this.#run = run;
    if (this.#restarting) record.restartCount += 1;
    this.#restarting = true;
    record.previousLog = record.log;
    record.log = run.log;
    record.containerId = run.containerId;
    record.image = record.spec.image ?? '';
    record.state = { running: { startedAt: apiTime(clock.now()) } };
    record.started = record.spec.startupProbe === undefined && !this.#isStep;
    record.ready = this.#announced && !record.spec.readinessProbe && !record.spec.startupProbe;
    if (!this.#isStep) this.#startProbes(run);
    if (this.#name.isInit || this.#announced) await publish();
    if (record.started) this.#onStarted();
    return run;
  }

  /** Image and environment. Waits, as a kubelet does, for an image, config maps and secrets that are not there. */
  async #prepare(): Promise<{ program: ImageProgram; env: Record<string, string>; spec: Container }> {
    const { record, addresses } = this.#of;
    for (;;) {
      const program = await obtainImage(this.#parts, {
        record,
        nodeName: this.#of.pod().spec.nodeName ?? '',
        signal: this.#life.signal,
        note: (reason, message) => this.#note(reason, message),
        warn: (reason, message) => this.#warn(reason, message),
        wait: (waiting) => this.#wait(waiting),
        pause: (ms) => this.#pause(ms),
      });
      try {
        const { spec } = record;
        return { program, spec, env: environmentOf(this.#parts.cluster, spec, { pod: this.#of.pod(), ...addresses }) };
      } catch (error) {
        if (!(error instanceof ContainerConfigError)) throw error;
        this.#warn('Failed', `Error: ${error.message}`);
        await this.#wait({ reason: 'CreateContainerConfigError', message: error.message });
        await this.#pause(this.#parts.timing.syncMs(this.#parts.random));
      }
    }
  }

  #startProbes(run: ContainerRun): void {
    const { record, addresses, publish } = this.#of;
    const { livenessProbe, readinessProbe, startupProbe } = record.spec;
    if (!livenessProbe && !readinessProbe && !startupProbe) return;
    const uid = this.#of.pod().metadata.uid ?? '';
    const target = {
      podIp: addresses.podIp,
      container: record.spec,
      connect: (port: number) => this.#parts.network.connectFromNode(uid, port),
      exec: (command: readonly string[], streams: RemoteStreams) => run.exec(command, false, streams),
    };
    const changed = () => this.#parts.track(publish());
    const started = () => this.#onStarted();
    this.#probes = new ContainerProbes(this.#parts, `${uid}/${record.spec.name}/${record.restartCount}`, target, {
      onReady(ready) {
        record.ready = ready;
        changed();
      },
      onStarted() {
        record.started = true;
        if (!readinessProbe) record.ready = true;
        changed();
        started();
      },
      onDead: (type) => this.#killUnhealthy(type),
      onMiss: (type, message, errored) =>
        this.#warn('Unhealthy', `${type} probe ${errored ? this.#parts.texts.probeErrored : 'failed'}: ${message}`),
    });
    this.#probes.start();
  }

  #killUnhealthy(type: ProbeType): void {
    const { name } = this.#name;
    this.#note('Killing', `Container ${name} failed ${type.toLowerCase()} probe, will be restarted`);
    const { livenessProbe, startupProbe } = this.#of.record.spec;
    const own = (type === 'Startup' ? startupProbe : livenessProbe)?.terminationGracePeriodSeconds;
    this.#killWithin(own ?? this.#of.pod().spec.terminationGracePeriodSeconds);
  }

  #replaceRun(): void {
    this.#note('Killing', `Container ${this.#name.name} definition changed, will be restarted`);
    this.#killWithin(this.#of.pod().spec.terminationGracePeriodSeconds);
  }

  #killWithin(seconds = 30): void {
    this.kill(this.#parts.timing.graceMs(seconds));
  }

  #finishRun(run: ContainerRun, { exitCode }: RunResult): void {
    const { record } = this.#of;
    const { clock, timing } = this.#parts;
    this.#probes?.stop();
    this.#probes = undefined;
    const startedAt = record.state.running?.startedAt ?? apiTime(clock.now());
    record.state = {
      terminated: {
        exitCode,
        reason: exitCode === 0 ? 'Completed' : 'Error',
        startedAt,
        finishedAt: apiTime(clock.now()),
        containerID: run.containerId,
      },
    };
    record.ready = false;
    record.started = false;
    const ranLong = clock.now() - Date.parse(startedAt) >= timing.backOffResetMs;
    this.#crashes = ranLong ? 1 : this.#crashes + 1;
  }

  /** Kubernetes: the back-off counts for one definition of a container, and its start in place of another is the first. */
  async #beginAnew(ended: ContainerState): Promise<void> {
    await this.#of.publish();
    this.#of.record.lastState = ended;
    this.#crashes = 1;
  }

  /** Kubernetes: the first restart is at once, then 10 s, 20 s … 5 min. */
  async #backOff(ended: ContainerState): Promise<void> {
    const { record, publish } = this.#of;
    const { name = '', namespace = '', uid = '' } = this.#of.pod().metadata;
    await publish();
    const { clock, random, timing } = this.#parts;
    const pause = timing.crashBackOff(this.#crashes);
    if (ended.terminated) record.lastState = ended;
    if (pause.waitMs > 0) {
      const owner = `${name}_${namespace}(${uid})`;
      const waiting = {
        reason: 'CrashLoopBackOff',
        message: `back-off ${pause.text} restarting failed container=${this.#name.name} pod=${owner}`,
      };
      const until = clock.now() + pause.waitMs;
      // Each time the kubelet looks at the pod before the pause is over, it says so again.
      for (let left = pause.waitMs; left > 0; left = until - clock.now()) {
        this.#warn('BackOff', `Back-off restarting failed container ${this.#name.name} in pod ${owner}`);
        await this.#wait(waiting);
        if (!(await this.#pause(Math.min(left, timing.syncMs(random))))) return this.#beginAnew(record.lastState);
      }
    }
    this.#life.signal.throwIfAborted();
  }

  /** False when the container became another one meanwhile, which ends the pause. */
  async #pause(ms: number): Promise<boolean> {
    const { signal: changed } = this.#changed;
    await rest(this.#parts.clock, ms, changed);
    this.#life.signal.throwIfAborted();
    return !changed.aborted;
  }

  async #wait(waiting: { reason: string; message: string }): Promise<void> {
    this.#of.record.state = { waiting };
    await this.#of.publish();
    this.#settle();
    this.#of.onStuck();
  }

  #note(reason: string, message: string): void {
    this.#parts.note(this.#of.pod(), this.#name, reason, message);
  }

  #warn(reason: string, message: string): void {
    this.#parts.warn(this.#of.pod(), this.#name, reason, message);
  }
}
