/** Text that strangers typed, made safe to be stored and shown: names, messages, labels, evidence. Pure. */

// C0 and C1 controls, bidirectional marks and overrides, line separators, invisible characters, and lone surrogates.
const unwanted =
  /[\p{Cc}\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Cs}/gu;

// More than three marks on one letter are nobody's name, and paint over the lines around them.
const heapedMarks = /(\p{M}{3})\p{M}+/gu;

const segmenter = new Intl.Segmenter();

/** One line, at most so many characters as people count them; '' when nothing is left. */
export function plainLine(text: string, mostCharacters: number): string {
  return cut(cleaned(text, mostCharacters, /\s+/gu).trim(), mostCharacters);
}

/** As `plainLine`, but a table's columns stay under one another. */
export const plainOutput = (text: string, mostCharacters: number): string =>
  cut(cleaned(text, mostCharacters, /\s/gu), mostCharacters);

/** Far more than is kept is never looked at. */
function cleaned(text: string, mostCharacters: number, blanks: RegExp): string {
  return text
    .slice(0, mostCharacters * 16)
    .normalize('NFC')
    .replaceAll(blanks, ' ')
    .replaceAll(unwanted, '')
    .replaceAll(heapedMarks, '$1');
}

function cut(line: string, mostCharacters: number): string {
  let kept = '';
  let count = 0;
  for (const { segment } of segmenter.segment(line)) {
    if (count === mostCharacters) break;
    kept += segment;
    count += 1;
  }
  return kept.trimEnd();
}

/** For the name of a file: letters and digits of any script; what file systems could take for something else becomes a dash. */
export const fileStem = (text: string): string =>
  text
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60) || 'class';
