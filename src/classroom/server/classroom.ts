import type { Clock } from '../../platform/clock.ts';
import type { ClassEvent, ClassRecord, Draft } from '../class-records.ts';
import type { CourseOutline } from '../protocol.ts';
import { Roster, type Touched } from '../roster.ts';
import type { ClassStore } from '../store/class-store.ts';

/**
 * The class on this host: what is durable is folded into the roster, and whoever listens hears what that changed. Knows no
 * socket. Nobody is told of anything before it is on the disk.
 */
export class Classroom {
  readonly course: CourseOutline;
  readonly clock: Clock;
  readonly roster = new Roster();
  readonly #store: ClassStore;
  readonly #listeners = new Set<(touched: Touched) => void>();
  /** Learners connected here; a second connection of one takes the place of the first. */
  readonly #here = new Map<string, () => void>();
  #elsewhere: ReadonlySet<string> = new Set();

  constructor(store: ClassStore, course: CourseOutline, clock: Clock) {
    this.#store = store;
    this.course = course;
    this.clock = clock;
  }

  /** Everything that happened so far is folded when it resolves; a class that has no events yet is opened. */
  async open(about: { id: string; name: string; lessons: readonly string[] }): Promise<void> {
    await this.#store.follow((events) => this.#apply(events));
    this.roster.begun(this.clock.now());
    if (this.roster.id === '') {
      const record: ClassRecord = { type: 'class-opened', ...about };
      await this.append([{ origin: { source: 'class', number: 0 }, at: this.clock.now(), record }]);
    }
    this.#store.onElsewhere((learners) => this.#otherHosts(learners));
  }

  append(drafts: readonly Draft[]): Promise<void> {
    return this.#store.append(drafts);
  }

  read(): AsyncIterable<readonly ClassEvent[]> {
    return this.#store.read();
  }

  listen(listener: (touched: Touched) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `replace` ends this connection when the learner comes again; the returned function says that it ended. */
  connected(learner: string, replace: () => void): () => void {
    this.#here.get(learner)?.();
    this.#here.set(learner, replace);
    this.#presence(learner);
    return () => {
      if (this.#here.get(learner) !== replace) return;
      this.#here.delete(learner);
      this.#presence(learner);
    };
  }

  #presence(learner: string): void {
    this.#store.announce(new Set(this.#here.keys()));
    this.#tell(this.roster.connected(learner, this.#isOnline(learner), this.clock.now()));
  }

  #isOnline(learner: string): boolean {
    return this.#here.has(learner) || this.#elsewhere.has(learner);
  }

  #otherHosts(learners: ReadonlySet<string>): void {
    const changed = new Set([...this.#elsewhere, ...learners]);
    this.#elsewhere = learners;
    for (const learner of changed) {
      this.#tell(this.roster.connected(learner, this.#isOnline(learner), this.clock.now()));
    }
  }

  #apply(events: readonly ClassEvent[]): void {
    const learners = new Set<string>();
    let state: Touched['state'] = 'same';
    for (const event of events) {
      const touched = this.roster.apply(event);
      for (const learner of touched.learners) learners.add(learner);
      if (state === 'same' || touched.state === 'class') state = touched.state;
    }
    // Who joined on another host may be connected there already.
    for (const learner of learners) this.roster.connected(learner, this.#isOnline(learner), this.clock.now());
    this.#tell({ learners, state });
  }

  #tell(touched: Touched): void {
    if (touched.learners.size === 0 && touched.state === 'same') return;
    for (const listener of this.#listeners) listener(touched);
  }
}
