import type { TrafficHistory } from '../../../check/traffic/history.ts';
import type { Words } from '../../../words/en.ts';
import { openingView } from '../../traffic-keys.ts';
import { ruleLine } from '../bars.ts';
import { type Line, span, toWidth } from '../spans.ts';
import type { Glyphs } from '../theme.ts';
import { trafficLines } from './traffic-screen.ts';

/**
 * The traffic map beside a lesson, where the terminal is so wide that there is room: the newest look, without keys of its
 * own. It is there once one has looked at the traffic. Pure.
 */
export interface MapPaneInk {
  columns: number;
  rows: number;
  /** Of the part beside the lesson. */
  width: number;
  glyphs: Glyphs;
  words: Words;
}

const wideFrom = 200;
/** Share of the rows, so that output and check keep theirs. */
const most = 0.4;

export function mapPane(traffic: TrafficHistory | undefined, ink: MapPaneInk): Line[] {
  const { columns, rows, width, glyphs, words } = ink;
  if (!traffic || columns < wideFrom) return [];
  const lines = trafficLines(traffic, openingView, { width: width - 2, glyphs, words });
  const shown = lines.slice(0, Math.floor(rows * most));
  if (shown.length === 0) return [];
  const left = lines.length - shown.length;
  const aside = left > 0 ? [span(words.panels.rowsBelow(left), 'dim')] : [];
  return [
    ruleLine([span(words.frame.traffic, 'strong')], aside, width, glyphs),
    ...shown.map((line) => toWidth([span(' '), ...line], width)),
  ];
}
