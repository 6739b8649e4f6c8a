import type { WebSocket } from 'ws';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { JournalEntry } from '../../progress/events.ts';
import {
  type ClassForLearner,
  type Evidence,
  type LearnerMessage,
  limits,
  protocolVersion,
  type Refusal,
} from '../protocol.ts';
import { backOffMs } from './back-off.ts';
import { WrongCertificate } from './dial.ts';
import { readServerMessage } from './read-server.ts';

/**
 * A learner's end of a class: sends the journal's entries after the last acknowledged one, comes back by itself, and tells
 * what the class says. What the network does is a delay, never a loss and never an error. Knows no screen and no file.
 */
export interface LinkJournal {
  readonly entries: readonly JournalEntry[];
  readonly lastNumber: number;
  /** Calls back after every entry that was added. */
  subscribe(listener: () => void): () => void;
}

export interface LinkOptions {
  dial(): WebSocket;
  token: string;
  name: string;
  code?: string;
  journal: LinkJournal;
  clock: Clock;
  random: Random;
  onChange(state: LinkState): void;
}

export interface LinkState {
  connection: 'joining' | 'online' | 'offline' | 'refused' | 'wrong-certificate';
  refusal?: Refusal;
  /** What the class says; the last word of it while the connection is away. */
  class?: ClassForLearner & { learner: string; id: string };
  /** When that was said, by this machine's clock. */
  heardAt: number;
  /** Entries that the class does not have yet. */
  unsent: number;
}

/** The class hears of itself from us and pings every quarter of a minute. */
const silentMs = 40_000;

