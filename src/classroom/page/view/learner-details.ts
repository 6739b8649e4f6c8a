import { isPresent, standingOf } from '../../figures.ts';
import type { ConditionStatus } from '../../protocol.ts';
import type { ClassModel } from './class-model.ts';
import { elapsed } from './elapsed.ts';
import type { PageWords } from './page-words.ts';
import { standingText, taskTitle } from './rows.ts';

/** One learner, as the dialog shows them. Pure. */
export interface LearnerDetails {
  id: string;
  name: string;
  /** Connection, joining, standing. */
  facts: readonly string[];
  task: string;
  conditions: readonly { id: string; title: string; why: string; status: ConditionStatus | undefined; said: string }[];
  isPresent: boolean;
  hasHand: boolean;
  sharedAt: number | undefined;
  /** The state of their sandbox came with it. */
  hasState: boolean;
}

export function detailsOf(id: string, model: ClassModel, now: number, words: PageWords): LearnerDetails | undefined {
  const card = model.cards.get(id);
  if (!card) return undefined;
  const { lessons, state } = model;
  const lesson = lessons.find((one) => one.id === card.at?.lesson);
  const task = lesson?.tasks.find((one) => one.id === card.at?.task);
  const efforts = [
    card.attempts > 0 ? words.grid.tries(card.attempts) : '',
    card.hints > 0 ? words.grid.hints(card.hints) : '',
  ];
  const facts = [
    standingText(standingOf(card, state, lessons, now), words),
    card.online ? words.learner.online : words.learner.offline,
    words.learner.joined(elapsed(now - card.joinedAt, words)),
    ...efforts,
  ];
  return {
    id,
    name: card.name,
    facts: facts.filter((fact) => fact !== ''),
    task: lesson ? words.heat.where(lesson.step, taskTitle(card, lessons)) : taskTitle(card, lessons),
    conditions: (task?.conditions ?? []).map((condition) => {
      const status = card.conditions.find((seen) => seen.id === condition.id)?.status;
      return { ...condition, status, said: status ? words.conditions[status] : words.learner.notLooked };
    }),
    isPresent: isPresent(card),
    hasHand: card.hand !== undefined,
    sharedAt: card.evidence,
    hasState: card.hasState === true,
  };
}
