import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with one plain line, so that any CI can read how many tests passed. */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state] += 1;
      // A set-up that fails takes its tests with it, and they count as skipped.
      for (const place of [module, ...module.children.allSuites()]) count.failed += place.errors().length;
    }
    process.stdout.write(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
  }
}
