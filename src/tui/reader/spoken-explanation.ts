import type { Link } from '../../check/explain/chain.ts';
import type { ExplainedCall } from '../../check/explain/subject.ts';
import type { CardForesight, SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { ForeseenChange } from '../../world/foresight/foresight.ts';
import { type About, type Explained, failedConditions, outcomeWords, subjectKey } from '../view/explain-screen.ts';
import { bare } from '../view/foreign-text.ts';
import { alongWords, objectWords, unforeseenWords } from '../view/foresight-lines.ts';
import { plain } from '../view/spans.ts';
import { spokenCondition } from './spoken-lesson.ts';

/** Explanations and foresights in sentences that stand alone. Pure. */
export function spokenExplanation(
  about: About,
  session: SessionState,
  answers: ReadonlyMap<string, Explained>,
  words: Words,
): string[] {
  switch (about.type) {
    case 'card':
      return session.foresight ? spokenForesight(session.foresight, words) : [words.explain.nothing];
    case 'call':
      return spokenAnswer(answers.get(subjectKey({ call: about.call })), words);
    case 'check':
      return failedConditions(session).flatMap((report) => [
        ...spokenCondition(report, words),
        ...spokenAnswer(answers.get(subjectKey({ condition: report.id })), words),
      ]);
  }
}

function spokenAnswer(answer: Explained | undefined, words: Words): string[] {
  if (answer?.status === 'trouble') return [bare(words.explain.couldNotLook(answer.why))];
  return answer?.status === 'found' ? spokenChain(answer.explained, words) : [];
}

function spokenChain({ question, isSeen, explanation }: ExplainedCall, words: Words): string[] {
  const { explain } = words;
  const { from, to, method, path } = question;
  const request = `${method} ${path}`;
  return [
    `${explain.request(`${from.namespace}/${from.name}`, `${to.namespace}/${to.name}`)}: ${isSeen ? explain.seenLast(request) : explain.notSeen(request)}.`,
    ...explanation.links.flatMap((link) => spokenLink(link, words)),
    outcomeWords(explanation.outcome, words),
  ].map(bare);
}

function spokenLink({ title, status, says, command, fix }: Link, { explain }: Words): string[] {
  const mend = fix && `${[fix.object, fix.field].filter(Boolean).join(', ')}: ${fix.change}`;
  return [
    `${title}, ${explain.links[status]}: ${says} ${explain.shownBy}: ${command}`,
    ...(mend ? [`${explain.toMend}: ${mend}`] : []),
  ];
}

function spokenForesight(answer: CardForesight, words: Words): string[] {
  const { foresight, explain } = words;
  if (answer.status === 'unknown') return [foresight.unknown(answer.why ?? foresight.tooLong)];
  if (answer.status !== 'foreseen') return [`${foresight.asking}.`];
  const { changes, refused, unforeseen } = answer.foresight;
  const told = [
    ...changes.flatMap((change) => spokenChange(change, words)),
    ...refused.map(({ command, says }) => `${foresight.wouldFail} ${command}: ${says}`),
    ...unforeseen.map(({ command, why }) => `${foresight.notForeseen} ${command}: ${unforeseenWords(why, words)}.`),
  ].map(bare);
  if (told.length === 0) return [foresight.nothing];
  return [...(changes.length > 0 ? [`${explain.cardTitle}:`] : []), ...told];
}

function spokenChange(change: ForeseenChange, words: Words): string[] {
  const { foresight } = words;
  const fields = change.fields.map(
    ({ path, from, to }) => `    ${path}: ${from ?? foresight.none} → ${to ?? foresight.none}`,
  );
  const along = plain(alongWords(change, words));
  return [`${foresight[change.type]}: ${objectWords(change.object, words)}${along}.`, ...fields];
}
