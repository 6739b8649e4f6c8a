import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from '../sandbox/mesh/mutants.ts';

/** What vitest told of one run, cut to what is asked for. */
interface Report {
  testResults: { name: string; assertionResults: { status: string; fullName: string }[] }[];
}

interface Failure {
  file: string;
  /** Undefined where the file no longer loads. */
  test: string | undefined;
}

export type Verdict = { killedBy: string } | 'survived' | 'not applied';

/** A copy of the project in which one rule of the mesh can be changed, and tests run on it. */
export class MutantBench {
  readonly #copy = mkdtempSync(join(tmpdir(), 'mesh-mutants-'));
  readonly #vitest: string;

  constructor(root: string) {
    this.#vitest = join(root, 'node_modules/vitest/vitest.mjs');
    for (const name of ['src', 'test', 'manifests', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
      cpSync(join(root, name), join(this.#copy, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(this.#copy, 'node_modules'));
  }

  /** Tier after tier, until a test fails twice: one that fails once may have failed because the machine is busy. */
  judge(mutant: Mutant, tiers: readonly (readonly string[])[]): Verdict {
    const path = join(this.#copy, 'src/sandbox/mesh', mutant.file);
    const original = readFileSync(path, 'utf8');
    if (original.split(mutant.find).length !== 2) return 'not applied';
    writeFileSync(
      path,
      original.replace(mutant.find, () => mutant.replace),
    );
    try {
      for (const tier of tiers) {
        const failure = this.#firstFailure(tier);
        const again = failure && this.#firstFailure([failure.file]);
        if (again) return { killedBy: again.test ?? 'a file that no longer loads' };
      }
      return 'survived';
    } finally {
      writeFileSync(path, original);
    }
  }

  close(): void {
    rmSync(this.#copy, { recursive: true });
  }

  #firstFailure(tests: readonly string[]): Failure | undefined {
    const output = join(this.#copy, 'report.json');
    rmSync(output, { force: true });
    const { status } = spawnSync(
      process.execPath,
      [this.#vitest, 'run', '--bail', '1', '--reporter', 'json', '--outputFile', output, ...tests],
      { cwd: this.#copy, stdio: 'ignore' },
    );
    if (status === 0) return undefined;
    const { testResults }: Report = JSON.parse(readFileSync(output, 'utf8'));
    for (const { name: file, assertionResults } of testResults) {
      const failed = assertionResults.find((one) => one.status === 'failed');
      if (failed) return { file, test: failed.fullName };
    }
    const [first] = testResults;
    if (!first) throw new Error(`no test ran: ${tests.join(' ')}`);
    return { file: first.name, test: undefined };
  }
}
