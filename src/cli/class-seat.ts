import { LearnerLink, type LinkState } from '../classroom/link/learner-link.ts';
import type { Evidence } from '../classroom/protocol.ts';
import { inWords } from '../fault.ts';
import { systemRandom } from '../platform/random.ts';
import type { ClassNow } from '../tui/app-port.ts';
import { faultOfLink, type JoinedClass, linkTo } from './class-join.ts';
import { keepMembership } from './class-membership.ts';
import type { Parts } from './compose.ts';

/**
 * A learner's seat in a class: what the class says as the screen shows it, and sentences for what is new. Knows no driver
 * and no key.
 */
export class ClassSeat {
  readonly #parts: Parts;
  readonly #link: LearnerLink;
  readonly #onChange: () => void;
  readonly #say: (sentence: string) => void;
  #joined: JoinedClass;
  #before: LinkState | undefined;
  #now: ClassNow;

  constructor(parts: Parts, joined: JoinedClass, onChange: () => void, say: (sentence: string) => void) {
    this.#parts = parts;
    this.#joined = joined;
    this.#onChange = onChange;
    this.#say = say;
    this.#now = { name: '', connection: 'joining', unsent: 0 };
    this.#link = new LearnerLink({
      ...linkTo(joined),
      journal: parts.journal,
      clock: parts.clock,
      random: systemRandom,
      onChange: (state) => this.#follow(state),
    });
  }

  get now(): ClassNow {
    return this.#now;
  }

  /** Nobody goes beyond this lesson; an id. */
  get hold(): string | undefined {
    return this.#before?.class?.hold;
  }

  /** Where the class is; an id. */
  get lead(): string | undefined {
    return this.#before?.class?.lead;
  }

  turnHand(): void {
    this.#link.raiseHand(this.#now.hand === undefined);
    const { classroom } = this.#parts.words;
    if (this.#now.connection !== 'online') this.#say(classroom.handLater);
  }

  share(evidence: Evidence): void {
    const { classroom } = this.#parts.words;
    this.#say(classroom.sharing);
    void this.#link.share(evidence).then(() => this.#say(classroom.shared));
  }

  close(): void {
    this.#link.close();
  }

  #follow(state: LinkState): void {
    const before = this.#before;
    this.#before = state;
    const { hold, hand, countdown, name } = state.class ?? {};
    this.#now = {
      name: name ?? '',
      connection: state.connection === 'wrong-certificate' ? 'refused' : state.connection,
      unsent: state.unsent,
      ...(hold !== undefined && { hold: this.#titleOf(hold) }),
      ...(hand !== undefined && { hand }),
      ...(countdown && { until: state.heardAt + countdown.leftMs, label: countdown.label }),
    };
    this.#tellNews(before, state);
    this.#onChange();
  }

  #titleOf(lesson: string): string {
    return this.#parts.catalog.find(lesson)?.title ?? lesson;
  }

  #tellNews(before: LinkState | undefined, { class: now, ...link }: LinkState): void {
    const { classroom } = this.#parts.words;
    const refused = faultOfLink(link, this.#joined.membership.origin);
    if (refused && before?.connection !== link.connection) {
      const told = inWords(refused, this.#parts.findings.faultTexts);
      this.#say([told.what, ...told.next].join(' '));
    }
    if (now?.hold !== before?.class?.hold) {
      this.#say(now?.hold === undefined ? classroom.released : classroom.held(this.#titleOf(now.hold)));
    }
    if (now?.message && now.message.id > this.#joined.membership.seen) {
      this.#say(classroom.message(now.message.text));
      this.#joined = { ...this.#joined, membership: { ...this.#joined.membership, seen: now.message.id } };
      keepMembership(this.#parts.folders.state, this.#joined.membership);
    }
  }
}
