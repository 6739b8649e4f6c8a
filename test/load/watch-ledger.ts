/**
 * What one watcher saw, in a few numbers however long it watches: how many events, whether their revisions rose, and a sum
 * that equals the writer's only when the same ones were seen.
 */
export class WatchLedger {
  count = 0;
  sum = 0;
  last = 0;
  /** Events that came twice or out of order. */
  disorder = 0;

  see(revision: number): void {
    if (revision <= this.last) this.disorder += 1;
    this.last = Math.max(this.last, revision);
    this.count += 1;
    this.sum += revision;
  }
}

/** The revision and the number of the write, read out of an event's line without parsing all of it. */
export function readEvent(line: string): { revision: number; write: number } | undefined {
  if (line.startsWith('{"type":"BOOKMARK"')) return undefined;
  const revision = /"resourceVersion":"(\d+)"/.exec(line)?.[1];
  const write = /"write":"(\d+)"/.exec(line)?.[1];
  return revision === undefined ? undefined : { revision: Number(revision), write: Number(write ?? -1) };
}
