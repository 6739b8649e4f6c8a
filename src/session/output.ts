import type { Output, OutputLine } from './state.ts';

/**
 * Keeps the last lines of a command's output, cleaned for the screen. Knows no process and no terminal width.
 * What reaches the screen is text and colour; anything else that a program sends could move the cursor, rename the
 * window or write to the clipboard.
 */
const maxLines = 2_000;
const maxLineLength = 4_000;
const tabStop = 8;

// OSC, DCS, SOS, PM and APC end with BEL or ST; one that never ends is cut at the end of what arrived.
const stringSequence = /\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)/g;
const controlSequence = /\x1b\[([0-?]*)[ -/]*([@-~])/g;
const otherEscape = /\x1b(?:[ -/]+[0-~]?|[0-Z\\^-~])?/g;
const c1AndControls = /[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]/g;
/** Overrides of writing direction can make a line read as something else. */
const bidi = /[\u202a-\u202e\u2066-\u2069]/g;

/** A sequence that another chunk may still complete. */
const unfinished = /\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?)?$/;
const maxHeld = 8_192;

export function clean(text: string): string {
  const kept: string[] = [];
  return text
    .replace(stringSequence, '')
    .replace(controlSequence, (whole, parameters: string, final: string) => {
      if (final !== 'm' || !/^[\d;:]*$/.test(parameters)) return '';
      kept.push(whole);
      return '\x00';
    })
    .replace(otherEscape, '')
    .replace(bidi, '')
    .replace(c1AndControls, (character) => (character === '\x00' ? (kept.shift() ?? '') : ''));
}

export class OutputBuffer {
  #lines: OutputLine[] = [];
  #dropped = 0;
  /** The line that has no end yet. */
  #open = '';
  #held = '';

  add(text: string): void {
    let all = this.#held + text.replaceAll('\x00', '');
    const tail = unfinished.exec(all)?.[0] ?? '';
    this.#held = tail.length <= maxHeld ? tail : '';
    all = all.slice(0, all.length - tail.length);
    const [first = '', ...rest] = all.replaceAll('\r\n', '\n').split('\n');
    this.#open = cut(this.#open + first);
    for (const line of rest) {
      this.#push({ text: finish(this.#open), stream: 'out' });
      this.#open = cut(line);
    }
  }

  /** A line of ours between the program's. */
  note(text: string): void {
    this.#endLine();
    this.#push({ text: clean(text), stream: 'note' });
  }

  /** What is kept now, with the unfinished line last; never changed afterwards. */
  snapshot(): Output {
    const lines = this.#lines.slice(-maxLines);
    if (this.#open !== '') lines.push({ text: finish(this.#open), stream: 'out' });
    return { lines, dropped: this.#dropped + this.#lines.length - Math.min(this.#lines.length, maxLines) };
  }

  #endLine(): void {
    if (this.#open === '') return;
    this.#push({ text: finish(this.#open), stream: 'out' });
    this.#open = '';
  }

  #push(line: OutputLine): void {
    this.#lines.push(line);
    // Dropping in blocks keeps a flood of lines linear.
    if (this.#lines.length < 2 * maxLines) return;
    this.#dropped += this.#lines.length - maxLines;
    this.#lines = this.#lines.slice(-maxLines);
  }
}

/** A line may be replaced many times before it ends; only what is shown last, and not without bound, is kept. */
function cut(open: string): string {
  if (open.length <= maxLineLength) return open;
  const replaced = open.lastIndexOf('\r', open.length - 2);
  const shown = replaced === -1 ? open : open.slice(replaced + 1);
  return shown.length <= maxLineLength ? shown : `${shown.slice(0, maxLineLength - 1)}…`;
}

function finish(line: string): string {
  const parts = line.split('\r');
  const shown = parts.findLast((part) => part !== '') ?? '';
  return expandTabs(clean(shown));
}

function expandTabs(line: string): string {
  if (!line.includes('\t')) return line;
  let column = 0;
  // Colour takes no column.
  return line.replace(/\x1b\[[\d;:]*m|\t|[^\x1b\t]+/g, (part) => {
    if (part.startsWith('\x1b')) return part;
    const text = part === '\t' ? ' '.repeat(tabStop - (column % tabStop)) : part;
    column += text.length;
    return text;
  });
}
