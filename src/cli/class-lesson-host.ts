import type { Evidence } from '../classroom/protocol.ts';
import type { Intent } from '../session/events.ts';
import type { ClassDesk, PackedNow } from '../tui/app-port.ts';
import { classEvidence } from './class-evidence.ts';
import type { JoinedClass } from './class-join.ts';
import { ClassSeat } from './class-seat.ts';
import type { Parts } from './compose.ts';
import { LessonHost } from './lesson-host.ts';
import { lessonToResume } from './openings.ts';
import { StatePacking } from './state-packing.ts';

/** The usual screen of a learner who sits in a class: nobody goes beyond the lesson at which it is held. */
export class ClassLessonHost extends LessonHost implements ClassDesk {
  readonly #parts: Parts;
  readonly #seat: ClassSeat;
  readonly #listeners = new Set<() => void>();
  /** The lesson that the learner is on the way to, to be where the class is. */
  #catchingUp: string | undefined;
  readonly #packing: StatePacking;

  constructor(parts: Parts, joined: JoinedClass) {
    super(parts);
    this.#parts = parts;
    this.#packing = new StatePacking(parts);
    this.#seat = new ClassSeat(parts, joined, {
      onChange: () => this.#tellChange(),
      say: (sentence) => this.notice(sentence),
      isBehind: (lesson) => this.#isBehind(lesson),
    });
    super.subscribe(() => this.#arrive());
  }

  #tellChange(): void {
    for (const listener of this.#listeners) listener();
  }

  readonly classDesk: ClassDesk = this;

  get now() {
    return this.#seat.now;
  }

  get canCatchUp(): boolean {
    const { lead } = this.#seat;
    return lead !== undefined && this.#parts.catalog.find(lead) !== undefined && lead !== this.#lessonOnScreen();
  }

  turnHand(): void {
    this.#seat.turnHand();
  }

  evidence(): Evidence | undefined {
    const content = this.content();
    return content.phase === 'lesson' ? classEvidence(content.session) : undefined;
  }

  get packed(): PackedNow {
    return this.#packing.now;
  }

  packState(): void {
    this.#packing.begin(() => this.#tellChange());
  }

  share(evidence: Evidence, withState: boolean): void {
    this.#seat.share(evidence, withState ? this.#packing.packed : undefined);
  }

  /** The start of the lesson at which the class is, as any jump builds it: nothing of it counts as done by the learner. */
  catchUp(): void {
    const { lead } = this.#seat;
    if (lead === undefined) return;
    this.#catchingUp = lead;
    this.openLesson(lead);
  }

  override subscribe(onChange: () => void): () => void {
    const stop = super.subscribe(onChange);
    this.#listeners.add(onChange);
    return () => {
      stop();
      this.#listeners.delete(onChange);
    };
  }

  override send(intent: Intent): void {
    const content = this.content();
    const following =
      content.phase === 'lesson' && content.session.status === 'finished' ? content.session.following : undefined;
    if (intent.type === 'proceed' && following !== undefined && this.#isBeyondHold(following)) this.#tellHold();
    else super.send(intent);
  }

  override openLesson(id: string, task?: string): void {
    const isHeld = this.#isBeyondHold(id);
    if (isHeld || id !== this.#catchingUp) this.#catchingUp = undefined;
    if (isHeld) this.#tellHold();
    else super.openLesson(id, task);
  }

  override back(): void {
    this.#catchingUp = undefined;
    super.back();
  }

  override async close(): Promise<void> {
    this.#seat.close();
    await super.close();
  }

  /** What the lesson itself has to say comes first. */
  #arrive(): void {
    const content = this.content();
    if (content.phase !== 'lesson' || content.session.lesson.id !== this.#catchingUp) return;
    this.#catchingUp = undefined;
    if (content.session.notice === undefined) this.notice(this.#parts.words.classroom.caughtUp);
  }

  #lessonOnScreen(): string | undefined {
    const content = this.content();
    return content.phase === 'lesson' ? content.session.lesson.id : undefined;
  }

  /** Before a lesson is open, where this learner will go on counts. */
  #isBehind(lesson: string): boolean {
    const { catalog, summary } = this.#parts;
    const own = this.#lessonOnScreen() ?? lessonToResume(catalog, summary())?.id;
    return own !== undefined && this.#isLater(lesson, own);
  }

  #isBeyondHold(id: string): boolean {
    const { hold } = this.#seat;
    return hold !== undefined && this.#isLater(id, hold);
  }

  #isLater(lesson: string, than: string): boolean {
    const { lessons } = this.#parts.catalog;
    const [at, to] = [than, lesson].map((id) => lessons.findIndex((one) => one.id === id));
    return at !== undefined && to !== undefined && at >= 0 && to > at;
  }

  #tellHold(): void {
    const { hold = '' } = this.#seat;
    this.notice(this.#parts.words.classroom.held(this.#parts.catalog.find(hold)?.title ?? hold));
  }
}
