import { describe, expect, it } from 'vitest';
import type { Intent } from '../../src/session/events.ts';
import type { SessionStatus } from '../../src/session/state.ts';
import { check, command, lesson, question, sandbox, task, Walk } from './lesson-text.ts';

const oneTask = () => new Walk(lesson(task('a', [command('one'), command('two')], check('holds'))));

describe('Enter', () => {
  it('leads from the introduction to the first open task and notes that it began', () => {
    const walk = new Walk(lesson(task('a', []), task('b', [])), { taskIndex: -1, finished: new Set(['lesson-one/a']) });
    expect(walk.state).toMatchObject({ status: 'reading', next: { type: 'begin' } });
    walk.took();
    walk.intent('proceed');
    expect(walk.state.taskIndex).toBe(1);
    expect(walk.took()).toEqual(['record task-started']);
  });

  it('runs the commands in order and verifies by itself after the last', () => {
    const walk = oneTask();
    walk.took();
    expect(walk.intent('proceed').state.status).toBe('running');
    walk.ends();
    expect(walk.state).toMatchObject({ status: 'reading', next: { type: 'run', proposal: { script: 'run two' } } });
    walk.intent('proceed').ends();
    expect(walk.state).toMatchObject({ status: 'verifying', byLearner: false, next: { type: 'verify' } });
    expect(walk.took()).toEqual([
      'run-command run one',
      'record command-ended',
      'verify',
      'run-command run two',
      'record command-ended',
      'verify',
    ]);
  });

  it('offers a command again that ended with another code than 0, and shows how it ended', () => {
    const walk = oneTask().intent('proceed').ends(3);
    expect(walk.state).toMatchObject({
      status: 'reading',
      next: { type: 'run', proposal: { script: 'run one' } },
      lastRun: { end: { type: 'exited', code: 3 }, tookMs: 500 },
      progress: { done: [] },
    });
  });

  describe('after a command that met what it makes', () => {
    const refused = (name: string) => `Error from server (AlreadyExists): namespaces "${name}" already exists`;
    const ended = (...lines: string[]) =>
      oneTask()
        .intent('proceed')
        .prints(...lines)
        .ends(1).state;

    it('goes on to the next command, and says so', () => {
      expect(ended(refused('bookbuyer'), 'namespace/bookstore created', refused('bookwarehouse'))).toMatchObject({
        next: { type: 'run', proposal: { script: 'run two' } },
        lastRun: { end: { code: 1 } },
        progress: { done: ['one'] },
        notice: { type: 'made-before' },
      });
    });

    it.each([
      [
        'something else went wrong too',
        [refused('bookbuyer'), 'Error from server (Forbidden): namespaces is forbidden'],
      ],
      ['nothing was said of what is there', ['namespace/bookstore created']],
      ['it said nothing', []],
    ])('offers it again when %s', (_, lines) => {
      expect(ended(...lines)).toMatchObject({ next: { proposal: { script: 'run one' } }, progress: { done: [] } });
    });
  });

  it('reads a task without commands and check as done, and goes on', () => {
    const walk = new Walk(lesson(task('a', []), task('b', [])));
    walk.took();
    walk.intent('proceed');
    expect(walk.state.taskIndex).toBe(1);
    expect(walk.took()).toEqual(['record task-passed', 'record task-started']);
  });

  it('ends the lesson after its last open task, and then opens the following lesson', () => {
    const walk = new Walk(lesson(task('a', [command('one')])), { following: 'lesson-two' }).intent('proceed').ends();
    expect(walk.took().slice(-2)).toEqual(['record task-passed', 'record lesson-passed']);
    expect(walk.intent('proceed').state).toMatchObject({ status: 'finished', following: 'lesson-two' });
    walk.intent('proceed');
    expect(walk.took()).toEqual(['open-lesson lesson-two']);
  });

  it('goes back to a task that was passed over before the lesson ends', () => {
    const walk = new Walk(lesson(task('a', [command('one')]), task('b', [command('two')])));
    walk.intent({ type: 'open-task', taskIndex: 1 }, 'proceed').ends();
    expect(walk.took().slice(-1)).toEqual(['record task-passed']);
    walk.intent('proceed');
    expect(walk.state).toMatchObject({ status: 'reading', taskIndex: 0 });
  });

  it('skips commands that are not for this world', () => {
    const walk = new Walk(lesson(task('a', [command('login', { worlds: ['aks'] }), command('one')])));
    expect(walk.state).toMatchObject({ next: { type: 'run', proposal: { script: 'run one' } } });
  });
});

