import { afterEach, describe, expect, it } from 'vitest';
import { SteppedClock } from '../../src/platform/clock.ts';
import { ScreenStore } from '../../src/tui/screen-store.ts';
import { MarkdownRows } from '../../src/tui/view/markdown.ts';
import { en } from '../../src/tui/words/en.ts';
import { plainTheme } from './robot.ts';
import { type ScriptedHost, scriptedHost } from './scripted-host.ts';

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

async function shown(drawMs = 0) {
  const clock = new DrawingClock();
  host = await scriptedHost({ commands: {}, conditions: {}, clock });
  store = new ScreenStore({ clock, theme: plainTheme, words: en, size: { columns: 80, rows: 24 }, onAct: () => {} });
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
