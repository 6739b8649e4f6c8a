// Changes one rule of the mesh at a time, in a copy of the project, and shows that some test of the mesh fails.
// node test/tools/mesh-mutants.ts [--from 0] [--to 20] [--find word]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from '../sandbox/mesh/mutants.ts';

const root = join(import.meta.dirname, '..', '..');
const { values } = parseArgs({
  options: {
    from: { type: 'string', default: '0' },
    to: { type: 'string', default: String(mutants.length) },
    find: { type: 'string', default: '' },
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
  ...['access-log', 'config-dump', 'lifecycle', 'headers', 'informers'].map(row),
  row('balancing'),
  ...['engine/health-check.test.ts', 'identity.test.ts', 'policies/egress.test.ts', ...pure],
];

function tiersFor(file: string): (readonly string[])[] {
  const [, ...first] = likely.find(([pattern]) => pattern.test(file)) ?? [/./];
  const rest = all.filter((test) => !first.flat().includes(test));
  return [...first, rest].map((tests) => tests.map((test) => `test/sandbox/mesh/${test}`));
}

type Verdict = { killedBy: string } | 'survived' | 'not applied';

/** The name of the first test that fails; undefined when all pass. */
function firstFailure(copy: string, tests: readonly string[]): string | undefined {
  const output = join(copy, 'report.json');
  rmSync(output, { force: true });
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      ...['run', '--bail', '1', '--reporter', 'json', '--outputFile', output],
      ...tests,
    ],
    { cwd: copy, stdio: 'ignore' },
  );
  if (status === 0) return undefined;
  const report = JSON.parse(readFileSync(output, 'utf8')) as {
    testResults: { assertionResults: { status: string; fullName: string }[] }[];
  };
  const failed = report.testResults.flatMap(({ assertionResults }) =>
    assertionResults.filter((one) => one.status === 'failed').map(({ fullName }) => fullName),
  );
  return failed[0] ?? 'a test file that no longer loads';
}

function judge(copy: string, mutant: Mutant): Verdict {
  const path = join(copy, 'src/sandbox/mesh', mutant.file);
  const original = readFileSync(path, 'utf8');
  if (original.split(mutant.find).length !== 2) return 'not applied';
  writeFileSync(
    path,
    original.replace(mutant.find, () => mutant.replace),
  );
  try {
    for (const tier of tiersFor(mutant.file)) {
      const killedBy = firstFailure(copy, tier);
      if (killedBy !== undefined) return { killedBy };
    }
    return 'survived';
  } finally {
    writeFileSync(path, original);
  }
}

const copy = mkdtempSync(join(tmpdir(), 'mesh-mutants-'));
try {
  for (const name of ['src', 'test', 'manifests', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  if (readdirSync(join(copy, 'src')).length === 0) throw new Error('nothing was copied');
  const chosen = mutants
    .slice(Number(values.from), Number(values.to))
    .filter(({ file, rule }) => `${file} ${rule}`.includes(values.find));
  const counts = { killed: 0, explained: 0, survived: 0, 'not applied': 0 };
  console.log('| file | rule | verdict |\n|---|---|---|');
  for (const mutant of chosen) {
    const verdict = judge(copy, mutant);
    const [kind, text] =
      typeof verdict === 'object'
        ? (['killed', `killed by ${verdict.killedBy}`] as const)
        : verdict === 'survived' && mutant.survives
          ? (['explained', `survives: ${mutant.survives}`] as const)
          : ([verdict, verdict.toUpperCase()] as const);
    counts[kind]++;
    console.log(`| ${mutant.file} | ${mutant.rule} | ${text} |`);
  }
  const rate = ((100 * counts.killed) / Math.max(1, counts.killed + counts.survived + counts.explained)).toFixed(0);
  console.log(
    `\n${chosen.length} mutants: ${counts.killed} killed (${rate} %), ${counts.explained} survive with a reason, ${counts.survived} without, ${counts['not applied']} not applied.`,
  );
  if (counts.survived > 0 || counts['not applied'] > 0) process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true });
}
