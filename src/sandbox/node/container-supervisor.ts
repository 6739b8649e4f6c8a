import { apiTime } from '../../kube/duration.ts';
import type { ContainerState, Pod } from '../../kube/objects.ts';
import { sleep } from '../../platform/clock.ts';
import { ContainerConfigError, environmentOf, expandVariables } from './container-environment.ts';
import { ContainerProbes, type ProbeType } from './container-probes.ts';
import { ContainerRun, type RunResult } from './container-run.ts';
import { containerProcesses, startProblem } from './container-system.ts';
import type { KubeletParts } from './kubelet-parts.ts';
import type { ContainerRecord } from './pod-status.ts';
import { type PodVolumes, withSubPaths } from './pod-volumes.ts';
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
  #run: ContainerRun | undefined;
  #probes: ContainerProbes | undefined;
  #crashes = 0;
  #restarting = false;
  #loop: Promise<void> = Promise.resolve();
  #announced = false;
  #settle: () => void = () => {};

  constructor(parts: KubeletParts, of: Supervised) {
    this.#parts = parts;
    this.#of = of;
    this.#name = { name: of.record.spec.name, isInit: of.record.isInit };
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
    if (this.#run && !this.#run.isOver && this.#of.record.state.running)
      this.#parts.note(this.#of.pod(), this.#name, 'Killing', `Stopping container ${this.#name.name}`);
    this.kill(graceMs);
    await this.#loop;
  }

  /** Returns when the container has ended for good. */
  async #live(): Promise<void> {
    const { record, signal } = this.#of;
    try {
      for (;;) {
        const result = await this.#runOnce(await this.#obtainImage());
        if (signal.aborted || !this.#mayRestart(result)) return;
        await this.#backOff(record.state);
      }
    } catch (error) {
      // The pod ended while this container waited for something.
      if (!signal.aborted) throw error;
    }
  }

  async #runOnce(program: ImageProgram): Promise<RunResult> {
    const env = await this.#environment();
    const argv = this.#argvOf(program, env);
    const problem = startProblem(program, argv[0] ?? '', env);
    if (problem) return this.#failToStart(problem);
    const run = await this.#begin(program, argv, env);
    this.#settle();
    const result = await run.ended;
    this.#finishRun(run, result);
    return result;
  }

  #argvOf(program: ImageProgram, env: Record<string, string>): string[] {
    const { command, args } = this.#of.record.spec;
    const rest = args ?? (command ? [] : (program.cmd ?? []));
    return [...(command ?? program.entrypoint), ...rest].map((text) => expandVariables(text, env));
  }

  /** Kubernetes: the container was created and never ran; it counts as ended with 128, at the beginning of time. */
  async #failToStart(problem: string): Promise<RunResult> {
    const { record } = this.#of;
    const { clock, texts } = this.#parts;
    this.#note('Created', texts.created(this.#name.name));
    this.#warn('Failed', `Error: ${problem}`);
    if (this.#restarting) record.restartCount += 1;
    this.#restarting = true;
    this.#crashes += 1;
    await this.#wait({ reason: 'RunContainerError', message: problem });
    const [exitCode, finishedAt] = [128, apiTime(clock.now())];
    record.state = {
      terminated: { exitCode, reason: 'StartError', message: problem, startedAt: apiTime(0), finishedAt },
    };
    return { exitCode, abandoned: false };
  }

  #mayRestart(result: RunResult): boolean {
    const policy = this.#of.pod().spec.restartPolicy ?? 'Always';
    if (this.#name.isInit) return result.exitCode !== 0 && policy !== 'Never';
    return policy === 'Always' || (policy === 'OnFailure' && result.exitCode !== 0);
  }

  async #obtainImage(): Promise<ImageProgram> {
    const { record, signal } = this.#of;
    const { images, timing } = this.#parts;
    const image = record.spec.image ?? '';
    const nodeName = this.#of.pod().spec.nodeName ?? '';
    for (let failures = 1; ; failures++) {
      let ready = images.withoutPull(nodeName, record.spec);
      if (!ready) {
        this.#note('Pulling', `Pulling image "${image}"`);
        ready = await images.pull(nodeName, record.spec, signal);
        signal.throwIfAborted();
      }
      if (ready.type !== 'failed') {
        this.#note('Pulled', ready.message);
        record.imageId = ready.imageId;
        return ready.program;
      }
      const { reason, message } = ready;
      this.#warn('Failed', reason === 'ErrImagePull' ? `Failed to pull image "${image}": ${message}` : message);
      this.#warn('Failed', `Error: ${reason}`);
      await this.#wait({ reason, message });
      const pause = timing.pullBackOff(failures);
      await sleep(this.#parts.clock, Math.min(pause.waitMs, 1000) / 2, signal);
      this.#note('BackOff', `Back-off pulling image "${image}"`);
      this.#warn('Failed', 'Error: ImagePullBackOff');
      await this.#wait({
        reason: 'ImagePullBackOff',
        message: `Back-off pulling image "${image}": ${reason}: ${message}`,
      });
      await sleep(this.#parts.clock, pause.waitMs, signal);
    }
  }

  async #begin(program: ImageProgram, argv: string[], env: Record<string, string>): Promise<ContainerRun> {
    const { record, signal, publish } = this.#of;
    const { clock, timing, texts } = this.#parts;
    if (timing.startMs > 0) await sleep(clock, timing.startMs, signal);
    signal.throwIfAborted();
    const run = this.#launch(program, argv, env);
    this.#note('Created', texts.created(this.#name.name));
    this.#note('Started', texts.started(this.#name.name));
    this.#run = run;
    if (this.#restarting) record.restartCount += 1;
    this.#restarting = true;
    record.previousLog = record.log;
    record.log = run.log;
    record.containerId = run.containerId;
    record.state = { running: { startedAt: apiTime(clock.now()) } };
    record.started = record.spec.startupProbe === undefined && !this.#name.isInit;
    record.ready = this.#announced && !record.spec.readinessProbe && !record.spec.startupProbe;
    if (!this.#name.isInit) this.#startProbes();
    if (this.#name.isInit || this.#announced) await publish();
    return run;
  }

  /** Waits, as a kubelet does, for config maps and secrets that the environment names. */
  async #environment(): Promise<Record<string, string>> {
    const { record, addresses } = this.#of;
    for (;;) {
      try {
        return environmentOf(this.#parts.cluster, record.spec, { pod: this.#of.pod(), ...addresses });
      } catch (error) {
        if (!(error instanceof ContainerConfigError)) throw error;
        this.#warn('Failed', `Error: ${error.message}`);
        await this.#wait({ reason: 'CreateContainerConfigError', message: error.message });
        await sleep(this.#parts.clock, this.#parts.timing.crashBackOff(2).waitMs, this.#of.signal);
      }
    }
  }

  #launch(program: ImageProgram, argv: string[], env: Record<string, string>): ContainerRun {
    const { record, volumes } = this.#of;
    const { metadata, spec } = this.#of.pod();
    const { uid = '', namespace = '', name = '', labels = {} } = metadata;
    const container = withSubPaths(record.spec, env);
    const podUser = (spec['securityContext'] as { runAsUser?: number } | undefined)?.runAsUser;
    const user = record.spec.securityContext?.runAsUser ?? podUser ?? program.user ?? 0;
    const context = {
      pod: {
        uid,
        namespace,
        name,
        nodeName: spec.nodeName ?? '',
        serviceAccount: spec.serviceAccountName ?? 'default',
        labels,
      },
      containerName: record.spec.name,
      image: record.spec.image ?? '',
      argv,
      env,
      readFile: (path: string) => volumes.readFile(container, path),
      clock: this.#parts.clock,
      random: this.#parts.random,
    };
    const { clock, network, timing } = this.#parts;
    const sockets = network.sockets(uid, user);
    const of = { pod: this.#of.pod(), container: record.spec, program, podIp: this.#of.addresses.podIp, userId: user };
    return new ContainerRun({
      clock,
      program,
      sockets,
      context,
      restMs: timing.restMs,
      processes: (owned) => containerProcesses(of, this.#parts, owned, volumes.mountsOf(container)),
      workingFolder: record.spec.workingDir ?? '/',
      spec: record.spec,
    });
  }

  #startProbes(): void {
    const { record, addresses, publish } = this.#of;
    const { livenessProbe, readinessProbe, startupProbe } = record.spec;
    if (!livenessProbe && !readinessProbe && !startupProbe) return;
    const uid = this.#of.pod().metadata.uid ?? '';
    const target = {
      podIp: addresses.podIp,
      container: record.spec,
      connect: (port: number) => this.#parts.network.connectFromNode(uid, port),
    };
    const changed = () => this.#parts.track(publish());
    this.#probes = new ContainerProbes(this.#parts, `${uid}/${record.spec.name}/${record.restartCount}`, target, {
      onReady(ready) {
        record.ready = ready;
        changed();
      },
      onStarted() {
        record.started = true;
        if (!readinessProbe) record.ready = true;
        changed();
      },
      onDead: (type) => this.#killUnhealthy(type),
      onMiss: (type, message, errored) =>
        this.#warn('Unhealthy', `${type} probe ${errored ? 'errored' : 'failed'}: ${message}`),
    });
    this.#probes.start();
  }

  #killUnhealthy(type: ProbeType): void {
    const name = this.#name.name;
    this.#note('Killing', `Container ${name} failed ${type.toLowerCase()} probe, will be restarted`);
    const seconds = this.#of.pod().spec.terminationGracePeriodSeconds ?? 30;
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

  /** Kubernetes: the first restart is at once, then 10 s, 20 s … 5 min. */
  async #backOff(ended: ContainerState): Promise<void> {
    const { record, publish, signal } = this.#of;
    const { name = '', namespace = '', uid = '' } = this.#of.pod().metadata;
    await publish();
    const pause = this.#parts.timing.crashBackOff(this.#crashes);
    record.lastState = ended;
    if (pause.waitMs > 0) {
      const owner = `${name}_${namespace}(${uid})`;
      this.#warn('BackOff', `Back-off restarting failed container ${this.#name.name} in pod ${owner}`);
      await this.#wait({
        reason: 'CrashLoopBackOff',
        message: `back-off ${pause.text} restarting failed container=${this.#name.name} pod=${owner}`,
      });
      await sleep(this.#parts.clock, pause.waitMs, signal);
    }
    signal.throwIfAborted();
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
