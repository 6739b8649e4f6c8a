import { afterEach, describe, expect, it } from 'vitest';
import type { BackCard } from '../../src/tui/app-port.ts';
import { spokenWayBack } from '../../src/tui/reader/spoken-way-back.ts';
import { deedOf } from '../../src/tui/reader/typed-line.ts';
import { plain } from '../../src/tui/view/spans.ts';
import { wayBackLines } from '../../src/tui/view/way-back-screen.ts';
import { en } from '../../src/words/en.ts';
import { type Robot, startRobot } from './robot.ts';
import { back } from './scenes.ts';

let robot: Robot | undefined;
afterEach(() => robot?.close());

const script = { commands: { 'kubectl apply': { output: '', hangs: true } }, conditions: {} };

async function atTask(columns = 80, rows = 24): Promise<Robot> {
  robot = await startRobot({ ...script, taskIndex: 0 }, columns, rows);
  return robot;
}

/** The host has found out what was asked for. */
async function found(screen: Robot, card: BackCard): Promise<void> {
  screen.host.card = card;
  screen.host.driver.notice('');
  await screen.settle();
}

const text = (card: BackCard, width = 78) => wayBackLines(card, { width, words: en }).map(plain).join('\n');

describe('the card of undoing', () => {
  it('looks first, and lists what it takes back before anything happens', async () => {
    const screen = await atTask();
    await screen.press('u');
    expect(screen.host.ways).toEqual(['undo']);
    expect(screen.text()).toContain('Comparing the world');
    await screen.press('enter');
    expect(screen.host.wentBack).toBe(0);
    await found(screen, back);
    expect(screen.text()).toMatch(/Undo a task[\s\S]*Send half[\s\S]*created Service bookstore\/bookstore-v2/);
    expect(screen.text()).toContain('Enter do it');
    await screen.press('enter');
    expect(screen.host.wentBack).toBe(1);
    expect(screen.text()).not.toContain('Undo a task');
  });

  it('is in parentheses in worlds that keep no picture of themselves, and its keys say why', async () => {
    robot = await startRobot({ ...script, taskIndex: 0, world: { kind: 'aks', costsMoney: true } }, 120, 24);
    expect(robot.text()).toContain('(u undo)');
    for (const key of ['u', 'U', 'D']) {
      await robot.press(key);
      expect(robot.host.ways, key).toEqual([]);
      expect(robot.text(), key).toContain('A real cluster has no picture of how it was before');
    }
  });

  it.each(['escape', 'n', 'q', 'u', 'ctrl-c'])('leaves all as it is on %s', async (key) => {
    const screen = await atTask();
    await screen.press('u');
    await found(screen, back);
    await screen.press(key);
    expect(screen.host.wentBack).toBe(0);
    expect(screen.text()).not.toContain('Undo a task');
  });

  it('asks nothing where there is nothing to undo', async () => {
    const screen = await atTask();
    await screen.press('u');
    await found(screen, { status: 'nothing', way: 'undo' });
    expect(screen.text()).toContain('There is nothing to undo');
    expect(screen.text()).not.toContain('do it');
    await screen.press('enter');
    expect(screen.host.wentBack).toBe(0);
  });

  it('says why where the world has no way back', () => {
    const card: BackCard = {
      status: 'failed',
      way: 'undo',
      what: 'Nothing can be undone in the aks world.',
      why: 'A real cluster keeps no picture of how it was.',
      tryThis: ['meshwalk'],
    };
    expect(text(card)).toBe(`${card.what}\n${card.why}\nmeshwalk`);
  });

  it('is refused while a command runs', async () => {
    const screen = await atTask();
    screen.host.send({ type: 'propose', script: 'kubectl apply', edited: false });
    screen.host.send({ type: 'confirm' });
    await screen.settle();
    expect(screen.host.content().session.status).toBe('running');
    await screen.press('u', 'U', 'D');
    expect(screen.host.ways).toEqual([]);
  });

  it('redoes on the capital letter', async () => {
    const screen = await atTask();
    await screen.press('U');
    expect(screen.host.ways).toEqual(['redo']);
  });
});

