import type { Evidence } from '../classroom/protocol.ts';
import type { Intent } from '../session/events.ts';
import type { ClassDesk, ScreenContent } from '../tui/app-port.ts';
import { classEvidence } from './class-evidence.ts';
import type { JoinedClass } from './class-join.ts';
import { ClassSeat } from './class-seat.ts';
import type { Parts } from './compose.ts';
import { LessonHost } from './lesson-host.ts';

/** The usual screen of a learner who sits in a class: nobody goes beyond the lesson at which it is held. */
export class ClassLessonHost extends LessonHost implements ClassDesk {
  readonly #parts: Parts;
  readonly #seat: ClassSeat;
  readonly #listeners = new Set<() => void>();

  constructor(parts: Parts, joined: JoinedClass) {
    super(parts);
    this.#parts = parts;
    this.#seat = new ClassSeat(
      parts,
      joined,
      () => {
        for (const listener of this.#listeners) listener();
      },
      (sentence) => this.notice(sentence),
    );
  }

  readonly classDesk: ClassDesk = this;

  get now() {
    return this.#seat.now;
  }

  get canCatchUp(): boolean {
    const { lead } = this.#seat;
    return lead !== undefined && lead !== this.#lessonOf(this.content());
  }

  turnHand(): void {
    this.#seat.turnHand();
  }

  evidence(): Evidence | undefined {
    const content = this.content();
    return content.phase === 'lesson' ? classEvidence(content.session) : undefined;
  }

  share(evidence: Evidence): void {
    this.#seat.share(evidence);
  }

  /** The start of the lesson at which the class is, as any jump builds it. */
  catchUp(): void {
    const { lead } = this.#seat;
    if (lead !== undefined) super.openLesson(lead);
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
    if (this.#isBeyondHold(id)) this.#tellHold();
    else super.openLesson(id, task);
  }

  override async close(): Promise<void> {
    this.#seat.close();
    await super.close();
  }

  #lessonOf(content: ScreenContent): string | undefined {
    return content.phase === 'lesson' ? content.session.lesson.id : undefined;
  }

  #isBeyondHold(id: string): boolean {
    const { hold } = this.#seat;
    if (hold === undefined) return false;
    const { lessons } = this.#parts.catalog;
    const [at, to] = [hold, id].map((lesson) => lessons.findIndex((one) => one.id === lesson));
    return at !== undefined && to !== undefined && at >= 0 && to > at;
  }

  #tellHold(): void {
    const { hold = '' } = this.#seat;
    this.notice(this.#parts.words.classroom.held(this.#parts.catalog.find(hold)?.title ?? hold));
  }
}
