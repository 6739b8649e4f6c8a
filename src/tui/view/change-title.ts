import type { Words } from '../../words/en.ts';
import { type Change, titleOf } from '../../world/changes/change.ts';

/** What changed, by name: objects as kubectl's users write them, Azure's things and the shell in the learner's words. Pure. */
export function changeTitle(change: Change, { wayBack: { things } }: Words): string {
  switch (change.kind) {
    case 'Resource group':
      return titleOf({ ...change, kind: things.group });
    case 'Managed cluster':
      return titleOf({ ...change, kind: things.cluster });
    case 'Shell':
      return titleOf({ ...change, kind: things.shell, name: things.variables });
    default:
      return titleOf(change);
  }
}
