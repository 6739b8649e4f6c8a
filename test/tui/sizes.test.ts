import { describe, expect, it } from 'vitest';
import type { Pane, Size } from '../../src/tui/screen-model.ts';
import { drawFrame, placeOf } from '../../src/tui/view/frame.ts';
import { isTooSmall } from '../../src/tui/view/layout.ts';
import { lineWidth, plain } from '../../src/tui/view/spans.ts';
import { plainTheme } from './robot.ts';
import { type Scene, scenes, sizes } from './scenes.ts';

/** Both sides of every border between two layouts. */
const edges: readonly Size[] = [
  [1, 1],
  [5, 1],
  [12, 2],
  [39, 12],
  [40, 11],
  [40, 12],
  [40, 80],
  [59, 20],
  [60, 19],
  [60, 20],
  [115, 24],
  [116, 12],
  [116, 24],
  [199, 50],
  [200, 50],
  [259, 60],
  [300, 12],
  [300, 80],
].map(([columns = 0, rows = 0]) => ({ columns, rows }));

/** What the learner may have done to the screen meanwhile. */
const arrangements = (['lesson', 'output', 'check'] satisfies Pane[]).flatMap((focus) =>
  [false, true].flatMap((zoomed) =>
    [0, 7, 400].map((top) => ({ focus, zoomed, scroll: { lesson: top, output: top, check: top } })),
  ),
);

/** The key that the moment waits for. */
function primaryKey({ content, model, back }: Scene): RegExp {
  if (content.phase === 'preparing') return /q quit/;
  if (content.phase === 'stopped') return /Enter empty the sandbox/;
  const { session } = content;
  switch (placeOf({ content, model, back })) {
    case 'confirm':
      return /^ (y|Enter) run it/;
    case 'editor':
      return /^ Enter to the card/;
    case 'map':
      return /^ Enter open/;
    case 'quit':
      return /^ y quit/;
    case 'search':
      return /^ Enter in this text/;
    case 'found':
      return /^ Enter read/;
    case 'reading':
      return /^ n next/;
    case 'review':
      return /^ Enter (answer|pass over|next question|finish)/;
    case 'explain':
      return /Esc back/;
    case 'way-back':
      return /^ Enter do it/;
    case 'share':
      return /^ Enter send/;
    case 'fields':
    case 'changes':
    case 'traffic':
    case 'glossary':
    case 'help':
    case 'background':
      return /Esc close/;
    case 'lesson':
      if (session.status === 'running' || session.status === 'verifying') return /^ Ctrl-C/;
      return session.status === 'finished' && !session.following ? /q quit/ : /^ Enter \w/;
  }
}

describe.each(Object.entries(scenes()))('%s', (name, scene) => {
  const seed = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 2 ** 31;

  it('fits every terminal, and shows the key that the moment waits for', () => {
    for (const [index, size] of [...edges, ...sizes(seed, 24)].entries()) {
      const arrangement = arrangements[index % arrangements.length];
      const model = { ...scene.model, ...arrangement };
      const rows = drawFrame({ ...scene, model, size, theme: plainTheme });
      const at = `${size.columns}×${size.rows}, ${JSON.stringify(arrangement)}`;
      expect(rows, at).toHaveLength(size.rows);
      expect(
        rows.filter((row) => lineWidth(row) > size.columns).map((row) => plain(row)),
        at,
      ).toEqual([]);
      if (isTooSmall(size)) {
        const text = rows.map((row) => plain(row)).join('\n');
        if (size.columns >= 5) expect(text, at).toContain('40×12');
        continue;
      }
      expect(plain(rows.at(-1) ?? []), at).toMatch(primaryKey(scene));
      if (model.overlay.type === 'editor')
        expect(
          rows.flat().filter(({ role }) => role === 'cursor'),
          at,
        ).toHaveLength(1);
    }
  });
});