export class LearnerLink {
  readonly #options: LinkOptions;
  #state: LinkState = { connection: 'joining', heardAt: 0, unsent: 0 };
  #webSocket: WebSocket | undefined;
  #isGreeted = false;
  #acknowledged = 0;
  /** Number of the last entry on its way; the next ones wait for its acknowledgement. */
  #underWay = 0;
  #tries = 0;
  #cancelRetry: (() => void) | undefined;
  #cancelSilence: (() => void) | undefined;
  readonly #stopFollowing: () => void;
  #isClosed = false;
  /** Set while the class was not told yet. */
  #wantedHand: boolean | undefined;
  #shared: { evidence: Evidence; state?: string; done: () => void } | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#stopFollowing = options.journal.subscribe(() => this.#sendEntries());
    this.#connect();
  }

  get state(): LinkState {
    return this.#state;
  }

  raiseHand(isRaised: boolean): void {
    this.#wantedHand = isRaised;
    this.#sendHand();
  }

  /**
   * With the packed state of the sandbox, in base64, where the learner wants that. Resolves when the class has it, however
   * long that takes; never when the link is closed before.
   */
  share(evidence: Evidence, state?: string): Promise<void> {
    return new Promise((done) => {
      this.#shared = { evidence, ...(state !== undefined && { state }), done };
      this.#sendShared();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#stopFollowing();
    this.#cancelRetry?.();
    this.#cancelSilence?.();
    this.#webSocket?.terminate();
  }

  #connect(): void {
    const webSocket = this.#options.dial();
    this.#webSocket = webSocket;
    this.#isGreeted = false;
    let failure: unknown;
    webSocket.on('open', () => this.#greet());
    webSocket.on('message', (data) => this.#hear(String(data)));
    webSocket.on('ping', () => this.#heard());
    // Every error is followed by close.
    webSocket.on('error', (error) => {
      failure = error;
    });
    webSocket.on('close', () => this.#lost(failure));
  }

  #greet(): void {
    const { token, name, code, journal, clock } = this.#options;
    this.#heard();
    this.#say({
      type: 'hello',
      version: protocolVersion,
      token,
      name,
      now: clock.now(),
      last: journal.lastNumber,
      ...(code !== undefined && { code }),
    });
  }

  #heard(): void {
    this.#cancelSilence?.();
    this.#cancelSilence = this.#options.clock.after(silentMs, () => this.#webSocket?.terminate());
  }

  #hear(text: string): void {
    this.#heard();
    const message = readServerMessage(text);
    switch (message?.type) {
      case 'welcome':
        this.#isGreeted = true;
        this.#tries = 0;
        this.#acknowledged = message.acknowledged;
        this.#underWay = message.acknowledged;
        this.#become({
          connection: 'online',
          class: { name: '', lessons: [], ...this.#state.class, id: message.class, learner: message.learner },
        });
        break;
      case 'ping':
        this.#say({ type: 'pong', id: message.id, now: this.#options.clock.now() });
        // The first question comes before any entry: times are right from the start.
        this.#sendHand();
        this.#sendShared();
        this.#sendEntries();
        break;
      case 'acknowledged':
        this.#acknowledged = Math.max(this.#acknowledged, message.number);
        this.#sendEntries();
        break;
      case 'class':
        this.#become({ class: { ...message.class, ...this.#own() }, heardAt: this.#options.clock.now() });
        break;
      case 'shared':
        this.#shared?.done();
        this.#shared = undefined;
        break;
      case 'refused':
        this.#refused(message.reason, message.retryMs);
        break;
      case undefined:
        // A later server says more than we know.
        break;
    }
  }

  /** Which class it is, and who we are to it. */
  #own(): { id: string; learner: string } {
    const { id = '', learner = '' } = this.#state.class ?? {};
    return { id, learner };
  }

  #refused(reason: Refusal, retryMs: number | undefined): void {
    if (reason === 'slow-down') {
      this.#cancelRetry = this.#options.clock.after(retryMs ?? 5_000, () => this.#again());
      return;
    }
    this.#become({ connection: 'refused', refusal: reason });
    this.close();
  }

  #lost(failure: unknown): void {
    this.#cancelSilence?.();
    this.#webSocket = undefined;
    this.#isGreeted = false;
    if (this.#isClosed) return;
    if (failure instanceof WrongCertificate) {
      this.#become({ connection: 'wrong-certificate' });
      this.close();
      return;
    }
    if (this.#state.connection === 'online') this.#become({ connection: 'offline' });
    this.#cancelRetry ??= this.#options.clock.after(backOffMs(this.#tries, this.#options.random), () => this.#again());
    this.#tries += 1;
  }

  #again(): void {
    this.#cancelRetry = undefined;
    if (!this.#isClosed && !this.#webSocket) this.#connect();
  }

  #sendEntries(): void {
    const { entries } = this.#options.journal;
    // The journal is in order, and what is not acknowledged stands at its end.
    let from = entries.length;
    while (from > 0 && (entries[from - 1]?.number ?? 0) > this.#acknowledged) from -= 1;
    if (this.#state.unsent !== entries.length - from) this.#become({ unsent: entries.length - from });
    if (!this.#isGreeted || this.#underWay > this.#acknowledged || from === entries.length) return;
    const next = entries.slice(from, from + limits.entriesAtOnce);
    this.#underWay = next.at(-1)?.number ?? this.#underWay;
    this.#say({ type: 'entries', entries: next.map(withoutWords) });
  }

  #sendHand(): void {
    if (!this.#isGreeted || this.#wantedHand === undefined) return;
    this.#say({ type: 'hand', raised: this.#wantedHand });
    this.#wantedHand = undefined;
  }

  #sendShared(): void {
    if (!this.#isGreeted || !this.#shared) return;
    const { done: _, ...shared } = this.#shared;
    this.#say({ type: 'evidence', ...shared });
  }

  #say(message: LearnerMessage): void {
    const webSocket = this.#webSocket;
    if (webSocket && webSocket.readyState === webSocket.OPEN) webSocket.send(JSON.stringify(message));
  }

  #become(change: Partial<LinkState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onChange(this.#state);
  }
}

/** Why a command could not start is told in the system's words, with paths of this machine: those stay here. */
function withoutWords(entry: JournalEntry): JournalEntry {
  const { record } = entry;
  if (record.type !== 'command-ended' || record.end.type !== 'not-started') return entry;
  return { ...entry, record: { ...record, end: { type: 'not-started', reason: '' } } };
}
