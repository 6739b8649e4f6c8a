import { describe, expect, it } from 'vitest';
import { classLines, withPrompt } from '../../src/tui/view/class-screen.ts';
import { lineWidth, span } from '../../src/tui/view/spans.ts';
import { unicodeGlyphs } from '../../src/tui/view/theme.ts';
import { findings } from '../../src/words/en/findings.ts';
import { course } from '../classroom/class-course.ts';
import { cardOf, classOf, now } from '../classroom/page/class-model-samples.ts';

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

describe('a class in a terminal', () => {
  it('says to whom an instructor said something last', () => {
    const ada = cardOf('Ada');
    const said = (learner?: string) => {
      const messages = [{ id: 1, at: now, text: 'look up', ...(learner !== undefined && { learner }) }];
      const { state } = classOf([ada], { messages });
      const shown = { course, state, learners: new Map([[ada.id, ada]]), isOnline: true };
      return text(classLines(shown, { width: 80, glyphs: unicodeGlyphs, words: findings.told.classWatch, now }))[1];
    };
    expect(said()).toBe('Said last to all: look up');
    expect(said(ada.id)).toBe('Said last to Ada: look up');
  });
});
