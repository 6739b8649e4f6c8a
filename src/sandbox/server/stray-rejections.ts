/**
 * The last guard. A promise that nobody waits for is a bug of ours, but Node's answer, to end the process, would take the
 * learner's cluster with it: API server, pods, every open connection. So it is logged with its stack and the sandbox goes
 * on; what had the bug is the only thing that stays undone. Exceptions outside of promises still end the process: after
 * those, state may be half changed.
 */
export function surviveStrayRejections(log: (line: string) => void): void {
  process.on('unhandledRejection', (reason) => {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    log(`bug: nobody waited for this failure: ${text}`);
  });
}
