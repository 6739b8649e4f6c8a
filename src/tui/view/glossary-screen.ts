import { type Term, termsFor } from '../../lesson/glossary.ts';
import { taskOf } from '../../session/next-step.ts';
import type { SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import { emptyLine, type Line, span } from './spans.ts';
import type { TextRows } from './text-rows.ts';
import type { Glyphs } from './theme.ts';

/** The field's words: those of the open text first. Pure. */
export function glossaryLines(
  glossary: readonly Term[],
  session: SessionState,
  ink: { width: number; glyphs: Glyphs; markdown: TextRows; words: Words },
): Line[] {
  const { words } = ink;
  const { here, others } = termsFor(glossary, readText(session));
  const part = (title: string, terms: readonly Term[]): Line[] =>
    terms.length === 0 ? [] : [[span(title, 'heading')], emptyLine, ...terms.flatMap((term) => termLines(term, ink))];
  if (glossary.length === 0) return [[span(words.glossary.none, 'dim')]];
  return [
    ...part(words.glossary.inText, here),
    ...part(here.length > 0 ? words.glossary.others : words.glossary.all, others),
  ];
}

/** The row that explains the word begins with the word itself. */
export function glossaryRow(lines: readonly Line[], word: string): number {
  return Math.max(
    0,
    lines.findIndex((line) => line[0]?.role === 'strong' && line[0].text === word),
  );
}

function termLines({ word, markdown }: Term, ink: { width: number; glyphs: Glyphs; markdown: TextRows }): Line[] {
  const body = ink.markdown.lines(markdown.replaceAll('\n', ' '), ink.width - 2, ink.glyphs);
  return [[span(word, 'strong')], ...body.map((line) => [span('  '), ...line]), emptyLine];
}

/** All that a learner reads there: prose, commands, questions, conditions. */
export function readText(session: SessionState): string {
  const task = taskOf(session);
  if (!task) return `${session.lesson.title}\n${session.lesson.intro}`;
  const blocks = task.blocks.flatMap((block) => (block.type === 'prose' ? [block.markdown] : []));
  const questions = task.questions.flatMap(({ question, choices, explain }) => [
    question,
    ...choices.map(({ text }) => text),
    explain,
  ]);
  const why = session.progress.conditions.map((condition) => `${condition.title} ${condition.why}`);
  return [task.title, ...blocks, ...questions, ...why].join('\n');
}
