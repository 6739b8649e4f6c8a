import { LearnerLink, type LinkState } from '../classroom/link/learner-link.ts';
import type { Evidence } from '../classroom/protocol.ts';
import { inWords } from '../fault.ts';
import { systemRandom } from '../platform/random.ts';
import type { ClassNow } from '../tui/app-port.ts';
import { faultOfLink, type JoinedClass, linkTo } from './class-join.ts';
import { keepMembership } from './class-membership.ts';
import type { Parts } from './compose.ts';

/** Who sits there. */
export interface Sitter {
  onChange(): void;
  say(sentence: string): void;
  /** Whether the lesson is still to come for this learner; an id. */
  isBehind(lesson: string): boolean;
}

/**
 * A learner's seat in a class: what the class says as the screen shows it, and sentences for what is new. Knows no driver
 * and no key.
 */
export class ClassSeat {
  readonly #parts: Parts;
  readonly #link: LearnerLink;
  readonly #sitter: Sitter;
  #joined: JoinedClass;
  #before: LinkState | undefined;
  #now: ClassNow;

  constructor(parts: Parts, joined: JoinedClass, sitter: Sitter) {
    this.#parts = parts;
    this.#joined = joined;
    this.#sitter = sitter;
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
    if (this.#now.connection !== 'online') this.#sitter.say(classroom.handLater);
  }

  /** `state`: base64. */
  share(evidence: Evidence, state?: string): void {
    const { classroom } = this.#parts.words;
    this.#sitter.say(classroom.sharing);
    void this.#link.share(evidence, state).then(() => this.#sitter.say(classroom.shared));
  }

  close(): void {
    this.#link.close();
  }

  #follow(said: LinkState): void {
    const before = this.#before;
    const state = this.#inOwnWorld(said);
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
    this.#sitter.onChange();
  }

  /** The class speaks of its host's lessons; another world may have its own at the same step. */
  #inOwnWorld(state: LinkState): LinkState {
    const { catalog } = this.#parts;
    const own = (id: string | undefined) => (id === undefined ? undefined : (catalog.inPlaceOf(id)?.id ?? id));
    const [hold, lead] = [own(state.class?.hold), own(state.class?.lead)];
    if (!state.class) return state;
    return { ...state, class: { ...state.class, ...(hold && { hold }), ...(lead && { lead }) } };
  }

  #titleOf(lesson: string): string {
    return this.#parts.catalog.find(lesson)?.title ?? lesson;
  }

  /** All of it at once: one sentence would take the other's place. */
  #tellNews(before: LinkState | undefined, after: LinkState): void {
    const news = [
      ...this.#refusal(before, after),
      ...this.#course(before?.class, after.class),
      ...this.#message(after),
    ];
    if (news.length > 0) this.#sitter.say(news.join(' '));
  }

  #refusal(before: LinkState | undefined, { class: _, ...link }: LinkState): string[] {
    const refused = faultOfLink(link, this.#joined.membership.origin);
    if (!refused || before?.connection === link.connection) return [];
    const told = inWords(refused, this.#parts.findings.faultTexts);
    return [told.what, ...told.next];
  }

  /** Where the class waits, and where it is; who is behind is told the key that leads there. */
  #course(before: LinkState['class'], now: LinkState['class']): string[] {
    const { classroom } = this.#parts.words;
    const { hold, lead } = now ?? {};
    const held = hold === undefined ? classroom.released : classroom.held(this.#titleOf(hold));
    const isBehind = lead !== undefined && lead !== before?.lead && this.#sitter.isBehind(lead);
    return [...(hold === before?.hold ? [] : [held]), ...(isBehind ? [classroom.mayCatchUp(this.#titleOf(lead))] : [])];
  }

  #message({ class: now }: LinkState): string[] {
    const { message } = now ?? {};
    if (!message || message.id <= this.#joined.membership.seen) return [];
    this.#joined = { ...this.#joined, membership: { ...this.#joined.membership, seen: message.id } };
    keepMembership(this.#parts.folders.state, this.#joined.membership);
    return [this.#parts.words.classroom.message(message.text)];
  }
}
