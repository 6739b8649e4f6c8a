import { afterEach, describe, expect, it } from 'vitest';
import { SteppedClock } from '../../src/platform/clock.ts';
import { ScreenStore } from '../../src/tui/screen-store.ts';
import { MarkdownRows } from '../../src/tui/view/markdown.ts';
import { en } from '../../src/words/en.ts';
import { bookstoreMesh, caller, graphOf, http } from '../check/traffic/mesh-samples.ts';
import { plainTheme } from './robot.ts';
import { type ScriptedHost, scriptedHost } from './scripted-host.ts';

const graph = graphOf(bookstoreMesh, [
  caller('bookbuyer/bookbuyer', http('bookstore/bookstore-v1', { total: 22, '2xx': 22 })),
]);

/** A clock that tests move by hand between two turns of the event loop, as slow drawing does. */
class DrawingClock extends SteppedClock {
  spent = 0;

  override now(): number {
    return super.now() + this.spent;
  }
}

let store: ScreenStore;
let host: ScriptedHost;
afterEach(async () => {
  store.close();
  await host.driver.close();
});

async function shown(drawMs = 0, isCalm = false) {
  const clock = new DrawingClock();
  host = await scriptedHost({ commands: { 'kubectl delete': { output: '', hangs: true } }, conditions: {}, clock });
  const size = { columns: 80, rows: 24 };
  store = new ScreenStore({ clock, theme: plainTheme, words: en, size, isCalm, onAct: () => {} });
  store.attach(host, new MarkdownRows(en));
  const frames: (readonly string[])[] = [];
  store.subscribe(() => {
    clock.spent += drawMs;
    frames.push(store.frame());
  });
  const notice = async (sentence: string, ms: number) => {
    host.driver.notice(sentence);
    await clock.step(ms);
  };
  await clock.step(300);
  return { clock, frames, notice };
}

describe('frames', () => {
  it('are the same array as long as nothing on the screen changes', async () => {
    const { frames, notice } = await shown();
    await notice('Something happened.', 40);
    await notice('Something happened.', 40);
    store.press([{ type: 'key', name: '?' }]);
    const help = store.frame();
    await notice('Something behind the help happened.', 40);
    expect(frames.length).toBeGreaterThanOrEqual(3);
    expect(frames.at(-1)).toBe(help);
    expect(frames.at(-1)).not.toBe(frames[0]);
  });

  it('are new ones after a resize, because the terminal may have lost what it showed', async () => {
    await shown();
    const before = store.frame();
    store.resize({ columns: 80, rows: 24 });
    expect(store.frame()).toEqual(before);
    expect(store.frame()).not.toBe(before);
  });

  it('carry no blanks at the ends of rows', async () => {
    await shown();
    expect(store.frame().filter((row) => row !== row.trimEnd())).toEqual([]);
  });

  it('come thirty times a second when they are drawn at once', async () => {
    const { frames, notice } = await shown();
    await notice('One.', 0);
    const from = frames.length;
    await notice('Two.', 32);
    expect(frames).toHaveLength(from);
    await notice('Three.', 1);
    expect(frames).toHaveLength(from + 1);
  });

  it('leave two thirds of the time to keys when drawing is slow, and a key never waits for them', async () => {
    const { clock, frames, notice } = await shown(60);
    await notice('One.', 0);
    const from = frames.length;
    await notice('Two.', 119);
    expect(frames).toHaveLength(from);
    store.press([{ type: 'key', name: '?' }]);
    expect(frames).toHaveLength(from + 1);
    await clock.step(0);
    await notice('Three.', 119);
    expect(frames).toHaveLength(from + 1);
    await clock.step(1);
    expect(frames).toHaveLength(from + 2);
  });
});

describe('reduced motion', () => {
  const runSomething = async (clock: DrawingClock) => {
    host.send({ type: 'propose', script: 'kubectl delete pod x', edited: false });
    host.send({ type: 'confirm' });
    await clock.step(1000);
  };

  it('draws nothing while a command runs and says nothing, and counts no seconds', async () => {
    const { clock, frames } = await shown(0, true);
    await runSomething(clock);
    const from = frames.length;
    await clock.step(30_000);
    expect(frames).toHaveLength(from);
    expect(store.frame().join('\n')).toMatch(/ running ─/);
  });

  it('is a choice: without it the seconds go on', async () => {
    const { clock, frames } = await shown();
    await runSomething(clock);
    const from = frames.length;
    await clock.step(3000);
    expect(frames.length).toBeGreaterThan(from);
    expect(store.frame().join('\n')).toMatch(/ running \d+ s ─/);
  });

  it('gathers what happens for half a second', async () => {
    const { clock, frames, notice } = await shown(0, true);
    await clock.step(500);
    await notice('One.', 0);
    const from = frames.length;
    await notice('Two.', 499);
    expect(frames).toHaveLength(from);
    await clock.step(1);
    expect(frames).toHaveLength(from + 1);
  });

  it('looks at the traffic every two seconds at most, and tells it in sentences', async () => {
    const { clock, frames } = await shown(0, true);
    let changed = () => {};
    const watch = {
      history: () => ({ graphs: [{ ...graph, atMs: clock.now() }], trouble: undefined }),
      stop: () => {},
    };
    Object.assign(host, {
      watchTraffic: (onChange: () => void) => {
        changed = onChange;
        return watch;
      },
    });
    store.press([{ type: 'key', name: 'w' }]);
    expect(store.frame().join('\n')).toContain('bookbuyer calls bookstore: ');
    const from = frames.length;
    for (let second = 0; second < 10; second += 1) {
      changed();
      await clock.step(1000);
    }
    expect(frames.length - from).toBeLessThanOrEqual(5);
  });
});
