import { afterEach, describe, expect, it } from 'vitest';
import type { Completion } from '../../src/world/completion/complete.ts';
import { type Robot, startRobot } from './robot.ts';

let robot: Robot;
afterEach(() => robot.close());

async function start(complete: (text: string, cursor: number) => Promise<Completion>): Promise<void> {
  robot = await startRobot({ commands: { kubectl: { output: 'done' } }, conditions: {}, taskIndex: 0 });
  Object.assign(robot.host, { complete });
}

const kinds = async (text: string): Promise<Completion> => ({
  from: text.lastIndexOf(' ') + 1,
  candidates: ['pods', 'podtemplates'],
});

const proposed = () => robot.host.intents.flatMap((intent) => (intent.type === 'propose' ? [intent.script] : []));

describe('Tab on the command line', () => {
  it('puts in what all candidates begin with, shows them, and Enter takes the marked one and runs nothing', async () => {
    await start(kinds);
    await robot.press(':');
    await robot.type('kubectl get p');
    await robot.press('tab');
    expect(robot.text()).toContain('$ kubectl get pod');
    expect(robot.text()).toContain('▸ pods  1/2');
    await robot.press('tab');
    expect(robot.text()).toContain('▸ podtemplates  2/2');
    await robot.press('up', 'enter');
    expect(robot.text()).toContain('$ kubectl get pods');
    expect(robot.text()).not.toContain('podtemplates');
    expect(proposed()).toEqual([]);
  });

  it('puts the only candidate in, and goes on within folders', async () => {
    await start(async () => ({ from: 17, candidates: ['manifests/'] }));
    await robot.press(':');
    await robot.type('kubectl apply -f man');
    await robot.press('tab');
    await robot.type('apps');
    expect(robot.text()).toContain('$ kubectl apply -f manifests/apps');
  });

  it('leaves the line alone when it is another one by the time the answer comes', async () => {
    const { promise, resolve } = Promise.withResolvers<Completion>();
    await start(() => promise);
    await robot.press(':');
    await robot.type('kubectl g');
    await robot.press('tab');
    await robot.type('et');
    resolve({ from: 8, candidates: ['grow'] });
    await robot.settle();
    expect(robot.text()).toContain('$ kubectl get');
    expect(robot.text()).not.toContain('grow');
  });

  it('closes its menu with Esc, and with any other key that types', async () => {
    await start(kinds);
    await robot.press(':');
    await robot.type('kubectl get p');
    await robot.press('tab', 'escape');
    expect(robot.text()).not.toContain('podtemplates');
    expect(robot.text()).toContain('$ kubectl get pod');
    await robot.press('tab', 's');
    expect(robot.text()).not.toContain('podtemplates');
    expect(robot.text()).toContain('$ kubectl get pods');
  });
});

describe('the history', () => {
  it('is searched with Ctrl-R for what one typed, older and older', async () => {
    await start(kinds);
    await robot.press(':');
    await robot.type('get');
    await robot.press('ctrl-r');
    expect(robot.text()).toContain('$ kubectl get services');
    await robot.press('ctrl-r');
    expect(robot.text()).toContain('$ kubectl get pods');
    await robot.press('ctrl-r');
    expect(robot.text()).toContain('$ kubectl get pods');
  });

  it('does not keep a line with a secret, nor one that begins with a blank', async () => {
    await start(kinds);
    for (const line of ['kubectl --token=tulip get pods', ' kubectl get nodes']) {
      await robot.press(':');
      await robot.type(line);
      await robot.press('enter', 'n');
    }
    expect(proposed()).toHaveLength(2);
    await robot.press(':', 'up');
    expect(robot.text()).toContain('$ kubectl get services');
  });
});

describe('a paste', () => {
  it('of several lines waits as one command whose lines can be counted, wherever it lands; Enter asks', async () => {
    await start(kinds);
    robot.paste('kubectl get pods\r\nkubectl get services\r\n');
    await robot.settle();
    expect(robot.text()).toMatch(/Your own command .* 2 lines/);
    expect(robot.text()).toContain('$ kubectl get pods');
    expect(robot.text()).toContain('> kubectl get services');
    robot.paste(' -A\n');
    await robot.settle();
    expect(robot.text()).toContain('> kubectl get services -A');
    expect(proposed()).toEqual([]);
    await robot.press('enter');
    expect(robot.host.driver.state.status).toBe('confirming');
    expect(proposed()).toEqual(['kubectl get pods\nkubectl get services -A']);
  });
});
