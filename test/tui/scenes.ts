// Moments of a learner's way as fixed data: what the screen is drawn from, without a driver, a world or a clock.
import type { TrafficHistory } from '../../src/check/traffic/history.ts';
import type { Command } from '../../src/lesson/lesson.ts';
import { Library } from '../../src/lesson/library.ts';
import { seededRandom } from '../../src/platform/random.ts';
import { recallQuestions } from '../../src/session/recall.ts';
import { marked, proceeded, reviewOf } from '../../src/session/review.ts';
import { always } from '../../src/session/stance.ts';
import type { ConditionReport, FinishedRun, SessionState, TaskProgress } from '../../src/session/state.ts';
import { openLesson } from '../../src/session/tasks.ts';
import type { BackCard, ScreenContent } from '../../src/tui/app-port.ts';
import { lineEditor } from '../../src/tui/line-editor.ts';
import { type Overlay, type ScreenModel, screenModel } from '../../src/tui/screen-model.ts';
import { openingView } from '../../src/tui/traffic-keys.ts';
import type { View } from '../../src/tui/view/frame.ts';
import { MarkdownRows } from '../../src/tui/view/markdown.ts';
import { en } from '../../src/words/en.ts';
import { bookstoreMesh, bookstoreSplit, caller, graphOf, http } from '../check/traffic/mesh-samples.ts';
import { sampleLesson } from './sample-lesson.ts';
import { course } from './scripted-host.ts';

export type Scene = Omit<View, 'size' | 'theme'>;

const lesson = sampleLesson();

function command(name: string): Command {
  const found = lesson.tasks.flatMap(({ commands }) => commands).find((candidate) => candidate.name === name);
  if (!found) throw new Error(`the sample lesson has no command ${name}`);
  return found;
}

const apply = command('apply-split');
const remove = command('delete-split');

const titles = Object.fromEntries(
  lesson.tasks.flatMap(({ id, check }) =>
    (check?.conditions ?? []).map((condition) => [`${id}/${condition.id}`, String(condition.spec)]),
  ),
);

const opened = (taskIndex: number, finished: readonly string[] = []): SessionState =>
  openLesson({
    type: 'lesson-opened',
    lesson,
    taskIndex,
    world: { kind: 'sandbox', context: 'osm-demo', costsMoney: false },
    finished: new Set(['allow/allow', ...finished]),
    hints: 0,
    done: [],
    answers: {},
    titles,
    at: 0,
  }).state;

const applied: FinishedRun = {
  runId: 1,
  script: apply.script,
  command: apply.name,
  startedAt: 0,
  output: { lines: [{ text: 'trafficsplit.split.smi-spec.io/bookstore-split created', stream: 'out' }], dropped: 0 },
  interrupts: 0,
  end: { type: 'exited', code: 0 },
  tookMs: 1234,
};

const lookedAt = (progress: TaskProgress, ratio: ConditionReport['result']): TaskProgress => ({
  ...progress,
  done: [apply.name],
  attempts: 1,
  answers: { weights: { choice: 'half', shown: true } },
  conditions: progress.conditions.map((report) =>
    report.id === 'weights'
      ? { ...report, result: { status: 'passed', saw: 'weights 50 and 50' } }
      : { ...report, result: ratio },
  ),
});

const wrong: ConditionReport['result'] = {
  status: 'wrong',
  expected: '50 %, give or take 10',
  saw: '92 % of 400 requests',
  on: 'TrafficSplit bookstore/bookstore-split, spec.backends',
  tryThis: 'kubectl get trafficsplit bookstore-split -n bookstore -o yaml',
};

const question = opened(0);
const failed: SessionState = {
  ...question,
  progress: lookedAt(question.progress, wrong),
  lastRun: applied,
  status: 'failed',
  next: { type: 'verify' },
};
const passed: SessionState = {
  ...question,
  progress: lookedAt(question.progress, { status: 'passed', saw: '51 % of 400 requests' }),
  lastRun: applied,
  finished: new Set([...question.finished, 'split-traffic/split-half']),
  status: 'passed',
  next: { type: 'continue' },
};

