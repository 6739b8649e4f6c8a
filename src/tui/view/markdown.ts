import type { Token, Tokens } from 'marked';
import type { Words } from '../../words/en.ts';
import { diagramLines } from './diagram/draw.ts';
import { decodeEntities } from './entities.ts';
import { bare } from './foreign-text.ts';
import { highlight } from './highlight.ts';
import { blockText } from './html-text.ts';
import { atBreaks, type InlineStyle, inlineSpans, plainStyle } from './inline.ts';
import { type AlertKind, alertOf, type Footnote, readMarkdown } from './markdown-tokens.ts';
import { emptyLine, type Line, lineWidth, type Span, span, wrap, wrapCode } from './spans.ts';
import { tableLines } from './table.ts';
import type { TextRows } from './text-rows.ts';
import type { Glyphs, Role } from './theme.ts';

/**
 * Markdown as rows of the screen: marked's tokens, our own wrapping. Does not know lessons.
 * Rows depend on text, widths, glyphs and style only, so they are kept; colours come later, when a row is painted.
 */
interface Ink {
  /** Of text that is read line by line. */
  width: number;
  /** Of what may be wider than text: tables, code, drawings. */
  room: number;
  glyphs: Glyphs;
  style: InlineStyle;
  words: Words['text'];
}

const alertRoles: Readonly<Record<AlertKind, Role>> = {
  NOTE: 'heading',
  TIP: 'good',
  IMPORTANT: 'info',
  WARNING: 'warn',
  CAUTION: 'bad',
};

const narrowest = 8;

/** For what stands further in. */
const inside = (ink: Ink, columns: number): Ink => ({
  ...ink,
  width: Math.max(narrowest, ink.width - columns),
  room: Math.max(narrowest, ink.room - columns),
});

function withPrefix(lines: readonly Line[], first: Line, rest: Line): Line[] {
  return lines.map((line, index) => [...(index === 0 ? first : rest), ...line]);
}

function paragraph(spans: readonly Span[], ink: Ink): Line[] {
  return atBreaks(spans).flatMap((part) => wrap(part, ink.width));
}

function textOf(token: Token, ink: Ink): Span[] {
  if ('tokens' in token && token.tokens) return inlineSpans(token.tokens, 'text', ink.style);
  return [span(bare(decodeEntities('text' in token ? String(token.text) : token.raw)))];
}

function code(token: Tokens.Code, ink: Ink): Line[] {
  const edge = span(`${ink.glyphs.vertical} `, 'rule');
  const language = /^[\w-]*/.exec(token.lang ?? '')?.[0] ?? '';
  const drawing = language === 'mermaid' ? diagramLines(token.text, ink.room, ink.glyphs) : undefined;
  if (drawing) return drawing;
  return highlight(token.text.split('\n').map(bare).join('\n'), language).flatMap((line) =>
    wrapCode(line, ink.room, [edge], [edge, span('  ')]),
  );
}

function quote(token: Tokens.Blockquote, ink: Ink): Line[] {
  const alert = alertOf(token);
  const role = alert ? alertRoles[alert.kind] : 'rule';
  const edge = [span(`${ink.glyphs.quote} `, role)];
  const body = blocks(alert?.tokens ?? token.tokens, inside(ink, 2));
  return withPrefix(alert ? [[span(ink.words.alerts[alert.kind], role)], ...body] : body, edge, edge);
}

function listItem(item: Tokens.ListItem, mark: Line, ink: Ink): Line[] {
  const indent = lineWidth(mark);
  const lines = blocks(item.tokens, inside(ink, indent), !item.loose);
  return withPrefix(lines.length > 0 ? lines : [emptyLine], mark, [span(' '.repeat(indent))]);
}

