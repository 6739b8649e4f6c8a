import type { CheckKind } from '../check/check.ts';
import { commandAttributes } from './commands.ts';
import { frontMatterFields } from './front-matter.ts';
import { questionFields } from './questions.ts';
import { twinAttributes } from './twins.ts';

/** The authors' reference, from the same tables that lint reads. Knows no lesson. */
type FieldList = Readonly<Record<string, { description: string; required?: boolean }>>;

const conditionFields: FieldList = {
  id: { description: 'its name, unique in its check', required: true },
  why: { description: 'what it means for the learner when it does not hold, in one sentence', required: true },
  needs: { description: 'ids of conditions above it that must hold before it is looked at' },
};

const folds: FieldList = {
  'Check: …': { description: 'yaml {"check":"id"}: the conditions of the task, a list' },
  'Hint 1': { description: 'a hint; more of them below it, each telling more than the one before' },
  Solution: { description: 'the last hint; bash blocks with attributes in it replace the commands of the task' },
  'Quiz: …': { description: 'yaml {"quiz":"id"}: a question that wants its right answer' },
  'Predict: …': { description: 'yaml {"predict":"id"}: a question before a command; any answer will do' },
  'More: …': { description: 'text for those who want to know more' },
};

const comments: FieldList = {
  'task: id': { description: 'below a heading of level 2: makes it a task', required: true },
  'presenter: …': { description: 'for whoever teaches the lesson' },
  'author: …': { description: 'for whoever edits the file; goes nowhere' },
};

export function referenceFor(kinds: readonly CheckKind[]): string {
  const parts = [
    'A course is a folder with lessons/ (Markdown, one file a lesson) and manifests/ (what the commands apply).',
    section('Front matter, between --- and --- at the top of a lesson', frontMatterFields),
    section('Comments, <!-- … -->', comments),
    section('Attributes of a command, in JSON after ```bash', commandAttributes),
    section(
      'Attributes of its twin for PowerShell, in JSON after ```powershell; a command that only bash takes must have one',
      twinAttributes,
    ),
    'A block without attributes is only shown.',
    section('Folded blocks, <details><summary>…</summary>', folds),
    section('A question', questionFields),
    section('A condition of a check: these, and one of the kinds below', conditionFields),
    'Kinds of conditions. Level: true now. Edge: happened since the task began, and then stays.',
    ...kinds.map(({ kind, temper, summary, fields }) => section(`${kind} (${temper}): ${summary}`, fields)),
  ];
  return parts.join('\n\n');
}

function section(title: string, fields: FieldList): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  const lines = Object.entries(fields).map(
    ([name, { description, required }]) => `  ${required ? '*' : ' '} ${name.padEnd(width)}  ${description}`,
  );
  const isSome = Object.values(fields).some(({ required }) => required);
  return [title, ...lines, ...(isSome ? ['  (* must be there)'] : [])].join('\n');
}
