import type { Effect, Next, SessionEvent } from './events.ts';
import { lookAside, pass, verify } from './looking.ts';
import { hasDoneItsPart, isMadeBefore } from './made-before.ts';
import { isFinished, nextStep, taskOf } from './next-step.ts';
import type { Notice } from './notice.ts';
import { always, resting, withProgress } from './stance.ts';
import type { Always, FinishedRun, Proposal, SessionState, TaskProgress } from './state.ts';

/** From a proposal to the end of its run. Does not know shells or processes. */

export function run(state: Always, proposal: Proposal, at: number): Next {
  if (proposal.command?.background) return runInBackground(state, proposal);
  const runId = state.runId + 1;
  return {
    state: {
      ...always(state),
      runId,
      // A look that began before this run says nothing about what comes after it.
      verifyId: state.verifyId + 1,
      status: 'running',
      proposal,
      run: {
        runId,
        script: proposal.script,
        command: proposal.command?.name,
        startedAt: at,
        output: { lines: [], dropped: 0 },
        interrupts: 0,
      },
    },
    effects: [{ type: 'run-command', runId, proposal }],
  };
}

function runInBackground(state: Always, proposal: Proposal): Next {
  const command = proposal.command?.name ?? proposal.script;
  const starting = { command, script: proposal.script, status: 'starting' as const, restarts: 0, lastLines: [] };
  const background = [...state.background.filter((other) => other.command !== command), starting];
  return {
    state: resting({ ...always(state), background }),
    effects: [{ type: 'start-background', proposal }],
  };
}

const lasting = (notice: Notice | undefined): Notice | undefined => (notice?.type === 'under-way' ? undefined : notice);

type Running = Extract<SessionState, { status: 'running' }>;

export function interrupt(state: Running): Next {
  const interrupts = state.run.interrupts + 1;
  return {
    state: { ...state, run: { ...state.run, interrupts } },
    effects: [{ type: 'cancel-run', runId: state.run.runId, force: interrupts > 1 }],
  };
}

export function runEnded(state: Running, event: Extract<SessionEvent, { type: 'run-ended' }>): Next {
  const lastRun: FinishedRun = { ...state.run, end: event.end, tookMs: event.at - state.run.startedAt };
  const went = hasDoneItsPart(lastRun);
  const command = state.proposal.command?.name;
  const progress = explainPredictions(state, went && command ? markDone(state.progress, command) : state.progress);
  const notice: Notice | undefined = command && isMadeBefore(lastRun) ? { type: 'made-before' } : lasting(state.notice);
  const after: Always = { ...always(state), lastRun, progress, notice };
  const task = taskOf(state);
  const effects: Effect[] =
    task && command
      ? [
          {
            type: 'record',
            record: { type: 'command-ended', lesson: state.lesson.id, task: task.id, command, end: event.end },
          },
        ]
      : [];
  const then = went && command ? afterStep(after) : lookAsideAtRest(after);
  return { state: then.state, effects: [...effects, ...then.effects] };
}

const markDone = (progress: TaskProgress, command: string): TaskProgress =>
  progress.done.includes(command) ? progress : { ...progress, done: [...progress.done, command] };

/** What a learner predicted is explained after the command that showed it. */
function explainPredictions(state: Always, progress: TaskProgress): TaskProgress {
  const answers = Object.entries(progress.answers).map(([id, answer]) => {
    const predicted = taskOf(state)?.questions.some((question) => question.id === id && question.mode === 'predict');
    return [id, predicted ? { ...answer, shown: true } : answer] as const;
  });
  return { ...progress, answers: Object.fromEntries(answers) };
}

/** A command or an answer is behind the learner: verify when it was the last, else only look aside. */
export function afterStep(state: Always): Next {
  if (isFinished(state) || !taskOf(state)) return { state: resting(state), effects: [] };
  const next = nextStep(state);
  if (next.type === 'verify') return verify(state, false);
  if (next.type === 'continue') return pass(state);
  return lookAsideAtRest(state);
}

function lookAsideAtRest(state: Always): Next {
  const rest = resting(state);
  return isFinished(state) || !taskOf(state) ? { state: rest, effects: [] } : lookAside(rest);
}

export function backgroundChanged(
  state: SessionState,
  event: Extract<SessionEvent, { type: 'background-changed' }>,
): Next {
  const { type: _type, at: _at, ...changed } = event;
  const known = state.background.some(({ command }) => command === event.command);
  const background = known
    ? state.background.map((other) => (other.command === event.command ? changed : other))
    : [...state.background, changed];
  const gone = event.status === 'ended';
  const isOurs = taskOf(state)?.commands.some(({ name }) => name === event.command) ?? false;
  const done = state.progress.done.filter((name) => !gone || name !== event.command);
  const progress = { ...state.progress, done };
  const after = { ...always(state), background, progress, notice: gone ? goneNotice(event) : state.notice };
  const isIdle = state.status === 'reading' || state.status === 'failed';
  if (event.status === 'running' && isOurs && !done.includes(event.command)) {
    const marked = withProgress(after, markDone(explainPredictions(state, progress), event.command));
    return isIdle ? afterStep(marked) : { state: keepStatus(state, marked), effects: [] };
  }
  return { state: isIdle ? resting(after) : keepStatus(state, after), effects: [] };
}

/** `next` may name a step that the change made needless or needed. */
function keepStatus(state: SessionState, after: Always): SessionState {
  if (state.status === 'verifying' || state.status === 'passed') {
    return { ...state, ...after, next: nextStep(after) };
  }
  return { ...state, ...after };
}

function goneNotice(event: Extract<SessionEvent, { type: 'background-changed' }>): Notice | undefined {
  if (event.end?.type === 'cancelled') return undefined;
  return { type: 'background-ended', command: event.command, lastLine: event.lastLines.at(-1) };
}
