import type { Lesson, Task } from '../lesson/lesson.ts';
import type { RunEnd } from '../platform/run-end.ts';
import type { Solved } from '../session/solver.ts';
import type { FinishedRun, SessionState } from '../session/state.ts';
import type { Findings } from '../words/en/findings.ts';
import type { Machine } from './compose.ts';
import type { UnsolvedCondition } from './prove.ts';

/** Tells what `meshwalk run` does: in plain lines for people, or in JSON lines for programs. */
export interface Narrator {
  note(sentence: string): void;
  lesson(lesson: Lesson, isFinished: boolean): void;
  task(lesson: Lesson, task: Task): void;
  /** What the check says before anything was done. */
  unsolved(lesson: Lesson, task: Task, conditions: readonly UnsolvedCondition[]): void;
  command(run: FinishedRun): void;
  solved(lesson: Lesson, task: Task, state: SessionState, solved: Solved): void;
  end(lessons: number): void;
}

type Told = Findings['told'];

export function narrate(json: boolean, machine: Pick<Machine, 'out' | 'err'>, told: Told): Narrator {
  return json ? inJson(machine) : inWords(machine, told);
}

/** Lines of output that are worth showing of a command that went well. */
const shownLines = 8;

function inWords({ out, err }: Pick<Machine, 'out' | 'err'>, { run: words, solving }: Told): Narrator {
  return {
    note: (sentence) => out(`· ${sentence}`),
    lesson: ({ step, title }, isFinished) =>
      out(`\n${isFinished ? words.finishedAlready(step, title) : words.step(step, title)}`),
    task: (_, { title }) => out(`\n  ${title}`),
    unsolved(_, __, conditions) {
      for (const { title, result, waitsFor } of conditions) {
        const saw = result ? ('saw' in result ? result.saw : result.reason) : words.waitsFor(waitsFor.join(', '));
        out(`    ${words.before} ${result?.status === 'passed' ? '✓' : '✗'} ${title} (${saw})`);
      }
    },
    command(run) {
      for (const line of run.script.trimEnd().split('\n')) out(`    $ ${line}`);
      const went = run.end.type === 'exited' && run.end.code === 0;
      const lines = run.output.lines.map(({ text }) => text);
      for (const line of went ? lines.slice(-shownLines) : lines) out(`      ${line}`);
      if (!went) out(`      (${wordsFor(run.end, solving)})`);
    },
    solved(_, task, state, solved) {
      for (const { title, result } of state.progress.conditions) {
        const saw = result && 'saw' in result ? ` (${result.saw})` : '';
        out(`    ${result?.status === 'passed' ? '✓' : result ? '✗' : '·'} ${title}${saw}`);
      }
      if (solved.solved) return;
      err(`✗ ${words.notSolved(task.title)}`);
      err(`  ${solved.reason}`);
      if (solved.tryThis) err(`  → ${solved.tryThis}`);
    },
    end: (lessons) => out(`\n✓ ${words.done(lessons)}`),
  };
}

function inJson({ out }: Pick<Machine, 'out'>): Narrator {
  const tell = (event: string, rest: object) => out(JSON.stringify({ event, ...rest }));
  return {
    note: (sentence) => tell('note', { sentence }),
    lesson: ({ id, step, title }, isFinished) =>
      tell('lesson', { lesson: id, step, title, ...(isFinished && { remark: 'finished already' }) }),
    task: (lesson, { id, title }) => tell('task', { lesson: lesson.id, task: id, title }),
    unsolved: (lesson, { id }, conditions) => tell('unsolved', { lesson: lesson.id, task: id, conditions }),
    command: ({ script, command, end, tookMs, output }) =>
      tell('command', { script, command, end, tookMs, output: output.lines.map(({ text }) => text) }),
    solved(lesson, task, state, solved) {
      const conditions = state.progress.conditions.map(({ id, title, result }) => ({ id, title, result }));
      tell('solved', { lesson: lesson.id, task: task.id, conditions, ...solved });
    },
    end: (lessons) => tell('end', { lessons }),
  };
}

function wordsFor(end: RunEnd, words: Told['solving']): string {
  switch (end.type) {
    case 'exited':
      return words.exitCode(end.code);
    case 'signalled':
      return words.endedBy(end.signal);
    case 'timed-out':
      return words.stoppedAfter(Math.round(end.afterMs / 1000));
    case 'cancelled':
      return words.ends.cancelled;
    case 'not-started':
      return end.reason;
  }
}
