import { marked, type Token, type Tokens } from 'marked';
import { bare } from '../view/foreign-text.ts';
import { inlineSpans } from '../view/inline.ts';

/** Markdown as lines that read well aloud: no borders, no columns, every mark a word. Does not know lessons. */
export function spokenMarkdown(markdown: string): string[] {
  return blocks(marked.lexer(markdown));
}

const spoken = (tokens: readonly Token[] | undefined): string =>
  inlineSpans(tokens ?? [], 'text')
    .map(({ text }) => text)
    .join('');

const alertWords: Readonly<Record<string, string>> = {
  NOTE: 'Note',
  TIP: 'Tip',
  IMPORTANT: 'Important',
  WARNING: 'Warning',
  CAUTION: 'Caution',
};

function blocks(tokens: readonly Token[]): string[] {
  return tokens.flatMap(block);
}

function block(token: Token): string[] {
  switch (token.type) {
    case 'heading':
      return [`${spoken(token.tokens)}:`];
    case 'paragraph':
    case 'text':
      return spoken(token.tokens ?? [token]).split('\n');
    case 'code':
      return code(token as Tokens.Code);
    case 'blockquote':
      return quote(token as Tokens.Blockquote);
    case 'list':
      return list(token as Tokens.List);
    case 'table':
      return table(token as Tokens.Table);
    default:
      // Comments, rules, raw HTML and blank lines say nothing.
      return [];
  }
}

function code({ lang, text }: Tokens.Code): string[] {
  // A drawing made of characters cannot be read aloud; its lesson says the same in words.
  if (/[│┌└├─▶╭╰]|-->|\+--/.test(text) && !lang) return ['(A drawing, left out here.)'];
  const language = /^[\w-]+/.exec(lang ?? '')?.[0];
  return [`${language ? `${language} text` : 'Text'}:`, ...text.split('\n').map((line) => `    ${bare(line)}`)];
}

function quote({ text, tokens }: Tokens.Blockquote): string[] {
  const [whole = '', word = ''] = /^\[!(\w+)\][ \t]*\n?/.exec(text) ?? [];
  const name = alertWords[word];
  if (name === undefined) return blocks(tokens);
  const [first = '', ...rest] = blocks(marked.lexer(text.slice(whole.length)));
  return [`${name}: ${first}`, ...rest];
}

function list({ items, ordered, start }: Tokens.List): string[] {
  return items.flatMap((item, index) => {
    const mark = ordered ? `${(typeof start === 'number' ? start : 1) + index}. ` : '- ';
    const [first = '', ...rest] = blocks(item.tokens);
    return [`${mark}${first}`, ...rest.map((line) => `  ${line}`)];
  });
}

/** Row by row, each cell after the name of its column. */
function table({ header, rows }: Tokens.Table): string[] {
  const names = header.map((cell) => spoken(cell.tokens));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const name = names[column] ?? '';
      return name === '' ? spoken(cell.tokens) : `${name}: ${spoken(cell.tokens)}`;
    });
    return `- ${cells.join('; ')}`;
  });
}
