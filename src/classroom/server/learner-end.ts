import type { WebSocket } from 'ws';
import type { Draft } from '../class-records.ts';
import { type ReadLearnerMessage, readLearnerMessage, type SentEntry } from '../parse.ts';
import { limits, protocolVersion, type ServerMessage } from '../protocol.ts';
import type { Touched } from '../roster.ts';
import type { Classroom } from './classroom.ts';
import { ClockOffset } from './clock-offset.ts';
import type { CodeTries } from './code-tries.ts';
import { isSame, keyOf, learnerIdOf, readCode } from './secrets.ts';
import { Wire } from './wire.ts';

/** The server's end of one learner's connection. It speaks for this learner and hears of no other. */
export interface Doorway {
  classroom: Classroom;
  code: string;
  tries: CodeTries;
  onBug(error: unknown): void;
}

type Hello = Extract<ReadLearnerMessage, { type: 'hello' }>;

/** What is told to a learner is told at most ten times a second. */
const tellMs = 100;

export class LearnerEnd {
  readonly #door: Doorway;
  readonly #classroom: Classroom;
  readonly #address: string;
  readonly #wire: Wire;
  readonly #offset = new ClockOffset();
  #learner: string | undefined;
  #leave: (() => void) | undefined;
  #stopListening: (() => void) | undefined;
  #cancelTelling: (() => void) | undefined;
  #told = '';
  #asked = { id: 0, at: 0 };

  constructor(webSocket: WebSocket, address: string, door: Doorway) {
    this.#door = door;
    this.#classroom = door.classroom;
    this.#address = address;
    this.#wire = new Wire(webSocket, door.classroom.clock, {
      onText: (text) => this.#hear(text),
      onPulse: () => this.#askTime(),
      onClose: () => this.#close(),
      onBug: door.onBug,
    });
  }

  async #hear(text: string): Promise<void> {
    const message = readLearnerMessage(text);
    // Who it is comes first, and once.
    if (!message || (message.type === 'hello') === (this.#learner !== undefined)) return this.#wire.refuse('malformed');
    const now = this.#classroom.clock.now();
    switch (message.type) {
      case 'hello':
        return await this.#greet(message, now);
      case 'pong':
        if (message.id === this.#asked.id) this.#offset.heard(this.#asked.at, message.now, now);
        return;
      case 'entries':
        return await this.#keep(message.entries, now);
      case 'hand':
        return await this.#hand(message.raised, now);
      case 'evidence': {
        const { type: _, ...shared } = message;
        await this.#append([{ at: now, record: { type: 'evidence-shared', learner: this.#mustKnow(), ...shared } }]);
        return this.#say({ type: 'shared' });
      }
    }
  }

  async #greet(hello: Hello, now: number): Promise<void> {
    if (hello.version !== protocolVersion) return this.#wire.refuse('version');
    const { roster } = this.#classroom;
    const key = keyOf(hello.token);
    const learner = roster.learnerOf(key) ?? (await this.#join(hello, key, now));
    if (learner === undefined || this.#wire.isClosed) return;
    const acknowledged = roster.acknowledged(learner);
    if (hello.last < acknowledged) return this.#wire.refuse('journal');
    this.#learner = learner;
    this.#offset.said(hello.now, now);
    this.#wire.greeted();
    this.#leave = this.#classroom.connected(learner, () => this.#wire.end(4001));
    const name = roster.card(learner)?.name ?? hello.name;
    this.#say({ type: 'welcome', version: protocolVersion, class: roster.id, learner, name, acknowledged });
    this.#askTime();
    this.#tellClass();
    this.#stopListening = this.#classroom.listen((touched) => this.#follow(touched));
  }

  /** Undefined when it was refused. */
  async #join({ token, name, code }: Hello, key: string, now: number): Promise<string | undefined> {
    const { tries, classroom } = this.#door;
    const waitMs = tries.waitMs(this.#address, now);
    if (waitMs > 0) this.#wire.refuse('slow-down', waitMs);
    else if (code === undefined) this.#wire.refuse('token');
    else if (!isSame(readCode(code), this.#door.code)) {
      tries.wrong(this.#address, now);
      this.#wire.refuse('code');
    } else if (name === '') this.#wire.refuse('malformed');
    else if (classroom.roster.size >= limits.learners) this.#wire.refuse('full');
    else {
      const learner = learnerIdOf(token);
      const origin = { source: learner, number: 0 };
      await this.#append([{ origin, at: now, record: { type: 'joined', learner, name, key } }]);
      return learner;
    }
    return undefined;
  }

  /** Acknowledged when it is on the disk; what is there already is acknowledged again. */
  async #keep(entries: readonly SentEntry[], now: number): Promise<void> {
    const learner = this.#mustKnow();
    const { roster } = this.#classroom;
    const known = roster.acknowledged(learner);
    const fresh = entries.filter((sent) => numberOf(sent) > known);
    await this.#append(fresh.map((sent) => this.#draftOf(learner, sent, now)));
    this.#say({ type: 'acknowledged', number: roster.acknowledged(learner) });
  }

  #draftOf(learner: string, sent: SentEntry, now: number): Draft {
    const origin = { source: learner, number: numberOf(sent) };
    if (sent.kind === 'later') return { origin, at: now, record: { type: 'progressed-later', learner } };
    const { at, record } = sent.entry;
    return { origin, at: now, record: { type: 'progressed', learner, at: this.#offset.corrected(at, now), record } };
  }

  async #hand(isRaised: boolean, now: number): Promise<void> {
    const learner = this.#mustKnow();
    const isUp = this.#classroom.roster.card(learner)?.hand !== undefined;
    if (isUp === isRaised) return;
    await this.#append([{ at: now, record: { type: isRaised ? 'hand-raised' : 'hand-lowered', learner } }]);
  }

  async #append(drafts: readonly Draft[]): Promise<void> {
    if (drafts.length > 0) await this.#classroom.append(drafts);
  }

  #mustKnow(): string {
    if (this.#learner === undefined) throw new Error('nothing is heard before the greeting');
    return this.#learner;
  }

  #askTime(): void {
    this.#asked = { id: this.#asked.id + 1, at: this.#classroom.clock.now() };
    this.#say({ type: 'ping', id: this.#asked.id });
  }

  /** Another's hand moves one's own place in the line. */
  #follow({ learners, state }: Touched): void {
    const isMine = this.#learner !== undefined && learners.has(this.#learner);
    const isWaiting = this.#learner !== undefined && this.#classroom.roster.card(this.#learner)?.hand !== undefined;
    if (state !== 'class' && !isMine && !(isWaiting && learners.size > 0)) return;
    this.#cancelTelling ??= this.#classroom.clock.after(tellMs, () => this.#tellClass());
  }

  #tellClass(): void {
    this.#cancelTelling = undefined;
    if (this.#learner === undefined) return;
    const { roster, clock } = this.#classroom;
    const told = roster.forLearner(this.#learner, clock.now());
    // How much time is left changes by itself; that a countdown was begun anew is what counts.
    const { countdown } = roster.state;
    const signature = JSON.stringify([{ ...told, countdown }]);
    if (signature === this.#told) return;
    this.#told = signature;
    this.#say({ type: 'class', class: told });
  }

  #say(message: ServerMessage): void {
    this.#wire.send(message);
  }

  #close(): void {
    this.#stopListening?.();
    this.#cancelTelling?.();
    this.#leave?.();
  }
}

const numberOf = (sent: SentEntry): number => (sent.kind === 'known' ? sent.entry.number : sent.number);
