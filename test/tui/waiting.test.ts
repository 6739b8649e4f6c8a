import { describe, expect, it } from 'vitest';
import type { ScreenContent } from '../../src/tui/app-port.ts';
import { screenModel } from '../../src/tui/screen-model.ts';
import { react } from '../../src/tui/screen-update.ts';
import { drawFrame, type View } from '../../src/tui/view/frame.ts';
import { MarkdownRows } from '../../src/tui/view/markdown.ts';
import { plain } from '../../src/tui/view/spans.ts';
import { en } from '../../src/words/en.ts';
import { plainTheme } from './robot.ts';

const view = (content: ScreenContent): View => ({
  content,
  model: screenModel([]),
  size: { columns: 60, rows: 14 },
  theme: plainTheme,
  words: en,
  course: [],
  markdown: new MarkdownRows(en),
  now: 0,
  canOpenPages: false,
  traffic: undefined,
  recall: [],
  explained: new Map(),
  glossary: [],
});
const shown = (content: ScreenContent) => drawFrame(view(content)).map(plain).join('\n');
const stopped: ScreenContent = {
  phase: 'stopped',
  what: 'The sandbox does not start.',
  why: 'Port 0 is taken.',
  tryThis: ['meshwalk doctor'],
  lesson: 'split-traffic',
};

describe('before a lesson can be shown', () => {
  it('says what was done and what is under way', () => {
    const text = shown({
      phase: 'preparing',
      title: 'Lesson 8 gets ready',
      done: ['The API answers'],
      doing: 'Playing lesson 3',
    });
    expect(text).toContain('✓ The API answers');
    expect(text).toContain('… Playing lesson 3');
  });

  it('says what is in the way, and Enter tries again', () => {
    for (const part of ['does not start', 'Port 0', 'meshwalk doctor', 'Enter try again'])
      expect(shown(stopped)).toContain(part);
    expect(react(view(stopped), { type: 'key', name: 'enter' }).acts).toEqual([
      { type: 'open-lesson', lesson: 'split-traffic' },
    ]);
  });

  it('asks what cannot be taken back, and Esc goes back to the lesson that was open', () => {
    const asked: ScreenContent = { ...stopped, asks: 'empty the sandbox', back: 'Deny by default' };
    const text = shown(asked);
    expect(text).toContain('Before this lesson can be opened');
    expect(text.split('\n').at(-1)).toMatch(/^ +Enter empty the sandbox {2}Esc back {2}q quit *$/);
    expect(react(view(asked), { type: 'key', name: 'escape' }).acts).toEqual([{ type: 'back' }]);
    expect(react(view(stopped), { type: 'key', name: 'escape' }).acts).toEqual([]);
    expect(shown(stopped)).not.toContain('Esc');
  });

  it('can be left with q and with Ctrl-C', () => {
    for (const name of ['q', 'ctrl-c'])
      expect(react(view(stopped), { type: 'key', name }).acts).toEqual([{ type: 'quit' }]);
  });
});
