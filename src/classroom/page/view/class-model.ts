import type { ClassState, InstructorNews, LearnerCard, OutlinedLesson } from '../../protocol.ts';

/** All that the page knows of the class: what the server said last, put together. Pure. */
export interface ClassModel {
  /** The class's own, and those of other worlds in which somebody is or was. */
  lessons: readonly OutlinedLesson[];
  outlined: readonly OutlinedLesson[];
  language: string;
  state: ClassState;
  cards: ReadonlyMap<string, LearnerCard>;
}

type Snapshot = Extract<InstructorNews, { type: 'roster' }>;
type Changes = Extract<InstructorNews, { type: 'changes' }>;

export function modelOf({ course, state, learners }: Snapshot): ClassModel {
  const cards = new Map(learners.map((card) => [card.id, card]));
  const { language, lessons: outlined } = course;
  return { lessons: lessonsOf(outlined, state, cards), outlined, language, state, cards };
}

export function modelAfter(model: ClassModel, { state, learners }: Changes): ClassModel {
  const cards = new Map(model.cards);
  for (const card of learners) cards.set(card.id, card);
  const now = state ?? model.state;
  return { ...model, state: now, cards, lessons: lessonsOf(model.outlined, now, cards) };
}

/** A class of no particular lessons is about all of them. */
function lessonsOf(
  outlined: readonly OutlinedLesson[],
  state: ClassState,
  cards: ClassModel['cards'],
): readonly OutlinedLesson[] {
  const visited = new Set<string>();
  for (const { at, passed } of cards.values()) {
    if (at) visited.add(at.lesson);
    for (const lesson of Object.keys(passed)) visited.add(lesson);
  }
  const isOwn = ({ id }: OutlinedLesson) => state.lessons.includes(id);
  return outlined.some(isOwn) ? outlined.filter((lesson) => isOwn(lesson) || visited.has(lesson.id)) : outlined;
}
