import { createInterface } from 'node:readline';
import { Command } from 'commander';
import type { StateFolders } from '../progress/state-folders.ts';
import type { RecallQuestion } from '../session/recall.ts';
import type { Review } from '../session/review.ts';
import { addKeptOptions, type KeptOptions, openKept } from './kept.ts';
import type { Subcommand } from './subcommand.ts';
import { examples } from './subcommand.ts';

/** `meshwalk review`: asks again what surprised the learner, in lines. Needs no world; on a pipe it prints the questions. */
type ReviewOptions = KeptOptions & { json?: boolean };

export const reviewCommand = (subcommand: Subcommand): Command => {
  const { words } = subcommand.machine;
  const { review: usage } = words.usage;
  return addKeptOptions(new Command('review').description(usage.description).option('--json', usage.json), words)
    .addHelpText('after', examples(words, ['meshwalk review', usage.plain], ['meshwalk review | less', usage.piped]))
    .action((options: ReviewOptions) => review(options, subcommand));
};

async function review(options: ReviewOptions, subcommand: Subcommand): Promise<void> {
  const { machine } = subcommand;
  const { reviewOf } = await import('../session/review.ts');
  const { recallAll } = await import('./recalling.ts');
  const { catalog, folders, entries } = await openKept(options, machine);
  const questions = recallAll(catalog, entries());
  if (options.json) machine.out(JSON.stringify(await sheet(questions, subcommand)));
  else if (questions.length === 0) machine.out(machine.words.review.nothing);
  else if (!process.stdin.isTTY || !process.stdout.isTTY) await print(questions, subcommand);
  else await ask(reviewOf(questions), folders, subcommand);
}

interface Asked {
  lesson: string;
  task: string;
  question: string;
  choices: readonly string[];
  answer: string;
  explain: string;
}

async function sheet(questions: readonly RecallQuestion[], { machine }: Subcommand): Promise<Asked[]> {
  const { spelledOut } = await import('../tui/view/review-screen.ts');
  return questions.map((one) => {
    const { question, choices, answer, explain } = spelledOut(one, machine.words);
    const right = choices.find(({ id }) => id === answer)?.text ?? '';
    const texts = choices.map(({ text }) => text);
    return { lesson: one.lesson, task: one.task, question, choices: texts, answer: right, explain };
  });
}

/** Questions first, so that nobody reads an answer before its question. */
async function print(questions: readonly RecallQuestion[], subcommand: Subcommand): Promise<void> {
  const { machine } = subcommand;
  const asked = await sheet(questions, subcommand);
  for (const [index, { question, choices }] of asked.entries()) {
    machine.out(`${index + 1}. ${question}`);
    for (const [at, choice] of choices.entries()) machine.out(`   ${'abcd'[at] ?? at + 1}  ${choice}`);
    machine.out('');
  }
  for (const [index, { choices, answer, explain }] of asked.entries()) {
    machine.out(`${index + 1}${'abcd'[choices.indexOf(answer)] ?? ''}  ${answer} ${explain}`);
  }
}

/** While meshwalk runs elsewhere the journal is its own: then the review says so before anything is asked. */
async function ask(first: Review, folders: StateFolders, { machine, teardown, signal }: Subcommand): Promise<void> {
  const { acquireLock } = await import('../platform/lock.ts');
  const { Journal } = await import('../progress/journal.ts');
  const { beginReview, typedInReview } = await import('../tui/reader/spoken-review.ts');
  const lock = acquireLock(folders.lock);
  teardown.add(() => lock.release());
  const journal = Journal.open(folders.journal);
  teardown.add(() => journal.close());
  let turn = beginReview(first, machine.words);
  const lines = createInterface({ input: process.stdin, terminal: false, signal });
  try {
    for (const line of turn.lines) machine.out(line);
    for await (const line of lines) {
      if (!turn.review) break;
      turn = typedInReview(line, turn.review, machine.words);
      if (turn.recalled) journal.append(turn.recalled);
      for (const told of turn.lines) machine.out(told);
      if (!turn.review) break;
    }
  } finally {
    lines.close();
  }
}
