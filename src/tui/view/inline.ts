import type { Token, Tokens } from 'marked';
import { decodeEntities } from './entities.ts';
import { bare } from './foreign-text.ts';
import type { FootnoteMark } from './markdown-tokens.ts';
import { type Span, span } from './spans.ts';
import type { Role } from './theme.ts';

/** The inside of a Markdown paragraph as spans. Does not know rows or widths. */
export interface InlineStyle {
  /** Links can be clicked, so their addresses need not stand in the text. */
  hyperlinks: boolean;
  /** Nothing but characters tells code and emphasis from other text: they keep their Markdown marks. */
  marks: boolean;
}

export const plainStyle: InlineStyle = { hyperlinks: false, marks: false };

// Terminals take no more than this in an OSC 8 sequence (VTE, iTerm2); a longer one would stand in the text.
const longestLink = 2000;

/** Web addresses only; URL encodes what is no character of an address, control characters among it. */
export function webAddress(href: string): string | undefined {
  try {
    const url = new URL(href);
    const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
    return isWeb && url.href.length <= longestLink ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** What stands in the text says already where it leads: `www.example.com`, `<https://example.com/a>`. */
function isNamedBy(text: string, href: string): boolean {
  const short = (address: string) => address.replace(/^https?:\/\//, '').replace(/\/$/, '');
  return text.includes(short(href)) || short(href) === short(text);
}

function linked(label: readonly Span[], href: string, style: InlineStyle): Span[] {
  const address = webAddress(decodeEntities(href));
  if (!address) return [...label];
  if (style.hyperlinks) return label.map((piece) => ({ ...piece, link: address }));
  const text = label.map((piece) => piece.text).join('');
  return isNamedBy(text, address) ? [...label] : [...label, span(` (${address})`, 'dim')];
}

function marked(mark: string, inner: readonly Span[], style: InlineStyle): Span[] {
  return style.marks ? [span(mark, 'dim'), ...inner, span(mark, 'dim')] : [...inner];
}

/** Its text, or where it has none the name of its file. */
function picture(alt: string, source: string): Span {
  const words = alt.trim() === '' ? (source.split('/').at(-1) ?? '') : decodeEntities(alt);
  return span(`[${bare(words)}]`, 'dim');
}

const pictureSpans = ({ text, href }: Tokens.Image, style: InlineStyle): Span[] =>
  linked([picture(text, href)], href, style);

/** Tags say nothing here, their text stands beside them; a break and a picture are tags without text. */
function htmlSpans(raw: string, style: InlineStyle): Span[] {
  if (/^<br\b/i.test(raw)) return [span('\n')];
  if (!/^<img\b/i.test(raw)) return [];
  const attribute = (name: string) => new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(raw);
  const [, alt, quoted] = attribute('alt') ?? [];
  const [, source, other] = attribute('src') ?? [];
  return linked([picture(alt ?? quoted ?? '', source ?? other ?? '')], source ?? other ?? '', style);
}

function codeSpans(text: string, role: Role, style: InlineStyle): Span[] {
  // CommonMark: no references inside code, so nothing is decoded.
  return marked('`', [span(bare(text), role === 'heading' ? role : 'code')], style);
}

function spansOf(token: Token, role: Role, style: InlineStyle): Span[] {
  const inner = (as: Role) =>
    inlineSpans(token.type !== 'html' && 'tokens' in token ? (token.tokens ?? []) : [], as, style);
  switch (token.type) {
    case 'strong':
      return marked('**', inner(role === 'text' ? 'strong' : role), style);
    case 'em':
      return marked('*', inner(role === 'text' ? 'emphasis' : role), style);
    case 'del':
      return [span('~', 'dim'), ...inner('dim'), span('~', 'dim')];
    case 'codespan':
      return codeSpans((token as Tokens.Codespan).text, role, style);
    case 'link':
      return linked(inner('link'), (token as Tokens.Link).href, style);
    case 'image':
      return pictureSpans(token as Tokens.Image, style);
    case 'footnote-mark':
      return [noteMark(token as FootnoteMark, role)];
    case 'br':
      return [span('\n', role)];
    case 'html':
      return htmlSpans(token.raw, style);
    case 'checkbox':
      return [];
    case 'escape':
      return [span(bare((token as Tokens.Escape).text), role)];
    default: {
      if ('tokens' in token && token.tokens) return inner(role);
      const text = 'text' in token && typeof token.text === 'string' ? token.text : token.raw;
      return [span(bare(decodeEntities(text.replaceAll(/\s+/g, ' '))), role)];
    }
  }
}

/** GitHub shows the mark of a note that is not there as it is written. */
const noteMark = ({ number, raw }: FootnoteMark, role: Role): Span =>
  number === undefined ? span(bare(raw), role) : span(`[${number}]`, 'accent');

export function inlineSpans(tokens: readonly Token[], role: Role, style: InlineStyle = plainStyle): Span[] {
  return tokens.flatMap((token) => spansOf(token, role, style));
}

/** Splits at the hard breaks. */
export function atBreaks(spans: readonly Span[]): Span[][] {
  const parts: Span[][] = [[]];
  for (const piece of spans) {
    if (piece.text === '\n') {
      parts.push([]);
      continue;
    }
    const part = parts.at(-1);
    const text = part?.length === 0 && parts.length > 1 ? piece.text.trimStart() : piece.text;
    if (text !== '') part?.push({ ...piece, text });
  }
  return parts;
}
