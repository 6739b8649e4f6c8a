import type { Command, Task } from '../lesson/lesson.ts';
import type { Always, NextStep, Proposal } from './state.ts';

/** What Enter would do, read off the task in the order of its file. Knows nothing of what happened before. */
export const taskKey = (lesson: string, task: string): string => `${lesson}/${task}`;

export function taskOf(state: Always): Task | undefined {
  return state.lesson.tasks[state.taskIndex];
}

export function isFinished(state: Always): boolean {
  const task = taskOf(state);
  return task !== undefined && state.finished.has(taskKey(state.lesson.id, task.id));
}

/** A wrong answer to a quiz is no answer; a `predict` question that was passed over counts as asked. */
function isAnswered(state: Always, question: string): boolean {
  const given = state.progress.answers[question];
  const asked = taskOf(state)?.questions.find((candidate) => candidate.id === question);
  if (!given || !asked) return !asked;
  return asked.mode === 'predict' || given.choice === asked.answer;
}

/** A supervised command that has not given up does not have to be started again. */
const isUp = (state: Always, command: string): boolean =>
  state.background.some((running) => running.command === command && running.status !== 'ended');

export function isLeft(state: Always, command: Command): boolean {
  return (
    command.worlds.includes(state.world.kind) &&
    !state.progress.done.includes(command.name) &&
    !state.progress.skipped.includes(command.name) &&
    !isUp(state, command.name)
  );
}

export function nextStep(state: Always): NextStep {
  const task = taskOf(state);
  if (!task) return { type: 'begin' };
  if (isFinished(state)) return { type: 'continue' };
  for (const block of task.blocks) {
    if (block.type === 'question' && !isAnswered(state, block.question)) {
      return { type: 'answer', question: block.question };
    }
    if (block.type === 'command') {
      const command = task.commands.find((candidate) => candidate.name === block.command);
      if (command && isLeft(state, command)) return { type: 'run', proposal: proposalOf(command) };
    }
  }
  return task.check ? { type: 'verify' } : { type: 'continue' };
}

export const proposalOf = (command: Command): Proposal => ({ script: command.script, command, edited: false });

/** The learner's word is asked for what cannot be taken back or costs money, and for what no author wrote. */
export function needsConfirmation(proposal: Proposal): boolean {
  return proposal.edited || !proposal.command || isGrave(proposal);
}

/** Wants a yes of its own; Enter, which may have been pressed twice, is not enough. */
export const isGrave = (proposal: Proposal): boolean =>
  proposal.command?.effect === 'deletes' || proposal.command?.effect === 'cloud';

/**
 * Whether a look that nobody asked for may end the task. Not while lesson commands are left, optional ones too, that
 * the learner has not tried: the screen would move on under their eyes, and Enter would turn into another key. An own
 * command counts as trying, since it may reach the same end.
 */
export function mayPassUnasked(state: Always): boolean {
  const last = state.lastRun;
  if (last && last.command === undefined) return true;
  const left = (taskOf(state)?.commands ?? []).filter((command) => isLeft(state, command));
  const asks = nextStep(state).type === 'answer';
  return !asks && left.every((command) => command.name === last?.command);
}
