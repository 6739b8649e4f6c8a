/** How a process that we started came to its end. */
export type RunEnd =
  | { type: 'exited'; code: number }
  | { type: 'signalled'; signal: string }
  | { type: 'timed-out'; afterMs: number }
  | { type: 'cancelled' }
  | { type: 'not-started'; reason: string };
