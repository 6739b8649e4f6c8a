/**
 * How a language counts, lists and writes numbers; the catalogues are built with it. Knows no sentence.
 * Made on first use: the first frame needs none of ICU's tables.
 */
export interface Forms {
  one: string;
  other: string;
}

export interface Grammar {
  /** `1 task`, `3 tasks`. */
  counted(count: number, forms: Forms): string;
  /** The noun alone, as the number wants it. */
  form(count: number, forms: Forms): string;
  /** `a`, `a and b`, `a, b, and c`. */
  listed(items: readonly string[]): string;
  /** With so many digits after the point, or the comma. */
  decimal(value: number, digits: number): string;
  /** With three digits that count. */
  short(value: number): string;
}

const once = <T>(make: () => T): (() => T) => {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
};

export function grammarOf(language: string): Grammar {
  const plural = once(() => new Intl.PluralRules(language));
  const list = once(() => new Intl.ListFormat(language, { type: 'conjunction' }));
  const short = once(() => new Intl.NumberFormat(language, { maximumSignificantDigits: 3, useGrouping: false }));
  const numbers = new Map<number, Intl.NumberFormat>();
  const format = (digits: number): Intl.NumberFormat => {
    const known = numbers.get(digits);
    if (known) return known;
    const fraction = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    const made = new Intl.NumberFormat(language, { ...fraction, useGrouping: false });
    numbers.set(digits, made);
    return made;
  };
  const form = (count: number, { one, other }: Forms) => (plural().select(count) === 'one' ? one : other);
  return {
    form,
    counted: (count, forms) => `${count} ${form(count, forms)}`,
    listed: (items) => list().format(items),
    short: (value) => short().format(value),
    decimal: (value, digits) => format(digits).format(value),
  };
}
