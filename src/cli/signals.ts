import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
export type EndSignal = (typeof signals)[number];

/** What a shell expects of a program that a signal ended. */
export const codeOf = (signal: EndSignal): number => 128 + constants.signals[signal];

/** Aborts at the first signal; a second one ends the program at once, as people who press Ctrl-C twice expect. */
export function abortOnSignals(): {
  signal: AbortSignal;
  received: () => EndSignal | undefined;
  /** From here on Ctrl-C is somebody else's: it interrupts what runs and does not end the program. */
  leaveInterrupts: () => void;
  stop: () => void;
} {
  const controller = new AbortController();
  let first: EndSignal | undefined;
  const onSignal = (signal: EndSignal) => {
    if (first) process.kill(process.pid, 'SIGKILL');
    first = signal;
    controller.abort(new Interrupted(signal));
  };
  for (const signal of signals) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    received: () => first,
    leaveInterrupts: () => void process.off('SIGINT', onSignal),
    stop() {
      for (const signal of signals) process.off(signal, onSignal);
    },
  };
}

/** The reason of an abort by a signal: an event, not an error. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly signal: EndSignal;

  constructor(signal: EndSignal) {
    super(signal);
    this.signal = signal;
  }
}
