import type { Probe } from '../../kube/objects.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Timetable } from '../controllers/timetable.ts';
import { attemptProbe, type ProbeTarget } from './prober.ts';
import type { KubeletTiming } from './timing.ts';

export type ProbeType = 'Liveness' | 'Readiness' | 'Startup';

export interface ProbeOutcomes {
  /** The container's readiness or its being started changed. */
  onReady(ready: boolean): void;
  onStarted(): void;
  /** The liveness or startup probe failed as often as it may. */
  onDead(type: ProbeType): void;
  /** A single attempt that did not pass, for the event. */
  onMiss(type: ProbeType, message: string, errored: boolean): void;
}

/** The probes of one run of one container, until it is stopped. It knows no pods: only a place to connect to. */
export class ContainerProbes {
  readonly #parts: { clock: Clock; timetable: Timetable; timing: KubeletTiming };
  readonly #key: string;
  readonly #target: ProbeTarget;
  readonly #outcomes: ProbeOutcomes;
  readonly #streaks = new Map<ProbeType, number>();
  #started: boolean;
  #hasBeenReady = false;
  #stopped = false;

  constructor(
    parts: { clock: Clock; timetable: Timetable; timing: KubeletTiming },
    key: string,
    target: ProbeTarget,
    outcomes: ProbeOutcomes,
  ) {
    this.#parts = parts;
    this.#key = key;
    this.#target = target;
    this.#outcomes = outcomes;
    this.#started = target.container.startupProbe === undefined;
  }

  start(): void {
    const { startupProbe } = this.#target.container;
    if (startupProbe) this.#schedule('Startup', startupProbe, this.#parts.timing.probeDelayMs(startupProbe));
    else this.#startOthers();
  }

  stop(): void {
    this.#stopped = true;
    for (const type of ['Liveness', 'Readiness', 'Startup']) this.#parts.timetable.cancel(`${this.#key}/${type}`);
  }

  #startOthers(): void {
    const { livenessProbe, readinessProbe } = this.#target.container;
    const { timing } = this.#parts;
    if (readinessProbe) this.#schedule('Readiness', readinessProbe, timing.probeDelayMs(readinessProbe));
    if (livenessProbe) this.#schedule('Liveness', livenessProbe, timing.probeDelayMs(livenessProbe));
  }

  #schedule(type: ProbeType, probe: Probe, ms: number): void {
    if (this.#stopped) return;
    this.#parts.timetable.after(`${this.#key}/${type}`, ms, () => void this.#attempt(type, probe));
  }

  async #attempt(type: ProbeType, probe: Probe): Promise<void> {
    const result = await attemptProbe(this.#parts.clock, probe, this.#target);
    if (this.#stopped) return;
    if (result.status !== 'success') this.#outcomes.onMiss(type, result.message, result.status === 'unknown');
    if (result.status !== 'unknown') this.#count(type, probe, result.status === 'success');
    if (type === 'Startup' && this.#started) return;
    this.#schedule(type, probe, this.#periodMs(type, probe));
  }

  /** A start is hurried by asking often whether it is over, never by giving it less time to live. */
  #periodMs(type: ProbeType, probe: Probe): number {
    const starting = type === 'Liveness' && !this.#hasBeenReady;
    return starting ? (probe.periodSeconds ?? 10) * 1000 : this.#parts.timing.probePeriodMs(probe, this.#hasBeenReady);
  }

  /** A positive streak counts successes in a row, a negative one failures. */
  #count(type: ProbeType, probe: Probe, passed: boolean): void {
    const before = this.#streaks.get(type) ?? 0;
    const streak = passed ? Math.max(0, before) + 1 : Math.min(0, before) - 1;
    this.#streaks.set(type, streak);
    if (passed && streak === (probe.successThreshold ?? 1)) this.#onPassed(type);
    if (!passed && -streak === (probe.failureThreshold ?? 3)) this.#onFailed(type);
  }

  #onPassed(type: ProbeType): void {
    if (type === 'Readiness') {
      this.#hasBeenReady = true;
      this.#outcomes.onReady(true);
    } else if (type === 'Startup') {
      this.#started = true;
      this.#outcomes.onStarted();
      this.#startOthers();
    } else this.#hasBeenReady ||= this.#target.container.readinessProbe === undefined;
  }

  #onFailed(type: ProbeType): void {
    if (type === 'Readiness') this.#outcomes.onReady(false);
    else this.#outcomes.onDead(type);
  }
}
