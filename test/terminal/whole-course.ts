// One walk through the whole course at one size of the terminal, with what learners do on the way.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadCourse } from '../../src/cli/course-files.ts';
import { firstCourse } from '../../src/lesson/catalog.ts';
import { takePagePort } from '../tools/page-port.ts';
import { CourseProgram } from './course-program.ts';
import { CourseWalk, type Detours } from './course-walk.ts';
import { Learner } from './learner.ts';
import { rowsText, squash } from './screen-reading.ts';

const root = join(import.meta.dirname, '../..');

async function opensHelp(learner: Learner): Promise<void> {
  learner.press('?');
  await learner.until(({ lesson }) => lesson.rule.startsWith('Keys and marks'), 'the help');
  learner.press('escape');
  await learner.until(({ lesson }) => lesson.rule.startsWith('What this lesson'), 'the lesson again');
}

async function looksAtTheMap(learner: Learner): Promise<void> {
  learner.press('m');
  const map = await learner.until(({ lesson }) => lesson.rule === 'All lessons', 'the map');
  const rows = rowsText(map.lesson).split('\n');
  expect(rows.find((row) => row.includes('Bring namespaces into the mesh'))).toMatch(/✓ 3 .* done/);
  expect(rows.find((row) => row.includes('Deploy the bookstore'))).toMatch(/● 4 .* 0 of 2 tasks/);
  learner.press('m');
  await learner.until(({ lesson }) => lesson.rule.startsWith('What this lesson'), 'the lesson again');
}

async function runsOwnCommand(learner: Learner): Promise<void> {
  learner.type(':kubectl get namespace bookstore -o jsonpath={.metadata.labels}\r');
  const card = await learner.until(({ panel }) => panel?.rule.startsWith('Run your own command?') === true, 'the card');
  expect(rowsText(card.panel)).toContain('This is your own command');
  learner.press('enter');
  await learner.seesOutput('kubectl get namespace', '"openservicemesh.io/monitored-by":"osm"');
}

/** The shell has the variables, the kubeconfig and the programs of the lesson. */
async function takesAShell(learner: Learner): Promise<void> {
  const { session } = learner;
  learner.press('s');
  await session.waitFor((screen) => !session.isFullScreen() && /exit to come back/.test(screen), 'the shell');
  learner.type('echo "pod: $POD"; kubectl config current-context; osm version --client-only\r');
  await session.waitFor((screen) => /pod: bookbuyer-\w+-\w+\s+meshwalk-aks\s+CLI Version/.test(screen), 'answers');
  learner.type('exit\r');
  await learner.until(({ moment }) => moment.includes('Task passed'), 'the lesson again');
}

async function stopsTheForward(learner: Learner): Promise<void> {
  learner.press('t');
  const list = await learner.until(({ panel }) => panel !== undefined, 'the list of the background');
  expect(rowsText(list.panel)).toContain('forward-bookbuyer');
  learner.press('1');
  await learner.until(({ tray }) => tray === '', 'an empty tray');
}

/** Who calls whom, as the sidecars count it: frozen, with identities, a look back, and on again. */
async function watchesTheTraffic(learner: Learner): Promise<void> {
  const mapRule = /^─ Traffic, as the sidecars count it/;
  const sees = (what: RegExp, name: string) =>
    learner.session.waitFor((screen) => screen.split('\n').some((row) => mapRule.test(row)) && what.test(screen), name);
  learner.press('w');
  await sees(/\d\d %/, 'the share of a backend');
  await sees(/bookwarehouse/, 'calls behind the shop');
  learner.press('i');
  await sees(/bookstore\.bookstore\.cluster\.local|bookbuyer\.bookbuyer\.cluster\.local/, 'identities');
  learner.press('space');
  await sees(/frozen, 0 s ago/, 'a picture that stands still');
  learner.press('left');
  await sees(/frozen, [1-9]\d* s ago/, 'an older look');
  learner.press('space');
  await sees(/ now/, 'the picture going on');
  learner.press('escape');
  await learner.until(({ lesson }) => !lesson.rule.startsWith('Traffic'), 'the lesson again');
}

