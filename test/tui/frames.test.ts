import { afterEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/check/check.ts';
import type { SessionState } from '../../src/session/state.ts';
import { screenModel } from '../../src/tui/screen-model.ts';
import { bare } from '../../src/tui/view/foreign-text.ts';
import { drawFrame, type View } from '../../src/tui/view/frame.ts';
import { MarkdownRows } from '../../src/tui/view/markdown.ts';
import { plain, widthOf } from '../../src/tui/view/spans.ts';
import { asciiGlyphs } from '../../src/tui/view/theme.ts';
import { en } from '../../src/words/en.ts';
import { plainTheme, type Robot, startRobot } from './robot.ts';
import type { Script } from './scripted-host.ts';

const passed: CheckResult = { status: 'passed', saw: 'weights 50 and 50' };
const notYet: CheckResult = {
  status: 'not-yet',
  expected: '50 %, give or take 10',
  saw: '38 % of 40 requests',
  tryThis: 'kubectl get trafficsplit -n bookstore',
};

const script = (ratio: CheckResult = notYet): Script => ({
  commands: {
    'kubectl apply': { output: 'trafficsplit.split.smi-spec.io/bookstore-split created\n' },
    'kubectl delete': { output: 'deleting\n', hangs: true },
    'kubectl port-forward': { output: 'Forwarding from 127.0.0.1:8081 -> 14001\n', hangs: true },
  },
  conditions: {
    weights: passed,
    ratio,
    gone: { status: 'wrong', expected: 'no such object', saw: 'it is there', on: 'TrafficSplit bookstore-split' },
  },
});

let robot: Robot | undefined;
afterEach(() => robot?.close());

async function at(columns: number, rows: number, from: Script = script()): Promise<Robot> {
  robot = await startRobot(from, columns, rows);
  return robot;
}

/** From the introduction to where the split was applied. */
async function applied(columns: number, rows: number, from?: Script): Promise<Robot> {
  const at80 = await at(columns, rows, from);
  await at80.press('enter', 'b');
  for (let page = 0; page < 8 && !at80.text().includes('you will see'); page += 1) await at80.press('enter');
  for (let page = 0; page < 8 && !at80.text().includes('Output'); page += 1) await at80.press('enter');
  return at80;
}

/** A lesson's state, to be put into moments that take long to reach, and all else that a frame is drawn from. */
async function parts(columns: number, rows: number): Promise<{ session: SessionState; view: View }> {
  const { host } = await at(columns, rows);
  const content = host.content();
  if (content.phase !== 'lesson') throw new Error('no lesson is open');
  const view: View = {
    content,
    model: screenModel([]),
    size: { columns, rows },
    theme: plainTheme,
    words: en,
    course: host.course(),
    markdown: new MarkdownRows(en),
    now: 0,
    canOpenPages: false,
    traffic: undefined,
    recall: [],
    explained: new Map(),
    glossary: [],
  };
  return { session: content.session, view };
}

const frameOf = (view: View) =>
  drawFrame(view)
    .map((line) => plain(line).trimEnd())
    .join('\n');

describe('frames', () => {
  it('show the introduction of a lesson at 60×20', async () => {
    expect((await at(60, 20)).text()).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions  sandbox
      ─ What this lesson is about ────────────────────────────────
       A new version of the shop is ready. Instead of replacing
       the old one, you run both and decide which share each
       gets.

       2 tasks  about 12 min
       · 1  Send half of the requests to v2
       · 2  Delete the split










       Enter begin  : command  s shell  m map  ? help  q quit"
    `);
  });

  it('show a task with its question at 80×24', async () => {
    await (await at(80, 24)).press('enter');
    expect(robot?.text()).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions       ●·  sandbox · osm-demo
      ─ Task 1 of 2: Send half of the requests to v2 ──────────────────── 1–17 of 20 ─
       A TrafficSplit names a root Service and the share of each backend:

       │ spec:
       │   service: bookstore
       │   backends:
       │     - service: bookstore-v1
       │       weight: 50 # a whole number

       ╭─ What do you expect? ────────────────────────────────────────── your turn ─╮
       │ Some notes write weight 500m. What does the cluster say to that?           │
       │   a  It accepts it, since 500m means one half.                             │
       │   b  It refuses the object, because a weight has to be a number.           │
       ╰─ a–b choose, Enter answers ────────────────────────────────────────────────╯

       ╭─ ● changes in the sandbox ───────────────────────────────────────── later ─╮
       │ $ kubectl apply -f manifests/split/50-50.yaml                              │
       ╰────────────────────────────────────────────────────────────────────────────╯
      ─ Check: half of the books come from v2 ─────────────────────────────── 0 of 2 ─
       · The split lists both backends with weight 50 – to do
       · Half of the requests reach each version – to do

       Enter pass over  v verify  h hint  : command  s shell  ? help  q quit"
    `);
  });

  it('show output and reasons at 60×20 when a condition does not hold yet', async () => {
    expect((await applied(60, 20)).text()).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions  sandbox
      ─ Task 1 of 2: Send half of the requests to v… 10–16 of 26 ─
       ╭─ What do you expect? ──────────────────────── ✓ right ─╮
       │ Some notes write weight 500m. What does the cluster    │
       │ say to that?                                           │
       │   a  It accepts it, since 500m means one half.         │
       │ ✓ b  It refuses the object, because a weight has to be │
       │      a number.                                         │
       │                                                        │
      ─ Output: kubectl apply -f manif… done, exit code 0, 0.0 s ─
       trafficsplit.split.smi-spec.io/bookstore-split created
      ─ Check: half of the books come from v2  1–6 of 8 · 1 of 2 ─
       ✓ The split lists both backends with weight 50 – passed:
         weights 50 and 50
       … Half of the requests reach each version – not yet
         The weights are right, but the requests do not fall that
         way yet.
         expected  50 %, give or take 10
       … Not yet: 1 of 2 conditions hold. It keeps looking.
       Enter verify  h hint  x why  : command  ? help  q quit"
    `);
  });

  it('say that the task passed, and what comes next, at 80×24', async () => {
    expect((await applied(80, 24, script(passed))).text()).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions       ●·  sandbox · osm-demo
      ─ Task 1 of 2: Send half of the requests to v2 (done) ───────────── 1–15 of 22 ─
       A TrafficSplit names a root Service and the share of each backend:

       │ spec:
       │   service: bookstore
       │   backends:
       │     - service: bookstore-v1
       │       weight: 50 # a whole number

       ╭─ What do you expect? ──────────────────────────────────────────── ✓ right ─╮
       │ Some notes write weight 500m. What does the cluster say to that?           │
       │   a  It accepts it, since 500m means one half.                             │
       │ ✓ b  It refuses the object, because a weight has to be a number.           │
       │                                                                            │
       │ Right. The schema wants a number, and 500m is a string.                    │
       ╰────────────────────────────────────────────────────────────────────────────╯
      ─ Output: kubectl apply -f manifests/split/50-50.yam… done, exit code 0, 0.0 s ─
       trafficsplit.split.smi-spec.io/bookstore-split created
      ─ Check: half of the books come from v2 ─────────────────────────────── 2 of 2 ─
       ✓ The split lists both backends with weight 50 – passed: weights 50 and 50
       ✓ Half of the requests reach each version – passed: weights 50 and 50
       ✓ Task passed. Next: Delete the split
       Enter read on  h hint  : command  s shell  o open page  m map  ? help  q quit"
    `);
  });

  it('put output and check beside the lesson at 200×60', async () => {
    const rows = (await applied(200, 60)).text().split('\n');
    expect(rows.slice(0, 4).join('\n')).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions                                                                                                               ●·  sandbox on this machine · osm-demo
      ─ Task 1 of 2: Send half of the requests to v2 ───────────────────────────────────────────────│─ Check: half of the books come from v2 ──────────────────────────────────────────────────────── 1 of 2 ─
       A TrafficSplit names a root Service and the share of each backend:                           │ ✓ The split lists both backends with weight 50 – passed: weights 50 and 50
                                                                                                    │ … Half of the requests reach each version – not yet"
    `);
    expect(rows.filter((row) => row.includes('38 % of 40 requests'))).toHaveLength(1);
  });

  it('show the card of a command that deletes, and that only y runs it, at 80×24', async () => {
    const now = await at(80, 24, { ...script(), taskIndex: 1 });
    await now.press('p');
    await now.press('enter');
    expect(now.text()).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions       ·●  sandbox · osm-demo
      ─ Task 2 of 2: Delete the split ────────────────────────────────────────────────
       Take it away again. First open a door:

       ╭─ ○ reads in the sandbox ──────────────────────────────────────── left out ─╮
       │ $ kubectl port-forward deploy/bookbuyer 8081:14001                         │
       ╰─ optional · goes on in the background ─────────────────────────────────────╯

       ╭─ ▲ deletes in the sandbox ───────────────────────────────────── ▸ run it? ─╮
       │ $ kubectl delete trafficsplit bookstore-split -n bookstore                 │
       ╰────────────────────────────────────────────────────────────────────────────╯




      ─ Check: the split is gone ──────────────────────────────────────────── 0 of 1 ─
       · TrafficSplit bookstore-split is gone – to do
      ─ Run this? ▲ deletes ──────────────────────────────────────────────────────────
       $ kubectl delete trafficsplit bookstore-split -n bookstore

       It deletes things in the sandbox on this machine, context osm-demo. Only y
       runs it.

       y run it  Esc do not run  e edit"
    `);
  });

  it('show a running command and the background at 60×20', async () => {
    const now = await at(60, 20, { ...script(), taskIndex: 1 });
    await now.press('enter', 'enter', 'y');
    expect(now.text()).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions  sandbox
      ─ Task 2 of 2: Delete the split ────────────────────────────
       Take it away again. First open a door:

       ╭─ ○ reads in the sandbox ────────────────────── ✓ done ─╮
       │ $ kubectl port-forward deploy/bookbuyer 8081:14001     │
       ╰─ optional · goes on in the background ─────────────────╯

       ╭─ ▲ deletes in the sandbox ─────────────────── running ─╮
       │ $ kubectl delete trafficsplit bookstore-split -n       │
       │     bookstore                                          │
       ╰────────────────────────────────────────────────────────╯

      ─ Output: kubectl delete trafficsplit books… running 0.2 s ─
       deleting
      ─ Check: the split is gone ──────────────────────── 0 of 1 ─
       ✗ TrafficSplit bookstore-split is gone – wrong
       Background  forward ● running  Forwarding from 127.0.0.1:8…

       Ctrl-C interrupt  h hint  t background  ? help  q quit"
    `);
  });

  it('show what could not be told in its own words', async () => {
    const now = await applied(80, 24, script({ status: 'unknown', reason: 'The API server does not answer.' }));
    expect(now.text()).toContain('? Half of the requests reach each version – could not tell');
    expect(now.text()).toContain('because   The API server does not answer.');
  });

  it('show the end of a lesson, and the way on, at 60×20', async () => {
    const { session, view } = await parts(60, 20);
    const finished = new Set([...session.finished, 'split-traffic/split-half', 'split-traffic/delete-split']);
    const done: SessionState = { ...session, status: 'finished', finished, following: 'allow' };
    expect(frameOf({ ...view, content: { phase: 'lesson', session: done } })).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions  sandbox
      ─ Done ─────────────────────────────────────────────────────
       ✓ Lesson done: Split traffic between two versions

       ✓ 1  Send half of the requests to v2  done
       ✓ 2  Delete the split  done

       Next: Lesson 1 of 2, Allow traffic with policies, about 15
       min

       Enter goes on to the next lesson. You can also stop here:
       what you did is saved, and the cluster stays as it is.







       Enter next lesson  : command  s shell  ? help  q quit"
    `);
  });

  it('show the end of the course at 60×20', async () => {
    const { session, view } = await parts(60, 20);
    const done: SessionState = { ...session, status: 'finished', following: undefined };
    expect(frameOf({ ...view, content: { phase: 'lesson', session: done } })).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions  sandbox
      ─ Done ─────────────────────────────────────────────────────
       ✓ Lesson done: Split traffic between two versions

       · 1  Send half of the requests to v2
       · 2  Delete the split

       That was the last lesson, but others are still open: m
       shows them, q quits.










       : command  s shell  m map  w traffic  ? help  q quit"
    `);
  });

  it('show what is in the way, and what to try, at 60×20', async () => {
    const { session, view } = await parts(60, 20);
    const blocked: SessionState = {
      ...session,
      status: 'blocked',
      what: 'The sandbox does not answer.',
      why: 'Its process (4242) ended with SIGKILL while the lesson was open.',
      tryThis: ['meshwalk sandbox status', 'meshwalk doctor'],
    };
    expect(frameOf({ ...view, content: { phase: 'lesson', session: blocked } })).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions  sandbox
      ─ Something is in the way ──────────────────────────────────
       The sandbox does not answer.

       Its process (4242) ended with SIGKILL while the lesson was
       open.

       Try this
         meshwalk sandbox status
         meshwalk doctor









       Enter try again  s shell  m map  w traffic  ? help  q quit"
    `);
  });

  it('show the map at 80×24', async () => {
    const now = await applied(80, 24, script(passed));
    await now.press('m');
    expect(now.text()).toMatchInlineSnapshot(`
      " Lesson 2 of 2  Split traffic between two versions       ●·  sandbox · osm-demo
      ─ All lessons ──────────────────────────────────────────────────────────────────
       ·    Welcome                                              0 of 1 task    3 min
       ✓ 1  Allow traffic with policies                                 done   15 min
       ● 2  Split traffic between two versions                  1 of 2 tasks   12 min
      ▸     ✓ Send half of the requests to v2                            you are here
            · Delete the split















       lessons before it are played for you where they are needed
       Enter open  Up Down choose  Esc close"
    `);
  });
});

