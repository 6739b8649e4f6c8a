import type { Question } from './lesson.ts';
import { didYouMean, idForm, isId, type Problems } from './problems.ts';
import { isRecord, readYaml } from './yaml-block.ts';

export const questionFields: Readonly<Record<string, { description: string; required?: boolean }>> = {
  question: { description: 'what the learner is asked', required: true },
  choices: { description: 'a list such as "- refused: The connection is refused."', required: true },
  answer: { description: 'the id of the right choice', required: true },
  explain: {
    description: 'why it is right; shown after a quiz is answered, after the next command for a predict',
    required: true,
  },
  'shown-by': { description: "the id of the condition of this task's check that shows what really happened" },
};
const keys = Object.keys(questionFields);

/** A `yaml {"quiz":…}` or `yaml {"predict":…}` block: question, choices by id, the right answer, and why it is right. */
export function readQuestion(
  id: unknown,
  mode: Question['mode'],
  yaml: string,
  line: number,
  problems: Problems,
): Question | undefined {
  const before = problems.list.length;
  if (!isId(id)) problems.add(line, `The id of a question must be ${idForm}.`);
  const block = readYaml(yaml, line + 1, problems);
  if (!block) return undefined;
  const fields = block.value;
  if (!isRecord(fields)) return problems.add(line, `A question has the keys ${keys.join(', ')}.`);
  for (const key of Object.keys(fields)) {
    if (!keys.includes(key)) {
      problems.add(
        block.lineOf([key]),
        `A question has no key "${key}"; it has ${keys.join(', ')}.${didYouMean(key, keys)}`,
      );
    }
  }
  const text = (key: string, purpose: string): string => {
    const value = fields[key];
    if (typeof value === 'string' && value.trim() !== '') return value.trim();
    problems.add(key in fields ? block.lineOf([key]) : line, `A question needs "${key}": ${purpose}.`);
    return '';
  };
  const question = text('question', 'what the learner is asked');
  const explain = text('explain', 'why the right answer is right');
  const choices = readChoices(fields['choices'], 'choices' in fields ? block.lineOf(['choices']) : line, problems);
  const answer = fields['answer'];
  if (typeof answer !== 'string') {
    problems.add(
      'answer' in fields ? block.lineOf(['answer']) : line,
      'A question needs "answer": the id of its right choice, quoted if it reads as yes, no or a number.',
    );
  } else if (choices.length > 0 && !choices.some((choice) => choice.id === answer)) {
    const ids = choices.map((choice) => choice.id).join(', ');
    problems.add(block.lineOf(['answer']), `The answer "${answer}" is none of the choices ${ids}.`);
  }
  const shownBy = fields['shown-by'];
  if (shownBy !== undefined && !isId(shownBy))
    problems.add(block.lineOf(['shown-by']), `"shown-by" names a condition: its id is ${idForm}.`);
  if (problems.list.length > before || !isId(id) || typeof answer !== 'string') return undefined;
  return { id, mode, question, choices, answer, explain, ...(isId(shownBy) && { shownBy }) };
}

function readChoices(value: unknown, line: number, problems: Problems): Question['choices'] {
  const valid =
    'Choices are a list such as "- refused: The connection is refused.", at least two, each with its own id';
  const pairs = Array.isArray(value) ? value.map((item) => (isRecord(item) ? Object.entries(item) : [])) : [];
  const choices = pairs.flatMap((entries) => {
    const [entry] = entries;
    if (entries.length !== 1 || !entry || !isId(entry[0]) || typeof entry[1] !== 'string') return [];
    return [{ id: entry[0], text: entry[1].trim() }];
  });
  const distinct = new Set(choices.map((choice) => choice.id)).size === choices.length;
  if (choices.length < 2 || choices.length !== pairs.length || !distinct) problems.add(line, `${valid}.`);
  return choices;
}
