import { isId, type Problems, suggestId } from './problems.ts';

const words = ['task', 'presenter', 'author'] as const;

export interface Note {
  word: (typeof words)[number];
  text: string;
  line: number;
}

/** `<!-- word: text -->`; `author:` notes are for whoever edits the file and go nowhere. */
export function readComment(piece: { line: number; text: string }, problems: Problems): Note | undefined {
  const match = /^([a-z]+):\s*([\s\S]+)$/.exec(piece.text);
  const word = words.find((known) => known === match?.[1]);
  if (match && word) return { word, text: (match[2] ?? '').trim(), line: piece.line };
  const starts = words.map((known) => `"${known}:"`).join(', ');
  const example = '<!-- presenter: ask the room first -->';
  return problems.add(piece.line, `A comment starts with one of ${starts}, such as ${example}.`);
}

/** The id in `<!-- task: id -->`, or undefined after a report that shows the line to add. */
export function readTaskId(
  title: string,
  line: number,
  note: Note | undefined,
  problems: Problems,
): string | undefined {
  if (!note) {
    const comment = `<!-- task: ${suggestId(title)} -->`;
    return problems.add(line, `The task "${title}" has no id; add ${comment} on the line below.`);
  }
  if (isId(note.text)) return note.text;
  return problems.add(note.line, `"${note.text}" is no task id; write it like ${suggestId(note.text)}.`);
}