describe('every frame', () => {
  const sizes = [
    [20, 5],
    [10, 3],
    [39, 12],
    [40, 12],
    [60, 20],
    [80, 24],
    [115, 30],
    [116, 30],
    [200, 60],
    [300, 80],
  ] as const;

  it.each(sizes)(
    'has exactly the rows of a terminal of %i×%i, none too wide, in every place',
    async (columns, rows) => {
      const now = await at(80, 24, script(passed));
      const look = async (...keys: string[]) => {
        now.store.resize({ columns: 80, rows: 24 });
        await now.press(...keys);
        now.store.resize({ columns, rows });
        const frame = now.store.frame();
        expect(frame).toHaveLength(rows);
        expect(frame.filter((row) => widthOf(bare(row)) > columns)).toEqual([]);
      };
      await look();
      for (const keys of [
        ['enter'],
        ['b', 'enter'],
        ['enter'],
        ['h'],
        ['h'],
        ['z'],
        ['tab'],
        ['m'],
        ['escape', '?'],
        ['escape', ':', '語', 'x'],
        ['enter'],
        ['n', 'ctrl-c'],
        ['n', 'enter'],
      ]) {
        await look(...keys);
      }
    },
  );

  it('asks for more room below 40×12, and loses nothing', async () => {
    const now = await applied(80, 24);
    await now.press(':', 'l', 's');
    now.store.resize({ columns: 20, rows: 5 });
    expect(now.text()).toContain('Enlarge the terminal');
    now.store.resize({ columns: 80, rows: 24 });
    expect(now.text()).toContain('$ ls');
  });

  it('is plain ASCII without SGR where the terminal has neither colour nor UTF-8', async () => {
    robot = await startRobot(script(), 80, 24, { ...plainTheme, glyphs: asciiGlyphs });
    for (const key of ['enter', 'b', 'enter', 'enter', 'm', 'escape', '?']) {
      await robot.press(key);
      expect(robot.store.frame().join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
    }
  });

  it('says in words what its colours say', async () => {
    const now = await applied(80, 24);
    for (const word of ['passed', 'not yet', 'exit code 0', 'Not yet: 1 of 2']) expect(now.text()).toContain(word);
  });
});
