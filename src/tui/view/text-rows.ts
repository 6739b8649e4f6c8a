import type { Line } from './spans.ts';
import type { Glyphs } from './theme.ts';

/** Markdown as rows, for those who draw it. Apart from markdown.ts, so that the first frame needs no Markdown parser. */
export interface TextRows {
  /** Each row is at most `width` cells wide; rows of tables, code and drawings at most `room`, where it is given. */
  lines(markdown: string, width: number, glyphs: Glyphs, room?: number): Line[];
}
