import { decodeEntities } from './entities.ts';
import { bare } from './foreign-text.ts';

/** The words in a block of HTML, as far as GitHub lets it be written: no layout, no comments. Knows no rows. */
export interface HtmlPart {
  text: string;
  /** The line that a folded block shows. */
  isSummary: boolean;
}

const withoutText = /<!--[\s\S]*?(?:-->|$)|<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi;
const breaks = /<(?:br|\/p|\/div|\/li|\/tr|\/h[1-6]|hr)\b[^>]*>/gi;
const anyTag = /<\/?[a-z][^>]*>/gi;

const picture = /<img\b[^>]*?\balt\s*=\s*(?:"([^"]*)"|'([^']*)')[^>]*>/gi;

export function blockText(raw: string): HtmlPart[] {
  const visible = raw.replaceAll(withoutText, '');
  return visible
    .split(/(<summary\b[^>]*>[\s\S]*?<\/summary\s*>)/i)
    .flatMap((part) => {
      const isSummary = /^<summary\b/i.test(part);
      const worded = part.replaceAll(picture, (_, alt, quoted) => `[${alt ?? quoted}]`);
      return (isSummary ? [worded] : worded.replaceAll(breaks, '\n\n').split(/\n{2,}/)).map((text) => ({
        text: bare(decodeEntities(text.replaceAll(anyTag, '')).replaceAll(/\s+/g, ' ')).trim(),
        isSummary,
      }));
    })
    .filter(({ text }) => text !== '');
}
