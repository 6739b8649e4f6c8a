import { type Line, type Span, splitAt, widthOf } from './spans.ts';
import type { Role } from './theme.ts';

/**
 * Text that others wrote (command output, server messages), made safe for a row of the screen.
 * Only colour survives; it does not know where the text came from.
 */

// Strings first (OSC, DCS, SOS, PM, APC, with or without their end), then CSI, then the two-byte escapes.
const escapes =
  /(?:\u001b\]|\u009d)[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|(?:\u001b[PX^_]|[\u0090\u0098\u009e\u009f])[^\u001b\u009c]*(?:\u001b\\|\u009c)?|(?:\u001b\[|\u009b)([0-?]*)[ -/]*([@-~])?|\u001b[ -/]*[0-~]?/g;

// C0 and C1 controls, bidirectional overrides, and variation selectors (terminals disagree on their width).
const unprintable = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\ufe0e|\ufe0f/g;

/** Without any control sequence at all. */
export function bare(text: string): string {
  return expandTabs(text.replaceAll(escapes, '').replaceAll(unprintable, ''));
}

function expandTabs(text: string): string {
  if (!text.includes('\t')) return text;
  let out = '';
  for (const part of text.split(/(\t)/)) out += part === '\t' ? ' '.repeat(8 - (widthOf(out) % 8)) : part;
  return out;
}

/** Adds the parameters of one SGR sequence to the style so far. Blinking and hidden text is not taken over. */
function nextSgr(current: readonly string[], parameters: string): string[] {
  const codes = parameters.split(/[;:]/);
  let style = [...current];
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] || '0';
    if (code === '38' || code === '48') {
      const length = codes[at + 1] === '2' ? 5 : 3;
      const group = codes.slice(at, at + length);
      if (group.length === length && group.every((part) => /^\d{1,3}$/.test(part))) style.push(group.join(';'));
      at += length - 1;
    } else if (code === '0') style = [];
    else if (/^(?:[1-4]|[79]|2[1-9]|3[0-79]|4[0-79]|9[0-7]|10[0-7])$/.test(code)) style.push(code);
  }
  return style.slice(-6);
}

/** One line of foreign text as spans; a `\r` inside starts the line anew, as a terminal would show a progress bar. */
export function foreignLine(text: string, role: Role): Line {
  const shown = text.slice(text.replace(/\r+$/, '').lastIndexOf('\r') + 1);
  const spans: Span[] = [];
  let style: string[] = [];
  let column = 0;
  let from = 0;
  const add = (raw: string) => {
    const safe = expandFrom(raw.replaceAll(unprintable, ''), column);
    if (!safe) return;
    column += widthOf(safe);
    spans.push(style.length > 0 ? { text: safe, role, sgr: style.join(';') } : { text: safe, role });
  };
  for (const match of shown.matchAll(escapes)) {
    add(shown.slice(from, match.index));
    if (match[2] === 'm' && /^[\d;:]*$/.test(match[1] ?? '')) style = nextSgr(style, match[1] ?? '');
    from = match.index + match[0].length;
  }
  add(shown.slice(from));
  return spans;
}

function expandFrom(text: string, column: number): string {
  return expandTabs(' '.repeat(column % 8) + text).slice(column % 8);
}

/** Hard wrap, as terminals do: output keeps its columns. */
export function hardWrap(line: Line, width: number): Line[] {
  const rows: Span[][] = [[]];
  let left = width;
  for (const piece of line) {
    let text = piece.text;
    while (text) {
      const [start, rest] = splitAt(text, left);
      if (start) rows.at(-1)?.push({ ...piece, text: start });
      left -= widthOf(start);
      if (rest && !start && left >= width) break;
      text = rest;
      if (text) {
        rows.push([]);
        left = width;
      }
    }
  }
  return rows;
}
