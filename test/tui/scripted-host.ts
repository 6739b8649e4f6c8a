// Hosts the screen with the real driver; only commands and looks are played.
import type { CheckResult } from '../../src/check/check.ts';
import { FieldDesk, type FieldPorts } from '../../src/lesson/fields/field-desk.ts';
import type { Lesson } from '../../src/lesson/lesson.ts';
import { Library } from '../../src/lesson/library.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import type { RunEnd } from '../../src/platform/run-end.ts';
import { createDriver, type Driver } from '../../src/session/driver.ts';
import type { Intent } from '../../src/session/events.ts';
import type { DriverPorts, RunningCommand } from '../../src/session/ports.ts';
import type { BackCard, ClassDesk, CourseEntry, ScreenHost, TerminalProgram, Way } from '../../src/tui/app-port.ts';
import type { WorldDescription } from '../../src/world/world.ts';
import { sampleLesson } from './sample-lesson.ts';

export interface PlayedCommand {
  output: string;
  end?: RunEnd;
  /** Goes on until it is interrupted. */
  hangs?: boolean;
}

const world: WorldDescription = {
  kind: 'sandbox',
  context: 'osm-demo',
  costsMoney: false,
};

export const course: readonly CourseEntry[] = [
  { id: 'welcome', title: 'Welcome', minutes: 3, number: undefined, tasks: [{ id: 'look', title: 'Look around' }] },
  {
    id: 'allow',
    title: 'Allow traffic with policies',
    minutes: 15,
    number: 1,
    tasks: [{ id: 'allow', title: 'Allow' }],
  },
  {
    id: 'split-traffic',
    title: 'Split traffic between two versions',
    minutes: 12,
    number: 2,
    tasks: [
      { id: 'split-half', title: 'Send half of the requests to v2' },
      { id: 'delete-split', title: 'Delete the split' },
    ],
  },
];

const manifests: Readonly<Record<string, string>> = {
  'manifests/split.yaml':
    '# Half each\napiVersion: split.smi-spec.io/v1alpha2\nkind: TrafficSplit\nspec:\n  service: bookstore\n  weight: 50',
  'manifests/app.yaml': 'apiVersion: apps/v1\nkind: Deployment\nspec:\n  replicas: 1',
};

const split = {
  'x-kubernetes-group-version-kind': [{ group: 'split.smi-spec.io', version: 'v1alpha2', kind: 'TrafficSplit' }],
  properties: {
    spec: {
      type: 'object',
      required: ['service'],
      properties: {
        service: { type: 'string', description: 'The Service that clients call.' },
        weight: { type: 'number', minimum: 0 },
      },
    },
  },
};

const playedSchemas: FieldPorts = {
  read: async (path) => manifests[path],
  list: async () => [],
  openApi: async (path) =>
    path.startsWith('apis/split')
      ? { type: 'document', document: { components: { schemas: { split } } } }
      : { type: 'no-kind' },
};

/** Another lesson, to be found by a search. */
const welcome: Lesson = {
  ...sampleLesson(),
  id: 'welcome',
  title: 'Welcome',
  intro: 'You meet a **bookstore** here.\n\nLater its requests are split by weight.',
  tasks: [],
};

export class ScriptedHost implements ScreenHost {
  readonly driver: Driver;
  readonly intents: Intent[] = [];
  readonly opened: string[] = [];
  readonly pages: string[] = [];
  readonly ways: Way[] = [];
  card: BackCard | undefined;
  wentBack = 0;
  /** Of one who sits in a class. */
  classDesk?: ClassDesk;
  shells = 0;
  shellProgram: TerminalProgram = { file: '/bin/sh', args: [], environment: {}, folder: '/', greeting: '' };
  readonly #library: Library;
  #content: { phase: 'lesson'; session: Driver['state'] } | undefined;

  constructor(driver: Driver) {
    this.driver = driver;
    this.#library = new Library([driver.state.lesson, welcome], this.glossary(), () => driver.state.progress.hints);
  }

  content() {
    if (this.#content?.session !== this.driver.state) this.#content = { phase: 'lesson', session: this.driver.state };
    return this.#content;
  }

  subscribe(onChange: () => void) {
    return this.driver.subscribe(onChange);
  }

  send(intent: Intent) {
    this.intents.push(intent);
    this.driver.send(intent);
  }

  course() {
    return course;
  }

  glossary() {
    return [
      { word: 'TrafficSplit', markdown: 'Shares **requests** by weight.' },
      { word: 'Node', markdown: 'A machine of the cluster.' },
    ];
  }

  library() {
    return this.#library;
  }

  fields(onChange: () => void) {
    const text = { prose: [], scripts: ['kubectl apply -f manifests/split.yaml -f manifests/app.yaml'] };
    return new FieldDesk(text, playedSchemas, onChange);
  }

  openLesson(lesson: string, task?: string) {
    this.opened.push(task ? `${lesson}/${task}` : lesson);
  }

  shell() {
    return this.shellProgram;
  }

  shellEnded() {
    this.shells += 1;
  }

  commandHistory() {
    return ['kubectl get pods', 'kubectl get services'];
  }

  lookBack(way: Way) {
    this.ways.push(way);
    this.card = { status: 'looking', way };
  }

  backCard() {
    return this.card;
  }

  goBack() {
    this.wentBack += 1;
  }

  openPage(url: string) {
    this.pages.push(url);
  }
}

export interface Script {
  /** By the start of the script. */
  commands: Record<string, PlayedCommand>;
  /** What looks see, by condition; read anew at each look. */
  conditions: Record<string, CheckResult>;
  clock?: Clock;
  taskIndex?: number;
  /** The sandbox unless told otherwise. */
  world?: WorldDescription;
}

function playedRunner(script: Script): DriverPorts['runner'] {
  const run = (line: string, onText: (text: string) => void): RunningCommand => {
    const played = Object.entries(script.commands).find(([start]) => line.startsWith(start))?.[1];
    const { promise, resolve } = Promise.withResolvers<RunEnd>();
    setImmediate(() => {
      onText(played?.output ?? '');
      if (!played) resolve({ type: 'exited', code: 127 });
      else if (!played.hangs) resolve(played.end ?? { type: 'exited', code: 0 });
    });
    const stop = () => resolve({ type: 'cancelled' });
    return { ended: promise, interrupt: stop, kill: stop };
  };
  return {
    run: (request, onText) => run(request.script, onText),
    runBeside: (request, onText) => run(request.script, onText),
    runInteractive: async () => ({ type: 'exited', code: 0 }),
  };
}

export async function scriptedHost(script: Script): Promise<ScriptedHost> {
  const lesson = sampleLesson();
  const titles = Object.fromEntries(
    lesson.tasks.flatMap((task) =>
      (task.check?.conditions ?? []).map((condition) => [`${task.id}/${condition.id}`, String(condition.spec)]),
    ),
  );
  const ports: DriverPorts = {
    clock: script.clock ?? systemClock,
    runner: playedRunner(script),
    describeWorld: async () => script.world ?? world,
    watchWorld: async () => undefined,
    look: async ({ check }, report) => {
      for (const { id } of check.conditions) {
        const result = script.conditions[id];
        if (result) report(id, result);
      }
    },
    record: () => {},
    openLesson: async () => {
      throw new Error('no other lesson here');
    },
    onBug: (error) => {
      throw error;
    },
  };
  const opening = {
    lesson,
    taskIndex: script.taskIndex ?? -1,
    finished: new Set(['allow/allow']),
    hints: 0,
    done: [],
    answers: {},
    titles,
  };
  return new ScriptedHost(await createDriver(ports, opening));
}