const deletes = { script: remove.script, command: remove, edited: false };
const toDelete = opened(1, ['split-traffic/split-half']);
const forwarding: SessionState = {
  ...toDelete,
  background: [
    {
      command: 'forward',
      script: 'kubectl port-forward deploy/bookbuyer 8081:14001',
      status: 'running',
      restarts: 1,
      lastLines: ['Forwarding from 127.0.0.1:8081 -> 14001', 'Handling connection for 8081'],
    },
  ],
};
const running: SessionState = {
  ...always(forwarding),
  status: 'running',
  proposal: deletes,
  run: {
    ...applied,
    runId: 2,
    startedAt: 1000,
    script: remove.script,
    command: remove.name,
    output: {
      lines: Array.from({ length: 40 }, (_, index) => ({
        text: `\u001b[32m${index + 1}\u001b[0m of 40: waiting for finalizers of bookstore-split, 待って ${'.'.repeat(index)}`,
        stream: 'out' as const,
      })),
      dropped: 120,
    },
  },
};
const finished: SessionState = {
  ...passed,
  finished: new Set([...passed.finished, 'split-traffic/delete-split']),
  status: 'finished',
  following: 'allow',
};

const busy = graphOf({ ...bookstoreMesh, splits: [bookstoreSplit] }, [
  caller('bookbuyer/bookbuyer', {
    ...http('bookstore/bookstore-v1', { total: 22, '2xx': 22 }),
    ...http('bookstore/bookstore-v2', { total: 18, '2xx': 18 }),
  }),
  caller('bookthief/bookthief', http('bookstore/bookstore-v1', { total: 10, '2xx': 5, '4xx': 5, '403': 5 })),
  caller('bookstore/bookstore', http('bookwarehouse/bookwarehouse', { total: 4, '2xx': 4 })),
]);
export const traffic: TrafficHistory = { graphs: [busy], trouble: undefined };

const reviewed = recallQuestions(
  [
    { type: 'answer', lesson: lesson.id, task: 'split-half', question: 'weights', times: 1, at: 1 },
    { type: 'task', lesson: lesson.id, task: 'split-half', failures: 1, hints: 0, at: 2 },
    { type: 'task', lesson: lesson.id, task: 'delete-split', failures: 0, hints: 2, at: 3 },
  ],
  [lesson],
  seededRandom(4),
);
/** What the last task changed; `undo` asks whether to take it back. */
export const back: BackCard = {
  status: 'ready',
  way: 'undo',
  lesson: 'Split traffic between two versions',
  task: 'Send half of the requests to v2',
  changes: {
    list: [
      {
        type: 'created',
        kind: 'Service',
        namespace: 'bookstore',
        name: 'bookstore-v2',
        lines: ['apiVersion: v1', 'kind: Service', 'spec:', '  ports:', '    - name: bookstore-port'].map((text) => ({
          type: 'added',
          text,
        })),
        more: 3,
      },
      {
        type: 'changed',
        kind: 'TrafficSplit',
        namespace: 'bookstore',
        name: 'bookstore-split',
        lines: [
          { type: 'at', text: 'spec.backends' },
          { type: 'same', text: '    - service: bookstore-v2' },
          { type: 'removed', text: '      weight: 0' },
          { type: 'added', text: '      weight: 50' },
        ],
        more: 0,
      },
    ],
    alongside: [{ kind: 'Pod', count: 2 }],
  },
};

const markdown = new MarkdownRows(en);
const library = new Library(
  [question.lesson],
  [{ word: 'TrafficSplit', markdown: 'Shares requests by weight.' }],
  () => 1,
);
const found = { type: 'found', words: 'weight', found: library.search('weight'), row: 1 } as const;

export function sceneAt(content: ScreenContent | SessionState, model: Partial<ScreenModel> = {}): Scene {
  return {
    content: 'phase' in content ? content : { phase: 'lesson', session: content },
    model: { ...screenModel([]), ...model },
    course,
    markdown,
    glossary: [
      { word: 'TrafficSplit', markdown: 'Shares **requests** by weight.' },
      { word: 'Sidecar', markdown: 'The proxy beside a program.' },
    ],
    library,
    now: 4200,
    canOpenPages: true,
    words: en,
    traffic,
    recall: reviewed,
    explained: new Map(),
    back,
  };
}

const over = (session: SessionState, overlay: Overlay): Scene => sceneAt(session, { overlay });