async function opensAHint(learner: Learner): Promise<void> {
  learner.press('h');
  await learner.until(({ lesson }) => /Hint 1 {2}1 of 3/.test(rowsText(lesson)), 'the first hint');
}

async function quitsAndComesBack(learner: Learner): Promise<void> {
  const { header, lesson } = learner.read();
  learner.press('q');
  const end = await learner.session.ended;
  expect(end.exitCode).toBe(0);
  expect(learner.session.isFullScreen()).toBe(false);
  await learner.comeBack();
  await learner.until((next) => next.lesson.rule === lesson.rule && next.header === header, 'the same place');
}

/** Whether the program drew this for that size: the terminal's own reflow of the frame before breaks its rules in two. */
function isDrawnFor(screen: string, columns: number, rows: number): boolean {
  const lines = screen.split('\n');
  const rules = lines.filter((line) => line.startsWith('─'));
  const keys = lines.filter((line) => line.includes('q quit'));
  return (
    keys.length === 1 &&
    lines[rows - 1] === keys[0] &&
    rules.length > 0 &&
    rules.every((line) => line.startsWith('─ ') && line.length === columns)
  );
}

async function resizesOnTheWay(learner: Learner, columns: number, rows: number): Promise<void> {
  for (const [width, height] of [
    [columns + 40, rows + 12],
    [41, 13],
    [columns, rows],
  ] as const) {
    learner.resize(width, height);
    await learner.session.waitFor((screen) => isDrawnFor(screen, width, height), `a frame of ${width}×${height}`);
    await learner.until(({ lesson }) => lesson.rows.length > 0, 'the lesson in it');
  }
}

/** The weights of the last task are the learner's own: 25 to 60 instead of 25 to 75. */
async function choosesWeights(learner: Learner): Promise<void> {
  learner.press('e');
  await learner.until(({ panel }) => panel !== undefined, 'the command line');
  for (const _ of "75}]}}'") learner.press('backspace');
  learner.type("60}]}}'\r");
  const card = await learner.until(({ panel }) => panel?.rule.startsWith('Run the changed') === true, 'the card');
  expect(squash(rowsText(card.panel))).toContain('"weight":60}]}}');
  learner.press('enter');
  await learner.seesOutput('kubectl patch', 'trafficsplit.split.smi-spec.io/bookstore-split patched');
}

async function leavesItOut(learner: Learner): Promise<void> {
  learner.press('p');
  await learner.until(({ lesson }) => rowsText(lesson).includes('left out'), 'the command left out');
}

export function walkTheCourse(columns: number, rows: number): void {
  const program = new CourseProgram();
  let freePort: (() => Promise<void>) | undefined;
  beforeAll(() => program.build(), 120_000);
  afterAll(async () => {
    await program.end();
    await freePort?.();
  }, 60_000);

  it(`is walked from the first key to the last at ${columns}×${rows}`, { timeout: 900_000 }, async () => {
    const lessons = (await loadCourse(root, { world: 'sandbox' })).lessonsOf(firstCourse);
    const learner = new Learner(columns, rows, (width, height) => program.start(width, height));
    const detours: Detours = {
      at: {
        welcome: opensHelp,
        'deploy-apps': looksAtTheMap,
        'watch-traffic': async () => {
          freePort = await takePagePort();
        },
        'allow-with-policies': quitsAndComesBack,
        'split-traffic': () => resizesOnTheWay(learner, columns, rows),
      },
      before: { 'deny-by-default/permissive-off': opensAHint },
      instead: { 'create-cluster/show-addon': leavesItOut, 'split-traffic/patch-weights': choosesWeights },
      after: {
        'onboard-namespaces/add-to-mesh': runsOwnCommand,
        'watch-traffic/look-inside': async () => {
          await takesAShell(learner);
          await stopsTheForward(learner);
          await freePort?.();
          freePort = undefined;
        },
        'split-traffic/split-half': watchesTheTraffic,
      },
    };
    await new CourseWalk(learner, detours).walk(lessons);
    learner.press('q');
    expect((await learner.session.ended).exitCode).toBe(0);
    expect(learner.session.isFullScreen()).toBe(false);
  });
}
