/**
 * Text as people look for it: without case, accents and the difference between blanks. Every character of the folded
 * text knows where it came from. Pure; knows no lessons.
 */
interface Folded {
  text: string;
  /** By index in `text`: index in the original; one more entry for the end. */
  at: readonly number[];
}

// What Unicode does not take apart though people type it so.
const spelled: Readonly<Record<string, string>> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', ł: 'l', đ: 'd', ı: 'i' };

export function fold(original: string): Folded {
  let text = '';
  const at: number[] = [];
  let index = 0;
  for (const character of original) {
    const isBlank = /\s/.test(character);
    const plain = isBlank
      ? text === '' || text.endsWith(' ')
        ? ''
        : ' '
      : character.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
    for (const unit of plain === ' ' ? ' ' : (spelled[plain] ?? plain)) {
      text += unit;
      for (let part = 0; part < unit.length; part += 1) at.push(index);
    }
    index += character.length;
  }
  at.push(original.length);
  return { text, at };
}

export interface Range {
  from: number;
  /** The index after the last character. */
  to: number;
}

/** Where the phrase stands in the text, from left to right, never over one another. */
export function occurrences(text: string, phrase: string): Range[] {
  const wanted = fold(phrase.trim()).text.trimEnd();
  if (wanted === '') return [];
  const { text: folded, at } = fold(text);
  const found: Range[] = [];
  for (let from = folded.indexOf(wanted); from >= 0; from = folded.indexOf(wanted, from + wanted.length)) {
    const last = at[from + wanted.length - 1] ?? 0;
    const end = at.slice(from + wanted.length).find((index) => index > last) ?? text.length;
    found.push({ from: at[from] ?? 0, to: end });
  }
  return found;
}

/** All words stand in the text, wherever. */
export function holdsAll(text: string, words: string): boolean {
  const { text: folded } = fold(text);
  const wanted = fold(words).text.split(' ').filter(Boolean);
  return wanted.length > 0 && wanted.every((word) => folded.includes(word));
}
