import type { Duplex } from 'node:stream';
import { StatusError } from '../../../kube/status.ts';

/** What the two forms of port-forward share: joining two connections, and the kubelet's words when it fails. */

/** Pipes both ways, each direction ending on its own; resolves when both are over or one end is gone. */
export function joinStreams(left: Duplex, right: Duplex): Promise<void> {
  return new Promise((resolve) => {
    let unfinished = 2;
    const done = () => {
      left.destroy();
      right.destroy();
      resolve();
    };
    const watchOver = (stream: Duplex, other: Duplex) => {
      // The peer going away is how connections end here, not a failure.
      stream.on('error', () => {});
      stream.once('finish', () => {
        unfinished -= 1;
        if (unfinished === 0) done();
      });
      // A stream that closed after its end has all its bytes in the other's queue: they must still leave.
      stream.once('close', () => (stream.readableEnded && !other.destroyed ? other.once('finish', done) : done()));
    };
    if (left.destroyed || right.destroyed) return done();
    watchOver(left, right);
    watchOver(right, left);
    left.pipe(right);
    right.pipe(left);
  });
}

/** containerd's text, which kubectl prints after `an error occurred forwarding 8081 -> 14001: `. */
export function portForwardFailure(pod: { uid: string }, port: number, error: unknown): string {
  const prefix = `error forwarding port ${port} to pod ${pod.uid}, uid : `;
  if (error instanceof StatusError) return `${prefix}${error.message}`;
  const code = (error as NodeJS.ErrnoException).code;
  const why = code === 'ECONNREFUSED' ? 'connect: connection refused' : String((error as Error).message ?? code);
  return (
    `${prefix}failed to execute portforward in network namespace "${pod.uid}": failed to connect to localhost:${port} inside ` +
    `namespace "${pod.uid}", IPv4: dial tcp4 127.0.0.1:${port}: ${why} IPv6 dial tcp6: address localhost: no suitable address found `
  );
}
