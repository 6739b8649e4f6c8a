import { firstCourse } from '../lesson/catalog.ts';
import { namespacesOfLessons } from '../lesson/course-namespaces.ts';
import type { StateFolders } from '../progress/state-folders.ts';
import type { Findings } from '../words/en/findings.ts';
import type { Machine } from './compose.ts';
import { courseFiles, loadCourse } from './course-files.ts';
import { worldFolder } from './course-names.ts';
import type { CommonOptions } from './options.ts';
import type { PlainTerminal } from './plain-lines.ts';

/** Who can be asked before lessons run on something that is the learner's own. */
export interface Settler {
  /** Undefined where nobody can. */
  terminal: PlainTerminal | undefined;
  signal: AbortSignal;
}

/** Ends when the world is one that the learner chose and agreed to; rejects with a Fault otherwise. */
export async function settleWorld(
  options: CommonOptions,
  folders: StateFolders,
  courseFolder: string,
  { machine, findings, settler }: { machine: Machine; findings: Findings; settler: Settler },
): Promise<void> {
  switch (options.world) {
    case 'sandbox':
    case 'aks':
      return;
    case 'cluster': {
      const { settleCluster } = await import('./settle-cluster.ts');
      await settleCluster({
        ...(options.context !== undefined && { context: options.context }),
        yes: options.yes ?? false,
        folder: worldFolder('cluster', folders),
        learner: machine.environment,
        out: machine.out,
        findings,
        ...settler,
        async wanted() {
          const catalog = (await loadCourse(courseFolder, { world: 'cluster' })).lessonsOf(firstCourse);
          return namespacesOfLessons(catalog, courseFiles(courseFolder));
        },
      });
    }
  }
}
