/**
 * One look at a mesh: who is there, and the raw counters of every sidecar. Counters are kept under Envoy's own names, so
 * that what is drawn from them can be looked up with `osm proxy get stats`. Plain data; it does not know how it came.
 */
export interface TrafficSample {
  /** ms of the observer's clock. */
  atMs: number;
  workloads: readonly MeshWorkload[];
  services: readonly MeshService[];
  splits: readonly MeshSplit[];
  callers: readonly CallerCounters[];
  /** Pods whose sidecar gave no answer, as namespace/name: nothing is known of what they call. */
  unheard: readonly string[];
}

/** A Deployment or StatefulSet with pods in the mesh. */
export interface MeshWorkload {
  /** namespace/name */
  name: string;
  /** `<service account>.<namespace>.cluster.local`, as its certificate names it. */
  identity: string;
  pods: number;
  ready: number;
  /** Pods that have a sidecar. */
  sidecars: number;
}

export interface MeshService {
  /** namespace/name */
  name: string;
  /** Workloads whose pods its selector matches, as namespace/name. */
  workloads: readonly string[];
}

export interface MeshSplit {
  /** The Service that clients name, as namespace/name. */
  root: string;
  backends: readonly { service: string; weight: number }[];
}

export interface CallerCounters {
  /** uid of the pod: counters start again with each pod. */
  pod: string;
  /** namespace/name */
  workload: string;
  /** Envoy's counters, by name. */
  stats: ReadonlyMap<string, number>;
  /** Failures to reach a Service (namespace/name) that the application logged, counted since the observer began. */
  refusals: ReadonlyMap<string, number>;
}
