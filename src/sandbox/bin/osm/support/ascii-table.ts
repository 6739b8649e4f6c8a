/**
 * Tables with ruled rows as Go's olekukonko/tablewriter v0.0.5 draws them, and its line breaking. A cell may have several
 * lines; the longest one, up to `widest`, is the width to which all of its text is broken again. Pure.
 */
const widest = 80;

interface Cell {
  lines: string[];
  width: number;
}

/** Minimal raggedness: the sum of squared gaps at line ends. A line too long costs more than any gap. */
const tooLong = 1e5;

function breakWords(words: readonly string[], limit: number): string[] {
  const count = words.length;
  const lengthOf = (from: number, to: number) => words.slice(from, to).join(' ').length;
  const costs = new Array<number>(count + 1).fill(2 ** 31 - 1);
  const ends = new Array<number>(count).fill(count);
  for (let at = count - 1; at >= 0; at--) {
    if (lengthOf(at, count) <= limit) {
      costs[at] = 0;
      continue;
    }
    for (let end = at + 1; end < count; end++) {
      const length = lengthOf(at, end);
      const cost = (limit - length) ** 2 + (costs[end] ?? 0) + (length > limit ? tooLong : 0);
      if (cost >= (costs[at] ?? 0)) continue;
      costs[at] = cost;
      ends[at] = end;
    }
  }
  const lines: string[] = [];
  for (let at = 0; at < count; at = ends[at] ?? count) lines.push(words.slice(at, ends[at]).join(' '));
  return lines;
}

function cellOf(text: string): Cell {
  const raw = text.split('\n');
  const width = Math.min(widest, Math.max(...raw.map((line) => line.length)));
  const words = raw.join(' ').split(' ');
  const lines = breakWords(words, Math.max(width, ...words.map((word) => word.length)));
  return { lines, width: Math.max(width, ...lines.map((line) => line.length)) };
}

function centred(text: string, width: number): string {
  const left = Math.max(0, Math.floor((width - text.length) / 2));
  return `${' '.repeat(left)}${text}`.padEnd(width);
}

export function asciiTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [header, ...rows].map((row) => row.map(cellOf));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.width ?? 0)));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const line = (texts: readonly string[]) => `|${texts.map((text) => ` ${text} `).join('|')}|\n`;
  const head = line(header.map((text, column) => centred(text.toUpperCase(), widths[column] ?? 0)));
  const body = cells.slice(1).map((row) => {
    const height = Math.max(...row.map(({ lines }) => lines.length));
    return Array.from({ length: height }, (_, at) =>
      line(row.map(({ lines }, column) => (lines[at] ?? '').padEnd(widths[column] ?? 0))),
    ).join('');
  });
  return [rule, head, rule, ...body.map((text) => text + rule)].join('');
}
