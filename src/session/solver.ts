import type { CheckResult } from '../check/check.ts';
import { Patience } from '../check/patience.ts';
import type { Command, Question } from '../lesson/lesson.ts';
import { AwakeTime } from '../platform/awake.ts';
import type { Clock } from '../platform/clock.ts';
import type { Findings } from '../words/en/findings.ts';
import type { Driver } from './driver.ts';
import type { Intent } from './events.ts';
import { hasDoneItsPart } from './made-before.ts';
import { isFinished, taskOf } from './next-step.ts';
import type { BackgroundCommand, FinishedRun, SessionState } from './state.ts';

/**
 * Plays the task that is open to its end by the same intents as a learner's keys. For `meshwalk run`, for building the
 * start state of a lesson, and for tests. Knows no screen and no shell.
 */
type SolvingWords = Findings['told']['solving'];

export type Solved =
  | { solved: true; attempts: number }
  /** `reason` says which condition or command it was. */
  | { solved: false; reason: string; tryThis: string | undefined };

/** A command that failed says nothing by itself: what it wants may be there already, or on its way. */
const afterFailureMs = 5_000;
/** On real clusters a command meets broken connections and busy servers; these are the pauses before it is tried again. */
const retryPausesMs = [1_000, 2_000, 4_000, 8_000];
/** More than any task takes, retries among them: a rule that leads nowhere must end as a failure and not as a loop. */
const mostSteps = 500;

export async function solveTask(
  driver: Driver,
  clock: Clock,
  words: SolvingWords,
  signal?: AbortSignal,
): Promise<Solved> {
  const taskIndex = driver.state.taskIndex;
  const authored = authoredSolution(driver.state);
  const awake = new AwakeTime(clock);
  const patience = new Patience(awake.now());
  let seenRun = driver.state.lastRun;
  let lastFailed: FinishedRun | undefined;
  let failedAt = 0;
  let retries = 0;
  let absences = driver.worldAbsences;
  const gone = new Set(driver.state.background);
  let steps = 0;
  const act = (intent: Intent) => {
    steps += 1;
    driver.send(intent);
  };
  while (steps < mostSteps) {
    signal?.throwIfAborted();
    const state = driver.state;
    if (state.taskIndex !== taskIndex || isFinished(state) || state.status === 'finished') {
      return { solved: true, attempts: state.progress.attempts };
    }
    if (state.status === 'blocked') return failed(words.blocked(state.what, state.why), state.tryThis[0]);
    const dropped = state.status === 'verifying' ? undefined : droppedIn(state, gone);
    if (dropped) return failed(didNotStayUp(dropped, words), tryThisOf(state));
    const at = awake.now();
    if (state.status === 'running' || state.lastRun !== seenRun) patience.restart(at);
    seenRun = state.lastRun;
    const isOver = state.status !== 'verifying' && patience.isOver(openResults(state), driver.isWorldAway, at);
    if (state.status === 'confirming') act({ type: 'confirm' });
    else if (state.status === 'running' || state.status === 'verifying') await changed(driver, clock, 1_000, signal);
    else if (isOver) return failed(reasonOf(state, lastFailed, words), tryThisOf(state));
    else {
      const ran = state.lastRun;
      if (ran && !hasDoneItsPart(ran) && ran !== lastFailed) {
        lastFailed = ran;
        failedAt = at;
      } else if (ran && hasDoneItsPart(ran) && lastFailed) {
        lastFailed = undefined;
        retries = 0;
      }
      if (!lastFailed) {
        absences = driver.worldAbsences;
        const intent = intentFor(state, authored);
        if (intent) act(intent);
        else await changed(driver, clock, 1_000, signal);
      } else if (holdsAll(state)) {
        // What the command was to make is there: a learner presses v, and so do we.
        act({ type: 'verify' });
      } else if (driver.isWorldAway) {
        await changed(driver, clock, 200, signal);
      } else if (
        !isCostly(state, lastFailed) &&
        (driver.worldAbsences > absences || isDue(state, retries, at - failedAt))
      ) {
        // It met a world that was just going: what it failed at says nothing.
        if (driver.worldAbsences > absences) absences = driver.worldAbsences;
        else retries += 1;
        const { command, script } = lastFailed;
        act(command === undefined ? { type: 'propose', script, edited: false } : { type: 'proceed' });
      } else if (at - failedAt > afterFailureMs && (isCostly(state, lastFailed) || !mayRetry(state, retries))) {
        return failed(reasonOf(state, lastFailed, words), tryThisOf(state));
      } else await changed(driver, clock, 200, signal);
    }
  }
  return failed(words.tooLong(mostSteps), undefined);
}

