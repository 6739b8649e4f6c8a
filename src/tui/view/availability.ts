import { isGrave, needsConfirmation, taskOf } from '../../session/next-step.ts';
import type { SessionState } from '../../session/state.ts';
import type { KeyAction } from '../keymap.ts';
import type { ScreenModel } from '../screen-model.ts';
import { nextOf, pageIn } from './words.ts';

/** Which keys mean something now, under which name, and why the others do not. */
export type Availability = { can: true; label?: string } | { can: false; why: string; label?: string };

export interface Moment {
  session: SessionState;
  model: ScreenModel;
  /** The whole card that Enter is about is in the window. */
  isCardSeen: boolean;
  canOpenPages: boolean;
}

const yes: Availability = { can: true };
const no = (why: string, label?: string): Availability => ({ can: false, why, ...(label && { label }) });
const named = (label: string): Availability => ({ can: true, label });

function proceed({ session, model, isCardSeen }: Moment): Availability {
  switch (session.status) {
    case 'running':
      return no('A command is running. Ctrl-C interrupts it.');
    case 'verifying':
      return no('The check is being looked at. Ctrl-C stops that.');
    case 'blocked':
      return named('try again');
    case 'finished':
      return session.following ? named('next lesson') : no('That was the last lesson. m shows the map, q quits.');
    case 'confirming':
      return isGrave(session.proposal) ? no('This cannot be undone, so Enter is not enough: y runs it.') : yes;
    case 'reading':
    case 'failed':
    case 'passed':
      break;
  }
  const next = session.next;
  switch (next.type) {
    case 'begin':
      return named(isCardSeen ? 'begin' : 'read on');
    case 'answer': {
      if (!isCardSeen) return named('read on');
      if (model.choice) return named('answer');
      const mode = taskOf(session)?.questions.find((question) => question.id === next.question)?.mode;
      return mode === 'predict' ? named('pass over') : no('Choose an answer first: a, b, …', 'answer');
    }
    case 'run':
      if (!isCardSeen) return named('read on');
      return named(needsConfirmation(next.proposal) ? 'run …' : 'run');
    case 'verify':
      return named('verify');
    case 'continue':
      if (!isCardSeen) return named('read on');
      return named(session.taskIndex + 1 < session.lesson.tasks.length ? 'next task' : 'go on');
  }
}

function edit({ session }: Moment): Availability {
  if (session.status === 'confirming') return yes;
  if (session.status === 'running') return no('A command is running. Ctrl-C interrupts it.');
  return nextOf(session)?.type === 'run' ? yes : no('There is no command to edit here. : types one of your own.');
}

function hint({ session }: Moment): Availability {
  const task = taskOf(session);
  if (!task || task.hints.length === 0) return no('This task has no hints.');
  const left = task.hints.length - session.progress.hints;
  return left > 0 ? named(left === 1 ? 'solution' : 'hint') : no('All hints are open. The last one is the solution.');
}

function verify({ session }: Moment): Availability {
  if (!taskOf(session)?.check) return no('There is nothing to verify here.');
  if (session.status === 'verifying') return no('The check is being looked at. Ctrl-C stops that.');
  if (session.status === 'passed') return no('It passed already.');
  return session.status === 'reading' || session.status === 'failed' ? yes : no('Not now.');
}

function skip({ session }: Moment): Availability {
  const next = nextOf(session);
  const proposal =
    session.status === 'confirming' ? session.proposal : next?.type === 'run' ? next.proposal : undefined;
  if (!proposal?.command) return no('There is no command to leave out.');
  return proposal.command.optional ? yes : no('This command is part of the task; only optional ones can be left out.');
}

function free({ session }: Moment): Availability {
  return session.status === 'running' ? no('A command is running. Ctrl-C interrupts it.') : yes;
}

function turn({ session }: Moment, by: -1 | 1): Availability {
  if (session.status === 'running') return no('A command is running. Ctrl-C interrupts it.');
  const index = session.taskIndex + by;
  if (index < -1) return no('This is the start of the lesson. m shows the other lessons.');
  return index < session.lesson.tasks.length ? yes : no('This is the last task. m shows the other lessons.');
}

/** The page on this machine that the task is about. */
export function pageOf(session: SessionState): string | undefined {
  const task = taskOf(session);
  const texts = task?.blocks.flatMap((block) => (block.type === 'prose' ? [block.markdown] : [])) ?? [];
  return pageIn(texts.join('\n'));
}

function page(moment: Moment): Availability {
  if (!moment.canOpenPages) return no('No browser can be opened from here.');
  return pageOf(moment.session) ? yes : no('This task is about no page.');
}

export function availability(action: KeyAction, moment: Moment): Availability {
  switch (action) {
    case 'proceed':
      return proceed(moment);
    case 'verify':
      return verify(moment);
    case 'hint':
      return hint(moment);
    case 'edit':
      return edit(moment);
    case 'own-command':
    case 'shell':
      return moment.session.status === 'blocked' && action === 'own-command'
        ? no('Enter tries again first.')
        : free(moment);
    case 'map':
      return free(moment);
    case 'skip':
      return skip(moment);
    case 'previous-task':
      return turn(moment, -1);
    case 'next-task':
      return turn(moment, 1);
    case 'background':
      return moment.session.background.length > 0 ? yes : no('Nothing runs in the background.');
    case 'page':
      return page(moment);
    default:
      return yes;
  }
}
