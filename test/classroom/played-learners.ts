// Learners' ends of a class without a program around them: a journal in memory, and the real link.
import { dial } from '../../src/classroom/link/dial.ts';
import { LearnerLink, type LinkJournal, type LinkState } from '../../src/classroom/link/learner-link.ts';
import { makeToken } from '../../src/classroom/server/secrets.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { seededRandom } from '../../src/platform/random.ts';
import type { JournalEntry, ProgressRecord } from '../../src/progress/events.ts';

export class MemoryJournal implements LinkJournal {
  readonly entries: JournalEntry[] = [];
  readonly #listeners = new Set<() => void>();

  get lastNumber(): number {
    return this.entries.length;
  }

  append(record: ProgressRecord): void {
    this.entries.push({ version: 1, number: this.entries.length + 1, at: Date.now(), record });
    for (const listener of this.#listeners) listener();
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export class PlayedLearner {
  readonly journal = new MemoryJournal();
  readonly token = makeToken();
  readonly name: string;
  link: LearnerLink;
  readonly #where: { origin: string; fingerprint?: string };
  readonly #code: string;
  readonly #seed: number;

  constructor(name: string, where: { origin: string; fingerprint?: string }, code: string, seed: number) {
    this.name = name;
    this.#where = where;
    this.#code = code;
    this.#seed = seed;
    this.link = this.#connect();
  }

  get state(): LinkState {
    return this.link.state;
  }

  /** Last number that the class has. */
  get acknowledged(): number {
    return this.journal.lastNumber - this.state.unsent;
  }

  /** As a program that is started again. */
  restart(): void {
    this.link.close();
    this.link = this.#connect();
  }

  #connect(): LearnerLink {
    return new LearnerLink({
      dial: () => dial(this.#where, '/v1/learner'),
      token: this.token,
      name: this.name,
      code: this.#code,
      journal: this.journal,
      clock: systemClock,
      random: seededRandom(this.#seed),
      onChange: () => {},
    });
  }
}
