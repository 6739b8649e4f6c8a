// Presses keys on a screen without a terminal and reads it as text.
import { SteppedClock } from '../../src/platform/clock.ts';
import { ScreenStore } from '../../src/tui/screen-store.ts';
import type { ScreenAct } from '../../src/tui/screen-update.ts';
import { bare } from '../../src/tui/view/foreign-text.ts';
import { MarkdownRows } from '../../src/tui/view/markdown.ts';
import { type Theme, unicodeGlyphs } from '../../src/tui/view/theme.ts';
import { en, type Words } from '../../src/words/en.ts';
import { type Script, type ScriptedHost, scriptedHost } from './scripted-host.ts';

export const plainTheme: Theme = { background: 'dark', depth: 'none', glyphs: unicodeGlyphs };

export class Robot {
  readonly host: ScriptedHost;
  readonly clock: SteppedClock;
  readonly store: ScreenStore;
  readonly acts: ScreenAct['type'][] = [];

  constructor(host: ScriptedHost, clock: SteppedClock, columns: number, rows: number, theme: Theme, words: Words) {
    this.host = host;
    this.clock = clock;
    this.store = new ScreenStore({
      clock,
      theme,
      words,
      size: { columns, rows },
      onAct: (act) => this.acts.push(act.type),
    });
    this.store.attach(host, new MarkdownRows(words));
  }

  /** Names of keys, as the keymap has them. */
  async press(...names: string[]): Promise<void> {
    for (const name of names) {
      this.store.press([{ type: 'key', name }]);
      await this.settle();
    }
  }

  async type(text: string): Promise<void> {
    await this.press(...[...text].map((character) => (character === ' ' ? 'space' : character)));
  }

  paste(text: string): void {
    this.store.press([{ type: 'paste', text }]);
  }

  /** Lets commands and looks end, and the frame be drawn. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) await this.clock.step(40);
  }

  text(): string {
    return this.store
      .frame()
      .map((row) => bare(row).trimEnd())
      .join('\n');
  }

  async close(): Promise<void> {
    this.store.close();
    await this.host.driver.close();
  }
}

export async function startRobot(
  script: Script,
  columns = 80,
  rows = 24,
  theme: Theme = plainTheme,
  words: Words = en,
): Promise<Robot> {
  const clock = new SteppedClock();
  const robot = new Robot(await scriptedHost({ clock, ...script }), clock, columns, rows, theme, words);
  await robot.settle();
  return robot;
}