function list(token: Tokens.List, ink: Ink): Line[] {
  const start = typeof token.start === 'number' ? token.start : 1;
  const digits = String(start + token.items.length - 1).length;
  const items = token.items.map((item, index) => {
    const box = item.task ? [span(item.checked ? `[${ink.glyphs.ascii ? 'x' : '✓'}] ` : '[ ] ', 'accent')] : [];
    const mark = token.ordered ? `${String(start + index).padStart(digits)}. ` : `${ink.glyphs.bullet} `;
    return listItem(item, item.task ? box : [span(mark, 'accent')], ink);
  });
  return token.loose ? items.flatMap((lines, index) => (index > 0 ? [emptyLine, ...lines] : lines)) : items.flat();
}

function heading(token: Tokens.Heading, ink: Ink): Line[] {
  const lines = atBreaks(inlineSpans(token.tokens, 'heading', ink.style)).flatMap((part) => wrap(part, ink.width));
  return token.depth > 2
    ? lines
    : [...lines, [span(ink.glyphs.horizontal.repeat(Math.max(...lines.map(lineWidth))), 'rule')]];
}

/** A terminal cannot fold: what `<details>` holds stands below its summary. */
function html(raw: string, ink: Ink): Line[] {
  return blockText(raw).flatMap(({ text, isSummary }) =>
    isSummary
      ? wrap([span(text, 'strong')], ink.width, [span(`${ink.glyphs.pointer} `, 'accent')], [span('  ')])
      : wrap([span(text)], ink.width),
  );
}

function block(token: Token, ink: Ink): Line[] {
  switch (token.type) {
    case 'heading':
      return heading(token as Tokens.Heading, ink);
    case 'paragraph':
    case 'text':
      return paragraph(textOf(token, ink), ink);
    case 'code':
      return code(token as Tokens.Code, ink);
    case 'blockquote':
      return quote(token as Tokens.Blockquote, ink);
    case 'list':
      return list(token as Tokens.List, ink);
    case 'table':
      return tableLines(token as Tokens.Table, { width: ink.room, glyphs: ink.glyphs, style: ink.style });
    case 'hr':
      return [[span(ink.glyphs.horizontal.repeat(ink.width), 'rule')]];
    case 'html':
      return html(token.raw, ink);
    default:
      // Definitions and blank lines: not for the screen.
      return [];
  }
}

function blocks(tokens: readonly Token[], ink: Ink, tight = false): Line[] {
  const lines: Line[] = [];
  for (const token of tokens) {
    const next = block(token, ink);
    if (next.length === 0) continue;
    if (lines.length > 0 && !tight) lines.push(emptyLine);
    lines.push(...next);
  }
  return lines;
}

function noteLines(notes: readonly Footnote[], ink: Ink): Line[] {
  if (notes.length === 0) return [];
  const rows = notes.flatMap(({ number, tokens }) => {
    const mark = `[${number}] `;
    return withPrefix(
      blocks(tokens, inside(ink, mark.length)),
      [span(mark, 'accent')],
      [span(' '.repeat(mark.length))],
    );
  });
  return [emptyLine, [span(ink.glyphs.horizontal.repeat(Math.min(12, ink.width)), 'rule')], ...rows];
}

const keptAtMost = 200;

/** Turns Markdown into rows and keeps the latest, because every frame asks for the same texts again. */
export class MarkdownRows implements TextRows {
  readonly #words: Words['text'];
  readonly #style: InlineStyle;
  readonly #kept = new Map<string, Line[]>();

  constructor(words: Words, style: InlineStyle = plainStyle) {
    this.#words = words.text;
    this.#style = style;
  }

  lines(markdown: string, width: number, glyphs: Glyphs, room = width): Line[] {
    const key = `${width} ${room} ${glyphs.ascii ? 'a' : 'u'}${markdown}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const widths = { width: Math.max(narrowest, width), room: Math.max(narrowest, room) };
    const ink = { ...widths, glyphs, style: this.#style, words: this.#words };
    const { tokens, notes } = readMarkdown(markdown);
    const lines = [...blocks(tokens, ink), ...noteLines(notes, ink)];
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= keptAtMost && !oldest.done) this.#kept.delete(oldest.value);
    this.#kept.set(key, lines);
    return lines;
  }
}
