import type { Command, Lesson, Question, Task } from '../lesson/lesson.ts';
import type { Random } from '../platform/random.ts';
import type { Surprise } from '../progress/surprises.ts';

/**
 * A short review from what surprised the learner: at most five questions, asked in another order and with their choices
 * shuffled. A wrong answer asks its question again; a task that did not go by itself asks which command it was. Pure;
 * the seed is the caller's. Does not know the screen nor its words.
 */
export interface RecallQuestion {
  lesson: string;
  lessonTitle: string;
  task: string;
  taskTitle: string;
  /** `expected`: a prediction; `answered`: a quiz; `failed` and `hint`: a task that did not go by itself. */
  because: 'expected' | 'answered' | 'failed' | 'hint';
  asks:
    | { type: 'question'; question: Question }
    /** Which of the commands brought this about? */
    | { type: 'command'; what: string; choices: Question['choices']; answer: string };
}

export const mostQuestions = 5;
const mostCommands = 4;

export function recallQuestions(
  surprises: readonly Surprise[],
  lessons: readonly Lesson[],
  random: Random,
  most = mostQuestions,
): RecallQuestion[] {
  const ranked = surprises.toSorted((a, b) => weightOf(b) - weightOf(a) || b.at - a.at);
  const questions: RecallQuestion[] = [];
  for (const surprise of ranked) {
    if (questions.length === most) break;
    const question = questionFrom(surprise, lessons, random);
    if (question) questions.push(question);
  }
  return shuffled(questions, random);
}

/** What one was sure of and wrong about counts most; a hint is only a sign. */
const weightOf = (surprise: Surprise): number =>
  surprise.type === 'answer' ? 3 * surprise.times : 2 * surprise.failures + surprise.hints;

/** Undefined where the lesson has it no longer, or nothing can be asked about it. */
function questionFrom(surprise: Surprise, lessons: readonly Lesson[], random: Random): RecallQuestion | undefined {
  const lesson = lessons.find(({ id }) => id === surprise.lesson);
  const task = lesson?.tasks.find(({ id }) => id === surprise.task);
  if (!lesson || !task) return undefined;
  const place = { lesson: lesson.id, lessonTitle: lesson.title, task: task.id, taskTitle: task.title };
  if (surprise.type === 'task') {
    const asks = commandQuestion(task, lesson, lessons, random);
    return asks && { ...place, because: surprise.failures > 0 ? 'failed' : 'hint', asks };
  }
  const question = task.questions.find(({ id }) => id === surprise.question);
  if (!question) return undefined;
  const choices = shuffled(question.choices, random);
  const because = question.mode === 'predict' ? 'expected' : 'answered';
  return { ...place, because, asks: { type: 'question', question: { ...question, choices } } };
}

/** The command that a task is about: the last of its own that changes something. */
function decisive(task: Task): Command | undefined {
  return task.commands.findLast(({ effect, optional }) => effect !== 'reads' && !optional);
}

/** What one sees of a command: its first line. */
const lineOf = ({ script }: Command): string => {
  const [first = '', ...more] = script.trim().split('\n');
  return more.length > 0 ? `${first} …` : first;
};

function commandQuestion(
  task: Task,
  lesson: Lesson,
  lessons: readonly Lesson[],
  random: Random,
): RecallQuestion['asks'] | undefined {
  const right = decisive(task);
  if (!right) return undefined;
  // Those of the same lesson are the ones to be mistaken for it.
  const near = lesson.tasks.flatMap((other) => (other === task ? [] : (decisive(other) ?? [])));
  const far = lessons.flatMap((other) => (other === lesson ? [] : other.tasks.flatMap((one) => decisive(one) ?? [])));
  const others = [...new Set([...shuffled(near, random), ...shuffled(far, random)].map(lineOf))]
    .filter((line) => line !== lineOf(right))
    .slice(0, mostCommands - 1);
  if (others.length === 0) return undefined;
  const choices = shuffled([lineOf(right), ...others], random).map((text) => ({ id: text, text }));
  return { type: 'command', what: task.check?.title ?? task.title, choices, answer: lineOf(right) };
}

/** Fisher and Yates. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random.next() * (last + 1));
    const [a, b] = [order[last], order[other]];
    if (a !== undefined && b !== undefined) [order[last], order[other]] = [b, a];
  }
  return order;
}