const failed = (reason: string, tryThis: string | undefined): Solved => ({ solved: false, reason, tryThis });

const holdsAll = ({ progress }: SessionState): boolean =>
  progress.conditions.length > 0 &&
  progress.conditions.every(({ result, stale }) => result?.status === 'passed' && !stale);

/** What is open when all was done; before that, conditions only tell what is wanted. */
const openResults = ({ status, progress }: SessionState): CheckResult[] =>
  status === 'failed'
    ? progress.conditions.flatMap(({ result }) => (result && result.status !== 'passed' ? [result] : []))
    : [];

/**
 * What costs money is not tried again by ourselves, whatever came in between: Azure may have taken it on before it
 * failed here. An author's own command runs without its name.
 */
const isCostly = ({ world, lesson, taskIndex }: SessionState, { command, script }: FinishedRun): boolean =>
  world.kind !== 'sandbox' &&
  (lesson.tasks[taskIndex]?.solution ?? []).some(
    (one) => one.effect === 'cloud' && (one.name === command || one.script === script),
  );

/** In the sandbox nothing lies between a command and its cluster. */
const mayRetry = ({ world }: SessionState, retries: number): boolean =>
  world.kind !== 'sandbox' && retries < retryPausesMs.length;

const isDue = (state: SessionState, retries: number, sinceMs: number): boolean =>
  mayRetry(state, retries) && sinceMs >= (retryPausesMs[retries] ?? Infinity);

/** What the author wrote instead of the commands shown; empty when the shown commands are the solution. */
function authoredSolution(state: SessionState): Command[] {
  const task = taskOf(state);
  if (!task || task.solution.every((command) => task.commands.some(({ name }) => name === command.name))) return [];
  return [...task.solution];
}

/** What comes next; undefined where there is nothing left but to wait. Takes the author's own commands one by one. */
function intentFor(state: SessionState, authored: Command[]): Intent | undefined {
  const next = 'next' in state ? state.next : undefined;
  if (next?.type === 'answer') {
    return answerTo(taskOf(state)?.questions.find(({ id }) => id === next.question));
  }
  const command = next?.type === 'run' ? next.proposal.command : undefined;
  if (command?.optional) return { type: 'skip-command' };
  const own = authored.shift();
  if (own) return { type: 'propose', script: own.script, edited: false };
  return state.status === 'failed' ? undefined : { type: 'proceed' };
}

const answerTo = (question: Question | undefined) =>
  question
    ? ({ type: 'answer', question: question.id, choice: question.answer } as const)
    : ({ type: 'proceed' } as const);

/** Resolves at the next change, after `ms`, or when it is not wanted any more. */
function changed(driver: Driver, clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      stop();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.after(ms, end);
    const stop = driver.subscribe(end);
    signal?.addEventListener('abort', end, { once: true });
  });
}

/** A command of the task that was to go on beside it, and that nobody tries any more to keep up. */
const droppedIn = (state: SessionState, gone: ReadonlySet<BackgroundCommand>): BackgroundCommand | undefined =>
  state.background.find(
    (beside) =>
      beside.status === 'ended' &&
      beside.end?.type !== 'cancelled' &&
      !gone.has(beside) &&
      taskOf(state)?.commands.some(({ name }) => name === beside.command),
  );

function didNotStayUp({ command, lastLines }: BackgroundCommand, words: SolvingWords): string {
  const line = lastLines.at(-1);
  return line === undefined ? words.fell(command) : words.fellSaying(command, line);
}

function reasonOf(state: SessionState, run: FinishedRun | undefined, words: SolvingWords): string {
  if (run) {
    const end = run.end.type === 'exited' ? words.exitCode(run.end.code) : words.ends[run.end.type];
    const reason = run.end.type === 'not-started' ? run.end.reason : run.output.lines.at(-1)?.text;
    return words.commandFailed(end, `${run.script.split('\n')[0]}${reason ? ` (${reason})` : ''}`);
  }
  const open = state.progress.conditions.find(({ result }) => result && result.status !== 'passed');
  if (!open?.result || open.result.status === 'passed') return words.notPassed;
  if (open.result.status === 'unknown') return words.unknown(open.title, open.result.reason);
  return words.open(open.title, open.result.expected, open.result.saw, open.why);
}

function tryThisOf(state: SessionState): string | undefined {
  const open = state.progress.conditions.find(({ result }) => result && result.status !== 'passed')?.result;
  return open && open.status !== 'passed' ? open.tryThis : undefined;
}
