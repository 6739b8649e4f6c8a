import { cpus, loadavg } from 'node:os';
import { Lab } from './lab.ts';
import type { Outcome, Row } from './row.ts';
import { rows } from './rows.ts';
import { linesOf, verdict } from './table.ts';

/**
 * `npm run bench [-- NAME… [--json]]`: measures the budgets of the design on the built program and prints each beside
 * its budget. It judges nothing by exit code: a busy machine is no bug. A row that breaks is one.
 */
const args = process.argv.slice(2);
const isJson = args.includes('--json');
const names = args.filter((arg) => !arg.startsWith('--'));
const unknown = names.filter((name) => !rows.some((row) => row.name === name));

const machine = () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  load: loadavg()[0]?.toFixed(1),
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
});

function report(row: Row, outcome: Outcome): void {
  if (!isJson) {
    process.stdout.write(`${linesOf(row, outcome).join('\n')}\n`);
    return;
  }
  const measures =
    outcome.status === 'measured' ? outcome.measures.map((measure) => ({ ...measure, verdict: verdict(measure) })) : [];
  process.stdout.write(`${JSON.stringify({ row: row.name, ...outcome, measures, machine: machine() })}\n`);
}

async function measure(row: Row, lab: Lab): Promise<void> {
  try {
    report(row, await row.run(lab));
  } catch (error) {
    process.exitCode = 1;
    report(row, { status: 'skipped', reason: `it broke: ${error instanceof Error ? error.stack : String(error)}` });
  }
}

if (unknown.length > 0) {
  process.stderr.write(`There is no row ${unknown.join(', ')}. The rows: ${rows.map(({ name }) => name).join(', ')}\n`);
  process.exitCode = 1;
} else {
  const { cpu, cores, load, node, platform } = machine();
  if (!isJson) process.stdout.write(`Node ${node}, ${platform}, ${cores} cores of ${cpu}, load ${load}\n`);
  const lab = new Lab();
  const stop = () => void lab.close().then(() => process.exit(130));
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    for (const row of rows) if (names.length === 0 || names.includes(row.name)) await measure(row, lab);
  } finally {
    await lab.close();
  }
}
