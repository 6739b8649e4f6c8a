// A catalogue as a flat table: what each entry says, cut where it is given something.
const mark = '\u0001';

/**
 * The constant parts of a sentence. Parameters are texts, numbers or lists; the entry itself does not say which, so each
 * is tried as something that can be all three.
 */
export function fragmentsOf(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry];
  if (typeof entry !== 'function') throw new Error(`not an entry: ${String(entry)}`);
  const anything = Object.assign([mark], {
    [Symbol.toPrimitive]: (hint: string) => (hint === 'number' ? 1 : mark),
    toString: () => mark,
  });
  const said: unknown = entry(...Array.from({ length: entry.length }, () => anything));
  return textOf(said)
    .replaceAll(/1(?:[.,]0)?/g, mark)
    .split(mark)
    .filter((part) => part !== '');
}

/** Some entries say several things at once: what happened, why, and what to do. */
const textOf = (said: unknown): string =>
  typeof said === 'object' && said !== null ? Object.values(said).map(textOf).join(mark) : String(said);

export function entriesOf(catalogue: object, path = ''): Map<string, string[]> {
  const entries = new Map<string, string[]>();
  for (const [name, value] of Object.entries(catalogue)) {
    const here = path === '' ? name : `${path}.${name}`;
    if (here === 'language') continue;
    if (typeof value === 'object' && value !== null) {
      for (const [inner, fragments] of entriesOf(value, here)) entries.set(inner, fragments);
    } else entries.set(here, fragmentsOf(value));
  }
  return entries;
}
