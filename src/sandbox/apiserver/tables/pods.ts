import { ageOf, humanDuration } from '../../../kube/duration.ts';
import type { ContainerState, ContainerStatus, Pod } from '../../../kube/objects.ts';
import { columns, none, type TableKind } from './columns.ts';

/** Kubernetes: pkg/printers/internalversion printPod. */
export const podTable: TableKind<Pod> = {
  columns: columns(
    'Name/name',
    'Ready',
    'Status',
    'Restarts',
    'Age',
    'IP@1',
    'Node@1',
    'Nominated Node@1',
    'Readiness Gates@1',
  ),
  cells(pod, nowMs) {
    const { ready, total, status, restarts, lastRestart } = podSummary(pod);
    const ago = restarts > 0 && lastRestart > 0 ? ` (${humanDuration(nowMs - lastRestart)} ago)` : '';
    const nominated = (pod.status as { nominatedNodeName?: string } | undefined)?.nominatedNodeName;
    return [
      pod.metadata.name,
      `${ready}/${total}`,
      status,
      `${restarts}${ago}`,
      ageOf(pod.metadata.creationTimestamp, nowMs),
      pod.status?.podIP || none,
      pod.spec.nodeName || none,
      nominated || none,
      readinessGates(pod),
    ];
  },
};

interface PodSummary {
  ready: number;
  total: number;
  status: string;
  restarts: number;
  /** Milliseconds since the epoch, 0 when never. */
  lastRestart: number;
}

const isRestartable = (container: { restartPolicy?: string } | undefined) => container?.restartPolicy === 'Always';

const finishedAt = (status: ContainerStatus) => Date.parse(status.lastState?.terminated?.finishedAt ?? '') || 0;

export function podSummary(pod: Pod): PodSummary {
  const conditions = pod.status?.conditions ?? [];
  const isTrue = (type: string) => conditions.some((one) => one.type === type && one.status === 'True');
  const gated = conditions.some((one) => one.type === 'PodScheduled' && one.reason === 'SchedulingGated');
  const phase = pod.status?.phase ?? 'Unknown';
  const summary: PodSummary = {
    ready: 0,
    total: pod.spec.containers.length + (pod.spec.initContainers ?? []).filter(isRestartable).length,
    status: gated ? 'SchedulingGated' : pod.status?.reason || phase,
    restarts: 0,
    lastRestart: 0,
  };
  const sidecars = addInitContainers(pod, summary);
  if (!sidecars.initializing || isTrue('Initialized')) {
    summary.restarts = sidecars.restarts;
    summary.lastRestart = sidecars.lastRestart;
    addContainers(pod.status?.containerStatuses ?? [], summary, isTrue('Ready'));
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (pod.status?.reason === 'NodeLost') summary.status = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') summary.status = 'Terminating';
  }
  return summary;
}

/** The first init container that has not done its work decides the status; restartable ones count as containers. */
function addInitContainers(
  pod: Pod,
  summary: PodSummary,
): { initializing: boolean; restarts: number; lastRestart: number } {
  const specs = pod.spec.initContainers ?? [];
  const sidecars = { initializing: false, restarts: 0, lastRestart: 0 };
  for (const [index, status] of (pod.status?.initContainerStatuses ?? []).entries()) {
    summary.restarts += status.restartCount;
    summary.lastRestart = Math.max(summary.lastRestart, finishedAt(status));
    const restartable = isRestartable(specs.find(({ name }) => name === status.name));
    if (restartable) {
      sidecars.restarts += status.restartCount;
      sidecars.lastRestart = Math.max(sidecars.lastRestart, finishedAt(status));
    }
    if (status.state.terminated?.exitCode === 0) continue;
    if (restartable && status.started) {
      if (status.ready) summary.ready += 1;
      continue;
    }
    sidecars.initializing = true;
    summary.status = `Init:${initReason(status.state) ?? `${index}/${specs.length}`}`;
    break;
  }
  return sidecars;
}

function initReason(state: ContainerState): string | undefined {
  if (state.terminated) return endReason(state.terminated);
  const waiting = state.waiting?.reason;
  return waiting && waiting !== 'PodInitializing' ? waiting : undefined;
}

function endReason(terminated: NonNullable<ContainerState['terminated']>): string {
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

/** From the last container to the first, so that the first one's trouble is what is shown. */
function addContainers(statuses: readonly ContainerStatus[], summary: PodSummary, podIsReady: boolean): void {
  let someRun = false;
  for (const status of [...statuses].reverse()) {
    summary.restarts += status.restartCount;
    summary.lastRestart = Math.max(summary.lastRestart, finishedAt(status));
    const { waiting, terminated, running } = status.state;
    if (waiting?.reason) summary.status = waiting.reason;
    else if (terminated) summary.status = endReason(terminated);
    else if (status.ready && running) {
      someRun = true;
      summary.ready += 1;
    }
  }
  if (summary.status === 'Completed' && someRun) summary.status = podIsReady ? 'Running' : 'NotReady';
}

function readinessGates(pod: Pod): string {
  const gates = (pod.spec['readinessGates'] ?? []) as { conditionType: string }[];
  if (gates.length === 0) return none;
  const isMet = (gate: { conditionType: string }) =>
    (pod.status?.conditions ?? []).some((one) => one.type === gate.conditionType && one.status === 'True');
  return `${gates.filter(isMet).length}/${gates.length}`;
}
