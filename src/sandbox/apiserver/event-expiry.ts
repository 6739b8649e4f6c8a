import { Fault } from '../../fault.ts';
import type { CoreEvent, KubeObject } from '../../kube/objects.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Store } from '../store/store.ts';

const hourMs = 60 * 60 * 1000;
const sweepEveryMs = 60 * 1000;

/**
 * Forgets Events an hour after they last happened, as a real server does (--event-ttl). It sweeps when a new one
 * comes, so that a quiet cluster needs no timer and a busy one can't grow without end.
 */
export function expireEvents(store: Store, clock: Clock): void {
  let nextSweep = 0;
  store.watch('events', ({ type }) => {
    const now = clock.now();
    if (type !== 'ADDED' || now < nextSweep) return;
    nextSweep = now + sweepEveryMs;
    try {
      for (const event of store.list('events')) if (now - happenedAt(event) > hourMs) store.remove('events', event);
    } catch (error) {
      // A disk that takes no writes is told to whoever writes next; the events can wait.
      if (!(error instanceof Fault)) throw error;
    }
  });
}

function happenedAt(object: KubeObject): number {
  const { lastTimestamp, eventTime, metadata } = object as CoreEvent;
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0;
}