describe('the card', () => {
  it.each(['deletes', 'cloud'] as const)('of a command whose effect is "%s" wants a yes of its own', (effect) => {
    const walk = new Walk(lesson(task('a', [command('one', { effect })])));
    walk.took();
    expect(walk.intent('proceed').state).toMatchObject({ status: 'confirming', proposal: { script: 'run one' } });
    expect(walk.intent('proceed').state).toMatchObject({ status: 'confirming', notice: { type: 'needs-a-yes' } });
    expect(walk.took()).toEqual([]);
    expect(walk.intent('confirm').state.status).toBe('running');
    expect(walk.took()).toEqual(['run-command run one']);
  });

  it('is not shown for lesson commands that read or change', () => {
    for (const effect of ['reads', 'changes'] as const) {
      expect(new Walk(lesson(task('a', [command('one', { effect })]))).intent('proceed').state.status).toBe('running');
    }
  });

  it('leads back when the learner declines', () => {
    const walk = oneTask().intent({ type: 'propose', script: 'rm -r x', edited: false });
    expect(walk.state).toMatchObject({ status: 'confirming', proposal: { command: undefined } });
    expect(walk.intent('decline').state).toMatchObject({ status: 'reading', next: { type: 'run' } });
  });

  it('shows an edited command, which counts as the lesson command once it ran', () => {
    const walk = oneTask().intent({ type: 'propose', script: 'run one --now', edited: true });
    expect(walk.state).toMatchObject({ status: 'confirming', proposal: { edited: true, script: 'run one --now' } });
    expect(walk.intent('proceed').ends().state.progress.done).toEqual(['one']);
  });

  it('is not shown when an edit leaves the command as it was', () => {
    const walk = oneTask().intent({ type: 'propose', script: ' run one\n', edited: true });
    expect(walk.state).toMatchObject({ status: 'running', proposal: { edited: false } });
  });

  it('is not shown for an empty line', () => {
    expect(oneTask().intent({ type: 'propose', script: '  ', edited: false }).state.status).toBe('reading');
  });
});

describe('a look', () => {
  const verifying = () => oneTask().intent('proceed').ends().intent('proceed').ends();

  it('that finds every condition true passes the task, recorded in the same step', () => {
    const walk = verifying();
    walk.took();
    walk.sees({ holds: 'passed' });
    expect(walk.state).toMatchObject({ status: 'passed', next: { type: 'continue' } });
    expect(walk.took()).toEqual(['record condition-changed', 'record task-passed', 'record lesson-passed']);
    expect([...walk.state.finished]).toEqual(['lesson-one/a']);
  });

  it.each(['wrong', 'not-yet'] as const)('that finds one %s fails, and Enter looks again', (status) => {
    const walk = verifying().sees({ holds: status });
    expect(walk.state).toMatchObject({ status: 'failed', next: { type: 'verify' } });
    expect(walk.intent('proceed').state).toMatchObject({ status: 'verifying', byLearner: true });
  });

  it('that could not tell is no failure: it says why and lets the learner try again', () => {
    const walk = verifying().sees({ holds: 'unknown' });
    expect(walk.state).toMatchObject({
      status: 'reading',
      notice: { type: 'could-not-tell', reason: expect.stringContaining('no answer from the API') },
    });
  });

  it('leaves open what was not looked at, and does not pass', () => {
    const walk = new Walk(lesson(task('a', [], check('first', 'second')))).intent('proceed').sees({ first: 'passed' });
    expect(walk.state.status).not.toBe('passed');
    expect(walk.state.progress.conditions.map(({ result }) => result?.status)).toEqual(['passed', undefined]);
  });

  it('after a failure goes on by itself when the world changes, marks old results, and passes', () => {
    const walk = verifying().sees({ holds: 'wrong' });
    walk.took();
    walk.event({ type: 'world-changed', at: 5_000 });
    expect(walk.state).toMatchObject({ status: 'failed', progress: { conditions: [{ stale: true }] } });
    expect(walk.took()).toEqual(['verify']);
    expect(walk.sees({ holds: 'passed' }).state.status).toBe('passed');
  });

  it('beside unfinished commands only colours the conditions', () => {
    const walk = oneTask().intent('proceed').ends().sees({ holds: 'passed' });
    expect(walk.state).toMatchObject({
      status: 'reading',
      progress: { conditions: [{ result: { status: 'passed' } }] },
    });
  });

  it('passes the task when an own command reached the same end', () => {
    const walk = oneTask().intent({ type: 'propose', script: 'own way', edited: false }, 'confirm').ends();
    expect(walk.sees({ holds: 'passed' }).state.status).toBe('passed');
  });

  it('on demand passes the task whatever was typed elsewhere', () => {
    expect(oneTask().intent('verify').sees({ holds: 'passed' }).state.status).toBe('passed');
  });

  it('passes when the last command failed but what it wanted is true', () => {
    const walk = oneTask().intent('proceed').ends().intent('proceed').ends(1);
    expect(walk.sees({ holds: 'passed' }).state.status).toBe('passed');
  });

  it('tells how to go on when an earlier command failed but all that the task wants is there', () => {
    const walk = oneTask().intent('proceed').ends(1).sees({ holds: 'passed' });
    expect(walk.state).toMatchObject({ status: 'reading', notice: { type: 'there-anyway' } });
    expect(walk.intent('verify').sees({ holds: 'passed' }).state.status).toBe('passed');
    expect(oneTask().intent('proceed').ends(1).sees({ holds: 'wrong' }).state.notice).toBeUndefined();
  });

  it('is not begun by a change of the world before anything was done in the task', () => {
    const walk = oneTask();
    walk.took();
    walk.event({ type: 'world-changed', at: 2_000 });
    expect(walk.took()).toEqual([]);
  });

  it('is recorded per condition only when its status changed', () => {
    const walk = verifying().sees({ holds: 'wrong' });
    walk.took();
    walk.intent('verify').sees({ holds: 'wrong' });
    expect(walk.took()).toEqual(['verify', 'record check-failed']);
  });
});

