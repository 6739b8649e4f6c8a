import { afterEach, describe, expect, it } from 'vitest';
import { type Robot, startRobot } from './robot.ts';

const script = { commands: {}, conditions: {}, taskIndex: 0 };

describe('searching on the screen', () => {
  let robot: Robot;
  afterEach(() => robot.close());

  it('marks and counts matches while one types, and goes through them', async () => {
    robot = await startRobot(script, 80, 24);
    await robot.press('/');
    await robot.type('SERVICE');
    expect(robot.text()).toContain('/ SERVICE');
    expect(robot.text()).toMatch(/Search ─+ 3 here, \d+ in this lesson, \d+ in all lessons/);
    await robot.press('enter');
    expect(robot.text()).toContain('"SERVICE": 1 of 3 in this text.');
    expect(robot.text()).toMatch(/^▸A TrafficSplit names a root Service/m);
    await robot.press('n', 'n');
    expect(robot.text()).toContain('3 of 3 in this text');
    expect(robot.text()).toMatch(/^▸│ +- service: bookstore-v1/m);
    await robot.press('N');
    expect(robot.text()).toContain('2 of 3');
    await robot.press('escape');
    expect(robot.text()).not.toContain('in this text');
    await robot.press('n');
    expect(robot.text()).toContain('Nothing is marked');
  });

  it('brings a match below the window into it, on the smallest screen too', async () => {
    robot = await startRobot(script, 40, 12);
    expect(robot.text()).not.toContain('500m');
    await robot.press('/');
    await robot.type('500m');
    await robot.press('enter');
    expect(robot.text()).toMatch(/^▸│ Some notes write weight 500m/m);
  });

  it('lists the places in all lessons, shows one to read, and comes back without moving the learner', async () => {
    robot = await startRobot(script, 80, 24);
    const before = robot.text();
    await robot.press('/');
    await robot.type('weight');
    await robot.press('tab');
    expect(robot.text()).toContain('"weight" in all lessons');
    expect(robot.text()).toContain('▸ Word of the field  TrafficSplit');
    expect(robot.text()).toContain('Later its requests are split by weight.');
    await robot.press('G', 'enter');
    expect(robot.text()).toContain('To read: Welcome');
    expect(robot.text()).toMatch(/^▸Later its requests are split by weight\./m);
    await robot.press('escape', 'escape');
    expect(robot.text()).toBe(before);
    expect(robot.host.opened).toEqual([]);
    expect(robot.host.intents).toEqual([]);
  });

  it('opens a word of the field in the list of words', async () => {
    robot = await startRobot(script, 80, 24);
    await robot.press('/');
    await robot.type('machine');
    await robot.press('enter');
    expect(robot.text()).toContain('Word of the field  Node');
    await robot.press('enter');
    expect(robot.text()).toContain("The field's words");
    expect(robot.text()).toContain('A machine of the cluster.');
  });

  it('says when there is nothing, and finds no hint before it is open', async () => {
    robot = await startRobot(script, 80, 24);
    await robot.press('/');
    await robot.type('Look at the weights');
    await robot.press('enter');
    expect(robot.text()).toContain('stands in no lesson and in no word');
    await robot.press('escape', 'h', '/');
    await robot.type('Look at the weights');
    await robot.press('tab');
    expect(robot.text()).toContain('1 place');
  });
});
