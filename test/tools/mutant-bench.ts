import { spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** Tests that run together. */
export interface Tier {
  files: readonly string[];
  /** Without sockets and time: what fails there once fails always. */
  isPure: boolean;
}

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

  /** Tier after tier, until a test fails; twice, where the first time it may have been because the machine is busy. */
  async judge(mutant: Mutant, tiers: readonly Tier[], signal: AbortSignal): Promise<Verdict> {
    const path = join(this.#copy, 'src/sandbox/mesh', mutant.file);
    const original = readFileSync(path, 'utf8');
    if (original.split(mutant.find).length !== 2) return 'not applied';
    writeFileSync(
      path,
      original.replace(mutant.find, () => mutant.replace),
    );
    try {
      for (const tier of tiers) {
        const failure = await this.#firstFailure(tier.files, signal);
        const again = failure && (tier.isPure ? failure : await this.#firstFailure([failure.file], signal));
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

  async #firstFailure(tests: readonly string[], signal: AbortSignal): Promise<Failure | undefined> {
    const output = join(this.#copy, 'report.json');
    rmSync(output, { force: true });
    // The clusters of one tier live beside each other in few processes, which saves half of the time.
    const args = ['run', '--no-isolate', '--bail', '1', '--reporter', 'json', '--outputFile', output, ...tests];
    const child = spawn(process.execPath, [this.#vitest, ...args], { cwd: this.#copy, stdio: 'ignore' });
    const stop = () => child.kill();
    signal.addEventListener('abort', stop);
    const [code] = await once(child, 'exit');
    signal.removeEventListener('abort', stop);
    signal.throwIfAborted();
    if (code === 0) return undefined;
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