describe('reports of something older', () => {
  it('are dropped: output and end of an earlier run', () => {
    const walk = oneTask().intent('proceed').ends().intent('proceed');
    const before = walk.state;
    walk.event({ type: 'run-output', runId: 1, lines: [{ text: 'late', stream: 'out' }], dropped: 0 });
    walk.event({ type: 'run-ended', runId: 1, end: { type: 'exited', code: 0 }, at: 9 });
    expect(walk.state).toBe(before);
  });

  it('are dropped: a look from before a run, a move to another task, or Ctrl-C', () => {
    const leaving: Intent[][] = [
      [{ type: 'interrupt' }],
      [{ type: 'open-task', taskIndex: -1 }],
      [{ type: 'propose', script: 'x', edited: false }, { type: 'confirm' }],
    ];
    for (const intents of leaving) {
      const walk = new Walk(lesson(task('a', [], check('holds')))).intent('verify');
      const { verifyId } = walk.state;
      walk.intent(...intents);
      const before = walk.state;
      walk.event({ type: 'condition-reported', verifyId, condition: 'holds', result: { status: 'passed', saw: '' } });
      walk.event({ type: 'verify-ended', verifyId, at: 1 });
      expect(walk.state).toBe(before);
    }
  });
});

describe('Ctrl-C', () => {
  it('asks a command to stop at first and kills it the second time', () => {
    const walk = oneTask().intent('proceed');
    walk.took();
    walk.intent('interrupt', 'interrupt');
    expect(walk.took()).toEqual(['interrupt', 'kill']);
    expect(walk.state).toMatchObject({ status: 'running', run: { interrupts: 2 } });
  });

  it('leaves the card and ends a look', () => {
    const walk = oneTask().intent({ type: 'propose', script: 'x', edited: false }, 'interrupt');
    expect(walk.state.status).toBe('reading');
    expect(walk.intent('verify', 'interrupt').state.status).toBe('reading');
  });
});

