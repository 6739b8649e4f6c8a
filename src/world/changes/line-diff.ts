/** What differs between two texts, line by line. Knows nothing of what the lines say, except for how far they stand in. */
export interface DiffLine {
  /** `at` says where in the text the lines below it stand. */
  type: 'same' | 'added' | 'removed' | 'at';
  text: string;
}

/** Lines around a change that are shown with it. */
const contextLines = 2;
/** Beyond so many pairs of lines the middle is told as taken out and put in: comparing each with each takes too long. */
const mostPairs = 4_000_000;

/** The whole of both texts, in order. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return [
    ...before.slice(0, start).map(same),
    ...diffMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

const same = (text: string): DiffLine => ({ type: 'same', text });
const added = (text: string): DiffLine => ({ type: 'added', text });
const removed = (text: string): DiffLine => ({ type: 'removed', text });

/** The longest common lines stay; what is taken out stands before what is put in. */
function diffMiddle(before: readonly string[], after: readonly string[]): DiffLine[] {
  if (before.length * after.length > mostPairs) return [...before.map(removed), ...after.map(added)];
  const common = commonLengths(before, after);
  const width = after.length + 1;
  const lines: DiffLine[] = [];
  let [row, column] = [0, 0];
  while (row < before.length && column < after.length) {
    const [old, now] = [before[row] ?? '', after[column] ?? ''];
    if (old === now) {
      lines.push(same(old));
      row += 1;
      column += 1;
    } else if ((common[(row + 1) * width + column] ?? 0) >= (common[row * width + column + 1] ?? 0)) {
      lines.push(removed(old));
      row += 1;
    } else {
      lines.push(added(now));
      column += 1;
    }
  }
  return [...lines, ...before.slice(row).map(removed), ...after.slice(column).map(added)];
}

/** By position in both: how many lines the rests have in common, in order. */
function commonLengths(before: readonly string[], after: readonly string[]): Uint32Array {
  const width = after.length + 1;
  const lengths = new Uint32Array((before.length + 1) * width);
  for (let row = before.length - 1; row >= 0; row -= 1) {
    for (let column = after.length - 1; column >= 0; column -= 1) {
      const at = row * width + column;
      lengths[at] =
        before[row] === after[column]
          ? (lengths[at + width + 1] ?? 0) + 1
          : Math.max(lengths[at + width] ?? 0, lengths[at + 1] ?? 0);
    }
  }
  return lengths;
}

/** Changes with a few lines around them; each group is headed by the keys that lead to it, as YAML stands in. */
export function hunks(lines: readonly DiffLine[]): DiffLine[] {
  const isShown = lines.map(() => false);
  lines.forEach((line, index) => {
    if (line.type === 'same') return;
    isShown.fill(true, Math.max(0, index - contextLines), Math.min(lines.length, index + contextLines + 1));
  });
  return lines.flatMap((line, index) => {
    if (!isShown[index]) return [];
    const begins = index > 0 && !isShown[index - 1];
    const path = begins ? pathTo(lines, index) : '';
    return path === '' ? [line] : [{ type: 'at', text: path }, line];
  });
}

/** `spec.template.spec`: the keys above a line that stand further out than it. */
function pathTo(lines: readonly DiffLine[], index: number): string {
  const keys: string[] = [];
  let depth = depthOf(lines[index]?.text ?? '');
  for (let above = index - 1; above >= 0 && depth > 0; above -= 1) {
    const { type, text } = lines[above] ?? same('');
    if (type === 'added' || depthOf(text) >= depth) continue;
    depth = depthOf(text);
    const key = /^\s*([^\s:-][^:]*):(\s|$)/.exec(text)?.[1];
    if (key !== undefined) keys.unshift(key);
  }
  return keys.join('.');
}

/** The dash of a list may stand right below the list's key, and belongs to it all the same. */
function depthOf(text: string): number {
  const [blanks = '', dash] = /^\s*(-\s)?/.exec(text) ?? [];
  return dash === undefined ? blanks.length : blanks.length - dash.length + 0.5;
}
