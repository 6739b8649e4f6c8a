import { type CourseNames, namesInLessons } from '../lesson/fit-to-world.ts';
import type { StateFolders } from '../progress/state-folders.ts';
import { readChoices } from '../world/aks/choices.ts';
import { readClusterChoice } from '../world/cluster/choice.ts';
import type { WorldKind } from '../world/world.ts';

/** Where a world keeps what is its own, within a learner's state. */
export const worldFolder = (world: WorldKind, { state, sandbox }: StateFolders): string =>
  world === 'sandbox' ? sandbox : state;

/** The names that a learner chose for a world, which lessons then speak of. */
export function courseNames(world: WorldKind, folders: StateFolders): CourseNames {
  switch (world) {
    case 'sandbox':
      return namesInLessons;
    case 'aks':
      return { ...namesInLessons, ...readChoices(worldFolder(world, folders)) };
    case 'cluster': {
      const choice = readClusterChoice(worldFolder(world, folders));
      if (!choice) return namesInLessons;
      return { ...namesInLessons, cluster: choice.context, meshNamespace: choice.meshNamespace };
    }
  }
}
