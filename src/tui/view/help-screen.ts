import type { Words } from '../../words/en.ts';
import { chapterBindings, chapters, keyName } from '../keymap.ts';
import { emptyLine, type Line, span, widthOf, wrap } from './spans.ts';
import type { Glyphs, Role } from './theme.ts';
import { effectMark, effectRoles } from './words.ts';

/** The help: every key of the keymap, and what the marks mean. */
export function helpLines(width: number, glyphs: Glyphs, words: Words): Line[] {
  const rows = chapters.flatMap((place): Line[] => {
    const bindings = chapterBindings(place);
    const keys = bindings.map((binding) => binding.keys.map((key) => keyName(key, words.keys)).join(', '));
    const column = Math.min(Math.max(...keys.map(widthOf)), Math.floor(width / 3));
    return [
      [span(words.keys.chapters[place], 'heading')],
      ...bindings.flatMap((binding, index) =>
        wrap(
          [span(words.keys.bindings[binding.name].does)],
          width,
          [span(`  ${(keys[index] ?? '').padEnd(column)}  `, 'key')],
          [span(' '.repeat(column + 4))],
        ),
      ),
      emptyLine,
    ];
  });
  return [...rows, ...markLines(glyphs, words)];
}

function markLines(glyphs: Glyphs, { help, session }: Words): Line[] {
  const effects = (['reads', 'changes', 'deletes', 'cloud'] as const).map((effect): Line => {
    const { word, does } = session.effects[effect];
    const mark = `${effectMark(effect, glyphs)} ${word.padEnd(10)}`;
    return [span(`  ${mark}`, effectRoles[effect]), span(help.commandDoes(does))];
  });
  const { results } = session;
  const result = (mark: string, word: string, role: Role, meaning: string): Line => [
    span(`  ${mark} ${word.padEnd(15)}`, role),
    span(meaning),
  ];
  return [
    [span(help.commandMarks, 'heading')],
    ...effects,
    emptyLine,
    [span(help.conditionMarks, 'heading')],
    result(glyphs.passed, results.passed, 'good', help.passed),
    result(glyphs.notYet, results.notYet, 'warn', help.notYet),
    result(glyphs.wrong, results.wrong, 'bad', help.wrong),
    result(glyphs.unknown, results.unknown, 'info', help.unknown),
  ];
}
