import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { ClusterApi } from '../cluster-api.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { Subresources } from './subresources.ts';
import type { WorkQueue } from './work-queue.ts';

/**
 * What every controller is given and what it gives back. A controller knows only the API: it is told that something
 * changed, looks at the whole state of one object, and takes one step towards what its spec asks (level-triggered).
 */
export interface ControllerParts {
  cluster: ClusterApi;
  subresources: Subresources;
  clock: Clock;
  random: Random;
  events: EventRecorder;
  /** A reconcile that threw and is tried again. */
  onError: (controller: string, error: unknown, key: string) => void;
}

export interface Controller {
  readonly name: string;
  readonly isIdle: boolean;
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** A controller is its queue and the watches that feed it. */
export function controllerOn(queue: WorkQueue, stopWatches: readonly (() => void)[]): Controller {
  return {
    name: queue.name,
    get isIdle() {
      return queue.isIdle;
    },
    idle: () => queue.idle(),
    close() {
      for (const stop of stopWatches) stop();
      return queue.close();
    },
  };
}
