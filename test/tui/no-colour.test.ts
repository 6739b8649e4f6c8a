import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/check/check.ts';
import type { EdgeState, TrafficEdge } from '../../src/check/traffic/graph.ts';
import type { BackgroundCommand, ConditionReport, SessionState } from '../../src/session/state.ts';
import { backgroundState } from '../../src/tui/view/bars.ts';
import { type CardState, commandCard, questionCard } from '../../src/tui/view/card.ts';
import { checkText } from '../../src/tui/view/check-pane.ts';
import { mapRows } from '../../src/tui/view/map-screen.ts';
import type { Line } from '../../src/tui/view/spans.ts';
import { asciiGlyphs, type Glyphs, paintLine, unicodeGlyphs } from '../../src/tui/view/theme.ts';
import { edgeMark, resultWords as edgeWords } from '../../src/tui/view/traffic/edge-words.ts';
import { effectMark, endWords, resultWords } from '../../src/tui/view/words.ts';
import { de } from '../../src/words/de.ts';
import { en, type Words } from '../../src/words/en.ts';
import { startRobot } from './robot.ts';
import { course } from './scripted-host.ts';

/** What is left of rows when a terminal shows no colour, no bold and no inverse. */
const colourless = (lines: readonly Line[], glyphs: Glyphs): string =>
  lines.map((line) => paintLine(line, { background: 'dark', depth: 'none', glyphs })).join('\n');

function expectAllDistinct(shown: Readonly<Record<string, string>>): void {
  const byText = Map.groupBy(Object.entries(shown), ([, text]) => text);
  const same = [...byText.values()].filter((alike) => alike.length > 1).map((alike) => alike.map(([state]) => state));
  expect(same).toEqual([]);
  for (const text of Object.values(shown)) expect(text).not.toMatch(/\u001b/);
}

const looks: readonly { words: Words; glyphs: Glyphs; name: string }[] = [
  { words: en, glyphs: unicodeGlyphs, name: 'English' },
  { words: en, glyphs: asciiGlyphs, name: 'English in ASCII' },
  { words: de, glyphs: unicodeGlyphs, name: 'German' },
];

const command = {
  name: 'apply',
  script: 'kubectl apply -f x.yaml',
  effect: 'changes',
  timeoutMs: 1000,
  background: false,
  interactive: false,
  optional: false,
  worlds: ['sandbox'],
  line: 1,
} as const;

const results: Readonly<Record<string, CheckResult | undefined>> = {
  open: undefined,
  passed: { status: 'passed', saw: 'x' },
  'not-yet': { status: 'not-yet', expected: 'a', saw: 'b' },
  wrong: { status: 'wrong', expected: 'a', saw: 'b' },
  unknown: { status: 'unknown', reason: 'b' },
};

