import type { Evidence } from '../../classroom/protocol.ts';
import type { Words } from '../../words/en.ts';
import type { ClassDesk } from '../app-port.ts';
import { type ShownShare, shareLines, shownShare } from '../view/share-screen.ts';
import { plain } from '../view/spans.ts';

/** Asks before anything is shared with the instructor: the next line typed sends it, adds the sandbox, or leaves it. */
export class ShareTalk {
  readonly #words: Words;
  #asked: { evidence: Evidence; withState: boolean; isPacking: boolean } | undefined;

  constructor(words: Words) {
    this.#words = words;
  }

  get isOpen(): boolean {
    return this.#asked !== undefined;
  }

  /** Each answers what is to be said. */
  open(desk: ClassDesk): string[] {
    const evidence = desk.evidence();
    this.#asked = evidence && { evidence, withState: false, isPacking: false };
    return this.#asked ? this.#spoken(desk) : [this.#words.classroom.nothingToShare];
  }

  answer(line: string, desk: ClassDesk): string[] {
    const asked = this.#asked;
    this.#asked = undefined;
    if (!asked) return [];
    const { evidence, withState, isPacking } = asked;
    if (line === '' && isPacking && desk.packed.status === 'packing') {
      // What was not told yet is not sent.
      this.#asked = asked;
      return this.#spoken(desk);
    }
    if (line === '') {
      desk.share(evidence, withState);
      return [];
    }
    if (line !== 's') return [this.#words.typed.leftAsItIs];
    this.#asked = { evidence, withState: !withState, isPacking: !withState };
    if (withState) return this.#spoken(desk);
    desk.packState();
    return [];
  }

  /** What would go along, once it is packed. */
  packed(desk: ClassDesk): string[] {
    if (!this.#asked?.isPacking || desk.packed.status === 'packing') return [];
    this.#asked = { ...this.#asked, isPacking: false };
    return this.#spoken(desk);
  }

  #spoken(desk: ClassDesk): string[] {
    return this.#asked ? spokenShare(shownShare(desk, this.#asked), this.#words) : [];
  }
}

/** What would be shared with the instructor, as sentences, and what to type. Pure. */
export function spokenShare(shown: ShownShare, words: Words): string[] {
  const lines = shareLines(shown, { width: 10_000, words }).map((line) => plain(line).trimEnd());
  return [...lines.filter((text) => text !== ''), words.classroom.share.enter];
}
