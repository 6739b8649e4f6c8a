import { apiTime } from '../../kube/duration.ts';
import { sameJson } from '../../kube/json-value.ts';
import type { Condition, Container, ContainerState, ContainerStatus, Pod, PodStatus } from '../../kube/objects.ts';
import type { ContainerLog } from './container-log.ts';

/** What a kubelet remembers of one container. */
export interface ContainerRecord {
  /** As the pod wants it now; `image` is what runs, or ran last. */
  spec: Container;
  image: string;
  readonly isInit: boolean;
  state: ContainerState;
  lastState: ContainerState;
  ready: boolean;
  /** Undefined until the first run. */
  started: boolean | undefined;
  restartCount: number;
  imageId: string;
  containerId: string | undefined;
  log: ContainerLog | undefined;
  previousLog: ContainerLog | undefined;
}

export interface PodAddresses {
  hostIp: string;
  /** Undefined until the pod has its network. */
  podIp: string | undefined;
}

/** The records of a new pod, or of one that this node ran before it was started again, at `now`. */
export function recordsOf(pod: Pod, now: number): ContainerRecord[] {
  const initial = (pod.spec.initContainers ?? []).map((spec) => ({ spec, isInit: true }));
  const regular = pod.spec.containers.map((spec) => ({ spec, isInit: false }));
  const reason = initial.length > 0 ? 'PodInitializing' : 'ContainerCreating';
  return [...initial, ...regular].map(({ spec, isInit }) => {
    const before = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].find(
      (status) => status.name === spec.name,
    );
    return {
      spec,
      image: spec.image ?? '',
      isInit,
      state: { waiting: { reason } },
      lastState: before ? stateBeforeReboot(before, now) : {},
      ready: false,
      started: undefined,
      restartCount: before ? before.restartCount + (before.containerID ? 1 : 0) : 0,
      imageId: before?.imageID ?? '',
      containerId: before?.containerID,
      log: undefined,
      previousLog: undefined,
    };
  });
}

/**
 * Kubernetes: a container that was running when its node went down is told as exit code 255, reason Unknown. Nobody saw
 * its end, so containerd dates it to the moment it found the container gone.
 */
function stateBeforeReboot(before: ContainerStatus, now: number): ContainerState {
  if (before.state.terminated) return { terminated: before.state.terminated };
  if (!before.state.running) return before.lastState;
  const { startedAt } = before.state.running;
  return {
    terminated: {
      exitCode: 255,
      reason: 'Unknown',
      ...(startedAt === undefined ? {} : { startedAt }),
      finishedAt: apiTime(now),
      ...(before.containerID === undefined ? {} : { containerID: before.containerID }),
    },
  };
}

const succeeded = (record: ContainerRecord) => record.state.terminated?.exitCode === 0;

/** An init container that goes on beside the others; the next one begins when it has started. */
export const isSidecar = ({ isInit, spec }: ContainerRecord): boolean => isInit && spec.restartPolicy === 'Always';

const isInitialized = (record: ContainerRecord) => (isSidecar(record) ? record.started === true : succeeded(record));

