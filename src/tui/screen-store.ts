import type { TrafficWatch } from '../check/traffic/history.ts';
import type { FieldDesk } from '../lesson/fields/field-desk.ts';
import type { Clock } from '../platform/clock.ts';
import type { SessionState } from '../session/state.ts';
import type { Words } from '../words/en.ts';
import { untilNextMinute } from '../world/cost.ts';
import type { ScreenContent, ScreenHost } from './app-port.ts';
import { withCompletion } from './editor-keys.ts';
import { Explaining } from './explaining.ts';
import { follow } from './screen-follow.ts';
import { type ScreenModel, type Size, screenModel } from './screen-model.ts';
import { type Input, react, type ScreenAct } from './screen-update.ts';
import { drawFrame, type View } from './view/frame.ts';
import type { TextRows } from './view/text-rows.ts';
import { paintLine, type Theme } from './view/theme.ts';

/**
 * All state of the screen, outside React: it listens to the host, takes keys, and hands out painted rows.
 * It does not know Ink; what needs the terminal itself goes to `onAct`.
 */
export interface StoreOptions {
  theme: Theme;
  words: Words;
  size: Size;
  /** Commands are shown as PowerShell takes them, too. */
  isWindows?: boolean | undefined;
  /** Reduced motion: only what happened is drawn, and not often. */
  isCalm?: boolean;
  clock: Clock;
  /** Acts that the store cannot do: shell, suspend, redraw, quit. */
  onAct(act: Extract<ScreenAct, { type: 'copy' | 'shell' | 'suspend' | 'redraw' | 'quit' }>): void;
}

/** What is drawn until there is a host. */
const opening = ({ frame }: Words): ScreenContent => ({
  phase: 'preparing',
  title: frame.gettingReady,
  done: [],
  doing: frame.starting,
});

/** Frames for changes that nobody pressed a key for: 30 a second. */
const frameMs = 33;
/** With reduced motion; and the traffic, which changes by itself all the time. */
const calmFrameMs = 500;
const calmTrafficMs = 2000;
/** Where drawing is slow such frames leave two thirds of the time to keys: from one to the next, three times its cost. */
const costsApart = 3;
/** A machine that slept between two frames drew none slowly. */
const longestRestMs = 250;

export class ScreenStore {
  readonly #options: StoreOptions;
  #markdown: TextRows = { lines: () => [] };
  readonly #explaining = new Explaining(() => this.#schedule());
  readonly #listeners = new Set<() => void>();
  #host: ScreenHost | undefined;
  #fields: FieldDesk | undefined;
  #traffic: TrafficWatch | undefined;
  #detach: (() => void) | undefined;
  #model: ScreenModel;
  #size: Size;
  #seen: SessionState | undefined;
  #frame: readonly string[] | undefined;
  /** What React has; a frame that looks the same is not drawn again. */
  #shown: readonly string[] = [];
  #cancelFrame: (() => void) | undefined;
  #cancelTick: (() => void) | undefined;
  #lastFrameAt = 0;
  #lastFrameMs = 0;

