import { describe, expect, it } from 'vitest';
import { fold, holdsAll, occurrences } from '../../src/lesson/folding.ts';
import { type Passage, passagesOf } from '../../src/lesson/passages.ts';
import { excerpt, search } from '../../src/lesson/search.ts';
import { sampleLesson } from '../tui/sample-lesson.ts';

const marked = (text: string, phrase: string) => occurrences(text, phrase).map(({ from, to }) => text.slice(from, to));

describe('text as people look for it', () => {
  it('has no case, no accents and one kind of blank', () => {
    expect(fold('  ÄÖ\u00a0É\n ß').text).toBe('ao e ss');
    expect(marked('Die Größe, die GROESSE, die Grösse', 'größe')).toEqual(['Größe', 'Grösse']);
    expect(marked('CAFÉ cafe\u0301 Cafe', 'cafe')).toEqual(['CAFÉ', 'cafe\u0301', 'Cafe']);
    expect(marked('traffic\n   split', 'Traffic Split')).toEqual(['traffic\n   split']);
    expect(marked('aaaa', 'aa')).toEqual(['aa', 'aa']);
    expect(marked('anything', '  ')).toEqual([]);
    expect(marked('💡 idea 💡', '💡')).toEqual(['💡', '💡']);
  });

  it('holds words in any order', () => {
    expect(holdsAll('the weight of a Split', 'split WEIGHT')).toBe(true);
    expect(holdsAll('the weight', 'split weight')).toBe(false);
    expect(holdsAll('x', '')).toBe(false);
  });
});

const lesson = sampleLesson();
const passages = (hints = 0): Passage[] => passagesOf(lesson, () => hints);

describe('what can be found in a lesson', () => {
  it('is its text without marks, its commands and its questions, each at its place', () => {
    expect(passages().map(({ text }) => text)).toEqual(
      expect.arrayContaining([
        'A new version of the shop is ready. Instead of replacing the old one, you run both and decide which share each gets.',
        'A TrafficSplit names a root Service and the share of each backend:',
        '      weight: 50 # a whole number',
        'It accepts it, since 500m means one half.',
        'kubectl apply -f manifests/split/50-50.yaml',
      ]),
    );
    expect(passages().find(({ kind }) => kind === 'command')).toMatchObject({
      lesson: 'split-traffic',
      task: 'split-half',
      heading: 'Send half of the requests to v2',
    });
  });

  it('is no hint that was not opened, no solution, no answer and no condition', () => {
    const texts = (hints: number) =>
      passages(hints)
        .map(({ text }) => text)
        .join('\n');
    expect(texts(0)).not.toContain('Look at the weights');
    expect(texts(1)).toContain('Look at the weights: kubectl get trafficsplit.');
    expect(texts(0)).not.toContain('500m is a string');
    expect(texts(0)).not.toContain('does not list both');
    expect(passages(1).filter(({ kind }) => kind === 'hint')).toHaveLength(2);
  });

  it('reads lists, quotes and tables paragraph by paragraph', () => {
    const text = '> [!TIP]\n> quoted *words*\n\n- one\n  - two `c`\n\n| a | b |\n|--|--|\n| c1 | c2 |\n\n<!-- no -->';
    const found = passagesOf({ ...lesson, intro: text, tasks: [] }, () => 0).map((passage) => passage.text);
    expect(found).toEqual(['quoted words', 'one', 'two c', 'a b', 'c1 c2']);
  });
});

describe('searching', () => {
  const glossary = [{ word: 'TrafficSplit', markdown: 'Shares requests\nby weight.' }];

  it('finds passages that hold all words, and the words of the field before them', () => {
    const found = search('weight', passages(), glossary);
    expect(found[0]).toMatchObject({ type: 'term', heading: 'TrafficSplit', text: 'Shares requests by weight.' });
    expect(found.slice(1).every(({ type }) => type === 'passage')).toBe(true);
    expect(search('service ROOT', passages(), [])).toHaveLength(1);
    expect(search('w', passages(), glossary)).toEqual([]);
    expect(search('no such word', passages(), glossary)).toEqual([]);
  });

  it('marks the words together where they stand so, else each', () => {
    const marks = (words: string) =>
      search(words, passages(), []).map(({ text, marks: found }) => found.map(({ from, to }) => text.slice(from, to)));
    expect(marks('root service')).toEqual([['root Service']]);
    expect(marks('service root')).toEqual([['root', 'Service']]);
  });

  it('shows the part around the first mark', () => {
    const text = `${'before '.repeat(20)}needle ${'after '.repeat(20)}`;
    const shown = excerpt({ text, marks: occurrences(text, 'needle') }, 40);
    expect(shown.text.length).toBeLessThanOrEqual(42);
    expect(shown.marks.map(({ from, to }) => shown.text.slice(from, to))).toEqual(['needle']);
    expect(shown.text).toMatch(/^….*…$/);
    expect(excerpt({ text: 'short', marks: [] }, 40).text).toBe('short');
  });
});
