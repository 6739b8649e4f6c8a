import { type Term, termsFor } from '../../lesson/glossary.ts';
import type { Question, Task } from '../../lesson/lesson.ts';
import { needsConfirmation, taskKey } from '../../session/next-step.ts';
import type { BackgroundCommand, ConditionReport, FinishedRun, Proposal, SessionState } from '../../session/state.ts';
import type { CourseEntry } from '../app-port.ts';
import { lessonNumber } from '../view/bars.ts';
import { choiceKeys } from '../view/card.ts';
import { bare } from '../view/foreign-text.ts';
import { readText } from '../view/glossary-screen.ts';
import { countOf, duration, effectWords, endWords, placeWords } from '../view/words.ts';
import { spokenMarkdown } from './spoken-markdown.ts';

/** The things of a lesson in sentences. Each stands alone: what was said before may be out of hearing. */

export function spokenLesson(session: SessionState, course: readonly CourseEntry[]): string[] {
  const { lesson } = session;
  const number = lessonNumber(lesson.id, course);
  return [
    `${number ? `${number}: ` : ''}${lesson.title}. About ${lesson.minutes} minutes. Commands run in: ${session.world.label}.`,
    ...spokenMarkdown(lesson.intro),
    `${countOf(lesson.tasks.length, 'task')}:`,
    ...lesson.tasks.map((task, index) => {
      const isDone = session.finished.has(taskKey(lesson.id, task.id));
      return `${index + 1}. ${task.title}${isDone ? ', done' : ''}`;
    }),
  ];
}

export function spokenTaskTitle(session: SessionState, task: Task): string {
  return `Task ${session.taskIndex + 1} of ${session.lesson.tasks.length}: ${task.title}`;
}

/** What Enter would run: effect, place, and the command itself, line by line. */
export function spokenCommand(proposal: Proposal, session: SessionState): string[] {
  const { command, script, edited } = proposal;
  const place = placeWords[session.world.kind];
  const effect = command && !edited ? `It ${effectWords[command.effect].sentence}` : 'Its effect is not known';
  const remarks = [
    command?.optional ? 'It can be left out.' : '',
    command?.background ? 'It goes on in the background.' : '',
    command?.interactive ? 'It takes the terminal.' : '',
    needsConfirmation(proposal) ? 'You will be asked before it runs.' : '',
  ].filter(Boolean);
  return [`Command, ${place}. ${effect}. ${remarks.join(' ')}`.trimEnd(), ...indented(script)];
}

const indented = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${bare(line)}`);

export function spokenQuestion(question: Question): string[] {
  const kind = question.mode === 'predict' ? 'What do you expect?' : 'Question.';
  return [
    `${kind} ${question.question}`,
    ...question.choices.map((choice, index) => `${choiceKeys[index] ?? index + 1}: ${choice.text}`),
  ];
}

export function spokenAnswer(question: Question, choice: string): string {
  const right = question.choices.find(({ id }) => id === question.answer)?.text ?? '';
  if (choice === question.answer) return `Right: ${right} ${question.explain}`;
  return choice === ''
    ? `The answer: ${right} ${question.explain}`
    : `Not quite. The answer: ${right} ${question.explain}`;
}

export function spokenCondition({ title, result, why }: ConditionReport): string[] {
  const name = bare(title);
  switch (result?.status) {
    case undefined:
      return [];
    case 'passed':
      return [`Passed: ${name}. Saw: ${bare(result.saw)}.`];
    case 'unknown':
      return [`Could not tell: ${name}. Because: ${bare(result.reason)}`, ...tryThis(result.tryThis)];
    case 'not-yet':
    case 'wrong': {
      const word = result.status === 'wrong' ? 'Wrong' : 'Not yet';
      const on = result.status === 'wrong' && result.on ? ` On: ${bare(result.on)}.` : '';
      return [
        `${word}: ${name}. ${why}`,
        `Expected: ${bare(result.expected)}. Saw: ${bare(result.saw)}.${on}`,
        ...tryThis(result.tryThis),
      ];
    }
  }
}

const tryThis = (command: string | undefined): string[] => (command ? [`Try this: ${bare(command)}`] : []);

export function spokenEnd({ end, tookMs }: FinishedRun): string {
  return `The command ended: ${endWords(end).text}, after ${duration(tookMs)}.`;
}

export function spokenBackground({ command, status, lastLines, restarts }: BackgroundCommand): string {
  const again = restarts > 0 ? `, started again ${countOf(restarts, 'time')}` : '';
  const last = lastLines.at(-1);
  return `In the background: ${command}, ${status}${again}.${last ? ` Its last line: ${bare(last)}` : ''}`;
}

/** The words that stand in what is open; all others are in lessons/GLOSSARY.md. */
export function spokenGlossary(glossary: readonly Term[], session: SessionState): string[] {
  const { here } = termsFor(glossary, readText(session));
  if (here.length === 0) return ['No word of the list stands in this text.'];
  return here.map(({ word, markdown }) => `${word}: ${spokenMarkdown(markdown.replaceAll('\n', ' ')).join(' ')}`);
}
