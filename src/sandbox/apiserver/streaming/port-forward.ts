import type { Duplex } from 'node:stream';
import { StatusError } from '../../../kube/status.ts';

/** What the two forms of port-forward share: joining two connections, and the kubelet's words when it fails. */

/**
 * Pipes both ways. A client that says no more is passed on as half-close; a target that says no more ends the whole, once
 * its last byte has left: kubectl keeps its local connection open until the error stream ends, which is after this.
 */
export function joinStreams(client: Duplex, target: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      client.destroy();
      target.destroy();
      resolve();
    };
    // Either peer going away is how connections end here, not a failure.
    client.on('error', () => {});
    target.on('error', () => {});
    client.once('finish', done);
    client.once('close', done);
    target.once('close', () => {
      if (!target.readableEnded) done();
    });
    if (client.destroyed || target.destroyed) return done();
    client.pipe(target);
    target.pipe(client);
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
