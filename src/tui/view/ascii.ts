import { type Line, type Span, widthOf } from './spans.ts';

/** Rows for terminals that show ASCII alone: every other character as one that they have, and umlauts as German writes them then. */

const single: Readonly<Record<string, string>> = {
  '…': '~',
  '–': '-',
  '—': '-',
  '→': '>',
  '←': '<',
  '▶': '>',
  '·': '-',
  '•': '*',
  '×': 'x',
  '✓': '+',
  '✗': 'x',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '≥': '>',
  '≤': '<',
  '└': '`',
  '├': '|',
  '│': '|',
  '─': '-',
  '█': '#',
  µ: 'u',
};

const double: Readonly<Record<string, string>> = {
  ä: 'ae',
  ö: 'oe',
  ü: 'ue',
  Ä: 'Ae',
  Ö: 'Oe',
  Ü: 'Ue',
  ß: 'ss',
};

/** Any length: for lines that are wrapped afterwards or not at all. */
export function asciiText(text: string): string {
  return text.replaceAll(/[^\x00-\x7f]/gu, (found) => double[found] ?? oneFor(found));
}

/** A letter without its accent, or `?` for what ASCII has nothing for. */
function oneFor(character: string): string {
  const known = single[character];
  if (known !== undefined) return known;
  const [letter = ''] = character.normalize('NFD');
  return /^[\x20-\x7e]$/.test(letter) ? letter : '?';
}

/**
 * The row as wide as it was: the second letter of an `ae` is taken from the next gap. Where no gap follows, a row keeps
 * one letter for one.
 */
export function asciiLine(line: Line): Line {
  const grown = converted(line, true);
  return grown.debt === 0 ? grown.line : converted(line, false).line;
}

function converted(line: Line, mayGrow: boolean): { line: Line; debt: number } {
  let debt = 0;
  const spans = line.map((piece): Span => {
    const characters = [...piece.text.normalize('NFC')];
    const text = characters.map((character, index) => {
      if (character === ' ' && debt > 0 && characters[index + 1] === ' ') {
        debt -= 1;
        return '';
      }
      if (character <= '\u007f') return character;
      const two = double[character];
      if (two !== undefined && mayGrow) debt += 1;
      if (two !== undefined) return mayGrow ? two : two.charAt(0);
      return '?'.repeat(Math.max(0, widthOf(character) - 1)) + (widthOf(character) > 0 ? oneFor(character) : '');
    });
    return { ...piece, text: text.join('') };
  });
  return { line: spans, debt };
}
