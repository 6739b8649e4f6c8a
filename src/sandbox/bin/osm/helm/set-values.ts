/**
 * The language of `--set`: `a.b=1,c={x,y},d[0].e=f`, with `\` before a character that means itself (Helm: pkg/strvals). It
 * knows the language and not which values a chart has.
 */
export type Values = { [key: string]: unknown };

const deepestNesting = 30;
const longestList = 65536;
const notFound = 'has no value';

export const isTable = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Helm's typedVal: whole numbers, truth and null have their type, everything else is text. */
function typed(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  if (text === '0' || /^[+-]?[1-9]\d*$/.test(text)) return Number(text);
  return text;
}

interface Word {
  text: string;
  /** The character that ended it; undefined at the end of the input. */
  stop: string | undefined;
}

class SetLine {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parseInto(values: Values): void {
    while (this.#at < this.#text.length) this.#assign(values, 0);
  }

  #until(stops: string): Word {
    let text = '';
    for (; this.#at < this.#text.length; this.#at++) {
      const letter = this.#text[this.#at] ?? '';
      if (stops.includes(letter)) {
        this.#at++;
        return { text, stop: letter };
      }
      if (letter === '\\') text += this.#text[++this.#at] ?? '';
      else text += letter;
    }
    return { text, stop: undefined };
  }

  #assign(table: Values, depth: number): void {
    const { text: key, stop } = this.#until('=[,.');
    switch (stop) {
      case '=':
        if (key !== '') table[key] = this.#value();
        else this.#value();
        return;
      case '[': {
        const list = table[key] ?? [];
        if (!Array.isArray(list)) throw new Error(`unable to parse key: ${conversion(list, '[]interface {}')}`);
        table[key] = this.#listItem(list, depth);
        return;
      }
      case '.': {
        if (depth + 1 > deepestNesting)
          throw new Error(
            `value name nested level is greater than maximum supported nested level of ${deepestNesting}`,
          );
        const inner = table[key] ?? {};
        if (!isTable(inner)) throw new Error(`unable to parse key: ${conversion(inner, 'map[string]interface {}')}`);
        this.#assign(inner, depth + 1);
        if (Object.keys(inner).length === 0) throw new Error(`key map ${JSON.stringify(key)} ${notFound}`);
        table[key] = inner;
        return;
      }
      case ',':
        throw new Error(`key ${JSON.stringify(key)} ${notFound} (cannot end with ,)`);
      default:
        if (key !== '') throw new Error(`key ${JSON.stringify(key)} ${notFound}`);
    }
  }

  #index(): number {
    const { text } = this.#until(']');
    if (!/^[+-]?\d+$/.test(text))
      throw new Error(`error parsing index: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
    const index = Number(text);
    if (index < 0) throw new Error(`negative ${index} index not allowed`);
    if (index > longestList)
      throw new Error(`index of ${index} is greater than maximum supported index of ${longestList}`);
    return index;
  }

  /** Behind `key[`: the index, and what is said of that item. */
  #listItem(before: readonly unknown[], depth: number): unknown[] {
    const index = this.#index();
    const { text, stop } = this.#until('[.=');
    if (text !== '') throw new Error(`unexpected data at end of array index: ${JSON.stringify(text)}`);
    const list: unknown[] = Array.from({ length: Math.max(before.length, index + 1) }, (_, at) => before[at] ?? null);
    if (stop === '=') list[index] = this.#value();
    else if (stop === '[') list[index] = this.#listItem(Array.isArray(list[index]) ? list[index] : [], depth);
    else if (stop === '.') {
      const inner = isTable(list[index]) ? list[index] : {};
      this.#assign(inner, depth);
      list[index] = inner;
    }
    return list;
  }

  #value(): unknown {
    if (this.#text[this.#at] !== '{') return typed(this.#until(',').text);
    this.#at++;
    const items: unknown[] = [];
    for (;;) {
      const { text, stop } = this.#until(',}');
      if (stop === undefined) throw new Error("list must terminate with '}'");
      items.push(typed(text));
      if (stop === ',') continue;
      if (this.#text[this.#at] === ',') this.#at++;
      return items;
    }
  }
}

const goType = (value: unknown) =>
  Array.isArray(value) ? '[]interface {}' : isTable(value) ? 'map[string]interface {}' : typeof value;
const conversion = (value: unknown, wanted: string) =>
  `interface conversion: interface {} is ${goType(value)}, not ${wanted}`;

/** Writes what the lines say into `values`, later ones over earlier ones; throws what is wrong with them. */
export function setValues(lines: readonly string[], values: Values): Values {
  for (const line of lines) new SetLine(line).parseInto(values);
  return values;
}

/** Chart values under what was set: tables are merged, everything else is replaced, null takes a value away. */
export function overlay(below: Values, above: Values): Values {
  const merged: Values = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const current = merged[key];
    if (value === null) delete merged[key];
    else merged[key] = isTable(value) && isTable(current) ? overlay(current, value) : value;
  }
  return merged;
}
