import { afterEach, describe, expect, it } from 'vitest';
import { type Robot, startRobot } from './robot.ts';
import type { Script } from './scripted-host.ts';

const script: Script = {
  commands: {
    'kubectl apply': { output: Array.from({ length: 200 }, (_, index) => `line ${index + 1}`).join('\n') },
    'kubectl delete': { output: 'deleting\n', hangs: true },
    'kubectl port-forward': { output: 'Forwarding\n', hangs: true },
    ls: { output: 'manifests\n' },
  },
  conditions: {
    weights: { status: 'passed', saw: 'it' },
    ratio: { status: 'not-yet', expected: 'half', saw: 'less' },
    gone: { status: 'wrong', expected: 'nothing', saw: 'something' },
  },
};

let robot: Robot;
afterEach(() => robot.close());

const start = async (taskIndex = 0, columns = 80, rows = 24) => {
  robot = await startRobot({ ...script, taskIndex }, columns, rows);
  return robot;
};
const sent = () => robot.host.intents.map((intent) => intent.type);

describe('Enter', () => {
  it('runs no command whose card was not seen: it reads on to it first', async () => {
    await start(0, 60, 14);
    await robot.press('enter');
    expect(robot.text()).toContain('Enter');
    const ran = () => robot.host.driver.state.lastRun;
    for (let press = 0; press < 12 && !ran(); press += 1) {
      const isSeen = robot.text().includes('Enter runs it') && robot.text().includes('50-50.yaml');
      const isRun = /Enter run\b/.test(robot.text());
      expect(isRun).toBe(isSeen && isRun);
      await robot.press('enter');
    }
    expect(ran()?.script).toContain('kubectl apply');
  });

  it('passes a prediction over only when it is in sight', async () => {
    await start(0, 60, 14);
    expect(robot.text()).toContain('Enter read on');
    await robot.press('enter');
    expect(sent()).not.toContain('proceed');
  });

  it('goes on meaning what the screen said while the check or the card grows', async () => {
    const growing: Script = { ...script, conditions: { ...script.conditions }, taskIndex: 0 };
    for (let rows = 14; rows <= 24; rows += 1) {
      growing.conditions['weights'] = { status: 'passed', saw: 'it' };
      robot = await startRobot(growing, 60, rows);
      while (!robot.text().includes('Enter pass over')) await robot.press('enter');
      await robot.press('a');
      expect(robot.text(), `a choice marked in ${rows} rows`).toContain('Enter answer');
      while (!robot.text().includes('Enter run ')) await robot.press('enter');
      growing.conditions['weights'] = { status: 'wrong', expected: 'much '.repeat(30), saw: 'other '.repeat(30) };
      await robot.press('v');
      if (rows < 20) {
        // One pane at a time: the check opened over the card, so Enter only leads back to it.
        expect(robot.text(), `the check alone in ${rows} rows`).toContain('expected');
        expect(robot.text()).toContain('Enter read on');
        while (robot.text().includes('Enter read on')) await robot.press('enter');
        expect(robot.host.driver.state.lastRun).toBeUndefined();
      }
      expect(robot.text(), `a longer check in ${rows} rows`).toContain('Enter run ');
      expect(robot.text()).toContain('50-50.yaml');
      if (rows < 24) await robot.close();
    }
  });

  it('does not run what deletes; y does', async () => {
    await start(1);
    await robot.press('p', 'enter', 'enter');
    expect(robot.host.driver.state.status).toBe('confirming');
    expect(robot.text()).toContain('y runs it');
    await robot.press('y');
    expect(robot.host.driver.state.status).toBe('running');
  });
});

