// A class at a moment, for tests of what the page makes of it.

import { type ClassModel, modelOf } from '../../../src/classroom/page/view/class-model.ts';
import { pageWords } from '../../../src/classroom/page/view/page-words.ts';
import type { ClassState, LearnerCard } from '../../../src/classroom/protocol.ts';
import { course } from '../class-course.ts';

export const { words } = pageWords(['en']);
export const german = pageWords(['de']).words;

export const minute = 60_000;
/** Nothing is special about it. */
export const now = 100_000 * minute;

export const cardOf = (name: string, change: Partial<LearnerCard> = {}): LearnerCard => ({
  id: name.toLowerCase(),
  name,
  joinedAt: now - 60 * minute,
  online: true,
  onlineSince: now - 60 * minute,
  conditions: [],
  attempts: 0,
  hints: 0,
  passed: {},
  ...change,
});

export const doing = (task: string, minutes: number, lesson = 'first'): Pick<LearnerCard, 'at'> => ({
  at: { lesson, task, since: now - minutes * minute, status: 'doing' },
});

export const failing = (id: string, status: 'wrong' | 'not-yet' = 'wrong'): Pick<LearnerCard, 'conditions'> => ({
  conditions: [{ id, status, since: now - minute }],
});

export const classOf = (learners: readonly LearnerCard[], change: Partial<ClassState> = {}): ClassModel =>
  modelOf({
    type: 'roster',
    version: 1,
    now,
    course,
    state: {
      name: 'Tuesday',
      lessons: ['first', 'second'],
      openedAt: now - 60 * minute,
      messages: [],
      pace: {},
      ...change,
    },
    learners,
  });
