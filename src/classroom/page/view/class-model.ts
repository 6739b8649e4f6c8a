import type { ClassState, CourseOutline, InstructorNews, LearnerCard, OutlinedLesson } from '../../protocol.ts';

/** All that the page knows of the class: what the server said last, put together. Pure. */
export interface ClassModel {
  /** Of the class's lessons only. */
  lessons: readonly OutlinedLesson[];
  language: string;
  state: ClassState;
  cards: ReadonlyMap<string, LearnerCard>;
}

type Snapshot = Extract<InstructorNews, { type: 'roster' }>;
type Changes = Extract<InstructorNews, { type: 'changes' }>;

export function modelOf({ course, state, learners }: Snapshot): ClassModel {
  return {
    lessons: lessonsOf(course, state),
    language: course.language,
    state,
    cards: new Map(learners.map((card) => [card.id, card])),
  };
}

export function modelAfter(model: ClassModel, { state, learners }: Changes): ClassModel {
  const cards = new Map(model.cards);
  for (const card of learners) cards.set(card.id, card);
  return { ...model, state: state ?? model.state, cards };
}

/** A class of no particular lessons is about all of them. */
function lessonsOf({ lessons }: CourseOutline, state: ClassState): readonly OutlinedLesson[] {
  const chosen = lessons.filter(({ id }) => state.lessons.includes(id));
  return chosen.length > 0 ? chosen : lessons;
}
