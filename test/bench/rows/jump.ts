import { join } from 'node:path';
import { openParts, type Parts } from '../../../src/cli/compose.ts';
import { startAt } from '../../../src/cli/lesson-starts.ts';
import { stepsBefore } from '../../../src/cli/outcomes.ts';
import { Teardown } from '../../../src/cli/teardown.ts';
import { firstCourse } from '../../../src/lesson/catalog.ts';
import type { Lesson } from '../../../src/lesson/lesson.ts';
import { en } from '../../../src/words/en.ts';
import { lostAtStart } from '../../lessons/lost-at-start.ts';
import { type Measure, measured, type Row } from '../row.ts';
import { timed } from '../samples.ts';

/** Or the jump led to the wrong place. */
async function mustHold(parts: Parts, { id }: Lesson): Promise<void> {
  const [lost] = await lostAtStart(parts, id);
  if (lost !== undefined) throw new Error(`after the jump to ${id}, ${lost} does not hold`);
}

async function emptied(parts: Parts): Promise<void> {
  await parts.world.reset?.();
  parts.shell.forget();
}

export const jump: Row = {
  name: 'jump',
  title: 'Jump to a lesson: until all that the lessons before leave behind is seen to hold',
  async run(lab) {
    const teardown = new Teardown();
    const environment = lab.environment(lab.newFolder());
    const root = join(import.meta.dirname, '../../..');
    const machine = { version: '0', root, environment, words: en, out: () => {}, err: () => {} };
    const options = { world: 'sandbox', pace: 'instant', profile: 'default' } as const;
    const hooks = {
      onTrouble: () => {},
      onBug: (error: unknown) => {
        throw error;
      },
    };
    try {
      const parts = await openParts(options, machine, teardown, hooks);
      await parts.world.prepare(() => {});
      const building = { tell: () => {}, signal: new AbortController().signal };
      const measures: Measure[] = [];
      for (const lesson of parts.catalog.lessonsOf(firstCourse)) {
        if (stepsBefore(parts, lesson.id).length === 0) continue;
        await emptied(parts);
        const first = await timed(() => startAt(parts, lesson, building));
        await mustHold(parts, lesson);
        const again = await timed(() => startAt(parts, lesson, building, () => emptied(parts)));
        await mustHold(parts, lesson);
        measures.push({
          what: `to ${lesson.step} ${lesson.id}`,
          value: again / 1000,
          unit: 's',
          budget: { atMost: 2 },
          how: `its start was built once before, which took ${(first / 1000).toFixed(1)} s`,
        });
      }
      return measured(...measures);
    } finally {
      await teardown.close();
    }
  },
};