describe('questions', () => {
  const asked = (mode: 'quiz' | 'predict') => new Walk(lesson(task('a', [question('q', mode), command('one')])));

  it('come before the command that follows them in the file', () => {
    expect(asked('predict').state).toMatchObject({ next: { type: 'answer', question: 'q' } });
  });

  it('of the predicting kind never block, take any answer, and are explained after the next command', () => {
    const walk = asked('predict').intent({ type: 'answer', question: 'q', choice: 'no' });
    expect(walk.state).toMatchObject({
      next: { type: 'run' },
      progress: { answers: { q: { choice: 'no', shown: false } } },
    });
    expect(walk.intent('proceed').ends().state.progress.answers['q']).toEqual({ choice: 'no', shown: true });
    expect(asked('predict').intent('proceed').state).toMatchObject({ status: 'reading', next: { type: 'run' } });
  });

  it('of a quiz want the right answer before anything goes on', () => {
    const walk = asked('quiz').intent('proceed');
    expect(walk.state).toMatchObject({ next: { type: 'answer' }, notice: { type: 'choose-first' } });
    walk.intent({ type: 'answer', question: 'q', choice: 'no' });
    expect(walk.state).toMatchObject({ next: { type: 'answer' }, progress: { answers: { q: { shown: false } } } });
    walk.intent({ type: 'answer', question: 'q', choice: 'yes' });
    expect(walk.state).toMatchObject({
      next: { type: 'run' },
      notice: undefined,
      progress: { answers: { q: { shown: true } } },
    });
  });

  it('take no answer that was not offered', () => {
    const walk = asked('quiz').intent({ type: 'answer', question: 'q', choice: 'maybe' });
    expect(walk.state.progress.answers).toEqual({});
  });

  it('alone make a task, verified by its check', () => {
    const walk = new Walk(lesson(task('a', [question('q', 'quiz')], check('holds'))));
    walk.intent({ type: 'answer', question: 'q', choice: 'yes' });
    expect(walk.state.status).toBe('verifying');
  });
});

describe('optional commands, hints and tasks', () => {
  it('an optional command can be left out, any other cannot', () => {
    const walk = new Walk(lesson(task('a', [command('look', { optional: true }), command('one')])));
    walk.took();
    walk.intent('skip-command');
    expect(walk.took()).toEqual(['record command-skipped']);
    expect(walk.state).toMatchObject({ next: { proposal: { script: 'run one' } }, progress: { skipped: ['look'] } });
    expect(walk.intent('skip-command').state).toMatchObject({ notice: { type: 'not-optional' } });
  });

  it('hints open one after the other, each recorded, and end', () => {
    const walk = oneTask();
    walk.took();
    walk.intent('hint', 'hint', 'hint');
    expect(walk.state).toMatchObject({ progress: { hints: 2 }, notice: { type: 'last-hint' } });
    expect(walk.took()).toEqual(['record hint-opened', 'record hint-opened']);
  });

  it('what was begun in a task is still there after reading another', () => {
    const walk = new Walk(lesson(task('a', [command('one'), command('two')]), task('b', [])));
    walk.intent('proceed').ends().intent('hint', { type: 'open-task', taskIndex: 1 });
    expect(walk.state.progress).toMatchObject({ done: [], hints: 0 });
    walk.intent({ type: 'open-task', taskIndex: 0 });
    expect(walk.state.progress).toMatchObject({ done: ['one'], hints: 1 });
  });

  it('a finished task opens as passed', () => {
    const walk = new Walk(lesson(task('a', [command('one')]), task('b', [])), {
      taskIndex: 1,
      finished: new Set(['lesson-one/a']),
    });
    walk.took();
    expect(walk.intent({ type: 'open-task', taskIndex: 0 }).state.status).toBe('passed');
    expect(walk.took()).toEqual([]);
  });

  it('no other task can be opened while a command runs', () => {
    const walk = oneTask().intent('proceed', { type: 'open-task', taskIndex: -1 });
    expect(walk.state).toMatchObject({
      status: 'running',
      taskIndex: 0,
      notice: { type: 'still-running' },
    });
  });
});

