import type { CourseOutline } from '../../src/classroom/protocol.ts';

/** Two lessons, for tests that need no words of an author. */
const condition = (id: string) => ({ id, title: `${id} holds`, why: `${id} does not hold.` });

export const course: CourseOutline = {
  language: 'en',
  lessons: [
    {
      id: 'first',
      title: 'First',
      step: 1,
      minutes: 6,
      presenter: ['ask the room'],
      tasks: [
        { id: 'begin', title: 'Begin', presenter: [], conditions: [condition('made'), condition('ready')] },
        { id: 'go-on', title: 'Go on', presenter: ['two minutes'], conditions: [condition('ratio')] },
      ],
    },
    {
      id: 'second',
      title: 'Second',
      step: 2,
      minutes: 4,
      presenter: [],
      tasks: [{ id: 'end', title: 'End', presenter: [], conditions: [] }],
    },
  ],
};
