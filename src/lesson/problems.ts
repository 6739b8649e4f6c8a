import type { LessonProblem } from './lesson.ts';

/** Collects an author's mistakes, so that one pass over a file reports them all. */
export class Problems {
  readonly #file: string;
  readonly list: LessonProblem[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  add(line: number, message: string): undefined {
    this.list.push({ file: this.#file, line, message });
    return undefined;
  }
}

/** Lower case words joined by hyphens: what every id looks like, so that it survives shells, URLs and file names. */
export const isId = (text: unknown): text is string =>
  typeof text === 'string' && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);

export const idForm = 'lower case letters, digits and single hyphens, such as split-traffic';

/** `split-half` for "Split half!": what an author probably wants as an id. */
export function suggestId(title: string): string {
  const id = title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return id === '' ? 'first-task' : id;
}

/** ` Did you mean "effect"?`, or nothing when no known word is close. */
export function didYouMean(word: string, known: readonly string[]): string {
  const scored = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0];
  return scored && scored.distance <= Math.max(1, Math.floor(word.length / 3))
    ? ` Did you mean "${scored.candidate}"?`
    : '';
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
