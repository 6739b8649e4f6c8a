import type { Pod } from '../../kube/objects.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { ClusterApi } from '../cluster-api.ts';
import type { Timetable } from '../controllers/timetable.ts';
import type { PodNetwork } from '../network/pod-network.ts';
import type { NodeImages } from './node-images.ts';
import type { IssueToken } from './pod-volumes.ts';
import type { KubeletTiming } from './timing.ts';

/** What the parts of a kubelet share. */
export interface KubeletParts {
  cluster: ClusterApi;
  network: PodNetwork;
  clock: Clock;
  random: Random;
  timing: KubeletTiming;
  timetable: Timetable;
  images: NodeImages;
  issueToken: IssueToken;
  texts: EventTexts;
  /** Events about a pod, or about one of its containers. */
  note(pod: Pod, container: ContainerName | undefined, reason: string, message: string): void;
  warn(pod: Pod, container: ContainerName | undefined, reason: string, message: string): void;
  /** Watches over work whose failure would be a bug. `idle()` waits for it unless it goes on in the background. */
  track(work: Promise<void>, kind?: 'background'): void;
}

export interface ContainerName {
  name: string;
  isInit: boolean;
}

/** Texts of events that differ between versions of Kubernetes. */
export interface EventTexts {
  /** What a probe did that could not be carried out. */
  probeErrored: string;
  created(container: string): string;
  started(container: string): string;
}

export function eventTexts(kubernetesVersion: string): EventTexts {
  const minor = Number(/^v?1\.(\d+)/.exec(kubernetesVersion)?.[1] ?? 0);
  const probeErrored = minor >= 32 ? 'errored and resulted in unknown state' : 'errored';
  return minor >= 35
    ? { probeErrored, created: () => 'Container created', started: () => 'Container started' }
    : { probeErrored, created: (name) => `Created container: ${name}`, started: (name) => `Started container ${name}` };
}
