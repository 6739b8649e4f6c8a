import { marked, type Token, type Tokens } from 'marked';
import type { Words } from '../words/en.ts';
import { bare } from './foreign-text.ts';
import { highlight } from './highlight.ts';
import { atBreaks, decodeEntities, inlineSpans } from './inline.ts';
import { emptyLine, type Line, lineWidth, type Span, span, wrap, wrapCode } from './spans.ts';
import { tableLines } from './table.ts';
import type { TextRows } from './text-rows.ts';
import type { Glyphs, Role } from './theme.ts';

/**
 * Markdown as rows of the screen: marked's tokens, our own wrapping. Does not know lessons.
 * Rows depend on text, width and glyphs only, so they are kept; colours come later, when a row is painted.
 */
type Ink = { width: number; glyphs: Glyphs; words: Words['text'] };

const alerts = { NOTE: 'heading', TIP: 'good', IMPORTANT: 'info', WARNING: 'warn', CAUTION: 'bad' } as const;

const isAlert = (name: string | undefined): name is keyof typeof alerts => name !== undefined && name in alerts;

function withPrefix(lines: readonly Line[], first: Line, rest: Line): Line[] {
  return lines.map((line, index) => [...(index === 0 ? first : rest), ...line]);
}

function paragraph(spans: readonly Span[], ink: Ink): Line[] {
  return atBreaks(spans).flatMap((part) => wrap(part, ink.width));
}

function code(token: Tokens.Code, ink: Ink): Line[] {
  const edge = span(`${ink.glyphs.vertical} `, 'rule');
  const language = /^[\w-]*/.exec(token.lang ?? '')?.[0] ?? '';
  return highlight(token.text.split('\n').map(bare).join('\n'), language).flatMap((line) =>
    wrapCode(line, ink.width, [edge], [edge, span('  ')]),
  );
}

function quote(token: Tokens.Blockquote, ink: Ink): Line[] {
  const match = /^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*\n?/.exec(token.text);
  const alert = isAlert(match?.[1]) ? match[1] : undefined;
  const role: Role = alert ? alerts[alert] : 'rule';
  const edge = [span(`${ink.glyphs.quote} `, role)];
  const inner = { ...ink, width: Math.max(8, ink.width - 2) };
  const tokens = alert ? marked.lexer(token.text.slice(match?.[0].length)) : token.tokens;
  const body = blocks(tokens, inner);
  return withPrefix(alert ? [[span(ink.words.alerts[alert], role)], ...body] : body, edge, edge);
}

function listItem(item: Tokens.ListItem, mark: Line, ink: Ink): Line[] {
  const indent = lineWidth(mark);
  const inner = { ...ink, width: Math.max(8, ink.width - indent) };
  const lines = blocks(item.tokens, inner, !item.loose);
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
  const lines = wrap(inlineSpans(token.tokens, 'heading'), ink.width);
  return token.depth > 2
    ? lines
    : [...lines, [span(ink.glyphs.horizontal.repeat(lineWidth(lines.at(-1) ?? [])), 'rule')]];
}

function block(token: Token, ink: Ink): Line[] {
  switch (token.type) {
    case 'heading':
      return heading(token as Tokens.Heading, ink);
    case 'paragraph':
    case 'text':
      return paragraph(
        token.tokens ? inlineSpans(token.tokens, 'text') : [span(bare(decodeEntities(token['text'] as string)))],
        ink,
      );
    case 'code':
      return code(token as Tokens.Code, ink);
    case 'blockquote':
      return quote(token as Tokens.Blockquote, ink);
    case 'list':
      return list(token as Tokens.List, ink);
    case 'table':
      return tableLines(token as Tokens.Table, ink.width, ink.glyphs);
    case 'hr':
      return [[span(ink.glyphs.horizontal.repeat(ink.width), 'rule')]];
    default:
      // Comments, definitions, raw HTML (details) and blank lines: not for the screen.
      return [];
  }
}

function blocks(tokens: readonly Token[], ink: Ink, tight = false): Line[] {
  const lines: Line[] = [];
  for (const token of withoutDetails(tokens)) {
    const next = block(token, ink);
    if (next.length === 0) continue;
    if (lines.length > 0 && !tight) lines.push(emptyLine);
    lines.push(...next);
  }
  return lines;
}

/** What stands between `<details>` and `</details>` is for readers on the web; the screen has its own place for it. */
function withoutDetails(tokens: readonly Token[]): Token[] {
  let depth = 0;
  return tokens.filter((token) => {
    if (token.type !== 'html') return depth === 0;
    depth += (token.raw.match(/<details\b/gi)?.length ?? 0) - (token.raw.match(/<\/details>/gi)?.length ?? 0);
    depth = Math.max(0, depth);
    return false;
  });
}

const keptAtMost = 200;

/** Turns Markdown into rows and keeps the latest, because every frame asks for the same texts again. */
export class MarkdownRows implements TextRows {
  readonly #words: Words['text'];
  readonly #kept = new Map<string, Line[]>();

  constructor(words: Words) {
    this.#words = words.text;
  }

  lines(markdown: string, width: number, glyphs: Glyphs): Line[] {
    const key = `${width}${glyphs.ascii ? 'a' : 'u'}${markdown}`;
    const known = this.#kept.get(key);
    if (known) return known;
    const lines = blocks(marked.lexer(markdown), { width: Math.max(8, width), glyphs, words: this.#words });
    const oldest = this.#kept.keys().next();
    if (this.#kept.size >= keptAtMost && !oldest.done) this.#kept.delete(oldest.value);
    this.#kept.set(key, lines);
    return lines;
  }
}
