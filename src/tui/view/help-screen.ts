import { chapterBindings, chapters, keyName } from '../keymap.ts';
import { emptyLine, type Line, span, widthOf, wrap } from './spans.ts';
import type { Glyphs } from './theme.ts';
import { effectMark, effectWords } from './words.ts';

/** The help: every key of the keymap, and what the marks mean. */
export function helpLines(width: number, glyphs: Glyphs): Line[] {
  const rows = chapters.flatMap(({ place, title }): Line[] => {
    const bindings = chapterBindings(place);
    const keys = bindings.map((binding) => binding.keys.map(keyName).join(', '));
    const column = Math.min(Math.max(...keys.map(widthOf)), Math.floor(width / 3));
    return [
      [span(title, 'heading')],
      ...bindings.flatMap((binding, index) =>
        wrap(
          [span(binding.words)],
          width,
          [span(`  ${(keys[index] ?? '').padEnd(column)}  `, 'key')],
          [span(' '.repeat(column + 4))],
        ),
      ),
      emptyLine,
    ];
  });
  return [...rows, ...markLines(glyphs)];
}

function markLines(glyphs: Glyphs): Line[] {
  const effects = Object.entries(effectWords).map(
    ([effect, { word, sentence, role }]): Line => [
      span(`  ${effectMark(effect as keyof typeof effectWords, glyphs)} ${word.padEnd(10)}`, role),
      span(`the command ${sentence}`),
    ],
  );
  const results: Line[] = [
    [span(`  ${glyphs.passed} ${'passed'.padEnd(15)}`, 'good'), span('the condition holds')],
    [span(`  ${glyphs.notYet} ${'not yet'.padEnd(15)}`, 'warn'), span('it is on its way and needs only time')],
    [span(`  ${glyphs.wrong} ${'wrong'.padEnd(15)}`, 'bad'), span('something is still to be done')],
    [
      span(`  ${glyphs.unknown} ${'could not tell'.padEnd(15)}`, 'info'),
      span('nobody could look; it never counts against you'),
    ],
  ];
  return [
    [span('Marks of commands', 'heading')],
    ...effects,
    emptyLine,
    [span('Marks of conditions', 'heading')],
    ...results,
  ];
}
