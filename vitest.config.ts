import { defineConfig } from 'vitest/config';
import { SlowFirst } from './test/slow-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: [],
    testTimeout: 60_000,
    hookTimeout: 240_000,
    // Many tests start real processes, sockets and kubectl; two cores are the machine we promise to pass on. Walks wait for
    // real seconds a quarter of their time, which a third worker uses.
    maxWorkers: 3,
    sequence: { sequencer: SlowFirst },
    reporters: ['default', './test/plain-reporter.ts'],
  },
});
