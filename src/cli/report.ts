import { Fault } from '../fault.ts';
import type { Log } from '../platform/log.ts';
import type { Machine } from './compose.ts';
import { codeOf, Interrupted } from './signals.ts';

/** Exit codes: 0 done, 1 an expected failure, 2 a wrong command line, 70 our mistake, 128 + n ended by signal n. */
export const exitCodes = { done: 0, failed: 1, usage: 2, bug: 70 } as const;

export function printFault(fault: Fault, machine: Pick<Machine, 'err'>): void {
  machine.err(`✗ ${fault.what}`);
  if (fault.why) machine.err(`  ${fault.why}`);
  for (const step of fault.next) machine.err(`  → ${step}`);
}

/** The exit code for whatever ended a subcommand, told to whoever has to act. */
export function reportFailure(error: unknown, machine: Machine, log: Log): number {
  if (error instanceof Interrupted) return codeOf(error.signal);
  if (error instanceof Fault) {
    printFault(error, machine);
    return exitCodes.failed;
  }
  const isLogged = log.write(`meshwalk ${machine.version} failed`, error);
  machine.err('✗ meshwalk made a mistake, and is sorry. Your finished tasks are saved.');
  if (isLogged) machine.err(`  What happened is in ${log.file}`);
  else machine.err(`  ${error instanceof Error && error.stack ? error.stack : String(error)}`);
  return exitCodes.bug;
}
