import type { Question } from '../lesson/lesson.ts';
import type { Effect, Intent, Next, SessionEvent } from './events.ts';
import { foreseen, withForesight } from './foreseeing.ts';
import { conditionReported, lookAside, pass, verify, verifyEnded } from './looking.ts';
import { isFinished, isGrave, needsConfirmation, nextStep, taskOf } from './next-step.ts';
import type { Notice } from './notice.ts';
import { afterStep, backgroundChanged, interrupt, run, runEnded } from './running.ts';
import { always, reading, resting, withProgress } from './stance.ts';
import type { NextStep, Proposal, SessionState } from './state.ts';
import { moveOn, openLesson, openTask } from './tasks.ts';

/**
 * Every rule of a lesson: a state and an event in, the next state and what must be done out.
 * Knows no time, no process, no file and no screen.
 */
export function transition(state: SessionState, event: SessionEvent): Next {
  return isStale(state, event) ? stay(state) : withForesight(step(state, event));
}

function step(state: SessionState, event: SessionEvent): Next {
  switch (event.type) {
    case 'intent':
      return intend(
        event.intent.type === 'interrupt' ? state : { ...state, notice: undefined },
        event.intent,
        event.at,
      );
    case 'lesson-opened':
      return openLesson(event, state);
    case 'run-started':
      return state.status === 'running' ? stay({ ...state, run: { ...state.run, startedAt: event.at } }) : stay(state);
    case 'run-output': {
      if (state.status !== 'running') return stay(state);
      const output = { lines: event.lines, dropped: event.dropped };
      return stay({ ...state, run: { ...state.run, output } });
    }
    case 'run-ended':
      return state.status === 'running' ? runEnded(state, event) : stay(state);
    case 'background-changed':
      return backgroundChanged(state, event);
    case 'foreseen':
      return stay(foreseen(state, event.answer));
    case 'world-changed':
      return mayLook(state) ? lookAside(state) : stay(state);
    case 'world-described':
      return stay(refreshed({ ...state, world: event.world }));
    case 'condition-reported':
      return conditionReported(state, event);
    case 'verify-ended':
      return verifyEnded(state);
    case 'world-failed': {
      const { what, why, tryThis } = event;
      return stay({ ...always(state), status: 'blocked', what, why, tryThis });
    }
    case 'noticed':
      // Told a moment too late, it would be untrue.
      if (event.notice.type === 'under-way' && state.status !== 'running') return stay(state);
      return stay({ ...state, notice: event.notice });
  }
}

const stay = (state: SessionState, effects: readonly Effect[] = []): Next => ({ state, effects });

/** The one place where reports of an older run or an older look are dropped. */
function isStale(state: SessionState, event: SessionEvent): boolean {
  switch (event.type) {
    case 'run-started':
    case 'run-output':
    case 'run-ended':
      return state.status !== 'running' || event.runId !== state.run.runId;
    case 'condition-reported':
    case 'verify-ended':
      return event.verifyId !== state.verifyId;
    case 'foreseen':
      return event.foresightId !== state.foresight?.foresightId;
    default:
      return false;
  }
}

/** Looks that nobody asked for wait until something was done in the task: before that, conditions only tell what is wanted. */
function mayLook(state: SessionState): boolean {
  if (isFinished(state) || (state.status !== 'reading' && state.status !== 'failed')) return false;
  return state.progress.attempts > 0 || state.progress.done.length > 0 || state.lastRun !== undefined;
}

/** What Enter does may depend on the world that is described. */
function refreshed(state: SessionState): SessionState {
  return 'next' in state ? { ...state, next: nextStep(state) } : state;
}

function intend(state: SessionState, intent: Intent, at: number): Next {
  switch (intent.type) {
    case 'proceed':
      return proceed(state, at);
    case 'confirm':
      return state.status === 'confirming' ? run(state, state.proposal, at) : stay(state);
    case 'decline':
      return state.status === 'confirming' ? stay(resting(state)) : stay(state);
    case 'verify':
      return verifyOnDemand(state);
    case 'hint':
      return openHint(state);
    case 'answer':
      return answer(state, intent.question, intent.choice);
    case 'propose':
      return propose(state, intent, at);
    case 'skip-command':
      return skipCommand(state);
    case 'interrupt':
      return interruptAnything(state);
    case 'stop-background':
      return stay(state, [{ type: 'stop-background', command: intent.command }]);
    case 'restart-background': {
      const known = state.background.find(({ command }) => command === intent.command);
      return known
        ? stay(state, [{ type: 'restart-background', command: known.command, script: known.script }])
        : stay(state);
    }
    case 'open-task':
      return state.status === 'running'
        ? stay({ ...state, notice: { type: 'still-running' } })
        : openTask(state, intent.taskIndex, at);
    case 'dismiss-notice':
      return stay({ ...state, notice: undefined });
  }
}

function proceed(state: SessionState, at: number): Next {
  switch (state.status) {
    case 'reading':
    case 'failed':
    case 'passed':
      return take(state, state.next, at);
    case 'confirming':
      return isGrave(state.proposal)
        ? stay({ ...state, notice: { type: 'needs-a-yes' } })
        : run(state, state.proposal, at);
    case 'blocked':
      return stay(resting(state), [{ type: 'watch-world' }]);
    case 'finished':
      return stay(state, state.following ? [{ type: 'open-lesson', lesson: state.following }] : []);
    case 'running':
    case 'verifying':
      return stay(state);
  }
}