describe('the command line', () => {
  it('puts an own command on the card, and runs it after a yes', async () => {
    await start();
    await robot.press(':');
    await robot.type('ls -l');
    await robot.press('enter');
    expect(robot.text()).toContain('Run your own command?');
    expect(robot.host.driver.state.lastRun).toBeUndefined();
    await robot.press('enter');
    expect(robot.host.driver.state.lastRun?.script).toBe('ls -l');
    expect(robot.text()).toContain('manifests');
  });

  it('takes a paste as one piece that waits', async () => {
    await start();
    robot.paste('ls\nrm -rf x\n');
    await robot.settle();
    expect(robot.text()).toContain('$ ls');
    expect(robot.text()).toContain('> rm -rf x');
    expect(sent()).toEqual([]);
  });

  it('edits the command of the lesson', async () => {
    await start();
    await robot.press('b', 'enter', 'e');
    expect(robot.text()).toContain('Change the command');
    await robot.press('ctrl-w');
    await robot.type('json');
    await robot.press('enter');
    expect(robot.text()).toContain('Run the changed command?');
    expect(robot.host.intents.at(-1)).toEqual({
      type: 'propose',
      script: 'kubectl apply -f manifests/split/50-50.json',
      edited: true,
    });
  });

  it('remembers earlier commands', async () => {
    await start();
    await robot.press(':', 'up', 'up');
    expect(robot.text()).toContain('$ kubectl get pods');
    await robot.press('escape');
    expect(robot.text()).not.toContain('Your own command');
  });
});

describe('Ctrl-C', () => {
  it('interrupts what runs', async () => {
    await start(1);
    await robot.press('p', 'enter', 'y', 'ctrl-c');
    expect(robot.host.driver.state.lastRun?.end).toEqual({ type: 'cancelled' });
    expect(robot.text()).toContain('interrupted');
  });

  it('takes the card back, leaves the command line, and asks before it quits', async () => {
    await start(1);
    await robot.press('p', 'enter', 'ctrl-c');
    expect(robot.host.driver.state.status).not.toBe('confirming');
    await robot.press(':', 'ctrl-c');
    expect(robot.text()).not.toContain('Your own command');
    await robot.press('ctrl-c');
    expect(robot.text()).toContain('Quit?');
    expect(robot.acts).toEqual([]);
    await robot.press('n');
    expect(robot.text()).not.toContain('Quit?');
    await robot.press('ctrl-c', 'ctrl-c');
    expect(robot.acts).toEqual(['quit']);
  });
});

describe('quitting', () => {
  it('needs no second word when nothing runs', async () => {
    await start();
    await robot.press('q');
    expect(robot.acts).toEqual(['quit']);
  });

  it('says what would stop', async () => {
    await start(1);
    await robot.press('enter', 'q');
    expect(robot.text()).toContain('Still running: forward.');
    expect(robot.acts).toEqual([]);
    await robot.press('y');
    expect(robot.acts).toEqual(['quit']);
  });
});

describe('other keys', () => {
  it('say why they do nothing now', async () => {
    await start(-1);
    await robot.press('v');
    expect(robot.text()).toContain('There is nothing to verify here.');
    await robot.press('j');
    expect(robot.text()).not.toContain('There is nothing to verify here.');
  });

  it('give way to news: why a key did nothing does not stand before a notice', async () => {
    await start(-1);
    await robot.press('v');
    robot.host.driver.notice('The sandbox had stopped and runs again.');
    await robot.settle();
    expect(robot.text()).toContain('The sandbox had stopped and runs again.');
    expect(robot.text()).not.toContain('There is nothing to verify here.');
  });

  it('open hints one by one, the new one in sight', async () => {
    await start(0, 60, 20);
    await robot.press('h');
    expect(robot.text()).toContain('Hint 1');
    await robot.press('h');
    expect(robot.text()).toContain('Solution');
    await robot.press('h');
    expect(robot.text()).toContain('All hints are open.');
  });

  it('scroll the pane that has the focus, and the output follows its end until then', async () => {
    await start();
    await robot.press('b', 'enter', 'enter');
    expect(robot.text()).toContain('line 200');
    await robot.press('tab', 'g');
    expect(robot.text()).toContain('line 1\n');
    await robot.press('G', 'z');
    expect(robot.text()).toContain('line 181');
    expect(robot.text()).not.toContain('Check:');
  });

  it('open what a background command said, start it again, and stop it', async () => {
    await start(1);
    await robot.press('enter', 't', 'enter');
    expect(robot.text()).toMatch(/─ forward .*running/);
    expect(robot.text()).toContain('Forwarding');
    await robot.press('escape', 'r');
    expect(sent()).toContain('restart-background');
    expect(robot.text()).toContain('In the background');
    await robot.press('s');
    expect(sent()).toContain('stop-background');
  });

  it('stop a background command from its list', async () => {
    await start(1);
    await robot.press('enter', 't');
    expect(robot.text()).toContain('In the background');
    await robot.press('1');
    expect(sent()).toContain('stop-background');
  });

  it('jump on the map: to a task of this lesson, and to another lesson', async () => {
    await start();
    await robot.press('m', 'down', 'enter');
    expect(robot.host.driver.state.taskIndex).toBe(1);
    await robot.press('m', 'g', 'enter');
    expect(robot.host.opened).toEqual(['welcome']);
  });

  it("explain the field's words, those of the open text first", async () => {
    await start(0);
    await robot.press('i');
    const text = robot.text();
    expect(text).toContain("The field's words");
    expect(text).toMatch(/In this text\s+TrafficSplit\s+Shares requests by weight\.\s+All others\s+Node/);
    await robot.press('escape');
    expect(robot.text()).toContain('Task 1 of 2');
  });

  it('copy the command that Enter is about, and say so', async () => {
    await start(1);
    await robot.press('y');
    expect(robot.acts).toContain('copy');
    expect(robot.text()).toContain('Sent to the clipboard.');
    expect(sent()).toEqual([]);
  });

  it('open the page of the task', async () => {
    await start();
    await robot.press('o');
    expect(robot.host.pages).toEqual(['http://localhost:8081']);
  });

  it('leave shell, suspend and redraw to the terminal', async () => {
    await start();
    await robot.press('s', 'ctrl-z', 'ctrl-l');
    expect(robot.acts).toEqual(['shell', 'suspend', 'redraw']);
  });
});

