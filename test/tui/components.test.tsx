import { cleanup, render } from 'ink-testing-library';
import { afterEach, describe, expect, it } from 'vitest';
import { SteppedClock } from '../../src/platform/clock.ts';
import { Screen } from '../../src/tui/components/screen.tsx';
import { ScreenStore } from '../../src/tui/screen-store.ts';
import { MarkdownRows } from '../../src/tui/view/markdown.ts';
import { en } from '../../src/words/en.ts';
import { plainTheme } from './robot.ts';
import { type ScriptedHost, scriptedHost } from './scripted-host.ts';

let store: ScreenStore;
let host: ScriptedHost;
afterEach(async () => {
  cleanup();
  store.close();
  await host.driver.close();
});

async function mounted() {
  const clock = new SteppedClock();
  host = await scriptedHost({ commands: {}, conditions: {}, clock });
  store = new ScreenStore({ clock, theme: plainTheme, words: en, size: { columns: 80, rows: 24 }, onAct: () => {} });
  store.attach(host, new MarkdownRows(en));
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const screen = render(<Screen store={store} onReady={() => resolve()} />);
  await ready;
  return screen;
}

describe('the screen as a component', () => {
  it('draws one row of text for each row of the terminal', async () => {
    const screen = await mounted();
    const rows = screen.lastFrame()?.split('\n') ?? [];
    expect(rows).toHaveLength(24);
    expect(rows[0]).toContain('Split traffic between two versions');
    expect(rows[23]).toContain('Enter begin');
  });

  it('hands keys to the store, many in one read as well', async () => {
    const screen = await mounted();
    screen.stdin.write(':ls -l');
    await expect.poll(() => screen.lastFrame()).toContain('$ ls -l');
    screen.stdin.write('\u001b[200~ a\nb\u001b[201~');
    await expect.poll(() => screen.lastFrame()).toContain('$ ls -l a');
    expect(screen.lastFrame()).toContain('> b');
    expect(host.intents).toEqual([]);
  });

  it.each([
    ['in one read', ['\u001b]11;rgb:1e1e/1f1f/1b1b\u0007\u001b[?62;22c']],
    ['ended by ST', ['\u001b]11;rgb:1e1e/1f1f/1b1b\u001b\\']],
    ['cut by the network', ['\u001b]11;rgb:1e1e/1', 'f1f/1b1b\u0007', '\u001b[?62;22c']],
  ])("takes a terminal's late answer for no typing: %s", async (_, reads) => {
    const screen = await mounted();
    const before = screen.lastFrame();
    for (const read of reads) screen.stdin.write(read);
    screen.stdin.write('?');
    await expect.poll(() => screen.lastFrame()).toContain('─ Keys');
    screen.stdin.write('?');
    await expect.poll(() => screen.lastFrame()).toBe(before);
  });

  it('hears keys after an Alt-] that begins no answer', async () => {
    const screen = await mounted();
    screen.stdin.write('\u001b]');
    screen.stdin.write(':b11');
    await expect.poll(() => screen.lastFrame()).toContain('$ b11');
  });
});
