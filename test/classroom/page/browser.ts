// Chromium as Debian packages it, and a class whose clock tests can move, with the page as it is built.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { readPageFiles } from '../../../src/classroom/server/page-files.ts';
import { makeToken } from '../../../src/classroom/server/secrets.ts';
import { type Clock, systemClock } from '../../../src/platform/clock.ts';
import type { ProgressRecord } from '../../../src/progress/events.ts';
import { entry, helloOf, RawConnection } from '../class-host.ts';

export const builtPages = () => readPageFiles(join(import.meta.dirname, '../../../dist/page'));

function findChromium(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const chromiumPath = findChromium();

export const launch = (): Promise<Browser> =>
  chromium.launch({
    ...(chromiumPath && { executablePath: chromiumPath }),
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });

/** Runs with the machine's clock, and jumps ahead when told to: learners are stuck after minutes. */
export class AheadClock implements Clock {
  #aheadMs = 0;
  now(): number {
    return systemClock.now() + this.#aheadMs;
  }
  after(ms: number, fire: () => void): () => void {
    return systemClock.after(ms, fire);
  }
  jump(ms: number): void {
    this.#aheadMs += ms;
  }
}

/** A learner's program, as far as the class sees it. */
export class SimulatedLearner {
  readonly #connection: RawConnection;
  readonly #clock: Clock;
  #number = 0;

  private constructor(connection: RawConnection, clock: Clock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  static async join(port: number, name: string, clock: Clock = systemClock): Promise<SimulatedLearner> {
    const connection = await new RawConnection(port, '/v1/learner').opened();
    connection.say(helloOf(name, makeToken(), { now: clock.now() }));
    await connection.next('welcome');
    return new SimulatedLearner(connection, clock);
  }

  /** Resolves when the class has it on its disk. */
  async does(...records: ProgressRecord[]): Promise<void> {
    const entries = records.map((record) => {
      this.#number += 1;
      return entry(this.#number, record, this.#clock.now());
    });
    this.#connection.say({ type: 'entries', entries });
    await this.#connection.next('acknowledged', ({ number }) => number === this.#number);
  }

  /** A class whose clock jumped has not heard of anybody for long. */
  isThere(): void {
    this.#connection.say({ type: 'pong', id: 0, now: this.#clock.now() });
  }

  raisesHand(): void {
    this.#connection.say({ type: 'hand', raised: true });
  }

  /** `state`: base64. */
  shares(evidence: object, state?: string): void {
    this.#connection.say({ type: 'evidence', evidence, ...(state !== undefined && { state }) });
  }

  /** What the class tells the learner next, of which this is true. */
  hears(isWanted: (told: Record<string, unknown>) => boolean): Promise<unknown> {
    return this.#connection.next('class', (said) => isWanted(said['class'] as Record<string, unknown>));
  }

  close(): void {
    this.#connection.close();
  }
}

/** Fails a test for whatever the browser complains about: a policy that is violated, an error of the page. */
export async function watchedPage(browser: Browser, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: 'en-US', ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // That a host which is being restarted does not answer is no mistake of the page.
    if (message.type() === 'error' && !/ERR_CONNECTION_REFUSED/.test(message.text())) complaints.push(message.text());
  });
  return { page, context, complaints };
}

export const rowOf = (page: Page, name: string) =>
  page.getByRole('row').filter({ has: page.getByRole('button', { name: `${name}: details`, exact: true }) });
