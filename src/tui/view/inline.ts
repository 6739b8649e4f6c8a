import type { Token, Tokens } from 'marked';
import { bare } from './foreign-text.ts';
import { type Span, span } from './spans.ts';
import type { Role } from './theme.ts';

/** The inside of a Markdown paragraph as spans. Does not know rows or widths. */

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

/** marked leaves entities in text tokens as they are written. */
export function decodeEntities(text: string): string {
  return text.replaceAll(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => entities[name] ?? whole);
}

function safeLink(href: string): string | undefined {
  try {
    const url = new URL(href);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function linkSpans(token: Tokens.Link): Span[] {
  const href = safeLink(token.href);
  const label = inlineSpans(token.tokens, 'link');
  const linked = href ? label.map((piece) => ({ ...piece, link: href })) : label;
  const text = label.map((piece) => piece.text).join('');
  // A terminal without OSC 8 must still show where the link leads.
  return href && !text.includes(href.replace(/\/$/, '')) ? [...linked, span(` (${href})`, 'dim')] : linked;
}

function spansOf(token: Token, role: Role): Span[] {
  switch (token.type) {
    case 'strong':
      return inlineSpans(token.tokens ?? [], role === 'text' ? 'strong' : role);
    case 'em':
      return inlineSpans(token.tokens ?? [], role === 'text' ? 'emphasis' : role);
    case 'del':
      return [span('~', 'dim'), ...inlineSpans(token.tokens ?? [], 'dim'), span('~', 'dim')];
    case 'codespan':
      return [span(bare(decodeEntities(token['text'] as string)), role === 'heading' ? role : 'code')];
    case 'link':
      return linkSpans(token as Tokens.Link);
    case 'image':
      return [span(`[${bare(token['text'] as string)}]`, 'dim')];
    case 'br':
      return [span('\n', role)];
    case 'html':
    case 'checkbox':
      return [];
    case 'escape':
      return [span(bare(token['text'] as string), role)];
    default: {
      const { tokens } = token as { tokens?: Token[] };
      if (tokens) return inlineSpans(tokens, role);
      const text = 'text' in token && typeof token.text === 'string' ? token.text : token.raw;
      return [span(bare(decodeEntities(text.replaceAll(/\s+/g, ' '))), role)];
    }
  }
}

export function inlineSpans(tokens: readonly Token[], role: Role): Span[] {
  return tokens.flatMap((token) => spansOf(token, role));
}

/** Splits at the hard breaks. */
export function atBreaks(spans: readonly Span[]): Span[][] {
  const parts: Span[][] = [[]];
  for (const piece of spans) {
    if (piece.text === '\n') parts.push([]);
    else parts.at(-1)?.push(piece);
  }
  return parts;
}
