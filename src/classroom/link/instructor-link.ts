import { randomUUID } from 'node:crypto';
import type { WebSocket } from 'ws';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { readJson } from '../parse.ts';
import {
  type ClassState,
  type Control,
  type CourseOutline,
  type InstructorMessage,
  type InstructorNews,
  type LearnerCard,
  protocolVersion,
  type Refusal,
} from '../protocol.ts';
import { backOffMs } from './back-off.ts';
import { WrongCertificate } from './dial.ts';

/**
 * An instructor's end of a class, for programs: what the class is now, and controls that arrive once whatever the network
 * does. It trusts the host, whose token it has. Knows no screen.
 */
export interface InstructorLinkOptions {
  dial(): WebSocket;
  token: string;
  clock: Clock;
  random: Random;
  onChange(): void;
}

export interface WatchedClass {
  course: CourseOutline;
  state: ClassState;
  learners: ReadonlyMap<string, LearnerCard>;
}

type Ending = { reason: Refusal | 'wrong-certificate' };

export class InstructorLink {
  readonly #options: InstructorLinkOptions;
  readonly #source = randomUUID();
  #webSocket: WebSocket | undefined;
  #learners = new Map<string, LearnerCard>();
  #course: CourseOutline | undefined;
  #state: ClassState | undefined;
  /** By how much the class's clock is ahead of ours. */
  #aheadMs = 0;
  #isOnline = false;
  #tries = 0;
  #ended: Ending | undefined;
  #cancelRetry: (() => void) | undefined;
  #isClosed = false;
  #number = 0;
  /** Sent and not answered; sent again after a lost connection. */
  readonly #states = new Map<string, (state: string) => void>();
  readonly #controls = new Map<number, { control: Control; done: (isDone: boolean) => void }>();

  constructor(options: InstructorLinkOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Undefined before the first word of the class. */
  get watched(): WatchedClass | undefined {
    if (!this.#course || !this.#state) return undefined;
    return { course: this.#course, state: this.#state, learners: this.#learners };
  }

  get isOnline(): boolean {
    return this.#isOnline;
  }

  /** Why it is over. */
  get ended(): Ending | undefined {
    return this.#ended;
  }

  /** The class's time. */
  now(): number {
    return this.#options.clock.now() + this.#aheadMs;
  }

  /** True when the class did it, false when it knows no such lesson or learner. */
  control(control: Control): Promise<boolean> {
    this.#number += 1;
    const number = this.#number;
    return new Promise((done) => {
      this.#controls.set(number, { control, done });
      if (this.#isOnline) this.#say({ type: 'control', number, control });
    });
  }

  /** The state of a learner's sandbox, which they shared; base64. Asked once, for a class that is online. */
  sharedState(learner: string): Promise<string> {
    return new Promise((done) => {
      this.#states.set(learner, done);
      this.#say({ type: 'show-state', learner });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#webSocket?.terminate();
  }

  #connect(): void {
    const webSocket = this.#options.dial();
    this.#webSocket = webSocket;
    let failure: unknown;
    webSocket.on('open', () =>
      this.#say({ type: 'hello', version: protocolVersion, token: this.#options.token, source: this.#source }),
    );
    webSocket.on('message', (data) => {
      // From the host whose token we hold: of its shape, or of a later version and then passed over.
      const news = readJson(String(data)) as InstructorNews | undefined;
      if (news) this.#hear(news);
    });
    webSocket.on('error', (error) => {
      failure = error;
    });
    webSocket.on('close', () => this.#lost(failure));
  }

  #hear(news: InstructorNews): void {
    switch (news.type) {
      case 'roster':
        this.#course = news.course;
        this.#learners = new Map(news.learners.map((card) => [card.id, card]));
        this.#isOnline = true;
        this.#tries = 0;
        this.#changed(news.now, news.state);
        for (const [number, { control }] of this.#controls) this.#say({ type: 'control', number, control });
        break;
      case 'changes':
        for (const card of news.learners) this.#learners.set(card.id, card);
        this.#changed(news.now, news.state);
        break;
      case 'done':
      case 'refused-control':
        this.#controls.get(news.number)?.done(news.type === 'done');
        this.#controls.delete(news.number);
        break;
      case 'refused':
        this.#ended = { reason: news.reason };
        this.close();
        this.#options.onChange();
        break;
      case 'state':
        this.#states.get(news.learner)?.(news.state);
        this.#states.delete(news.learner);
        break;
      default:
        break;
    }
  }

  #changed(now: number, state: ClassState | undefined): void {
    this.#aheadMs = now - this.#options.clock.now();
    if (state) this.#state = state;
    this.#options.onChange();
  }

  #lost(failure: unknown): void {
    this.#isOnline = false;
    if (this.#isClosed) return;
    if (failure instanceof WrongCertificate) {
      this.#ended = { reason: 'wrong-certificate' };
      this.close();
    } else {
      const waitMs = backOffMs(this.#tries, this.#options.random);
      this.#tries += 1;
      this.#cancelRetry = this.#options.clock.after(waitMs, () => this.#connect());
    }
    this.#options.onChange();
  }

  #say(message: InstructorMessage): void {
    const webSocket = this.#webSocket;
    if (webSocket && webSocket.readyState === webSocket.OPEN) webSocket.send(JSON.stringify(message));
  }
}
