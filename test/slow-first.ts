import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest alone, slowest first. A run begins with them, so that its workers end together: on a clean
 * clone vitest remembers no durations, and one walk that begins last would go on alone for a minute.
 */
const slowest: readonly string[] = [
  'walk/kill.test.ts',
  'worlds/cut-network.test.ts',
  'classroom/kill-host.test.ts',
  'worlds/walk.test.ts',
  'terminal/class.test.ts',
  'worlds/conformance.test.ts',
  'worlds/cluster.test.ts',
  'sandbox/kubectl/rollouts.test.ts',
  'lesson/tool-lines.test.ts',
  'lessons/jump.test.ts',
  'sandbox/kubectl/own-kubectl.test.ts',
  'lessons/more.test.ts',
  'sandbox/kubectl/golden.test.ts',
  'terminal/course-80x24.test.ts',
  'terminal/course-200x60.test.ts',
  'terminal/course-60x20.test.ts',
  'sandbox/bin-az/az.test.ts',
  'walk/port-taken.test.ts',
  'terminal/terminal.test.ts',
  'lessons/mistakes.test.ts',
  'terminal/bad-moments.test.ts',
  'walk/bad-state.test.ts',
  'terminal/screen-reader.test.ts',
  'sandbox/mesh/observability/load.test.ts',
  'sandbox/kubectl/workloads.test.ts',
  'cli/undo.test.ts',
  'terminal/preparing.test.ts',
  'world/foresight/foresee.test.ts',
  'sandbox/clients/helm.test.ts',
  'sandbox/exec/osm-demos.test.ts',
  'sandbox/clients/newcomers.test.ts',
  'sandbox/bin/osm/verify.test.ts',
  'sandbox/bin/osm/self-hosted.test.ts',
  'sandbox/server.test.ts',
  'cli/cli.test.ts',
  'world/sandbox-world.test.ts',
  'lessons/play.test.ts',
  'lessons/split-claims.test.ts',
  'mutants/mutants.test.ts',
  'cli/explain.test.ts',
  'sandbox/mesh/rows/permissive.test.ts',
  'sandbox/mesh/certificates/own-root.test.ts',
  'sandbox/mesh/certificates/root.test.ts',
  'sandbox/mesh/rows/policies.test.ts',
  'check/explain/rows.test.ts',
  'sandbox/mesh/injection.test.ts',
].map((file) => join(import.meta.dirname, file));

const place = ({ moduleId }: TestSpecification): number => {
  const found = slowest.indexOf(moduleId);
  return found === -1 ? slowest.length : found;
};

export class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const lost = slowest.find((file) => !existsSync(file));
    if (lost) throw new Error(`test/slow-first.ts names ${relative(import.meta.dirname, lost)}, which is not there.`);
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}