/** Kubernetes: what became of a container that its kubelet finds no more when the pod has ended. */
export function stateAtPodEnd({ state, lastState }: ContainerRecord): ContainerState {
  if (!state.waiting) return state;
  if (lastState.terminated) return lastState;
  const message = 'The container could not be located when the pod was terminated';
  return { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown', message } };
}

/** The whole status of a pod. Pure. Kubernetes: kubelet_pods.go getPhase and status/generate.go. */
export function podStatus(
  pod: Pod,
  records: readonly ContainerRecord[],
  addresses: PodAddresses,
  now: number,
): PodStatus {
  const initial = records.filter((record) => record.isInit);
  const regular = records.filter((record) => !record.isInit);
  const phase = phaseOf(pod, initial, regular);
  const { hostIp, podIp } = addresses;
  return {
    ...(pod.status?.reason === undefined ? {} : { reason: pod.status.reason }),
    phase,
    conditions: conditionsOf(pod, phase, initial, regular, podIp !== undefined, now),
    hostIP: hostIp,
    hostIPs: [{ ip: hostIp }],
    ...(podIp === undefined ? {} : { podIP: podIp, podIPs: [{ ip: podIp }] }),
    startTime: pod.status?.startTime ?? apiTime(now),
    ...(initial.length === 0 ? {} : { initContainerStatuses: initial.map(statusOf) }),
    containerStatuses: regular.map(statusOf),
    qosClass: qosClassOf(pod),
  };
}

function statusOf(record: ContainerRecord): ContainerStatus {
  return {
    name: record.spec.name,
    state: record.state,
    lastState: record.lastState,
    ready: record.isInit && !isSidecar(record) ? succeeded(record) : record.ready,
    restartCount: record.restartCount,
    image: record.image,
    imageID: record.imageId,
    ...(record.containerId === undefined ? {} : { containerID: record.containerId }),
    started: record.started ?? false,
  };
}

function phaseOf(pod: Pod, initial: readonly ContainerRecord[], regular: readonly ContainerRecord[]) {
  const policy = pod.spec.restartPolicy ?? 'Always';
  const isDeleted = pod.metadata.deletionTimestamp !== undefined;
  const runs = (record: ContainerRecord) => record.state.running !== undefined;
  if ([...initial, ...regular].every((record) => record.state.terminated) && isDeleted) {
    return regular.every(succeeded) ? 'Succeeded' : 'Failed';
  }
  const failedInit = initial.some((record) => !isSidecar(record) && record.state.terminated && !succeeded(record));
  if (failedInit && policy === 'Never') return 'Failed';
  const begun = regular.some((record) => record.containerId !== undefined);
  if (!initial.every((record) => isInitialized(record) || (begun && isSidecar(record)))) return 'Pending';
  if (regular.some((record) => record.state.waiting && !record.lastState.terminated)) return 'Pending';
  if (regular.some((record) => runs(record) || record.state.waiting) || initial.some(runs)) return 'Running';
  if (policy === 'Always' && !isDeleted) return 'Running';
  if (regular.every(succeeded)) return 'Succeeded';
  if (policy === 'OnFailure' && !isDeleted) return 'Running';
  return 'Failed';
}

type Verdict = { status: 'True' | 'False'; reason?: string; message?: string };

function conditionsOf(
  pod: Pod,
  phase: string,
  initial: readonly ContainerRecord[],
  regular: readonly ContainerRecord[],
  hasNetwork: boolean,
  now: number,
): Condition[] {
  const names = (records: readonly ContainerRecord[]) => `[${records.map((record) => record.spec.name).join(' ')}]`;
  const incomplete = initial.filter((record) => !isInitialized(record));
  const unready = [...initial.filter(isSidecar), ...regular].filter((record) => !record.ready);
  const initialized: Verdict =
    incomplete.length === 0
      ? { status: 'True', ...(phase === 'Succeeded' ? { reason: 'PodCompleted' } : {}) }
      : {
          status: 'False',
          reason: 'ContainersNotInitialized',
          message: `containers with incomplete status: ${names(incomplete)}`,
        };
  let ready: Verdict = { status: 'True' };
  if (phase === 'Succeeded') ready = { status: 'False', reason: 'PodCompleted' };
  else if (phase === 'Failed') ready = { status: 'False', reason: 'PodFailed' };
  else if (unready.length > 0 || incomplete.length > 0) {
    const message = `containers with unready status: ${names(unready)}`;
    ready = { status: 'False', reason: 'ContainersNotReady', message };
  }
  const verdicts: [string, Verdict][] = [
    ['PodReadyToStartContainers', { status: hasNetwork ? 'True' : 'False' }],
    ['Initialized', initialized],
    ['Ready', ready],
    ['ContainersReady', ready],
    ['PodScheduled', { status: 'True' }],
  ];
  return verdicts.map(([type, verdict]) => {
    const before = pod.status?.conditions?.find((condition) => condition.type === type);
    const since = before?.status === verdict.status ? before.lastTransitionTime : undefined;
    const { status, ...why } = verdict;
    return { type, status, lastProbeTime: null, lastTransitionTime: since ?? apiTime(now), ...why };
  });
}

/** Kubernetes: Guaranteed when each container's limits equal its requests for cpu and memory. */
export function qosClassOf(pod: Pod): 'BestEffort' | 'Burstable' | 'Guaranteed' {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(
    (container) => container.resources ?? {},
  );
  const isEmpty = (list: Record<string, string> | undefined) => Object.keys(list ?? {}).length === 0;
  if (all.every(({ requests, limits }) => isEmpty(requests) && isEmpty(limits))) return 'BestEffort';
  const guaranteed = all.every(
    ({ requests, limits }) =>
      limits?.['cpu'] !== undefined && limits['memory'] !== undefined && sameJson({ ...limits, ...requests }, limits),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}
