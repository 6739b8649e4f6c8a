import { type Term, termsFor } from '../../lesson/glossary.ts';
import type { Question, Task } from '../../lesson/lesson.ts';
import { needsConfirmation, taskKey } from '../../session/next-step.ts';
import type { BackgroundCommand, ConditionReport, FinishedRun, Proposal, SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { CourseEntry } from '../app-port.ts';
import { lessonNumber } from '../view/bars.ts';
import { choiceKeys } from '../view/card.ts';
import { bare } from '../view/foreign-text.ts';
import { readText } from '../view/glossary-screen.ts';
import { duration, endWords } from '../view/words.ts';
import { spokenMarkdown } from './spoken-markdown.ts';

/** The things of a lesson in sentences. Each stands alone: what was said before may be out of hearing. */

export function spokenLesson(session: SessionState, course: readonly CourseEntry[], words: Words): string[] {
  const { reader } = words;
  const { lesson } = session;
  const number = lessonNumber(lesson.id, course, words);
  return [
    reader.intro(
      `${number ? `${number}: ` : ''}${lesson.title}`,
      lesson.minutes,
      words.session.worlds[session.world.kind],
    ),
    ...(lesson.language === words.language ? [] : [words.lesson.onlyOriginal]),
    ...spokenMarkdown(lesson.intro, words),
    reader.tasks(lesson.tasks.length),
    ...lesson.tasks.map((task, index) => {
      const isDone = session.finished.has(taskKey(lesson.id, task.id));
      return `${index + 1}. ${task.title}${isDone ? reader.done : ''}`;
    }),
  ];
}

export function spokenTaskTitle(session: SessionState, task: Task, words: Words): string {
  return words.lesson.taskTitle(session.taskIndex + 1, session.lesson.tasks.length, task.title);
}

/** What Enter would run: effect, place, and the command itself, line by line. */
export function spokenCommand(proposal: Proposal, session: SessionState, words: Words): string[] {
  const { command, script, edited } = proposal;
  const { reader } = words;
  const { effects, places } = words.session;
  const place = places[session.world.kind];
  const effect = command && !edited ? words.panels.itDoes(effects[command.effect].does) : reader.effectUnknown;
  const remarks = [
    command?.optional ? reader.optional : '',
    command?.background ? reader.background : '',
    command?.interactive ? reader.interactive : '',
    needsConfirmation(proposal) ? reader.asksFirst : '',
  ].filter(Boolean);
  return [[reader.command(place, effect), ...remarks].join(' '), ...indented(script)];
}

export const spokenTwin = (twin: string, { card }: Words): string[] => [card.twin, ...indented(twin)];

const indented = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${bare(line)}`);

export function spokenQuestion(question: Question, { card, reader }: Words): string[] {
  const kind = question.mode === 'predict' ? card.expectation : reader.question;
  return [
    `${kind} ${question.question}`,
    ...question.choices.map((choice, index) => `${choiceKeys[index] ?? index + 1}: ${choice.text}`),
  ];
}

export function spokenAnswer(question: Question, choice: string, { reader }: Words): string {
  const right = question.choices.find(({ id }) => id === question.answer)?.text ?? '';
  if (choice === question.answer) return reader.right(right, question.explain);
  return choice === '' ? reader.theAnswer(right, question.explain) : reader.notQuite(right, question.explain);
}

export function spokenCondition({ title, result, why }: ConditionReport, words: Words): string[] {
  const { reader } = words;
  const name = bare(title);
  switch (result?.status) {
    case undefined:
      return [];
    case 'passed':
      return [reader.passed(name, bare(result.saw))];
    case 'unknown':
      return [reader.unknown(name, bare(result.reason)), ...tryThis(result.tryThis, words)];
    case 'not-yet':
    case 'wrong': {
      const stands = result.status === 'wrong' ? reader.wrong : reader.notYet;
      const on = result.status === 'wrong' && result.on ? reader.on(bare(result.on)) : '';
      return [
        stands(name, why),
        `${reader.expectedSaw(bare(result.expected), bare(result.saw))}${on}`,
        ...tryThis(result.tryThis, words),
      ];
    }
  }
}

const tryThis = (command: string | undefined, { reader }: Words): string[] =>
  command ? [reader.tryThis(bare(command))] : [];

export function spokenEnd({ end, tookMs }: FinishedRun, words: Words): string {
  return words.reader.ended(endWords(end, words).text, duration(tookMs, words));
}

export function spokenBackground(
  { command, status, lastLines, restarts }: BackgroundCommand,
  { reader, tray }: Words,
): string {
  const again = restarts > 0 ? reader.startedAgain(restarts) : '';
  const last = lastLines.at(-1);
  return `${reader.inBackground(command, tray[status])}${again}.${last ? reader.lastLine(bare(last)) : ''}`;
}

/** The words that stand in what is open; all others are in lessons/GLOSSARY.md. */
export function spokenGlossary(glossary: readonly Term[], session: SessionState, words: Words): string[] {
  const { here } = termsFor(glossary, readText(session));
  if (here.length === 0) return [words.reader.noTerms];
  return here.map(
    ({ word, markdown }) => `${word}: ${spokenMarkdown(markdown.replaceAll('\n', ' '), words).join(' ')}`,
  );
}
