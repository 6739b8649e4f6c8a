import type { Clock } from '../../platform/clock.ts';
import { type TrafficGraph, trafficGraph } from './graph.ts';
import type { TrafficSample } from './sample.ts';

/** The last minutes of a mesh, look by look. Pure but for the clock that paces the looks. */

/** Between two looks. Rates are taken over the last few looks, so that a call per second does not flicker. */
const restMs = 1000;
const looksPerRate = 5;
/** Five minutes to step back through. */
const keptLooks = 300;

export interface TrafficHistory {
  /** The oldest first; the last is now. */
  readonly graphs: readonly TrafficGraph[];
  /** Why the last look failed, in words; undefined when it did not. */
  readonly trouble: string | undefined;
}

export interface TrafficWatch {
  history(): TrafficHistory;
  stop(): void;
}

/** Looks once a second until it is stopped. `look` may fail: that is told, and the next look comes a little later. */
export function watchTraffic(
  look: (signal: AbortSignal) => Promise<TrafficSample>,
  clock: Clock,
  onChange: () => void,
): TrafficWatch {
  const abort = new AbortController();
  let samples: readonly TrafficSample[] = [];
  let history: TrafficHistory = { graphs: [], trouble: undefined };
  let cancel: (() => void) | undefined;
  const again = (afterMs: number) => {
    if (!abort.signal.aborted) cancel = clock.after(afterMs, () => void turn());
  };
  const turn = async (): Promise<void> => {
    try {
      const sample = await look(abort.signal);
      if (abort.signal.aborted) return;
      const graph = trafficGraph(samples.at(-looksPerRate), sample);
      samples = [...samples, sample].slice(-looksPerRate);
      history = { graphs: [...history.graphs, graph].slice(-keptLooks), trouble: undefined };
      again(restMs);
    } catch (error) {
      if (abort.signal.aborted) return;
      history = { ...history, trouble: error instanceof Error ? error.message : String(error) };
      again(4 * restMs);
    }
    onChange();
  };
  void turn();
  return {
    history: () => history,
    stop() {
      abort.abort(new Error('nobody looks at the traffic any more'));
      cancel?.();
    },
  };
}