describe.each(looks)('no meaning by colour alone, $name', ({ words, glyphs }) => {
  it('tells the states of a command apart', () => {
    const states: readonly CardState[] = ['next', 'asks', 'asked', 'running', 'done', 'skipped', 'later'];
    const proposal = { script: command.script, command, edited: false };
    const shown = states.map((state) => {
      const card = commandCard({ command, proposal, state, world: 'sandbox' }, { width: 60, glyphs, words });
      return [state, colourless(card, glyphs)];
    });
    expectAllDistinct(Object.fromEntries(shown));
  });

  it('tells effects apart', () => {
    const effects = ['reads', 'changes', 'deletes', 'cloud'] as const;
    const marks = effects.map((effect) => [effect, effectMark(effect, glyphs)] as const);
    expectAllDistinct(Object.fromEntries(marks));
    expectAllDistinct(Object.fromEntries(effects.map((effect) => [effect, words.session.effects[effect].word])));
  });

  it('tells results of conditions apart, by mark and by word, and when a look is under way', () => {
    const told = Object.entries(results).map(([name, result]) => [name, resultWords(result, glyphs, words)] as const);
    expectAllDistinct(Object.fromEntries(told.map(([name, { mark }]) => [name, mark])));
    expectAllDistinct(Object.fromEntries(told.map(([name, { word }]) => [name, word])));
  });

  it('tells ends of commands apart', () => {
    const ends = {
      done: endWords({ type: 'exited', code: 0 }, words),
      failed: endWords({ type: 'exited', code: 1 }, words),
      signalled: endWords({ type: 'signalled', signal: 'SIGTERM' }, words),
      late: endWords({ type: 'timed-out', afterMs: 5000 }, words),
      cancelled: endWords({ type: 'cancelled' }, words),
      unstarted: endWords({ type: 'not-started', reason: '' }, words),
    };
    expectAllDistinct(Object.fromEntries(Object.entries(ends).map(([name, { text }]) => [name, text])));
  });

  it('tells what runs in the background apart', () => {
    const state = (status: BackgroundCommand['status']): [string, string] => {
      const running: BackgroundCommand = { command: 'f', script: 'f', status, restarts: 0, lastLines: [] };
      return [status, colourless([backgroundState(running, glyphs, words)], glyphs)];
    };
    expectAllDistinct(Object.fromEntries((['starting', 'running', 'restarting', 'ended'] as const).map(state)));
  });

  it('tells choices of a question apart: marked, right, chosen and not', () => {
    const question = {
      id: 'q',
      mode: 'quiz',
      question: 'Which?',
      choices: [
        { id: 'a', text: 'one' },
        { id: 'b', text: 'two' },
      ],
      answer: 'b',
      explain: 'Because.',
    } as const;
    const card = (given: { choice: string; shown: boolean } | undefined, marked: string | undefined, due: boolean) =>
      colourless(questionCard({ question, given, marked, due }, { width: 60, glyphs, words }), glyphs);
    expectAllDistinct({
      due: card(undefined, undefined, true),
      marked: card(undefined, 'a', true),
      'marked other': card(undefined, 'b', true),
      right: card({ choice: 'b', shown: true }, undefined, false),
      wrong: card({ choice: 'a', shown: true }, undefined, false),
      waiting: card({ choice: 'a', shown: false }, undefined, false),
      'passed over': card({ choice: '', shown: false }, undefined, false),
      later: card(undefined, undefined, false),
    });
  });

  it('tells states of a call on the traffic map apart', () => {
    const edge = (state: EdgeState, answers: Partial<TrafficEdge['answers']>): TrafficEdge => ({
      from: 'a',
      to: 'b',
      unit: 'requests',
      perSecond: state === 'idle' ? 0 : 10,
      open: 0,
      answers: { succeeded: 0, refused: 0, forbidden: 0, serverErrors: 0, otherClientErrors: 0, ...answers },
      retriesPerSecond: 0,
      state,
      isSecured: true,
      service: 'b/b',
      evidence: 'a counter',
    });
    const edges = {
      idle: edge('idle', {}),
      flowing: edge('flowing', { succeeded: 10 }),
      partly: edge('partly-failing', { succeeded: 5, serverErrors: 5 }),
      failing: edge('failing', { serverErrors: 10 }),
      denied: edge('denied', { forbidden: 10 }),
      refused: edge('denied', { refused: 10 }),
    };
    const shown = Object.entries(edges).map(([name, one]) => [
      name,
      `${edgeMark(one, glyphs)} ${edgeWords(one, words)}`,
    ]);
    expectAllDistinct(Object.fromEntries(shown));
  });
});

describe('no meaning by colour alone in whole lists', () => {
  const script = { commands: {}, conditions: {} };
  const sessionOf = async (taskIndex: number): Promise<SessionState> => {
    const robot = await startRobot({ ...script, taskIndex });
    const { session } = robot.host.content();
    await robot.close();
    return session;
  };

  it('conditions of a check look different in each state, stale or not', async () => {
    const session = await sessionOf(0);
    const report = (result: CheckResult | undefined, stale: boolean): ConditionReport => ({
      id: 'c',
      title: 'Pods are ready',
      why: 'They are not.',
      result,
      stale,
    });
    const shown = Object.entries(results).flatMap(([name, result]) =>
      [false, true].flatMap((stale) => {
        if (!result && stale) return [];
        const next: SessionState = {
          ...session,
          status: 'failed',
          next: { type: 'verify' },
          progress: { ...session.progress, conditions: [report(result, stale)] },
        };
        const text = checkText(next, { width: 70, glyphs: unicodeGlyphs, words: en });
        return [[`${name}${stale ? ' stale' : ''}`, colourless(text?.lines ?? [], unicodeGlyphs)] as const];
      }),
    );
    expectAllDistinct(Object.fromEntries(shown));
  });

  it('lessons on the map say done, begun, here, locked and untouched', async () => {
    const session = await sessionOf(0);
    const [plain] = course;
    if (!plain) throw new Error('the course is empty');
    const row = (entry: typeof plain, finished: readonly string[]) => {
      const rows = mapRows(
        [entry],
        { ...session, finished: new Set(finished) },
        { width: 80, glyphs: asciiGlyphs, words: en },
      );
      return colourless(
        rows.map(({ line }) => line),
        asciiGlyphs,
      );
    };
    const two = { ...plain, tasks: [...plain.tasks, { id: 'more', title: 'More' }] };
    expectAllDistinct({
      untouched: row(two, []),
      begun: row(two, ['welcome/look']),
      done: row(two, ['welcome/look', 'welcome/more']),
      here: row({ ...two, id: session.lesson.id }, []),
      locked: row({ ...two, locked: 'needs lesson 7 first' }, []),
    });
  });
});
