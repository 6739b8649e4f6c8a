import { Marked, type Token, type TokenizerAndRendererExtension, type Tokens } from 'marked';

/**
 * Markdown as tokens, with what GitHub adds and marked lacks: footnotes and alerts. Both who draws and who speaks
 * read these. Does not know rows or words of the interface.
 */
export interface Footnote {
  number: number;
  tokens: Token[];
}

export interface MarkdownText {
  tokens: readonly Token[];
  /** In the order in which the text refers to them. */
  notes: readonly Footnote[];
}

/** The mark in the text; `number` is set when there is such a note. */
export interface FootnoteMark extends Tokens.Generic {
  type: 'footnote-mark';
  label: string;
  number?: number;
}

interface FootnoteText extends Tokens.Generic {
  type: 'footnote';
  label: string;
  tokens: Token[];
}

const definition = /^\[\^([^\]\s]+)\]:[ \t]*(.*(?:\n(?:(?: {2,}|\t).*|[ \t]*(?=\n(?: {2,}|\t))))*)(?:\n+|$)/;
const mark = /^\[\^([^\]\s]+)\]/;

const footnote: TokenizerAndRendererExtension = {
  name: 'footnote',
  level: 'block',
  start: (source) => /(?:^|\n)\[\^[^\]\s]+\]:/.exec(source)?.index,
  tokenizer(source) {
    const [raw, label, text = ''] = definition.exec(source) ?? [];
    if (raw === undefined || label === undefined) return undefined;
    const tokens = this.lexer.blockTokens(text.replaceAll(/\n(?: {1,4}|\t)/g, '\n'), []);
    return { type: 'footnote', raw, label: label.toLowerCase(), tokens };
  },
};

const footnoteMark: TokenizerAndRendererExtension = {
  name: 'footnote-mark',
  level: 'inline',
  start: (source) => {
    const index = source.indexOf('[^');
    return index < 0 ? undefined : index;
  },
  tokenizer(source) {
    const [raw, label] = mark.exec(source) ?? [];
    return raw === undefined || label === undefined
      ? undefined
      : { type: 'footnote-mark', raw, label: label.toLowerCase() };
  },
};

const reader = new Marked({ gfm: true, extensions: [footnote, footnoteMark] });

const isMark = (token: Token): token is FootnoteMark => token.type === 'footnote-mark';
const isNote = (token: Token): token is FootnoteText => token.type === 'footnote';

export function readMarkdown(markdown: string): MarkdownText {
  const tokens = reader.lexer(markdown);
  if (!markdown.includes('[^')) return { tokens, notes: [] };
  const texts = new Map(tokens.filter(isNote).map((token) => [token.label, token.tokens]));
  const notes: Footnote[] = [];
  const numbers = new Map<string, number>();
  const refer = (token: Token): void => {
    if (!isMark(token)) return;
    const text = texts.get(token.label);
    if (!text) return;
    token.number = numbers.get(token.label) ?? numbers.size + 1;
    if (numbers.has(token.label)) return;
    numbers.set(token.label, token.number);
    notes.push({ number: token.number, tokens: text });
  };
  reader.walkTokens(
    tokens.filter((token) => !isNote(token)),
    refer,
  );
  // A note may refer to another; the list grows while it is walked.
  for (const note of notes) reader.walkTokens(note.tokens, refer);
  return { tokens: tokens.filter((token) => !isNote(token)), notes };
}

export type AlertKind = 'NOTE' | 'TIP' | 'IMPORTANT' | 'WARNING' | 'CAUTION';

const alertMark = /^\[!(note|tip|important|warning|caution)\][ \t]*(?:\n|$)/i;

const isAlertKind = (word: string): word is AlertKind => /^(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)$/.test(word);

/** GitHub's alert: a quote whose first line is `[!NOTE]`. The tokens are those of its text. */
export function alertOf({ text, tokens }: Tokens.Blockquote): { kind: AlertKind; tokens: Token[] } | undefined {
  const kind = alertMark.exec(text)?.[1]?.toUpperCase();
  const [first, ...rest] = tokens;
  if (kind === undefined || !isAlertKind(kind) || first?.type !== 'paragraph') return undefined;
  const [start, ...inline] = first.tokens ?? [];
  const after = start && 'text' in start ? String(start.text).replace(alertMark, '') : '';
  const kept: Token[] = after === '' ? inline : [{ type: 'text', raw: after, text: after, escaped: false }, ...inline];
  return { kind, tokens: kept.length > 0 ? [{ ...first, tokens: kept }, ...rest] : rest };
}
