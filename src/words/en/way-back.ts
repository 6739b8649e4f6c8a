import { grammarOf } from '../grammar.ts';

const { counted } = grammarOf('en');

/** Undoing and redoing tasks, and what a task changed. */
export const wayBack = {
  titles: {
    undo: 'Undo a task',
    redo: 'Redo a task',
    look: 'What the last task changed',
    replay: 'Put back what was lost',
  },
  looking: 'Comparing the world with what it was',
  nothing: {
    undo: 'There is nothing to undo: no task left anything since the oldest moment that is kept.',
    redo: 'There is nothing to redo: nothing was undone, or something else was done since.',
    look: 'No task changed anything since the oldest moment that is kept.',
    replay: 'All that you finished is as you left it.',
  },
  /** Before the list. */
  about: {
    undo: 'Enter takes the task back: the sandbox, your variables and your progress are as before it. What it did:',
    redo: 'Enter brings the task again: the sandbox, your variables and your progress are as they were. What it does:',
    look: 'What this task changed:',
    replay: 'Enter plays the solutions of these tasks again; your progress stays as it is:',
    costly:
      'These cost money, so they are yours to do again (m opens a lesson); nothing is played before they are done:',
  },
  inLesson: (lesson: string) => `in “${lesson}”`,
  progressOnly: 'It changed nothing in the world, only your progress.',
  types: { created: 'created', changed: 'changed', deleted: 'deleted', replaced: 'replaced' },
  /** Things that are no objects of a cluster. */
  things: {
    group: 'Resource group',
    cluster: 'Managed cluster',
    shell: 'Shell',
    variables: 'variables and folder',
  },
  alongside: (kinds: string) => `Alongside, made by controllers and the mesh: ${kinds}.`,
  moreLines: (count: number) => `… ${counted(count, { one: 'more line', other: 'more lines' })}`,
  leftOut: (fields: string) => `Left out: ${fields}.`,
  filesStay: 'Files that you made yourself stay as they are.',
  replayed: 'What was lost is back.',
  undone: (task: string) => `Undone: ${task}. U redoes it.`,
  redone: (task: string) => `Redone: ${task}. u undoes it.`,
  undoing: 'Undoing the task',
  redoing: 'Redoing the task',
  goingBack: 'Finishing what was begun',
  cannotUndo: (what: string) => `This task will not be undoable: ${what}`,
  /** Where lines are told instead of drawn. */
  enterDoes: {
    replay: 'Enter puts it back, n leaves it.',
    undo: 'Enter undoes it, n leaves it.',
    redo: 'Enter redoes it, n leaves it.',
  },
};