function take(state: SessionState, step: NextStep, at: number): Next {
  switch (step.type) {
    case 'begin':
      return moveOn(state, at);
    case 'answer':
      return passOver(state, step.question);
    case 'run':
      return put(state, step.proposal, at);
    case 'verify':
      return verify(state, true);
    case 'continue': {
      if (isFinished(state)) return moveOn(state, at);
      // A task to read, without a check: reading it to the end is doing it.
      const passed = pass(state);
      const moved = moveOn(passed.state, at);
      return { state: moved.state, effects: [...passed.effects, ...moved.effects] };
    }
  }
}

/** Runs what is shown, or shows the card first. */
function put(state: SessionState, proposal: Proposal, at: number): Next {
  return needsConfirmation(proposal)
    ? stay({ ...always(state), status: 'confirming', proposal })
    : run(state, proposal, at);
}

function propose(state: SessionState, intent: Extract<Intent, { type: 'propose' }>, at: number): Next {
  if (state.status === 'running') return stay({ ...state, notice: { type: 'still-running' } });
  const script = intent.script.trim();
  if (script === '') return stay(state);
  const shown = 'next' in state && state.next.type === 'run' ? state.next.proposal : undefined;
  const original = state.status === 'confirming' ? state.proposal : shown;
  if (!intent.edited || !original?.command) return put(state, { script, command: undefined, edited: false }, at);
  const edited = script !== original.command.script.trim();
  return put(state, { script: edited ? script : original.command.script, command: original.command, edited }, at);
}

function verifyOnDemand(state: SessionState): Next {
  if (state.status !== 'reading' && state.status !== 'failed') return stay(state);
  if (!taskOf(state)?.check) return stay({ ...state, notice: { type: 'nothing-to-verify' } });
  return verify(state, true);
}

function openHint(state: SessionState): Next {
  const task = taskOf(state);
  if (!task) return stay(state);
  const hints = state.progress.hints + 1;
  if (hints > task.hints.length) {
    return stay({ ...state, notice: { type: task.hints.length === 0 ? 'no-hints' : 'last-hint' } });
  }
  return stay({ ...state, progress: { ...state.progress, hints } }, [
    { type: 'record', record: { type: 'hint-opened', lesson: state.lesson.id, task: task.id, hint: hints } },
  ]);
}

const questionOf = (state: SessionState, id: string): Question | undefined =>
  taskOf(state)?.questions.find((question) => question.id === id);

function answer(state: SessionState, id: string, choice: string): Next {
  const question = questionOf(state, id);
  const task = taskOf(state);
  if (state.status === 'running' || !task || !question?.choices.some((offered) => offered.id === choice)) {
    return stay(state);
  }
  const right = choice === question.answer;
  const given = { choice, shown: question.mode === 'quiz' && right };
  const notice: Notice | undefined = question.mode === 'quiz' && !right ? { type: 'not-it' } : undefined;
  const answers = { ...state.progress.answers, [id]: given };
  const after = { ...withProgress(state, { answers }), notice };
  const record: Effect = {
    type: 'record',
    record: { type: 'answered', lesson: state.lesson.id, task: task.id, question: id, choice, right },
  };
  const isSettled = question.mode === 'predict' || right;
  const then = isSettled && !isFinished(state) ? afterAnswer(after) : stay(resting(after));
  return { state: then.state, effects: [record, ...then.effects] };
}

/** An answer may complete a task of questions alone; it never starts a look while commands are left. */
function afterAnswer(state: Parameters<typeof afterStep>[0]): Next {
  const next = nextStep(state);
  return next.type === 'verify' || next.type === 'continue' ? afterStep(state) : stay(reading(state));
}

/** Enter on a question: a prediction may be passed over, a quiz wants its answer. */
function passOver(state: SessionState, id: string): Next {
  if (questionOf(state, id)?.mode !== 'predict') return stay({ ...state, notice: { type: 'choose-first' } });
  const answers = { ...state.progress.answers, [id]: { choice: '', shown: false } };
  return stay(resting(withProgress(state, { answers })));
}

function skipCommand(state: SessionState): Next {
  const shown = 'next' in state && state.next.type === 'run' ? state.next.proposal.command : undefined;
  const command = state.status === 'confirming' ? state.proposal.command : shown;
  const task = taskOf(state);
  if (!command || !task || state.status === 'verifying') return stay(state);
  if (!command.optional) return stay({ ...state, notice: { type: 'not-optional' } });
  const after = withProgress(state, { skipped: [...state.progress.skipped, command.name] });
  const record: Effect = {
    type: 'record',
    record: { type: 'command-skipped', lesson: state.lesson.id, task: task.id, command: command.name },
  };
  const then = afterAnswer(after);
  return { state: then.state, effects: [record, ...then.effects] };
}

function interruptAnything(state: SessionState): Next {
  if (state.status === 'running') return interrupt(state);
  if (state.status === 'confirming') return stay(resting(state));
  // The look goes on nowhere: its reports are of an older id from now on.
  if (state.status === 'verifying') return stay(resting({ ...always(state), verifyId: state.verifyId + 1 }));
  return stay(state);
}
