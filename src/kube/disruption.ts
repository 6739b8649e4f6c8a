import type { Condition, KubeObject, LabelSelector } from './objects.ts';

/** policy/v1, cut to the fields that this project reads or writes. */
export interface PodDisruptionBudget extends KubeObject {
  spec?: {
    minAvailable?: number | string;
    maxUnavailable?: number | string;
    selector?: LabelSelector;
    unhealthyPodEvictionPolicy?: 'AlwaysAllow' | 'IfHealthyBudget';
  };
  status?: DisruptionStatus;
}

export interface DisruptionStatus {
  currentHealthy: number;
  desiredHealthy: number;
  disruptionsAllowed: number;
  expectedPods: number;
  /** Evicted pods that the controller has not yet seen go, and when they were evicted. */
  disruptedPods?: Record<string, string>;
  observedGeneration?: number;
  conditions?: Condition[];
}
