import type { WebSocket } from 'ws';
import type { ClassRecord } from '../class-records.ts';
import { readInstructorMessage } from '../parse.ts';
import { type Control, type InstructorNews, protocolVersion } from '../protocol.ts';
import type { Touched } from '../roster.ts';
import type { Classroom } from './classroom.ts';
import type { InstructorKeys } from './instructor-keys.ts';
import { Wire } from './wire.ts';

/**
 * The server's end of an instructor's page: all there is, then what changed, a few times a second at most. Who reads slowly
 * gets fewer and larger changes, never a queue: what waits is a set of learners.
 */
export interface InstructorDoorway {
  classroom: Classroom;
  keys: InstructorKeys;
  /** Lines that learners type to join. */
  join?: readonly string[];
  onBug(error: unknown): void;
}

const tellMs = 150;

export class InstructorEnd {
  readonly #classroom: Classroom;
  readonly #keys: InstructorKeys;
  readonly #address: string;
  readonly #join: readonly string[] | undefined;
  readonly #wire: Wire;
  #source: string | undefined;
  #stopListening: (() => void) | undefined;
  #cancelTelling: (() => void) | undefined;
  readonly #changed = new Set<string>();
  #isStateChanged = false;

  constructor(webSocket: WebSocket, address: string, door: InstructorDoorway) {
    this.#classroom = door.classroom;
    this.#keys = door.keys;
    this.#address = address;
    this.#join = door.join;
    this.#wire = new Wire(webSocket, door.classroom.clock, {
      onText: (text) => this.#hear(text),
      // A browser does not tell its pages of pings, so that one behind a dead network would wait for ever.
      onPulse: () => this.#tellSoon(),
      onClose: () => this.#close(),
      onBug: door.onBug,
    });
  }

  async #hear(text: string): Promise<void> {
    const message = readInstructorMessage(text);
    if (!message || (message.type === 'hello') === (this.#source !== undefined)) return this.#wire.refuse('malformed');
    switch (message.type) {
      case 'hello':
        return this.#greet(message);
      case 'control':
        return await this.#control(message.number, message.control);
      case 'show-evidence': {
        const shared = this.#classroom.roster.evidence(message.learner);
        if (shared) this.#say({ type: 'evidence', learner: message.learner, ...shared });
        return;
      }
      case 'show-state': {
        const state = this.#classroom.roster.sharedState(message.learner);
        if (state !== undefined) this.#say({ type: 'state', learner: message.learner, state });
      }
    }
  }

  #greet({ version, token, source }: { version: number; token: string; source: string }): void {
    const { roster, course, clock } = this.#classroom;
    const isOurs = version === protocolVersion;
    const refusal = isOurs ? this.#keys.refusal(token, this.#address, clock.now()) : { reason: 'version' as const };
    if (refusal) {
      this.#wire.refuse(refusal.reason, refusal.retryMs);
      return;
    }
    this.#source = `instructor ${source}`;
    this.#wire.greeted();
    this.#say({
      type: 'roster',
      version: protocolVersion,
      now: clock.now(),
      course,
      ...(this.#join && { join: this.#join }),
      state: roster.state,
      learners: roster.cards(),
    });
    this.#stopListening = this.#classroom.listen((touched) => this.#follow(touched));
  }

  async #control(number: number, control: Control): Promise<void> {
    const now = this.#classroom.clock.now();
    const refusal = this.#refusalOf(control);
    if (refusal) return this.#say({ type: 'refused-control', number, reason: refusal });
    const origin = { source: this.#source ?? '', number };
    await this.#classroom.append([{ origin, at: now, record: recordOf(control, now) }]);
    // Who hears that it is done has seen what it did.
    if (this.#cancelTelling) this.#tell();
    this.#say({ type: 'done', number });
  }

  #refusalOf(control: Control): 'unknown-lesson' | 'unknown-learner' | undefined {
    const { course, roster } = this.#classroom;
    if ('lesson' in control && !course.lessons.some(({ id }) => id === control.lesson)) return 'unknown-lesson';
    if ('learner' in control && control.learner !== undefined && !roster.card(control.learner))
      return 'unknown-learner';
    return undefined;
  }

  #follow({ learners, state }: Touched): void {
    for (const learner of learners) this.#changed.add(learner);
    if (state !== 'same') this.#isStateChanged = true;
    this.#tellSoon();
  }

  #tellSoon(): void {
    this.#cancelTelling ??= this.#classroom.clock.after(tellMs, () => {
      this.#cancelTelling = undefined;
      if (this.#wire.isFull) this.#tellSoon();
      else this.#tell();
    });
  }

  #tell(): void {
    this.#cancelTelling?.();
    this.#cancelTelling = undefined;
    const { roster, clock } = this.#classroom;
    const learners = [...this.#changed].map((id) => roster.card(id)).filter((card) => card !== undefined);
    const state = this.#isStateChanged ? { state: roster.state } : {};
    this.#changed.clear();
    this.#isStateChanged = false;
    this.#say({ type: 'changes', now: clock.now(), ...state, learners });
  }

  #say(news: InstructorNews): void {
    this.#wire.send(news);
  }

  #close(): void {
    this.#stopListening?.();
    this.#cancelTelling?.();
  }
}

function recordOf(control: Control, now: number): ClassRecord {
  switch (control.type) {
    case 'hold':
      return { type: 'held', lesson: control.lesson };
    case 'release':
      return { type: 'released' };
    case 'lead':
      return { type: 'led', lesson: control.lesson };
    case 'message': {
      const { learner, text } = control;
      return { type: 'told', text, ...(learner !== undefined && { learner }) };
    }
    case 'countdown':
      return { type: 'countdown-begun', until: now + control.ms, label: control.label };
    case 'end-countdown':
      return { type: 'countdown-ended' };
    case 'lower-hand':
      return { type: 'hand-lowered', learner: control.learner };
    case 'mark':
      return { type: 'marked', learner: control.learner, present: control.present };
  }
}
