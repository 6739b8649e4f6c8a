import type { AzIo } from './command.ts';
import { AzError } from './errors.ts';

/** Asks until y or n is typed. */
export async function askYesNo(io: AzIo, question: string): Promise<boolean> {
  for (;;) {
    const answer = (await io.question(`${question} (y/n): `))?.trim().toLowerCase();
    if (answer === undefined) return false;
    if (['y', 'yes'].includes(answer)) return true;
    if (['n', 'no'].includes(answer)) return false;
  }
}

export async function confirm(io: AzIo, question = 'Are you sure you want to perform this operation?'): Promise<void> {
  if (!io.isInteractive) throw new AzError('Unable to prompt for confirmation as no tty available. Use --yes.');
  if (!(await askYesNo(io, question))) throw new AzError('Operation cancelled.');
}
