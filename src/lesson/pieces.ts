import { Lexer, type Token } from 'marked';
import type { Problems } from './problems.ts';

/** A lesson's Markdown cut where lessons have meaning; everything else stays Markdown. Lines count from 1. */
export type Piece = { line: number } & (
  | { type: 'heading'; depth: number; text: string; raw: string }
  | { type: 'fence'; language: string; attributes: string; text: string; textLine: number; raw: string }
  | { type: 'open'; summary: string }
  | { type: 'close' }
  | { type: 'comment'; text: string }
  | { type: 'prose'; raw: string }
);

// The only HTML that GitHub shows well and a terminal can draw: folded blocks and comments.
const markup = /<details>\s*<summary>([\s\S]*?)<\/summary>|<\/details>|<!--([\s\S]*?)-->/g;

export function cutIntoPieces(markdown: string, firstLine: number, problems: Problems): Piece[] {
  const pieces: Piece[] = [];
  let line = firstLine;
  for (const token of new Lexer({ gfm: true }).lex(markdown)) {
    pieces.push(...piecesOf(token, line, problems));
    line += newlinesIn(token.raw);
  }
  return pieces;
}

const text = (token: Token) => ('text' in token ? String(token.text) : '');
const newlinesIn = (text: string) => text.split('\n').length - 1;

function piecesOf(token: Token, line: number, problems: Problems): Piece[] {
  if (token.type === 'heading') {
    return [{ type: 'heading', line, depth: token['depth'], text: text(token), raw: token.raw }];
  }
  if (token.type === 'code' && token['codeBlockStyle'] !== 'indented') return [fenceOf(token, line, problems)];
  if (token.type === 'html') return cutHtml(token.raw, line, problems);
  if (token.type === 'space') return [];
  reportHidden(token, line, problems);
  return [{ type: 'prose', line, raw: token.raw }];
}

function fenceOf(token: Token, line: number, problems: Problems): Piece {
  const opening = token.raw.slice(0, token.raw.indexOf('\n') < 0 ? undefined : token.raw.indexOf('\n'));
  const info = opening.replace(/^ *(`{3,}|~{3,})/, '').trim();
  const fence = /^ *(`{3,}|~{3,})/.exec(opening)?.[1] ?? '```';
  if (!new RegExp(`\\n *${fence}[\`~]* *\\n*$`).test(token.raw)) {
    problems.add(line, `This code block is never closed; end it with a line of ${fence}.`);
  }
  const [, language = '', attributes = ''] = /^([^\s{]*)\s*(.*)$/s.exec(info) ?? [];
  return { type: 'fence', line, textLine: line + 1, language, attributes, text: text(token), raw: token.raw };
}

/** `<details>`, `</details>` and comments; text between them is Markdown again, any other tag is reported. */
function cutHtml(raw: string, firstLine: number, problems: Problems): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  const lineAt = (offset: number) => firstLine + newlinesIn(raw.slice(0, offset));
  const between = (end: number) => {
    const text = raw.slice(done, end);
    if (text.trim() === '') return;
    const start = done + (text.length - text.trimStart().length);
    const visible = text.replaceAll(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
    const stray = /<(?:\/?([a-zA-Z][\w-]*)|[!?])/.exec(visible);
    if (stray) problems.add(lineAt(done + stray.index), stray[1] ? strayTag(stray[1]) : openComment);
    else pieces.push(...cutIntoPieces(raw.slice(start, end), lineAt(start), problems));
  };
  for (const match of raw.matchAll(markup)) {
    between(match.index);
    const line = lineAt(match.index);
    if (match[1] !== undefined) pieces.push({ type: 'open', line, summary: match[1].trim() });
    else if (match[2] !== undefined) pieces.push({ type: 'comment', line, text: match[2].trim() });
    else pieces.push({ type: 'close', line });
    done = match.index + match[0].length;
  }
  between(raw.length);
  return pieces;
}

const openComment = 'A comment starts with <!-- and ends with -->; no other markup of this kind belongs into a lesson.';

function strayTag(tag: string): string {
  return tag === 'details' || tag === 'summary'
    ? 'A folded block starts with <details><summary>Hint 1</summary> on one line and ends with </details>.'
    : `GitHub reads <${tag}> as HTML and a terminal cannot draw it; use Markdown, or put it in backticks.`;
}

/** Inline tags (a bare <name> disappears on GitHub) and commands inside lists, which nobody would run. */
function reportHidden(token: Token, line: number, problems: Problems): void {
  let from = 0;
  const visit = (inner: Token) => {
    const at = Math.max(from, token.raw.indexOf(inner.raw.split('\n')[0] ?? '', from));
    const innerLine = line + newlinesIn(token.raw.slice(0, at));
    if (inner.type === 'html') {
      const tag = /^<\/?([a-zA-Z][\w-]*)/.exec(inner.raw)?.[1];
      if (tag) problems.add(innerLine, strayTag(tag));
      from = at;
    }
    if (inner.type === 'code' && String(inner['lang'] ?? '').includes('{')) {
      problems.add(innerLine, 'A command inside a list or quote never runs; move its code block to the left margin.');
    }
    for (const child of childrenOf(inner)) visit(child);
  };
  for (const child of childrenOf(token)) visit(child);
}

function childrenOf(token: Token): Token[] {
  const lists: unknown[] = [token, 'items' in token ? token['items'] : undefined].flat();
  return lists.flatMap((item) => {
    if (typeof item !== 'object' || item === null || !('tokens' in item) || !Array.isArray(item.tokens)) return [];
    return item.tokens;
  });
}