describe('what a task changed', () => {
  it('is a list, and then each change as a diff with the keys that lead to it', () => {
    expect(
      text({ ...back, way: 'look' } as BackCard),
    ).toBe(`Send half of the requests to v2 in “Split traffic between two versions”

What this task changed:

+ created Service bookstore/bookstore-v2
~ changed TrafficSplit bookstore/bookstore-split
Alongside, made by controllers and the mesh: 2 Pod.

+ created Service bookstore/bookstore-v2
+ apiVersion: v1
+ kind: Service
+ spec:
+   ports:
+     - name: bookstore-port
  … 3 more lines

~ changed TrafficSplit bookstore/bookstore-split
@ spec.backends
      - service: bookstore-v2
-       weight: 0
+       weight: 50

Left out: status, managedFields, resourceVersion, uid, generation, timestamps,
last-applied-configuration.
Files that you made yourself stay as they are.`);
  });

  it('scrolls at 60 columns, is only read, and closes', async () => {
    const screen = await atTask(60, 20);
    await screen.press('D');
    await found(screen, { ...back, way: 'look' } as BackCard);
    expect(screen.text()).toContain('created Service bookstore/bookstore-v2');
    expect(screen.text()).not.toContain('weight: 50');
    await screen.press('G');
    expect(screen.text()).toContain('weight: 50');
    await screen.press('enter');
    expect(screen.host.wentBack).toBe(0);
    await screen.press('escape');
    expect(screen.text()).toContain('Send half of the requests');
  });

  it('lets no control character of an object through', () => {
    const [first, second] = back.status === 'ready' ? back.changes.list : [];
    if (!first || !second || back.status !== 'ready') throw new Error('the sample has two changes');
    const list = [
      { ...second, name: 'evil\u001b[2J', lines: [{ type: 'added' as const, text: 'a: \u001b]0;x\u0007' }] },
    ];
    expect(text({ ...back, changes: { ...back.changes, list } })).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
});

describe('undoing in lines', () => {
  it('is typed as on the screen', async () => {
    const { host } = await atTask();
    const { session } = host.content();
    expect(deedOf('u', session, en)).toEqual({ type: 'way-back', way: 'undo' });
    expect(deedOf('U', session, en)).toEqual({ type: 'way-back', way: 'redo' });
    expect(deedOf('D', session, en)).toEqual({ type: 'way-back', way: 'look' });
  });

  it('tells the list, and what to type', () => {
    const lines = spokenWayBack(back, en).map((line) => line.text);
    expect(lines).toContain('+ created Service bookstore/bookstore-v2');
    expect(lines.at(-1)).toBe('Enter undoes it, n leaves it.');
  });
});

describe('the card of what was lost', () => {
  const drifted = {
    status: 'drifted',
    way: 'replay',
    sentences: ['Deployment bookstore/bookstore-v1 was deleted since.'],
    tasks: ['Deploy shop and customer'],
    costly: [],
  } satisfies BackCard;

  it('says what was lost and which tasks bring it back, and plays them on Enter', async () => {
    const screen = await atTask();
    await screen.press('R');
    expect(screen.host.ways).toEqual(['replay']);
    await found(screen, drifted);
    expect(screen.text()).toMatch(/bookstore-v1 was deleted since[\s\S]*Deploy shop and customer/);
    await screen.press('enter');
    expect(screen.host.wentBack).toBe(1);
  });

  it('leaves to the learner what costs money, in lines too', async () => {
    const costly = { ...drifted, costly: ['Create the cluster'] };
    const screen = await atTask();
    await screen.press('R');
    await found(screen, costly);
    expect(screen.text()).toMatch(/cost money[\s\S]*Create the cluster/);
    await screen.press('enter');
    expect(screen.host.wentBack).toBe(0);
    const lines = (card: BackCard) => spokenWayBack(card, en).map((line) => line.text);
    expect(lines(drifted).at(-1)).toBe('Enter puts it back, n leaves it.');
    expect(lines(costly).at(-1)).toContain('Create the cluster');
  });
});
