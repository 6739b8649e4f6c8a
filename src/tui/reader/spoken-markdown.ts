import type { Token, Tokens } from 'marked';
import type { Words } from '../../words/en.ts';
import { diagramSentences, readDiagram } from '../view/diagram/mermaid.ts';
import { bare } from '../view/foreign-text.ts';
import { blockText } from '../view/html-text.ts';
import { inlineSpans } from '../view/inline.ts';
import { alertOf, type Footnote, readMarkdown } from '../view/markdown-tokens.ts';

/** Markdown as lines that read well aloud: no borders, no columns, every mark a word. Does not know lessons. */
export function spokenMarkdown(markdown: string, words: Words): string[] {
  const { tokens, notes } = readMarkdown(markdown);
  return [...blocks(tokens, words), ...notes.flatMap((note) => spokenNote(note, words))];
}

const spoken = (tokens: readonly Token[] | undefined): string =>
  inlineSpans(tokens ?? [], 'text')
    .map(({ text }) => text)
    .join('');

function blocks(tokens: readonly Token[], words: Words): string[] {
  return tokens.flatMap((token) => block(token, words));
}

function block(token: Token, words: Words): string[] {
  switch (token.type) {
    case 'heading':
      return [`${spoken(token.tokens)}:`];
    case 'paragraph':
    case 'text':
      return spoken(token.tokens ?? [token]).split('\n');
    case 'code':
      return code(token as Tokens.Code, words);
    case 'blockquote':
      return quote(token as Tokens.Blockquote, words);
    case 'list':
      return list(token as Tokens.List, words);
    case 'table':
      return table(token as Tokens.Table);
    case 'html':
      return blockText(token.raw).map(({ text, isSummary }) => (isSummary ? `${text}:` : text));
    default:
      // Rules, definitions and blank lines say nothing.
      return [];
  }
}

function code({ lang, text }: Tokens.Code, { reader }: Words): string[] {
  const diagram = /^mermaid\b/.test(lang ?? '') ? readDiagram(text) : undefined;
  if (diagram) return [reader.diagram, ...diagramSentences(diagram, reader.leadsTo).map((line) => `- ${bare(line)}`)];
  // A drawing made of characters cannot be read aloud; its lesson says the same in words.
  if (/[│┌└├─▶╭╰]|-->|\+--/.test(text) && !lang) return [reader.drawing];
  const language = /^[\w-]+/.exec(lang ?? '')?.[0];
  return [language ? reader.codeIn(language) : reader.code, ...text.split('\n').map((line) => `    ${bare(line)}`)];
}

function quote(token: Tokens.Blockquote, words: Words): string[] {
  const alert = alertOf(token);
  if (!alert) return blocks(token.tokens, words);
  const [first = '', ...rest] = blocks(alert.tokens, words);
  return [`${words.text.alerts[alert.kind]}: ${first}`, ...rest];
}

function list({ items, ordered, start }: Tokens.List, words: Words): string[] {
  return items.flatMap((item, index) => {
    const mark = ordered ? `${(typeof start === 'number' ? start : 1) + index}. ` : '- ';
    const state = item.task ? `${item.checked ? words.reader.ticked : words.reader.unticked} ` : '';
    const [first = '', ...rest] = blocks(item.tokens, words);
    return [`${mark}${state}${first}`, ...rest.map((line) => `  ${line}`)];
  });
}

function spokenNote({ number, tokens }: Footnote, words: Words): string[] {
  const [first = '', ...rest] = blocks(tokens, words);
  return [`${words.reader.footnote(number)} ${first}`, ...rest];
}

/** Row by row, each cell after the name of its column. */
function table({ header, rows }: Tokens.Table): string[] {
  const names = header.map((cell) => spoken(cell.tokens));
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const name = names[column] ?? '';
      const text = spoken(cell.tokens).replaceAll('\n', ', ');
      return name === '' ? text : `${name}: ${text}`;
    });
    return `- ${cells.join('; ')}`;
  });
}
