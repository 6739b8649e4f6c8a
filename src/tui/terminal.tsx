import { constants } from 'node:os';
import { type Instance, render, type useApp } from 'ink';
import { Fault } from '../fault.ts';
import { systemClock } from '../platform/clock.ts';
import type { RunEnd } from '../platform/run-end.ts';
import type { RunScreen, ScreenExit, ScreenHost, ScreenOptions, TerminalProgram } from './app-port.ts';
import { Screen } from './components/screen.tsx';
import { runOnTerminal } from './lending.ts';
import { type EndSignal, hearEnds } from './process-ends.ts';
import type { Size } from './screen-model.ts';
import { ScreenStore } from './screen-store.ts';
import { showsHyperlinks } from './terminal-links.ts';
import { chooseTheme, wantsReducedMotion } from './terminal-theme.ts';
import type { Theme } from './view/theme.ts';

/**
 * The screen's life on a real terminal: starts Ink, lends the terminal to other programs, and gives it back as it was,
 * whatever happens. It does not know lessons.
 */

type App = ReturnType<typeof useApp>;

function refuseWithoutTerminal({ stdin, stdout, environment, words }: ScreenOptions): void {
  const { faults } = words;
  const next = [faults.playWithout, faults.howFar];
  if (!stdin.isTTY || !stdout.isTTY) {
    const why = stdin.isTTY ? faults.outputIsPipe : faults.inputIsPipe;
    throw new Fault('screen.no-terminal', { what: faults.needsTerminal, why, next });
  }
  if (environment['TERM'] === 'dumb') {
    throw new Fault('screen.dumb-terminal', { what: faults.cannotMove, why: faults.termIsDumb, next });
  }
}

const sizeOf = (stdout: NodeJS.WriteStream): Size => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });

/** OSC 52: the terminal puts it on the clipboard of the machine that it runs on, over SSH too. Moves no cursor. */
const clipboardSequence = (text: string): string => `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`;

class TerminalScreen {
  readonly #options: ScreenOptions;
  readonly #theme: Theme;
  readonly #store: ScreenStore;
  readonly #end = Promise.withResolvers<ScreenExit>();
  #instance: Instance | undefined;
  #host: ScreenHost | undefined;
  #app: App | undefined;
  /** Ctrl-C belongs to the program that has the terminal. */
  #isLent = false;

  constructor(options: ScreenOptions, theme: Theme) {
    this.#options = options;
    this.#theme = theme;
    this.#store = new ScreenStore({
      theme,
      words: options.words,
      isWindows: options.isWindows,
      isCalm: wantsReducedMotion(options.reducedMotion, options.environment),
      size: sizeOf(options.stdout),
      clock: systemClock,
      onAct: (act) => {
        if (act.type === 'quit') this.#end.resolve({ type: 'quit' });
        else if (act.type === 'redraw') this.#redraw();
        else if (act.type === 'copy') options.stdout.write(clipboardSequence(act.text));
        else this.#guard(act.type === 'shell' ? this.#openShell() : this.#suspend());
      },
    });
  }

  async run(): Promise<ScreenExit> {
    const { stdin, stdout } = this.#options;
    const onResize = () => this.#store.resize(sizeOf(stdout));
    const onSignal = (signal: EndSignal) => {
      if (signal === 'SIGINT' && this.#isLent) return;
      this.#end.resolve({ type: 'signalled', signal });
    };
    const onCrash = (error: unknown) => this.#end.reject(error);
    stdout.on('resize', onResize);
    const stopHearing = hearEnds({ onSignal, onCrash });
    try {
      this.#instance = render(<Screen store={this.#store} onReady={(app) => this.#ready(app)} />, {
        stdin,
        stdout,
        alternateScreen: true,
        exitOnCtrlC: false,
        interactive: true,
        isScreenReaderEnabled: false,
        patchConsole: false,
        // The store draws 30 frames a second for output and one for each key; a second limit would only make keys wait.
        maxFps: 1000,
      });
      // Ink ends by itself only when drawing throws.
      this.#instance.waitUntilExit().catch(onCrash);
      return await this.#end.promise;
    } finally {
      stdout.off('resize', onResize);
      this.#store.close();
      this.#instance?.unmount();
      this.#instance = undefined;
      stopHearing();
    }
  }

  /** The first frame is on the terminal. */
  #ready(app: App): void {
    this.#app = app;
    this.#guard(this.#open());
  }

  async #open(): Promise<void> {
    // The frame leaves, and keys that came before it are heard, before this process is busy with loading.
    await new Promise((resolve) => setImmediate(resolve));
    if (!this.#instance) return;
    const host = await this.#options.openHost();
    const { MarkdownRows } = await import('./view/markdown.ts');
    if (!this.#instance) return;
    host.lendTerminal?.((program) => this.#lend(program));
    this.#host = host;
    const { environment, words } = this.#options;
    const style = { hyperlinks: showsHyperlinks(environment), marks: this.#theme.depth === 'none' };
    this.#store.attach(host, new MarkdownRows(words, style));
  }

  #guard(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#end.reject(error));
  }

  #redraw(): void {
    this.#options.stdout.write('\u001b[2J\u001b[H');
    this.#instance?.clear();
    this.#store.resize(sizeOf(this.#options.stdout));
  }

  async #openShell(): Promise<void> {
    const host = this.#host;
    if (host) host.shellEnded(await this.#lend(host.shell()));
  }

  async #lend(program: TerminalProgram): Promise<RunEnd> {
    let end: RunEnd = { type: 'not-started', reason: this.#options.words.faults.notReady };
    await this.#withoutScreen(() => {
      end = runOnTerminal(program, this.#options.stdout);
    });
    return end;
  }

  /** Stops the whole group, npm and all, as Ctrl-Z does elsewhere; goes on after `fg`. */
  async #suspend(): Promise<void> {
    if (constants.signals.SIGTSTP === undefined) return;
    await this.#withoutScreen(() => process.kill(0, 'SIGTSTP'));
  }

  async #withoutScreen(work: () => void): Promise<void> {
    if (!this.#app) return;
    this.#isLent = true;
    try {
      await this.#app.suspendTerminal(work);
      // A Ctrl-C meant for the other program arrives here once the loop turns again.
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      this.#isLent = false;
    }
    this.#store.resize(sizeOf(this.#options.stdout));
  }
}

export const runScreen: RunScreen = async (options) => {
  refuseWithoutTerminal(options);
  // Raw from the first moment: a terminal that still edits lines turns an early Enter into another character.
  options.stdin.setRawMode(true);
  try {
    return await new TerminalScreen(options, await chooseTheme(options)).run();
  } finally {
    options.stdin.setRawMode(false);
  }
};
