import { Lexer, type Token } from 'marked';
import type { Block, Lesson, Question, Task } from './lesson.ts';

/** What a learner may read of a lesson, paragraph by paragraph, without marks of Markdown. No hint before it was opened. */
export interface Passage {
  lesson: string;
  task: string | undefined;
  /** Place in the task's blocks; hints stand after all blocks. */
  block: number;
  /** The nearest heading above. */
  heading: string;
  kind: 'text' | 'command' | 'hint';
  text: string;
}

type Rest = Pick<Passage, 'lesson' | 'task' | 'block' | 'kind'>;

/** `shownHints` says how many hints of a task were opened. */
export function passagesOf(lesson: Lesson, shownHints: (task: string) => number): Passage[] {
  const intro = { lesson: lesson.id, task: undefined, block: 0, kind: 'text' } as const;
  return [
    ...paragraphs(lesson.intro, lesson.title, intro),
    ...lesson.tasks.flatMap((task) => taskPassages(lesson.id, task, shownHints(task.id))),
  ];
}

function taskPassages(lesson: string, task: Task, shownHints: number): Passage[] {
  const inTask = (block: number, kind: Passage['kind']): Rest => ({ lesson, task: task.id, block, kind });
  const heading = task.title;
  const blocks = task.blocks.flatMap((block, index) =>
    blockPassages(task, block, inTask(index, block.type === 'command' ? 'command' : 'text')),
  );
  const hints = task.hints
    .slice(0, shownHints)
    .flatMap(({ title, markdown }, index) =>
      paragraphs(markdown, title || heading, inTask(task.blocks.length + index, 'hint')),
    );
  return [...blocks, ...hints];
}

function blockPassages(task: Task, block: Block, rest: Rest): Passage[] {
  const here = (text: string): Passage => ({ ...rest, heading: task.title, text });
  switch (block.type) {
    case 'prose':
      return paragraphs(block.markdown, task.title, rest);
    case 'command':
      return lines(task.commands.find(({ name }) => name === block.command)?.script ?? '').map(here);
    case 'question':
      return asked(task.questions.find(({ id }) => id === block.question)).map(here);
    case 'check':
      return [];
  }
}

/** Not the answer, nor why: that is learned by answering. */
const asked = (question: Question | undefined): string[] =>
  question ? [question.question, ...question.choices.map(({ text }) => text)] : [];

/** The words alone, in one line. */
export const plainMarkdown = (markdown: string): string =>
  leaves(new Lexer({ gfm: true }).lex(markdown))
    .map(plainText)
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .trim();

const lines = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

function paragraphs(markdown: string, title: string, rest: Rest): Passage[] {
  let heading = title;
  return leaves(new Lexer({ gfm: true }).lex(markdown)).flatMap((token): Passage[] => {
    const text = plainText(token);
    if (token.type === 'heading') heading = text;
    const parts = token.type === 'code' ? lines(text) : [text.replaceAll(/\s+/g, ' ').trim()];
    return parts.filter(Boolean).map((part) => ({ ...rest, heading, text: part }));
  });
}

/** The tokens that hold a paragraph's worth of text, out of lists, quotes and tables. */
function leaves(tokens: readonly Token[]): Token[] {
  return tokens.flatMap((token): Token[] => {
    switch (token.type) {
      case 'list':
        return leaves((token['items'] as Token[]).flatMap((item) => ('tokens' in item ? (item.tokens ?? []) : [])));
      case 'blockquote':
        return leaves(token.tokens ?? []);
      case 'table':
        return [token['header'], ...token['rows']].map((row: { tokens: Token[] }[]) => ({
          type: 'text',
          raw: '',
          text: '',
          tokens: row.flatMap((cell, index) => [...(index > 0 ? [space] : []), ...cell.tokens]),
        }));
      case 'space':
      case 'hr':
      case 'html':
      case 'def':
        return [];
      default:
        return [token];
    }
  });
}

const space: Token = { type: 'text', raw: '  ', text: '  ' };

function plainText(token: Token): string {
  if (token.type === 'html') return '';
  if (token.type === 'br') return ' ';
  if ('tokens' in token && token.tokens && token.type !== 'image') return token.tokens.map(plainText).join('');
  return 'text' in token && typeof token.text === 'string' ? token.text.replace(/^\[![A-Z]+\]\s*/, '') : '';
}
