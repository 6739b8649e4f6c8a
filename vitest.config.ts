import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: [],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Many tests start real processes, sockets and kubectl; two cores are the machine we promise to pass on.
    maxWorkers: 2,
    reporters: ['default', './test/plain-reporter.ts'],
  },
});
