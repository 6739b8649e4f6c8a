import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, vi } from 'vitest';

/** A folder for one test, gone after it. */
export function tempFolders(): () => string {
  const made: string[] = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), 'meshwalk-test-'));
    made.push(folder);
    return folder;
  };
}

/** Waits until it holds; a test's own limit is shorter than ours. */
export const until = async (holds: () => boolean): Promise<void> => {
  await vi.waitUntil(holds, { interval: 5, timeout: 600_000 });
};