describe('background commands', () => {
  const forward = command('forward', { background: true });
  const changed = (status: 'running' | 'restarting' | 'ended', more = {}) =>
    ({
      type: 'background-changed',
      command: 'forward',
      script: 'run forward',
      status,
      restarts: 0,
      lastLines: [],
      at: 1,
      ...more,
    }) as const;

  it('start without keeping the learner waiting, and count once they run', () => {
    const walk = new Walk(lesson(task('a', [forward, command('one')], check('holds'))));
    walk.took();
    walk.intent('proceed');
    expect(walk.took()).toEqual(['start-background run forward']);
    expect(walk.state).toMatchObject({
      status: 'reading',
      next: { proposal: { script: 'run one' } },
      background: [{ status: 'starting' }],
    });
    expect(walk.event(changed('running')).state.progress.done).toEqual(['forward']);
  });

  it('that are the last command of a task start a look once they run', () => {
    const walk = new Walk(lesson(task('a', [forward], check('holds')))).intent('proceed').event(changed('running'));
    expect(walk.state.status).toBe('verifying');
  });

  it('that gave up are offered again, and the learner reads their last line', () => {
    const walk = new Walk(lesson(task('a', [forward, command('one')]))).intent('proceed').event(changed('running'));
    walk.event(changed('ended', { lastLines: ['port 8081 is taken'], end: { type: 'exited', code: 1 } }));
    expect(walk.state).toMatchObject({
      next: { proposal: { script: 'run forward' } },
      notice: { type: 'background-ended', command: 'forward', lastLine: 'port 8081 is taken' },
      progress: { done: [] },
    });
  });

  it('go on into the next lesson, and are offered again after a resume', () => {
    const walk = new Walk(lesson(task('a', [forward])), { done: ['forward'] });
    expect(walk.state).toMatchObject({ next: { type: 'run', proposal: { script: 'run forward' } } });
  });
});

describe('the world', () => {
  it('that fails blocks the lesson until the learner tries again', () => {
    const walk = oneTask().event({
      type: 'world-failed',
      what: 'The sandbox is gone.',
      why: 'It ended.',
      tryThis: ['meshwalk'],
    });
    expect(walk.state).toMatchObject({ status: 'blocked', what: 'The sandbox is gone.' });
    walk.took();
    expect(walk.intent('proceed').state.status).toBe('reading');
    expect(walk.took()).toEqual(['watch-world']);
  });

  it('for which a lesson is not written blocks it', () => {
    const walk = new Walk({ ...lesson(task('a', [])), worlds: ['aks'] });
    expect(walk.state).toMatchObject({ status: 'blocked', why: 'It is written for: aks.' });
  });

  it('is described anew', () => {
    const walk = oneTask().event({ type: 'world-described', world: { ...sandbox, context: 'bookstore' } });
    expect(walk.state.world.context).toBe('bookstore');
  });
});

describe('every intent in every status', () => {
  const statuses: Record<Exclude<SessionStatus, 'finished'>, () => Walk> = {
    reading: oneTask,
    confirming: () => oneTask().intent({ type: 'propose', script: 'x', edited: false }),
    running: () => oneTask().intent('proceed'),
    verifying: () => oneTask().intent('verify'),
    passed: () => oneTask().intent('verify').sees({ holds: 'passed' }),
    failed: () => oneTask().intent('verify').sees({ holds: 'wrong' }),
    blocked: () => oneTask().event({ type: 'world-failed', what: 'w', why: 'y', tryThis: [] }),
  };
  const intents: Intent[] = [
    { type: 'proceed' },
    { type: 'confirm' },
    { type: 'decline' },
    { type: 'verify' },
    { type: 'hint' },
    { type: 'answer', question: 'none', choice: 'yes' },
    { type: 'propose', script: 'y', edited: true },
    { type: 'skip-command' },
    { type: 'interrupt' },
    { type: 'stop-background', command: 'none' },
    { type: 'open-task', taskIndex: 7 },
    { type: 'dismiss-notice' },
  ];
  const runsSomething: Partial<Record<string, SessionStatus[]>> = {
    proceed: ['reading', 'confirming'],
    confirm: ['confirming'],
  };

  for (const [status, make] of Object.entries(statuses)) {
    it(`in "${status}" runs a command only where Enter or yes say so, and loses no finished task`, () => {
      for (const intent of intents) {
        const walk = make();
        expect(walk.state.status).toBe(status);
        const finished = walk.state.finished;
        walk.took();
        walk.intent(intent);
        const ran = walk.took().some((effect) => effect.startsWith('run-command'));
        const may =
          runsSomething[intent.type]?.includes(status as SessionStatus) ||
          (intent.type === 'proceed' && status === 'failed');
        expect({ intent: intent.type, ran }).toEqual({ intent: intent.type, ran: Boolean(may) });
        for (const key of finished) expect(walk.state.finished.has(key)).toBe(true);
      }
    });
  }
});
