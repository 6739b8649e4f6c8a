// Changes one rule of the mesh at a time, in a copy of the project, and shows that some test of the mesh fails.
// node test/tools/mesh-mutants.ts [--from 0] [--to 20] [--find word] [--kept file] [--quick]
// With --kept, verdicts are added to a file line by line: a run can be stopped and gone on with. What survived without a
// reason or did not apply is judged again, for a test or the mutant may be new. --quick asks only the tests of pure
// functions, and leaves open what they do not notice.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from '../sandbox/mesh/mutants.ts';
import { MutantBench, type Tier, type Verdict } from './mutant-bench.ts';

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '0' },
    to: { type: 'string', default: String(mutants.length) },
    find: { type: 'string', default: '' },
    kept: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

const row = (name: string) => `rows/${name}.test.ts`;
const pure = ['policy.test.ts', 'policies/oracle.test.ts'];

/** Where a rule of a file is most likely to be missed; the other tests follow. */
const likely: readonly (readonly [file: RegExp, ...tests: (readonly string[])[]])[] = [
  [/traffic-target|network-rbac|filter-chain/, pure, [row('policies'), row('matching')]],
  [/traffic-split/, pure, [row('traffic-split')]],
  [/mesh-service|route\.ts/, pure, [row('matching'), row('permissive')], [row('traffic-split')]],
  [/policy\//, pure, [row('permissive'), row('policies'), row('tcp')], [row('traffic-split'), row('config-dump')]],
  [/sdk-informer|rejection/, [row('traffic-split'), row('informers')]],
  [/iptables/, [row('permissive')]],
  [/health-check|upstream/, ['engine/health-check.test.ts'], [row('balancing')]],
  [/control-plane/, [row('lifecycle')]],
  [
    /listener|tcp-proxy|http-rules/,
    [row('policies'), row('permissive')],
    [row('tcp'), row('stats'), row('access-log')],
  ],
];
const all = [
  ...['policies', 'matching', 'permissive', 'tcp', 'traffic-split', 'stats'].map(row),
  ...['access-log', 'config-dump', 'lifecycle', 'headers', 'informers', 'grpc'].map(row),
  row('balancing'),
  ...['engine/health-check.test.ts', 'identity.test.ts', 'policies/egress.test.ts', ...pure],
];

function tiersFor(file: string): Tier[] {
  const [, ...first] = likely.find(([pattern]) => pattern.test(file)) ?? [/./];
  const rest = all.filter((test) => !first.flat().includes(test));
  return [...first, rest].map((tests) => ({
    files: tests.map((test) => `test/sandbox/mesh/${test}`),
    isPure: tests === pure,
  }));
}

/** What stands in the file and in the mutant is what was judged. */
const keyOf = ({ file, rule, find, replace }: Mutant) => [file, rule, find, replace].join('\n');

function keptVerdicts(file: string | undefined): Map<string, Verdict> {
  const lines = file && existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const kept = lines
    .filter((line) => line !== '')
    .map((line): { mutant: Mutant; verdict: Verdict } => JSON.parse(line));
  return new Map(kept.map(({ mutant, verdict }) => [keyOf(mutant), verdict]));
}

type Fate = 'killed' | 'equivalent' | 'survived' | 'not applied';

function fateOf({ survives }: Mutant, verdict: Verdict): Fate {
  if (typeof verdict === 'object') return 'killed';
  return verdict === 'survived' && survives ? 'equivalent' : verdict;
}

function tableLine(mutant: Mutant, verdict: Verdict): string {
  const fate = fateOf(mutant, verdict);
  const why = typeof verdict === 'object' ? verdict.killedBy : fate === 'equivalent' ? mutant.survives : '';
  const cells = [mutant.file, mutant.rule, fate === 'survived' ? 'SURVIVED' : fate, why ?? ''];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const kept = keptVerdicts(values.kept);
const chosen = mutants
  .slice(Number(values.from), Number(values.to))
  .filter(({ file, rule }) => `${file} ${rule}`.includes(values.find));
const isSettled = (mutant: Mutant) => {
  const known = kept.get(keyOf(mutant));
  return known !== undefined && ['killed', 'equivalent'].includes(fateOf(mutant, known));
};
// What is held for equivalent goes through every test before that is known, so it comes last.
const work = chosen.filter((mutant) => !isSettled(mutant)).sort((a, b) => Number(!!a.survives) - Number(!!b.survives));

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
const bench = new MutantBench(join(import.meta.dirname, '..', '..'));
try {
  for (const mutant of work) {
    const tiers = tiersFor(mutant.file).filter(({ isPure }) => isPure || !values.quick);
    const verdict = await bench.judge(mutant, tiers, stopping.signal);
    if (values.quick && verdict === 'survived') continue;
    kept.set(keyOf(mutant), verdict);
    if (values.kept) appendFileSync(values.kept, `${JSON.stringify({ mutant, verdict })}\n`);
    process.stderr.write(`${fateOf(mutant, verdict)}: ${mutant.file}, ${mutant.rule}\n`);
  }
} catch (error) {
  if (error !== stopping.signal.reason) throw error;
} finally {
  bench.close();
}

const counts: Record<Fate | 'not judged', number> = {
  killed: 0,
  equivalent: 0,
  survived: 0,
  'not applied': 0,
  'not judged': 0,
};
console.log('| file | rule | verdict | by which test, or why none can |\n|---|---|---|---|');
for (const mutant of chosen) {
  const verdict = kept.get(keyOf(mutant));
  counts[verdict ? fateOf(mutant, verdict) : 'not judged']++;
  if (verdict) console.log(tableLine(mutant, verdict));
}
// An equivalent mutant changes nothing that could be seen, so there is nothing to kill.
const rate = ((100 * counts.killed) / Math.max(1, counts.killed + counts.survived)).toFixed(1);
const summary = Object.entries(counts).map(([fate, count]) => `${count} ${fate}`);
console.log(`\n${chosen.length} mutants: ${summary.join(', ')}; kill rate ${rate} %.`);
if (counts.killed + counts.equivalent < chosen.length) process.exitCode = 1;
