// A robot that learns as people do: it reads what the screen says, pages through what does not fit, and presses keys.

import assert from 'node:assert/strict';
import type { PtySession } from '../tools/pty.ts';
import { enterWord, type PaneReading, readScreen, rowsText, type ScreenReading, squash } from './screen-reading.ts';

const patienceMs = 120_000;

export class Learner {
  readonly #start: (columns: number, rows: number) => PtySession;
  #session: PtySession;
  #size: { columns: number; rows: number };
  /** Rows of the lesson seen so far, by their number. Forgotten when the text grows or another is shown. */
  #seen = new Map<number, string>();
  #seenOf = '';

  constructor(columns: number, rows: number, start: (columns: number, rows: number) => PtySession) {
    this.#start = start;
    this.#size = { columns, rows };
    this.#session = start(columns, rows);
  }

  get session(): PtySession {
    return this.#session;
  }

  read(): ScreenReading {
    return readScreen(this.#session.screen());
  }

  /** Waits until the screen reads as wanted. What cannot become true any more should be let through, and asserted. */
  async until(wanted: (reading: ScreenReading) => boolean, what: string): Promise<ScreenReading> {
    // What was found is what counts: a moment later the next frame may stand there half drawn.
    let reading = this.read();
    const look = (screen: string) => {
      reading = readScreen(screen);
      return this.#session.isFullScreen() && wanted(reading);
    };
    await this.#session.waitFor(look, what, patienceMs);
    this.#remember(reading.lesson);
    return reading;
  }

  press(...keys: string[]): void {
    for (const key of keys) this.#session.press(key);
  }

  type(text: string): void {
    this.#session.write(text);
  }

  /** Pages with Enter until Enter does more than show the next page. */
  async readOn(): Promise<ScreenReading> {
    for (;;) {
      const reading = await this.until(
        ({ keys }) => keys.includes('q quit') && !keys.includes('Ctrl-C interrupt'),
        'rest',
      );
      if (enterWord(reading) !== 'read on') return reading;
      const { rule, rows } = reading.lesson;
      this.press('enter');
      await this.until(
        (next) => enterWord(next) !== 'read on' || next.lesson.rule !== rule || next.lesson.rows.join() !== rows.join(),
        'the next page',
      );
    }
  }

  /** The lesson's text as far as it was on the screen, without blanks. */
  seen(): string {
    return squash(
      [...this.#seen]
        .sort(([a], [b]) => a - b)
        .map(([, row]) => row)
        .join(''),
    );
  }

  seenRows(): string[] {
    return [...this.#seen.values()];
  }

  forget(): void {
    this.#seen = new Map();
    this.#seenOf = '';
  }

  /** Until a command ended well and the end of its output stands on the screen. */
  async seesOutput(script: string, end: string): Promise<void> {
    const isOver = ({ output, keys }: ScreenReading) =>
      output?.rule.startsWith(`Output: ${script.slice(0, 12)}`) === true && !keys.includes('Ctrl-C interrupt');
    const isFailed = ({ output }: ScreenReading) =>
      / (exit code [1-9]|ended by|stopped after|interrupted|did not start)/.test(output?.rule ?? '');
    const reading = await this.until(
      (next) => isOver(next) && (isFailed(next) || squash(rowsText(next.output)).includes(squash(end))),
      `the output of ${script}, and at its end: ${end}`,
    );
    assert.match(reading.output?.rule ?? '', /done, exit code 0/, rowsText(reading.output));
  }

  /** Everything in a pane: as it is when it fits, else with the whole screen given to it, page by page. */
  async whole(which: 'output' | 'check'): Promise<string> {
    const pane = this.read()[which];
    if (pane && !isCut(pane)) return squash(pane.rows.join('\n'));
    // Zoomed, Tab goes through all three panes, shown before or not.
    const tabs = which === 'output' ? 1 : 2;
    this.press('z', ...Array.from({ length: tabs }, () => 'tab'), 'g');
    let reading = await this.until(
      (next) => next[which] !== undefined && next.lesson.rule === '',
      `the ${which} alone`,
    );
    let text = '';
    for (;;) {
      const rows = reading[which]?.rows ?? [];
      text += rows.join('\n');
      if (!isCut(reading[which]) || isAtEnd(reading[which])) break;
      const { rule } = reading[which] ?? { rule: '' };
      this.press('space');
      reading = await this.until((next) => next[which]?.rule !== rule, 'the next page');
    }
    this.press(...Array.from({ length: 3 - tabs }, () => 'tab'), 'z');
    await this.until((next) => next.lesson.rule !== '' && next[which] !== undefined, 'all panes again');
    return squash(text);
  }

  resize(columns: number, rows: number): void {
    this.forget();
    this.#session.resize(columns, rows);
  }

  /** Leaves and starts the program again on the same state. */
  async comeBack(): Promise<void> {
    await this.#session.ended;
    this.forget();
    this.#session = this.#start(this.#size.columns, this.#size.rows);
  }

  #remember({ rule, rows }: PaneReading): void {
    const place = /(\d+)–(\d+) of (\d+)$/.exec(rule);
    const of = `${place?.[3] ?? rows.length} ${rule.split('  ')[0]}`;
    if (of !== this.#seenOf) this.#seen.clear();
    this.#seenOf = of;
    const from = place ? Number(place[1]) : 1;
    for (const [index, row] of rows.entries()) this.#seen.set(from + index, row);
  }
}

const placeIn = (pane: PaneReading | undefined) => /(\d+)–(\d+) of (\d+)/.exec(pane?.rule ?? '');

const isCut = (pane: PaneReading | undefined): boolean => placeIn(pane) !== null || / \d+ [↑↓]/.test(pane?.rule ?? '');

const isAtEnd = (pane: PaneReading | undefined): boolean => {
  const place = placeIn(pane);
  return place ? place[2] === place[3] : !/\d+ ↓/.test(pane?.rule ?? '');
};
