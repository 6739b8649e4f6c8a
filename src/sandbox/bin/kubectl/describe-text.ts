const longestAnnotation = 140;

const shortened = (text: string, length: number) => (text.length > length ? `${text.slice(0, length)}...` : text);

/** Lays out `kubectl describe`: nested levels, and columns aligned the way Go's text/tabwriter aligns them. Pure. */
export class DescribeText {
  readonly #lines: string[] = [];

  /** Cells in a line are separated by tabs; a level indents by two blanks. */
  line(level: number, text: string): void {
    for (const line of text.split('\n')) this.#lines.push(`${'  '.repeat(level)}${line}`);
  }

  /** `Labels:` and its like: the first pair beside the word, the others below it. */
  pairs(level: number, word: string, values: Readonly<Record<string, string>> | undefined, join = '='): void {
    const entries = Object.entries(values ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    if (entries.length === 0) this.line(level, `${word}:\t<none>`);
    entries.forEach(([key, value], index) => {
      this.line(
        index === 0 ? level : 0,
        `${index === 0 ? `${word}:` : ''}\t${key}${join}${value.replaceAll('\n', ' ').trimEnd()}`,
      );
    });
  }

  /** Annotations without the one that apply keeps; long ones and those of several lines go below their key, cut. */
  annotations(level: number, values: Readonly<Record<string, string>> | undefined): void {
    const entries = Object.entries(values ?? {})
      .filter(([key]) => key !== 'kubectl.kubernetes.io/last-applied-configuration')
      .sort(([a], [b]) => (a < b ? -1 : 1));
    if (entries.length === 0) this.line(level, 'Annotations:\t<none>');
    entries.forEach(([key, whole], index) => {
      const [lead, indent] = index === 0 ? ['Annotations:', level] : ['', 0];
      const value = whole.replace(/\n$/, '');
      if (value.length + key.length + 2 <= longestAnnotation && !value.includes('\n')) {
        this.line(indent, `${lead}\t${key}: ${value}`);
        return;
      }
      this.line(indent, `${lead}\t${key}:`);
      for (const text of value.split('\n')) this.line(0, `\t  ${shortened(text, longestAnnotation - 2)}`);
    });
  }

  /** The text before tabs become columns: `rollout history --revision` prints it so. */
  unaligned(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  toString(): string {
    return alignTabs(this.#lines, 2)
      .map((line) => `${line}\n`)
      .join('');
  }
}

/**
 * text/tabwriter: a cell is text that ends in a tab; cells of one column in consecutive lines are as wide as the widest.
 * What follows the last tab of a line belongs to no column.
 */
export function alignTabs(lines: readonly string[], padding: number): string[] {
  const rows = lines.map((line) => line.split('\t'));
  const widths = rows.map((row) => row.map(() => 0));
  const deepest = Math.max(0, ...rows.map((row) => row.length - 1));
  for (let column = 0; column < deepest; column += 1) {
    for (let from = 0; from < rows.length; from += 1) {
      if ((rows[from]?.length ?? 0) - 1 <= column) continue;
      let to = from;
      let width = 0;
      while (to < rows.length && (rows[to]?.length ?? 0) - 1 > column) {
        width = Math.max(width, rows[to]?.[column]?.length ?? 0);
        to += 1;
      }
      for (let row = from; row < to; row += 1) {
        const target = widths[row];
        if (target) target[column] = width + padding;
      }
      from = to;
    }
  }
  return rows.map((row, index) =>
    row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[index]?.[column] ?? 0))).join(''),
  );
}
