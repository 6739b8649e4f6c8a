import type { Probe } from '../../kube/objects.ts';
import type { Random } from '../../platform/random.ts';
import { type Pace, paceFactor } from '../pace.ts';

/**
 * How long a kubelet takes for what it does, at a pace. Chosen from what AKS nodes show: about a second to make a pod's
 * sandbox, half a second to start a container, 40 MB/s from a registry.
 *
 * Waiting that teaches nothing (pulls, starts, back-off, grace, the first probes) is multiplied by the pace's factor.
 * Probes of a container that has been ready keep their real periods, as their rate is traffic that a learner can
 * count; only `instant`, which is for tests, runs them ten times as often. So do the pauses that programs make: at
 * `instant` they are a fiftieth, which brings a bookbuyer to some forty rounds a second and keeps half a core free. At `instant` back-off and probes keep a
 * floor of a hundredth of the real time, so that a crash loop stays a loop with pauses.
 */
export interface KubeletTiming {
  sandboxMs: number;
  startMs: number;
  mountRetryMs: number;
  pullMs(sizeBytes: number): number;
  /** The pause before restart number `crashes` + 1: none, 10 s, 20 s … 5 min at pace real. */
  crashBackOff(crashes: number): BackOff;
  pullBackOff(failures: number): BackOff;
  /** Until a kubelet looks again at a pod that it could not bring up. */
  syncMs(random: Random): number;
  graceMs(seconds: number): number;
  /** A container that ran this long starts its back-off anew. */
  backOffResetMs: number;
  probeDelayMs(probe: Probe): number;
  probePeriodMs(probe: Probe, hasBeenReady: boolean): number;
  /** What waiting for somebody else takes, such as the pause before a retry. */
  waitMs(ms: number): number;
  /** What a program's own pause takes. */
  restMs(ms: number): number;
}

export interface BackOff {
  /** What really passes. */
  waitMs: number;
  /** What a real cluster says: `10s`, `5m0s`. */
  text: string;
}

const floorFactor = 0.01;
/** Two tries at pace instant still have a pause between them. */
const shortestWaitMs = 20;

/** Go's Duration.String for whole seconds. */
const goSeconds = (seconds: number) => (seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`);

export function timingAt(pace: Pace): KubeletTiming {
  const factor = paceFactor[pace];
  const floored = Math.max(factor, floorFactor);
  const backOff = (failures: number): BackOff => {
    const seconds = failures <= 0 ? 0 : Math.min(300, 10 * 2 ** (failures - 1));
    return { waitMs: seconds * 1000 * floored, text: goSeconds(seconds) };
  };
  return {
    sandboxMs: 900 * factor,
    startMs: 400 * factor,
    mountRetryMs: 500 * Math.max(factor, 0.02),
    pullMs: (sizeBytes) => (600 + sizeBytes / 40_000) * factor,
    crashBackOff: (crashes) => backOff(crashes - 1),
    pullBackOff: backOff,
    // Kubernetes: kubelet's backOffPeriod of 10 s, made longer by up to half.
    syncMs: (random) => 10_000 * (1 + random.next() / 2) * floored,
    graceMs: (seconds) => seconds * 1000 * floored,
    backOffResetMs: 10 * 60 * 1000 * floored,
    probeDelayMs: (probe) => (probe.initialDelaySeconds ?? 0) * 1000 * factor,
    probePeriodMs(probe, hasBeenReady) {
      const realMs = (probe.periodSeconds ?? 10) * 1000;
      if (!hasBeenReady) return realMs * floored;
      return pace === 'instant' ? realMs / 10 : realMs;
    },
    waitMs: (ms) => Math.max(ms * factor, shortestWaitMs),
    restMs: (ms) => (pace === 'instant' ? ms / 50 : ms),
  };
}
