import type { Clock } from '../../../platform/clock.ts';

/** client-go's remotecommand pings as often. */
const everyMs = 5000;

/**
 * Calls `beat` again and again, until the returned function is called. Nobody reads from a connection that is held up, so
 * nobody sees its end either; a write does, as the kernel answers it with an error once the peer is gone.
 */
export function heartbeat(clock: Clock, beat: () => void): () => void {
  let cancel = () => {};
  const wait = () => {
    cancel = clock.after(everyMs, () => {
      wait();
      beat();
    });
  };
  wait();
  return () => cancel();
}
