import type { Key } from 'ink';

/**
 * What a terminal answers to questions of ours (`terminal-theme`) may come after Ink has begun to read: over a slow line
 * later than anybody waits. Ink takes an OSC reply for Alt-] and typed text, and device attributes for text; neither is
 * the learner's. Does not read the answers.
 */
const deviceAttributes = /^\[\?[\d;]*c$/;
const colour = /^1[01];(rgba?:?[\da-f/]*)?/i;
/** Longer than any reply: whatever it is, it is none, and the learner's keys must come through. */
const longest = 40;

export class TerminalReplies {
  /** Characters of a reply so far; undefined outside of one. */
  #length: number | undefined;

  /** What of the text was typed, and undefined where all of it belongs to a reply. */
  typed(text: string, key: Pick<Key, 'meta'>): string | undefined {
    if (deviceAttributes.test(text)) return undefined;
    if (key.meta && text === ']') {
      this.#length = 0;
      return undefined;
    }
    if (this.#length === undefined) return text;
    if (key.meta && text === '\\') return this.#end(undefined);
    // A key that is not of a colour ends the wait for one, and is heard.
    const rest = this.#length === 0 ? colour.test(text) : /^[\da-f/;:rgba]*\u0007?/i.test(text);
    if (!rest || text === '') return this.#end(text);
    const bell = text.indexOf('\u0007');
    if (bell >= 0) return this.#end(text.slice(bell + 1) || undefined);
    this.#length += text.length;
    return this.#length > longest ? this.#end(text) : undefined;
  }

  #end(text: string | undefined): string | undefined {
    this.#length = undefined;
    return text;
  }
}
