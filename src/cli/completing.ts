import type { LearnerShell } from '../platform/learner-shell.ts';
import type { Completion } from '../world/completion/complete.ts';
import type { World } from '../world/world.ts';
import type { Parts } from './compose.ts';

/** Knits completion to the learner's world and shell; what it needs is loaded with the first Tab. */
const longestMs = 3_000;

export async function completeLine(
  { world, shell, log }: Pick<Parts, 'world' | 'shell' | 'log'>,
  text: string,
  cursor: number,
): Promise<Completion> {
  try {
    const { complete } = await import('../world/completion/complete.ts');
    return await complete(text, cursor, { kube: () => world.kube(), folder: () => folderOf(world, shell) });
  } catch (error) {
    // A cluster that does not answer has no names to offer; the learner only pressed Tab.
    log.write('completing a command line', error);
    return { from: cursor, candidates: [] };
  }
}

/** Where the learner's last `cd` led. */
async function folderOf(world: World, shell: LearnerShell): Promise<string> {
  let output = '';
  const { ended } = shell.runBeside({ script: 'pwd', timeoutMs: longestMs }, (text) => {
    output += text;
  });
  await ended;
  return output.trim() || world.workingFolder;
}
