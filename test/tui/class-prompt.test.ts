import { describe, expect, it } from 'vitest';
import { withPrompt } from '../../src/tui/view/class-screen.ts';
import { lineWidth, span } from '../../src/tui/view/spans.ts';
import { findings } from '../../src/words/en/findings.ts';

const { prompt } = findings.told.classWatch;
const learners = (count: number) => Array.from({ length: count }, (_, index) => [span(`learner ${index}`)]);
const text = (lines: ReturnType<typeof withPrompt>) => lines.map((line) => line.map((part) => part.text).join(''));

describe('the line that an instructor types in a terminal', () => {
  it.each([40, 60, 100])('has help that no terminal of %i columns breaks', (width) => {
    const lines = withPrompt(learners(3), { said: prompt, typed: 'say @Ada '.repeat(30) }, { width, room: 40 });
    expect(lines.filter((line) => lineWidth(line) > width)).toEqual([]);
  });

  it('stays where the window has no room for all learners', () => {
    const lines = withPrompt(learners(50), { said: '', typed: 'hold 3' }, { width: 80, room: 23 });
    expect(lines.length).toBeLessThanOrEqual(23);
    expect(text(lines).slice(0, 2)).toEqual(['learner 0', 'learner 1']);
    expect(text(lines).at(-1)).toBe('> hold 3');
  });
});
