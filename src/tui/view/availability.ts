import { isGrave, needsConfirmation, taskOf } from '../../session/next-step.ts';
import type { SessionState } from '../../session/state.ts';
import type { Words } from '../../words/en.ts';
import type { KeyAction } from '../keymap.ts';
import type { ScreenModel } from '../screen-model.ts';
import { aboutNow } from './explain-screen.ts';
import { nextOf, pageIn, proposalOf } from './words.ts';

/** Which keys mean something now, under which name, and why the others do not. */
export type Availability = { can: true; label?: string } | { can: false; why: string; label?: string };

export interface Moment {
  session: SessionState;
  model: ScreenModel;
  /** The whole card that Enter is about is in the window. */
  isCardSeen: boolean;
  /** Panes stand there as their titles; Tab unfolds the next. */
  isFolded: boolean;
  canOpenPages: boolean;
  /** Questions that a review would ask. */
  recall: number;
  isInClass: boolean;
  canCatchUp: boolean;
  words: Words;
}

const yes: Availability = { can: true };
const no = (why: string, label?: string): Availability => ({ can: false, why, ...(label && { label }) });
const named = (label: string): Availability => ({ can: true, label });

function proceed({ session, model, isCardSeen, words }: Moment): Availability {
  const { label, ...why } = words.availability;
  switch (session.status) {
    case 'running':
      return no(why.isRunning);
    case 'verifying':
      return no(why.isLooking);
    case 'blocked':
      return named(label.tryAgain);
    case 'finished':
      return session.following ? named(label.nextLesson) : no(why.lastLesson);
    case 'confirming':
      return isGrave(session.proposal) ? no(why.grave) : yes;
    case 'reading':
    case 'failed':
    case 'passed':
      break;
  }
  const next = session.next;
  switch (next.type) {
    case 'begin':
      return named(isCardSeen ? label.begin : label.readOn);
    case 'answer': {
      if (!isCardSeen) return named(label.readOn);
      if (model.choice) return named(label.answer);
      const mode = taskOf(session)?.questions.find((question) => question.id === next.question)?.mode;
      return mode === 'predict' ? named(label.passOver) : no(why.chooseFirst, label.answer);
    }
    case 'run':
      if (!isCardSeen) return named(label.readOn);
      return named(needsConfirmation(next.proposal) ? label.runAsking : label.run);
    case 'verify':
      return named(label.verify);
    case 'continue':
      if (!isCardSeen) return named(label.readOn);
      return named(session.taskIndex + 1 < session.lesson.tasks.length ? label.nextTask : label.goOn);
  }
}

function edit({ session, words }: Moment): Availability {
  if (session.status === 'confirming') return yes;
  if (session.status === 'running') return no(words.availability.isRunning);
  return nextOf(session)?.type === 'run' ? yes : no(words.availability.nothingToEdit);
}

function hint({ session, words }: Moment): Availability {
  const task = taskOf(session);
  if (!task || task.hints.length === 0 || session.status === 'finished') return no(words.availability.noHints);
  const left = task.hints.length - session.progress.hints;
  const { label, allHints } = words.availability;
  return left > 0 ? named(left === 1 ? label.solution : label.hint) : no(allHints);
}

function verify({ session, words }: Moment): Availability {
  const why = words.availability;
  if (!taskOf(session)?.check) return no(why.nothingToVerify);
  if (session.status === 'verifying') return no(why.isLooking);
  if (session.status === 'passed') return no(why.passedAlready);
  return session.status === 'reading' || session.status === 'failed' ? yes : no(why.notNow);
}

function skip({ session, words }: Moment): Availability {
  const proposal = proposalOf(session);
  if (!proposal?.command) return no(words.availability.nothingToSkip);
  return proposal.command.optional ? yes : no(words.availability.notOptional);
}

function free({ session, words }: Moment): Availability {
  return session.status === 'running' ? no(words.availability.isRunning) : yes;
}

function turn({ session, words }: Moment, by: -1 | 1): Availability {
  const why = words.availability;
  if (session.status === 'running') return no(why.isRunning);
  const index = session.taskIndex + by;
  if (index < -1) return no(why.lessonStart);
  return index < session.lesson.tasks.length ? yes : no(why.lessonEnd);
}

/** The page on this machine that the task is about. */
export function pageOf(session: SessionState): string | undefined {
  const task = taskOf(session);
  const texts = task?.blocks.flatMap((block) => (block.type === 'prose' ? [block.markdown] : [])) ?? [];
  return pageIn(texts.join('\n'));
}

function page(moment: Moment): Availability {
  if (!moment.canOpenPages) return no(moment.words.availability.noBrowser);
  return pageOf(moment.session) ? yes : no(moment.words.availability.noPage);
}

function review({ session, recall, words }: Moment): Availability {
  if (session.status !== 'finished') return no(words.availability.reviewAtEnd);
  return recall > 0 ? yes : no(words.availability.nothingToRecall);
}

function inClass(action: 'hand' | 'share' | 'catch-up', moment: Moment): Availability {
  const { classroom } = moment.words;
  if (!moment.isInClass) return no(classroom.notInClass);
  if (action === 'hand') return yes;
  if (action === 'share') return taskOf(moment.session) ? yes : no(classroom.nothingToShare);
  return moment.canCatchUp ? free(moment) : no(classroom.nowhereToCatchUp);
}

function why({ session, words }: Moment): Availability {
  const about = aboutNow(session);
  if (!about || session.status === 'running') return no(words.explain.nothing);
  return named(words.explain.label[about.type === 'card' ? 'card' : 'check']);
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
        ? no(moment.words.availability.tryAgainFirst)
        : free(moment);
    case 'undo':
    case 'redo':
    case 'changes':
      return moment.session.world.kind === 'sandbox' ? free(moment) : no(moment.words.availability.noPicture);
    case 'map':
    case 'replay':
      return free(moment);
    case 'explain':
      return why(moment);
    case 'skip':
      return skip(moment);
    case 'previous-task':
      return turn(moment, -1);
    case 'next-task':
      return turn(moment, 1);
    case 'background':
      return moment.session.background.length > 0 ? yes : no(moment.words.availability.noBackground);
    case 'page':
      return page(moment);
    case 'review':
      return review(moment);
    case 'hand':
    case 'share':
    case 'catch-up':
      return inClass(action, moment);
    default:
      return yes;
  }
}
