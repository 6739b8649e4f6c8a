import { firstCourse } from '../lesson/catalog.ts';
import { namespacesOfLessons } from '../lesson/course-namespaces.ts';
import { systemClock } from '../platform/clock.ts';
import type { StateFolders } from '../progress/state-folders.ts';
import type { Findings } from '../words/en/findings.ts';
import { type AksChoices, readChoices } from '../world/aks/choices.ts';
import { readClusterChoice } from '../world/cluster/choice.ts';
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
      return;
    case 'aks': {
      if (settler.terminal && !readChoices(worldFolder('aks', folders)))
        await tellObstacles(options, machine, findings, settler.signal);
      const { settleAks } = await import('./settle-aks.ts');
      await settleAks({
        wanted: wantedFor(options),
        yes: options.yes ?? false,
        folder: worldFolder('aks', folders),
        learner: machine.environment,
        out: machine.out,
        findings,
        now: new Date(systemClock.now()),
        ...settler,
      });
      return;
    }
    case 'cluster': {
      if (settler.terminal && !readClusterChoice(worldFolder('cluster', folders)))
        await tellObstacles(options, machine, findings, settler.signal);
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

/**
 * Before somebody chooses a world that is not the sandbox for the first time: what would stand in its way, and what is
 * worth a word. The choice is theirs all the same.
 */
async function tellObstacles(
  options: CommonOptions,
  machine: Machine,
  { preflight, faultTexts }: Findings,
  signal: AbortSignal,
): Promise<void> {
  const { examine } = await import('../preflight/examine.ts');
  const { isWorthAWord } = await import('../preflight/finding.ts');
  const { groundOf } = await import('./examined-ground.ts');
  const { findingLines } = await import('./finding-lines.ts');
  machine.out(preflight.looking);
  const groups = await examine(groundOf(options, machine, signal), preflight, faultTexts);
  const findings = groups.flatMap((group) => group.findings).filter(isWorthAWord);
  for (const line of findings.flatMap((finding) => findingLines(finding, process.stdout.columns))) machine.out(line);
  machine.out('');
}

/** What the command line says about the cluster in Azure. */
function wantedFor({ subscription, group, cluster, region, nodes, nodeSize }: CommonOptions): Partial<AksChoices> {
  return {
    ...(subscription !== undefined && { subscription }),
    ...(group !== undefined && { resourceGroup: group }),
    ...(cluster !== undefined && { cluster }),
    ...(region !== undefined && { region }),
    ...(nodes !== undefined && { nodeCount: nodes }),
    ...(nodeSize !== undefined && { nodeSize }),
  };
}
