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
  describe: () => 'The question is answered right',
  async verify(spec, probe) {
    const given = probe.answers[spec.question];
    const expected = 'the right answer';
    if (given === undefined) return notYet({ expected, saw: 'no answer yet' });
    // The right choice is not told: the learner is still to find it.
    return given === spec.is
      ? passed(`"${given}"`)
      : wrong({ expected, saw: `the answer "${given}"`, on: spec.question });
  },
};
