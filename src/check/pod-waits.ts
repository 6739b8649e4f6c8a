import type { KubeClient } from '../kube/client.ts';
import type { ContainerStatus, CoreEvent, Pod } from '../kube/objects.ts';
import { coreEvents } from '../kube/resources.ts';
import { StatusError } from '../kube/status.ts';
import type { Findings } from '../words/en/findings.ts';
import type { NamespacedName } from './spec-fields.ts';
import { podsBehind } from './traffic-splits.ts';
import { isReady, type Workload } from './workload.ts';

/**
 * What a pod that is not ready waits for, from its status and the Events about it. Kubernetes: a status says
 * ContainerCreating for all of sandbox, volumes and images; which of them it is stands in Events only.
 */
export interface PodWait {
  what: string;
  /** Time alone will not end it: no Node has room, and nobody makes one. */
  isStuck: boolean;
}

type WaitWords = Findings['conditions']['waits'];

const creating = new Set(['ContainerCreating', 'PodInitializing']);

async function waitOf(kube: KubeClient, pod: Pod, words: WaitWords): Promise<PodWait> {
  return podWait(pod, await eventsOf(kube, pod), words);
}

/** What a workload waits for: that its pods can be made at all, or the first that is not ready. */
export async function waitIn(
  kube: KubeClient,
  { object }: Workload,
  found: readonly Pod[],
  words: WaitWords,
): Promise<PodWait | undefined> {
  const pending = found.find((pod) => !isReady(pod));
  if (pending) return waitOf(kube, pending, words);
  const conditions = object.status && 'conditions' in object.status ? object.status.conditions : undefined;
  const refusal = conditions?.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  return refusal && { what: words.refused(refusal.message ?? refusal.reason ?? ''), isStuck: true };
}

/** What a Service waits for: the first pod behind it that is not ready. */
export async function waitBehind(
  kube: KubeClient,
  service: NamespacedName,
  words: WaitWords,
): Promise<PodWait | undefined> {
  const pending = (await podsBehind(kube, service)).find((pod) => !isReady(pod));
  return pending && waitOf(kube, pending, words);
}

/** Who may not read Events is told what the status says. */
async function eventsOf(kube: KubeClient, pod: Pod): Promise<CoreEvent[]> {
  const { namespace = 'default', uid = '' } = pod.metadata;
  try {
    const found = await kube.list(coreEvents, { namespace, fieldSelector: `involvedObject.uid=${uid}` });
    return found.filter(({ involvedObject }) => involvedObject.uid === uid).sort((a, b) => timeOf(a) - timeOf(b));
  } catch (error) {
    if (error instanceof StatusError && error.code === 403) return [];
    throw error;
  }
}

const timeOf = ({ lastTimestamp, eventTime, firstTimestamp, metadata }: CoreEvent): number =>
  Date.parse(lastTimestamp ?? eventTime ?? firstTimestamp ?? metadata.creationTimestamp ?? '') || 0;

/** `events` of this pod, the oldest first. */
export function podWait(pod: Pod, events: readonly CoreEvent[], words: WaitWords): PodWait {
  const name = pod.metadata.name ?? '';
  const goesOn = (what: string): PodWait => ({ what: words.pod(name, what), isStuck: false });
  const scheduled = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') {
    // The cluster autoscaler, where there is one, answers an unschedulable pod with this Event.
    const isGrowing = events.some(({ reason }) => reason === 'TriggeredScaleUp');
    const why = scheduled.message ?? scheduled.reason ?? '';
    return { what: words.pod(name, isGrowing ? words.newNode(why) : words.noNode(why)), isStuck: !isGrowing };
  }
  const inits = pod.status?.initContainerStatuses ?? [];
  const all = [...inits, ...(pod.status?.containerStatuses ?? [])];
  if (all.length === 0) return goesOn(pod.status?.phase === 'Running' ? words.settling : words.kubelet);
  const failing = all.find(({ state }) => state.waiting?.reason && !creating.has(state.waiting.reason));
  if (failing) return goesOn(backOff(failing, words));
  const init = inits.findIndex(({ state }) => state.terminated?.exitCode !== 0);
  const running = inits[init];
  if (running?.state.running) return goesOn(words.initRuns(running.name, init + 1, inits.length));
  if (all.some(({ state }) => state.waiting)) return goesOn(making(events, words));
  const unready = all.find(({ ready, state }) => state.running && !ready);
  if (!unready) return goesOn(words.settling);
  const failed = events.findLast(({ reason }) => reason === 'Unhealthy')?.message;
  return goesOn(failed ? words.probeFails(unready.name, failed) : words.notReady(unready.name));
}

function backOff({ name, state, lastState, restartCount }: ContainerStatus, words: WaitWords): string {
  const { reason = '', message = '' } = state.waiting ?? {};
  const ended = lastState.terminated;
  return ended
    ? words.crashed(name, ended.exitCode, restartCount, message || reason)
    : words.waitsBecause(name, message === '' ? reason : `${reason}: ${message}`);
}

/** Between a Node and the first process: volumes, the pod's sandbox, images. */
function making(events: readonly CoreEvent[], words: WaitWords): string {
  const last = events.findLast(({ reason, type }) => type === 'Warning' || reason === 'Pulling' || reason === 'Pulled');
  if (last?.type === 'Warning') return words.told(last.reason ?? '', last.message ?? '');
  const image = last?.reason === 'Pulling' ? /"([^"]+)"/.exec(last.message ?? '')?.[1] : undefined;
  return image ? words.pulls(image) : words.creating;
}
