import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { LoadTarget } from '../../load/load-client.ts';
import { runLoad } from '../../load/run-load.ts';
import { type Lab, residentMb } from '../lab.ts';
import { measured, type Row } from '../row.ts';

const size = { objects: 10_000, watches: 200, writes: 5_000 };

/** The cluster of a learner whose lessons have made it, by the kubeconfig that `az aks get-credentials` wrote. */
function targetIn(sandboxFolder: string): LoadTarget {
  const { clusters, users } = parse(readFileSync(join(sandboxFolder, 'kubeconfig'), 'utf8'));
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  return { server, ca: Buffer.from(ca, 'base64'), token: users[0].user.token };
}

/** The highest resident memory while something goes on. */
async function peakOf<T>(pid: number, work: Promise<T>): Promise<{ result: T; peakMb: number }> {
  let peakMb = residentMb(pid);
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(pid));
  }, 200);
  try {
    return { result: await work, peakMb };
  } finally {
    clearInterval(timer);
  }
}

/**
 * A learner walks through the lessons while others fill the same cluster, watch it and write to it. Load and walk share two
 * cores with the sandbox, and all watches are read by one process.
 */
async function load(lab: Lab) {
  const home = lab.newFolder();
  const folder = lab.sandboxFolder(home);
  mkdirSync(folder, { recursive: true });
  const sandbox = await lab.startSandbox(folder, 'instant');
  await lab.play(home, ['--to', '2']);
  const before = residentMb(sandbox.pid);
  const walk = () => lab.play(home, ['--to', '8']);
  const { result, peakMb } = await peakOf(sandbox.pid, runLoad(targetIn(folder), size, walk));
  await sandbox.end();
  return { result, peakMb, before };
}

export const loadRow: Row = {
  name: 'load',
  title: `Load: ${size.objects} objects, ${size.watches} watches, ${size.writes} writes while lessons are played`,
  async run(lab) {
    const { result, peakMb, before } = await load(lab);
    const { ledgers, expected, fanOut } = result;
    const isWrong = (ledger: (typeof ledgers)[number]) =>
      ledger.disorder > 0 || ledger.count !== expected.count || ledger.sum !== expected.sum;
    const lost = size.objects - result.listed + (size.objects - result.paged);
    const zero = { unit: '', budget: { atMost: 0 } } as const;
    return measured(
      { what: 'objects lost', value: lost, ...zero, how: 'in one list and in pages of 500' },
      {
        what: 'watches with a wrong ledger',
        value: ledgers.filter(isWrong).length,
        ...zero,
        how: `of ${ledgers.length}: every one of ${expected.count} events once, in order`,
      },
      { what: 'durable creates a second, over HTTPS', value: result.createsPerSecond, unit: '/s', how: '16 clients' },
      { what: 'durable writes a second, watched', value: result.writesPerSecond, unit: '/s', how: '16 clients' },
      { what: `list of ${size.objects}`, value: result.listMs, unit: 'ms', how: 'one answer, parsed' },
      { what: 'the same in pages of 500', value: result.pagedListMs, unit: 'ms', how: 'one after the other' },
      { what: 'event after its write, p95', value: fanOut.percentile(95), unit: 'ms', how: `${fanOut.count} events` },
      {
        what: 'sandbox at its peak',
        value: peakMb,
        unit: 'MB',
        budget: { atMost: 900 },
        how: `${before.toFixed(0)} MB before`,
      },
    );
  },
};
