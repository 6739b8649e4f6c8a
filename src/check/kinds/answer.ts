import { notYet, passed, wrong } from '../answers.ts';
import type { CheckKind } from '../check.ts';
import { SpecFields } from '../spec-fields.ts';

interface Spec {
  question: string;
  /** Filled in from the question when a lesson is parsed. */
  is: string | undefined;
}

const fields = {
  question: { description: 'the id of a quiz question of this task', required: true },
  is: { description: 'the right choice; lessons leave it out and take it from the question' },
};

export const answer: CheckKind<Spec> = {
  kind: 'answer',
  temper: 'level',
  summary: 'The learner gave the right answer to a question.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    return { question: spec.text('question'), is: spec.optionalText('is') };
  },
  // The id says nothing to a learner, and the question stands above.
  describe: (_, { conditions }) => conditions.answer.title,
  async verify(spec, probe) {
    const { answer: words } = probe.words.conditions;
    const given = probe.answers[spec.question];
    const { expected } = words;
    if (given === undefined) return notYet({ expected, saw: words.notGiven });
    // The right choice is not told: the learner is still to find it.
    return given === spec.is ? passed(`"${given}"`) : wrong({ expected, saw: words.given(given), on: spec.question });
  },
};
