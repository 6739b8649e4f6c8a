import type { Invocation } from '../../cobra/command.ts';
import { asciiTable } from './ascii-table.ts';
import { errorCodes } from './error-codes.ts';

/** `osm support error-info` (OSM 1.2: cmd/cli/support_err.go). */
function row(given: string): string[] {
  const digits = given.replace(/^E+/, '');
  if (!/^[+-]?\d+$/.test(digits)) {
    throw new Error(`error code '${given}' is not a valid error code format, should be of the form Exxxx, ex. E1000`);
  }
  const found = errorCodes.find(([code]) => code === Number(digits));
  if (!found) throw new Error(`error code '${given}' is not a valid error code recognized by OSM`);
  // One alone is shown with the line breaks around it, as the original forgets to take them off.
  return [given, `\n${found[1].join('\n')}\n`];
}

export async function errorInfo({ args, io }: Invocation): Promise<number> {
  const [given] = args;
  const rows = given ? [row(given)] : errorCodes.map(([code, lines]) => [`E${code}`, lines.join('\n')]);
  io.out(asciiTable(['Error code', 'Description'], rows));
  return 0;
}
