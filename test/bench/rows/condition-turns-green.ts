import { join } from 'node:path';
import { checkKinds } from '../../../src/check/registry.ts';
import { lookAt } from '../../../src/cli/evidence.ts';
import { WorldWatch } from '../../../src/cli/world-watch.ts';
import type { Lesson } from '../../../src/lesson/lesson.ts';
import { parseLesson } from '../../../src/lesson/parse.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { createDriver, type Driver } from '../../../src/session/driver.ts';
import type { DriverPorts } from '../../../src/session/ports.ts';
import { findings } from '../../../src/words/en/findings.ts';
import { createSandboxWorld } from '../../../src/world/sandbox-world.ts';
import type { World } from '../../../src/world/world.ts';
import { connect } from '../cluster-access.ts';
import { pause, program } from '../lab.ts';
import { measured, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

const changes = 100;

/** A task per change: each waits for a label that the change before it did not set. */
function lessonOf(count: number): Lesson {
  const tasks = Array.from(
    { length: count },
    (_, number) => `## Change ${number}
<!-- task: change-${number} -->

<details><summary>Check: the label is set</summary>

\`\`\`yaml {"check":"check-${number}"}
- id: label-${number}
  resource: { kind: Namespace, name: bookbuyer, path: metadata.labels.bench, equals: "n${number}" }
  why: It is not.
\`\`\`

</details>

<details><summary>Hint 1</summary>

Wait.

</details>

<details><summary>Solution</summary>

Wait longer.

</details>
`,
  );
  const head = `---\nlesson: 1\nid: bench\nstep: 1\ntitle: Bench\nminutes: 1\nneeds: []\nworlds: [sandbox]\n---\n\n# Bench\n\n`;
  const { lesson, problems } = parseLesson(head + tasks.join('\n'), 'bench.md', checkKinds);
  if (!lesson) throw new Error(JSON.stringify(problems.slice(0, 3)));
  return lesson;
}

/** The driver's ports as cli/compose makes them, with no commands and no journal. */
function portsOf(world: World): DriverPorts {
  const noCommands = () => {
    throw new Error('this lesson has no commands');
  };
  const watch = new WorldWatch(world);
  return {
    clock: systemClock,
    runner: { run: noCommands, runBeside: noCommands, runInteractive: noCommands },
    describeWorld: () => world.describe(),
    watchWorld: (onChange) => watch.watch(onChange),
    look: (request, report) => lookAt({ world, kinds: checkKinds, clock: systemClock, findings }, request, report),
    record: () => {},
    openLesson: () => Promise.reject(new Error('there is one lesson')),
    onBug: (error) => {
      throw error;
    },
  };
}

/** Resolves when the session shows the open task's condition with this status. */
function untilStatus(driver: Driver, status: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      const { conditions } = driver.state.progress;
      if (!conditions.every(({ result }) => result?.status === status)) return;
      stop();
      resolve();
    };
    const stop = driver.subscribe(look);
    look();
  });
}

async function measure(world: World, folder: string): Promise<Samples> {
  const lesson = lessonOf(changes);
  await world.prepare(() => {});
  const cluster = await connect(folder);
  await cluster.untilReady(['bookbuyer/bookbuyer', 'bookstore/bookstore']);
  const driver = await createDriver(portsOf(world), {
    lesson,
    taskIndex: 0,
    finished: new Set(),
    hints: 0,
    done: [],
    answers: {},
    titles: {},
  });
  const samples = new Samples();
  try {
    for (let number = 0; number < changes; number++) {
      driver.send({ type: 'open-task', taskIndex: number });
      driver.send({ type: 'verify' });
      await untilStatus(driver, 'wrong');
      // At any moment of the session's own rhythm.
      await pause(Math.random() * 700);
      const start = performance.now();
      const patched = cluster.patch('/api/v1/namespaces/bookbuyer', { metadata: { labels: { bench: `n${number}` } } });
      await untilStatus(driver, 'passed');
      samples.add(performance.now() - start);
      await patched;
    }
  } finally {
    await driver.close();
    cluster.close();
  }
  return samples;
}

/** A real sandbox process with the whole bookstore trading beside it; from sending the change to the session's state. */
export const conditionTurnsGreen: Row = {
  name: 'condition',
  title: 'State change to condition green, sandbox, p95',
  async run(lab) {
    const home = await lab.playedHome();
    const folder = lab.sandboxFolder(home);
    const world = createSandboxWorld({
      folder,
      workingFolder: home,
      serverFile: join(program, '../server.js'),
      pace: 'brisk',
      learner: process.env,
    });
    try {
      const samples = await measure(world, folder);
      const how = `ms: ${samples.summary()}`;
      return measured({ what: 'p95', value: samples.percentile(95), unit: 'ms', budget: { atMost: 150 }, how });
    } finally {
      await world.close();
    }
  },
};