describe('frames', () => {
  it('are drawn at most 30 times a second for changes that nobody pressed a key for', async () => {
    await start();
    let drawn = 0;
    robot.store.subscribe(() => {
      drawn += 1;
    });
    const { driver } = robot.host;
    for (let ms = 0; ms < 1000; ms += 5) {
      driver.send({ type: 'dismiss-notice' });
      driver.send({ type: 'hint' });
      await robot.clock.step(5);
    }
    expect(drawn).toBeGreaterThan(10);
    expect(drawn).toBeLessThanOrEqual(31);
  });
});

describe('a small screen', () => {
  it('opens the pane that the moment is about, and Enter leads back to the lesson', async () => {
    robot = await startRobot({ ...script, taskIndex: 0 }, 40, 12);
    expect(robot.text()).toContain('─ Check: half of the books');
    while (!robot.text().includes('Enter pass over')) await robot.press('enter');
    await robot.press('a', 'enter');
    while (!robot.text().includes('Enter run ')) await robot.press('enter');
    await robot.press('enter');
    expect(robot.text(), 'why it is not done yet').toContain('The weights are right, but the');
    expect(robot.text(), 'the lesson is its title now').toMatch(/^─ 1\/2 Send half of the requests to v2 ─/m);
    await robot.press('tab');
    expect(robot.text(), 'unfolded').toMatch(/^─ 1\/2 .*\d+–\d+ of \d+/m);
    await robot.press('tab');
    expect(robot.text()).toContain('line 200');
    expect(robot.text()).not.toContain('line 190');
  });

  it('begins nothing while it is too small to show what a key does', async () => {
    robot = await startRobot({ ...script, taskIndex: 1 }, 60, 20);
    await robot.press('p');
    expect(robot.text()).toContain('Enter run …');
    robot.store.resize({ columns: 39, rows: 11 });
    await robot.press('enter', 'y', 'm', '?', ':');
    expect(robot.host.driver.state.status).toBe('reading');
    robot.store.resize({ columns: 60, rows: 20 });
    expect(robot.text()).toContain('Enter run …');
    await robot.press('enter', 'y');
    expect(robot.host.driver.state.status).toBe('running');
    robot.store.resize({ columns: 10, rows: 3 });
    await robot.press('q', 'ctrl-c');
    expect(robot.acts, 'what runs is not left by one key that nobody sees').not.toContain('quit');
    expect(robot.host.driver.state.lastRun?.end.type).toBe('cancelled');
    await robot.press('q');
    expect(robot.acts).toContain('quit');
  });
});