/** Every status of a session, every panel and every list, by name. */
export function scenes(): Record<string, Scene> {
  const commandNext: SessionState = {
    ...question,
    progress: { ...question.progress, answers: { weights: { choice: 'refused', shown: false } } },
    status: 'reading',
    next: { type: 'run', proposal: { script: apply.script, command: apply, edited: false } },
  };
  return {
    introduction: sceneAt(opened(-1)),
    question: sceneAt(question, { choice: 'refused' }),
    command: sceneAt(commandNext),
    'card that asks': sceneAt({ ...always(forwarding), status: 'confirming', proposal: deletes }),
    'own card': sceneAt({
      ...always(question),
      status: 'confirming',
      proposal: { script: 'for i in 1 2 3; do\n  kubectl get pods -A\ndone', command: undefined, edited: false },
    }),
    running: sceneAt(running),
    verifying: sceneAt({ ...failed, status: 'verifying', byLearner: true, next: { type: 'verify' } }),
    failed: sceneAt(failed),
    hint: sceneAt({ ...failed, progress: { ...failed.progress, hints: 2 } }),
    passed: sceneAt(passed),
    finished: sceneAt(finished),
    'end of the course': sceneAt({ ...finished, following: undefined }),
    blocked: sceneAt({
      ...question,
      status: 'blocked',
      what: 'The sandbox does not answer.',
      why: 'Its process (4242) ended with SIGKILL while the lesson was open.',
      tryThis: ['meshwalk sandbox status', 'meshwalk doctor'],
    }),
    notice: sceneAt({
      ...question,
      notice: { type: 'there-anyway' },
    }),
    refusal: sceneAt(failed, { refusal: 'This command is part of the task; only optional ones can be left out.' }),
    'command line': over(question, {
      type: 'editor',
      purpose: 'own',
      editor: lineEditor('kubectl get trafficsplit -n bookstore -o yaml | grep -A 3 backends # 語', []),
    }),
    map: over(question, { type: 'map', row: 3 }),
    traffic: over(question, { type: 'traffic', view: openingView }),
    undo: over(passed, { type: 'way-back', view: { way: 'undo', top: 0 } }),
    changes: over(passed, { type: 'way-back', view: { way: 'look', top: 0 } }),
    words: over(question, { type: 'glossary', top: 0 }),
    searching: sceneAt(question, {
      search: { words: 'share', at: 0 },
      overlay: { type: 'search', editor: lineEditor('share', []), found: library.search('share') },
    }),
    'matches marked': sceneAt(commandNext, { search: { words: 'the', at: 1 } }),
    'places found': over(question, found),
    'a lesson to read': over(question, { type: 'reading', lesson: 'split-traffic', top: 3, at: 0, from: found }),
    review: over(finished, { type: 'review', review: marked(reviewOf(reviewed), 'half'), top: 0 }),
    'review answered': over(finished, {
      type: 'review',
      review: proceeded(marked(reviewOf(reviewed), 'half')).review,
      top: 0,
    }),
    'fields of a manifest': over(question, { type: 'fields', manifest: 0, line: 2, top: 0 }),
    help: over(question, { type: 'help', top: 0 }),
    background: over(forwarding, { type: 'background', row: 0, isOpen: false, below: 0 }),
    quit: over(running, { type: 'quit' }),
    preparing: sceneAt({
      phase: 'preparing',
      title: 'Split traffic between two versions',
      done: ['Starting the sandbox', 'Playing lesson 7'],
      doing: 'Waiting until the shop sells',
    }),
    stopped: sceneAt({
      phase: 'stopped',
      asks: 'empty the sandbox',
      what: 'The sandbox is beyond the start of "Split traffic between two versions".',
      why: 'Lessons only lead forwards, so its start is built from an empty sandbox. Your progress is kept.',
      tryThis: ['Enter: empty the sandbox', 'Esc: back', 'q: leave; all stays as it is'],
      lesson: 'split-traffic',
      back: 'Welcome',
    }),
  };
}

/** Sizes from 1×1 to 300×80: the edges of every layout, and others by a seed. */
export function sizes(seed: number, count: number): { columns: number; rows: number }[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => ({
    columns: 1 + Math.floor(random.next() * 300),
    rows: 1 + Math.floor(random.next() * 80),
  }));
}
