import type { ScreenExit } from './app-port.ts';

export type EndSignal = Extract<ScreenExit, { type: 'signalled' }>['signal'];

const signals: readonly EndSignal[] = ['SIGTERM', 'SIGHUP', 'SIGINT'];

/**
 * Tells of what would end the process while the terminal is ours, so that it can be given back first: signals, and
 * errors that nobody caught. The returned function leaves them to whoever had them before.
 */
export function hearEnds(ends: {
  onSignal: (signal: EndSignal) => void;
  onCrash: (error: unknown) => void;
}): () => void {
  const { onSignal, onCrash } = ends;
  for (const signal of signals) process.on(signal, onSignal);
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
  return () => {
    for (const signal of signals) process.off(signal, onSignal);
    process.off('uncaughtException', onCrash);
    process.off('unhandledRejection', onCrash);
  };
}
