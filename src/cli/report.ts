import { Fault, inWords } from '../fault.ts';
import type { Log } from '../platform/log.ts';
import { loadFindings } from '../words/language.ts';
import type { Machine } from './compose.ts';
import { codeOf, Interrupted } from './signals.ts';

/** Exit codes: 0 done, 1 an expected failure, 2 a wrong command line, 70 our mistake, 128 + n ended by signal n. */
export const exitCodes = { done: 0, failed: 1, usage: 2, bug: 70 } as const;

function printFault(fault: Fault, machine: Pick<Machine, 'err'>): void {
  machine.err(`✗ ${fault.what}`);
  if (fault.why) machine.err(`  ${fault.why}`);
  for (const step of fault.next) machine.err(`  → ${step}`);
}

/** The exit code for whatever ended a subcommand, told to whoever has to act. */
export async function reportFailure(error: unknown, machine: Machine, log: Log): Promise<number> {
  if (error instanceof Interrupted) return codeOf(error.signal);
  const { faultTexts, told } = await loadFindings(machine.words);
  if (error instanceof Fault) {
    printFault(inWords(error, faultTexts), machine);
    return exitCodes.failed;
  }
  const isLogged = log.write(`meshwalk ${machine.version} failed`, error);
  machine.err(`✗ ${told.report.mistake}`);
  if (isLogged) machine.err(`  ${told.report.log(log.file)}`);
  else machine.err(`  ${error instanceof Error && error.stack ? error.stack : String(error)}`);
  return exitCodes.bug;
}
