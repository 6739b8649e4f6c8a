// Lessons, states and events for tests of the session, as plain data.
import type { Check, Command, Lesson, Question, Task } from '../../src/lesson/lesson.ts';
import type { Effect, Intent, SessionEvent } from '../../src/session/events.ts';
import { withForesight } from '../../src/session/foreseeing.ts';
import type { SessionState } from '../../src/session/state.ts';
import { openLesson } from '../../src/session/tasks.ts';
import { transition } from '../../src/session/transition.ts';
import type { WorldDescription } from '../../src/world/world.ts';

export const sandbox: WorldDescription = { kind: 'sandbox', costsMoney: false };

export const command = (name: string, more: Partial<Command> = {}): Command => ({
  name,
  script: `run ${name}`,
  effect: 'changes',
  timeoutMs: 60_000,
  background: false,
  interactive: false,
  optional: false,
  worlds: ['sandbox', 'aks', 'cluster'],
  line: 1,
  ...more,
});

export const check = (...ids: string[]): Check => ({
  id: 'outcome',
  title: 'The outcome holds',
  conditions: ids.map((id) => ({ id, needs: [], why: `${id} matters.`, kind: 'resource', spec: {}, line: 1 })),
});

export const question = (id: string, mode: Question['mode']): Question => ({
  id,
  mode,
  question: `${id}?`,
  choices: [
    { id: 'yes', text: 'Yes' },
    { id: 'no', text: 'No' },
  ],
  answer: 'yes',
  explain: 'Because.',
});

/** Pieces in the order given: questions and commands by their object, then the check. */
export function task(id: string, pieces: readonly (Command | Question)[], checked?: Check): Task {
  const commands = pieces.filter((piece): piece is Command => 'script' in piece);
  const questions = pieces.filter((piece): piece is Question => 'mode' in piece);
  return {
    id,
    title: `Task ${id}`,
    blocks: [
      ...pieces.map((piece) =>
        'script' in piece
          ? ({ type: 'command', command: piece.name } as const)
          : ({ type: 'question', question: piece.id } as const),
      ),
      ...(checked ? [{ type: 'check' } as const] : []),
    ],
    commands,
    questions,
    check: checked,
    hints: [
      { title: 'Hint 1', markdown: 'Look.' },
      { title: 'Solution', markdown: 'Do it.' },
    ],
    solution: commands.filter(({ optional }) => !optional),
    presenter: [],
    line: 1,
  };
}

export const lesson = (...tasks: readonly Task[]): Lesson => ({
  id: 'lesson-one',
  formerly: [],
  step: 1,
  title: 'Lesson one',
  minutes: 5,
  needs: [],
  worlds: ['sandbox', 'aks', 'cluster'],
  intro: 'Welcome.',
  tasks,
  presenter: [],
  file: '01-lesson-one.md',
  language: 'en',
  hash: 'h',
});

export type Opened = Extract<SessionEvent, { type: 'lesson-opened' }>;

export const opened = (what: Lesson, more: Partial<Opened> = {}): Opened => ({
  type: 'lesson-opened',
  lesson: what,
  taskIndex: 0,
  world: sandbox,
  finished: new Set(),
  hints: 0,
  done: [],
  answers: {},
  titles: {},
  at: 1_000,
  ...more,
});

/** Steps a state by hand and keeps the effects, as the driver would see them. */
export class Walk {
  state: SessionState;
  effects: string[] = [];
  asked: Extract<Effect, { type: 'foresee' }>[] = [];
  #at = 1_000;

  constructor(what: Lesson, more: Partial<Opened> = {}) {
    const first = withForesight(openLesson(opened(what, more)));
    this.state = first.state;
    this.#keep(first.effects);
  }

  event(event: SessionEvent): this {
    const next = transition(this.state, event);
    this.state = next.state;
    this.#keep(next.effects);
    return this;
  }

  intent(...intents: (Intent | Intent['type'])[]): this {
    for (const intent of intents) {
      this.#at += 1;
      const whole = typeof intent === 'string' ? ({ type: intent } as Intent) : intent;
      this.event({ type: 'intent', intent: whole, at: this.#at });
    }
    return this;
  }

  /** The running command writes these lines. */
  prints(...lines: string[]): this {
    const printed = lines.map((text) => ({ text, stream: 'out' as const }));
    return this.event({ type: 'run-output', runId: this.state.runId, lines: printed, dropped: 0 });
  }

  /** The running command ends. */
  ends(code = 0): this {
    return this.event({
      type: 'run-ended',
      runId: this.state.runId,
      end: { type: 'exited', code },
      at: this.#at + 500,
    });
  }

  /** The look under way reports these and ends. */
  sees(results: Readonly<Record<string, 'passed' | 'wrong' | 'not-yet' | 'unknown'>>): this {
    const { verifyId } = this.state;
    for (const [condition, status] of Object.entries(results)) {
      const result =
        status === 'passed'
          ? ({ status, saw: 'it' } as const)
          : status === 'unknown'
            ? ({ status, reason: 'no answer from the API' } as const)
            : ({ status, expected: 'it', saw: 'nothing' } as const);
      this.event({ type: 'condition-reported', verifyId, condition, result });
    }
    return this.event({ type: 'verify-ended', verifyId, at: this.#at });
  }

  /** Effects since the last call, in short: `run-command a`, `record task-passed`. */
  took(): string[] {
    return this.effects.splice(0);
  }

  #keep(effects: readonly Effect[]): void {
    for (const effect of effects) {
      // What cards ask about has tests of its own.
      if (effect.type === 'foresee') this.asked.push(effect);
      else if (effect.type === 'record') this.effects.push(`record ${effect.record.type}`);
      else if (effect.type === 'run-command' || effect.type === 'start-background') {
        this.effects.push(`${effect.type} ${effect.proposal.script}`);
      } else if (effect.type === 'cancel-run') this.effects.push(effect.force ? 'kill' : 'interrupt');
      else if (effect.type === 'open-lesson') this.effects.push(`open-lesson ${effect.lesson}`);
      else if (effect.type === 'stop-background') this.effects.push(`stop-background ${effect.command}`);
      else this.effects.push(effect.type);
    }
  }
}