  get #isCalm(): boolean {
    return this.#options.isCalm ?? false;
  }

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#size = options.size;
    this.#model = screenModel([]);
  }

  /** From here on the host says what to draw, and its texts are drawn by `markdown`. */
  attach(host: ScreenHost, markdown: TextRows): void {
    this.#host = host;
    this.#markdown = markdown;
    this.#model = { ...this.#model, history: host.commandHistory() };
    this.#detach = host.subscribe(() => this.#schedule());
    this.#draw();
  }

  /** For React's useSyncExternalStore. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The painted rows; the same array until something changes. */
  readonly frame = (): readonly string[] => {
    if (!this.#frame) {
      const view = this.#view();
      // Blanks at the end of a row cost Ink as much as letters, and a cleared row has them already.
      const frame = drawFrame(view).map((line) => paintLine(line, view.theme).trimEnd());
      if (!isSame(frame, this.#shown)) this.#shown = frame;
      this.#frame = this.#shown;
    }
    return this.#frame;
  };

  press(inputs: readonly Input[]): void {
    for (const input of inputs) {
      this.#follow();
      const { model, acts } = react(this.#view(), input);
      this.#model = model;
      for (const act of acts) this.#carryOut(act);
    }
    this.#draw();
  }

  resize(size: Size): void {
    this.#size = size;
    // The terminal may have lost what was on it.
    this.#shown = [];
    this.#draw();
  }

  close(): void {
    this.#detach?.();
    this.#traffic?.stop();
    this.#explaining.stop();
    this.#cancelFrame?.();
    this.#cancelTick?.();
    this.#listeners.clear();
  }

  #view(): View {
    const { theme, clock, words } = this.#options;
    const host = this.#host;
    return {
      content: host?.content() ?? opening(words),
      model: this.#model,
      size: this.#size,
      theme,
      words,
      course: host?.course() ?? [],
      markdown: this.#markdown,
      glossary: host?.glossary() ?? [],
      library: host?.library?.(),
      fields: this.#fields,
      now: clock.now(),
      isCalm: this.#isCalm,
      isWindows: this.#options.isWindows === true,
      canOpenPages: host?.openPage !== undefined,
      traffic: this.#traffic?.history(),
      recall: this.#recall(host),
      explained: this.#explaining.answers,
      back: host?.backCard?.(),
      desk: host?.classDesk,
    };
  }

  /** Asked for at the end of a lesson only; before that nobody sees it. */
  #recall(host: ScreenHost | undefined): View['recall'] {
    return this.#seen?.status === 'finished' ? (host?.recall?.() ?? []) : [];
  }

  #carryOut(act: ScreenAct): void {
    const host = this.#host;
    switch (act.type) {
      case 'send':
        host?.send(act.intent);
        return;
      case 'open-lesson':
        host?.openLesson(act.lesson, act.task);
        return;
      case 'back':
        host?.back?.();
        return;
      case 'watch-traffic':
        // Kept on until the screen closes, so that one can step back to what happened meanwhile.
        this.#traffic ??= host?.watchTraffic?.(() => this.#schedule(this.#isCalm ? calmTrafficMs : 0));
        return;
      case 'recalled':
        host?.recalled?.(act.recalled);
        return;
      case 'complete':
        void this.#complete(act);
        return;
      case 'explain':
        if (host) this.#explaining.look(host, act.subjects);
        return;
      case 'open-fields':
        // Another text has other manifests.
        this.#fields = host?.fields?.(() => this.#schedule());
        return;
      case 'look-back':
        host?.lookBack?.(act.way);
        return;
      case 'go-back':
        host?.goBack?.();
        return;
      case 'turn-hand':
        host?.classDesk?.turnHand();
        return;
      case 'share':
        host?.classDesk?.share(act.evidence, act.withState);
        return;
      case 'pack-state':
        host?.classDesk?.packState();
        return;
      case 'catch-up':
        host?.classDesk?.catchUp();
        return;
      case 'open-page':
        host?.openPage?.(act.url);
        return;
      default:
        this.#options.onAct(act);
    }
  }

  /** Keys go on meanwhile; who typed on has another line, and the answer is not for that one. */
  async #complete(asked: { text: string; cursor: number }): Promise<void> {
    const completion = await this.#host?.complete?.(asked.text, asked.cursor);
    if (!completion) return;
    this.#model = withCompletion(this.#view(), asked, completion);
    this.#draw();
  }

  #follow(): void {
    const view = this.#view();
    this.#model = follow(view, this.#seen);
    this.#seen = view.content.phase === 'lesson' ? view.content.session : undefined;
  }

  /** Changes in a burst share one frame. */
  #schedule(leastMs = 0): void {
    if (this.#cancelFrame) return;
    const costs = Math.min(longestRestMs, costsApart * this.#lastFrameMs);
    const pause = Math.max(leastMs, this.#isCalm ? calmFrameMs : frameMs, costs);
    const wait = Math.max(0, this.#lastFrameAt + pause - this.#options.clock.now());
    this.#cancelFrame = this.#options.clock.after(wait, () => this.#draw());
  }

  #draw(): void {
    this.#cancelFrame?.();
    this.#cancelFrame = undefined;
    this.#lastFrameAt = this.#options.clock.now();
    this.#follow();
    this.#frame = undefined;
    this.#tick();
    for (const listener of this.#listeners) listener();
    // React draws in an immediate of its own, which stands before this one.
    setImmediate(() => {
      this.#lastFrameMs = this.#options.clock.now() - this.#lastFrameAt;
    });
  }

  /** The seconds of a running command and of a class's countdown, and the minutes of what costs money, go on without any event. */
  #tick(): void {
    const { clock } = this.#options;
    this.#cancelTick?.();
    const cost = this.#seen?.world.cost;
    const until = this.#host?.classDesk?.now.until ?? 0;
    const isCounting = this.#seen?.status === 'running' || until > clock.now();
    const waitMs = isCounting ? 1000 : cost === undefined ? undefined : untilNextMinute(cost, clock.now());
    this.#cancelTick = waitMs === undefined || this.#isCalm ? undefined : clock.after(waitMs, () => this.#draw());
  }
}

const isSame = (frame: readonly string[], other: readonly string[]): boolean =>
  frame.length === other.length && frame.every((row, index) => row === other[index]);
