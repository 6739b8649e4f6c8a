import { afterEach, describe, expect, it } from 'vitest';
import { remindOfCost } from '../../src/cli/cost-on-leaving.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { actsUnseen } from '../../src/tui/unseen-keys.ts';
import { de } from '../../src/words/de.ts';
import { en } from '../../src/words/en.ts';
import type { WorldDescription } from '../../src/world/world.ts';
import { type Robot, startRobot } from './robot.ts';

const minute = 60_000;
const start = Date.UTC(2026, 0, 1);
const world = (since: number): WorldDescription => ({
  kind: 'aks',
  // Where kubectl goes just now: not what costs.
  context: 'shop-prod',
  subscription: 'Pay as you go',
  costsMoney: true,
  cost: { cluster: 'meshwalk-aks', perHour: { low: 0.4, high: 0.7 }, since, currency: 'USD' },
});

let robot: Robot | undefined;
afterEach(async () => {
  await robot?.close();
  robot = undefined;
});

async function on(columns: number, since = start - 12 * minute) {
  robot = await startRobot({ commands: {}, conditions: {}, world: world(since) }, columns, 24);
  return robot;
}

const header = () => robot?.text().split('\n')[0] ?? '';

describe('the header in a world that costs money', () => {
  it('says for how long there is a cluster and what it cost so far, and counts on by itself', async () => {
    const { clock } = await on(140);
    expect(header()).toMatch(/AKS in your subscription · shop-prod · Pay as you go · 12 min · about \$0\.11$/);
    await clock.step(minute);
    expect(header()).toMatch(/13 min · about \$0\.12$/);
    await clock.step(49 * minute);
    expect(header()).toMatch(/1 h 02 min · about \$0\.57$/);
  });

  it('keeps the money where there is little room, and gives up the names', async () => {
    await on(74);
    expect(header()).toMatch(/aks .*about \$0\.11$/);
    expect(header()).not.toContain('Pay as you go');
  });
});

describe('who quits while something costs money', () => {
  it('is asked, and told what, since when, how much, and the line that ends it', async () => {
    const { acts } = await on(100);
    await robot?.press('q');
    expect(acts).toEqual([]);
    const text = robot?.text().replaceAll(/\s+/g, ' ') ?? '';
    expect(text).toContain(
      'The cluster meshwalk-aks has cost about $0.11 in 12 min ($0.40 to $0.70 an hour, estimated), and goes on when you leave.',
    );
    expect(text).toContain('$ meshwalk cleanup --world aks');
    await robot?.press('y');
    expect(acts).toEqual(['quit']);
  });

  it('can leave a terminal that is too small for the question', async () => {
    const { host } = await on(100);
    expect(actsUnseen(host.content(), { type: 'key', name: 'q' })).toEqual([{ type: 'quit' }]);
  });

  it('reads it once more when the screen is gone, in their language', async () => {
    const clock = new SteppedClock();
    const said: string[] = [];
    const describe = async () => world(clock.now() - 90 * minute);
    await remindOfCost({ describe }, de, (line) => said.push(line), clock);
    expect(said).toEqual([
      'Der Cluster meshwalk-aks hat in 1 h 30 min etwa 0,83 $ gekostet (geschätzt 0,40 bis 0,70 $ je Stunde) und kostet weiter, auch wenn du gehst. Beenden:',
      '  → meshwalk cleanup --world aks',
    ]);
  });

  it('hears nothing where nothing costs money, and does not wait for a world that is silent', async () => {
    const clock = new SteppedClock();
    const said: string[] = [];
    const say = (line: string) => void said.push(line);
    await remindOfCost({ describe: async () => ({ kind: 'sandbox', costsMoney: false }) }, en, say, clock);
    await remindOfCost({ describe: () => Promise.reject(new Error('no network')) }, en, say, clock);
    const silent = remindOfCost({ describe: () => new Promise(() => {}) }, en, say, clock);
    await clock.step(3_000);
    await silent;
    expect(said).toEqual([]);
  });
});
