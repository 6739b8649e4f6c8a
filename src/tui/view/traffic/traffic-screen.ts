import type { TrafficGraph } from '../../../check/traffic/graph.ts';
import type { TrafficHistory } from '../../../check/traffic/history.ts';
import type { Words } from '../../words/en.ts';
import { type Line, span, toWidth, wrap } from '../spans.ts';
import type { Glyphs } from '../theme.ts';
import { duration } from '../words.ts';
import { trafficBoxes } from './boxes.ts';
import { trafficSentences } from './sentences.ts';
import { trafficTree } from './tree.ts';

/** The traffic map as a screen: the mesh at one look, and what there is to say beside it. Pure. */
export interface TrafficView {
  /** The look that stands still on the screen, by its time; undefined follows the newest. */
  at: number | undefined;
  withIdentity: boolean;
  /** Rows above the window. */
  top: number;
}

export interface TrafficInk {
  width: number;
  glyphs: Glyphs;
  words: Words;
  inSentences?: boolean;
}

/** A look that is too old to be kept any more gives way to the oldest. */
export const chosenGraph = ({ graphs }: TrafficHistory, at: number | undefined): TrafficGraph | undefined =>
  at === undefined ? graphs.at(-1) : (graphs.find(({ atMs }) => atMs >= at) ?? graphs.at(-1));

/** `now`, or that the picture stands still and how old it is. */
export function momentWords(history: TrafficHistory, { at }: TrafficView, words: Words): string {
  const newest = history.graphs.at(-1);
  const chosen = chosenGraph(history, at);
  if (!newest || !chosen) return '';
  if (at === undefined) return words.traffic.now;
  // Whole seconds: looks come at no exact times.
  const ageMs = 1000 * Math.round((newest.atMs - chosen.atMs) / 1000);
  return words.traffic.frozen(ageMs === 0 ? words.session.seconds(0, 0) : duration(ageMs, words));
}

export function trafficLines(history: TrafficHistory, view: TrafficView, ink: TrafficInk): Line[] {
  const graph = chosenGraph(history, view.at);
  const { traffic } = ink.words;
  const trouble =
    history.trouble === undefined ? [] : wrap([span(traffic.couldNotLook(history.trouble), 'info')], ink.width);
  if (!graph) return trouble.length > 0 ? trouble : [[span(traffic.firstLook, 'dim')]];
  if (ink.inSentences) {
    const sentences = trafficSentences(graph, ink.words);
    return [...trouble, ...sentences.flatMap((sentence) => wrap([span(sentence)], ink.width, [], [span('  ')]))];
  }
  return [...trouble, ...body(graph, view, ink), ...unheardLines(graph, ink)];
}

function body(graph: TrafficGraph, { withIdentity }: TrafficView, { width, glyphs, words }: TrafficInk): Line[] {
  const ink = { width, glyphs, withIdentity, words };
  if (graph.nodes.length === 0) {
    return wrap([span(words.traffic.noMesh, 'dim')], width);
  }
  if (graph.edges.length === 0) {
    return [...wrap([span(words.traffic.noRequest, 'dim')], width), [], ...trafficTree(graph, ink)];
  }
  return trafficBoxes(graph, ink) ?? trafficTree(graph, ink);
}

/** Where the evidence ends it says so. */
function unheardLines({ unheard }: TrafficGraph, { width, words }: TrafficInk): Line[] {
  if (unheard.length === 0) return [];
  return [[], ...wrap([span(words.traffic.unheard(unheard), 'info')], width).map((line) => toWidth(line, width))];
}
