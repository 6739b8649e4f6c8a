import type { TrafficEdge, TrafficGraph } from '../../../check/traffic/graph.ts';
import type { TrafficHistory } from '../../../check/traffic/history.ts';
import type { Words } from '../../../words/en.ts';
import { type Line, span, toWidth, wrap } from '../spans.ts';
import type { Glyphs } from '../theme.ts';
import { duration } from '../words.ts';
import { trafficBoxes } from './boxes.ts';
import { edgeRole, rateWords, resultWords, shortName } from './edge-words.ts';
import { trafficSentences } from './sentences.ts';
import { trafficTree } from './tree.ts';

/** The traffic map as a screen: the mesh at one look, and what there is to say beside it. Pure. */
export interface TrafficView {
  /** The look that stands still on the screen, by its time; undefined follows the newest. */
  at: number | undefined;
  withIdentity: boolean;
  /** The call that is marked, `from service`; undefined marks the first that has trouble. */
  marked: string | undefined;
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

export const edgeKey = ({ from, service }: TrafficEdge): string => `${from} ${service}`;

/** Calls of workloads to Services: what an explanation can be about. Those with trouble come first. */
function explainable(graph: TrafficGraph | undefined): TrafficEdge[] {
  const workloads = new Set(graph?.nodes.flatMap((node) => (node.type === 'workload' ? [node.id] : [])));
  const calls = (graph?.edges ?? []).filter(({ from, service }) => workloads.has(from) && service.includes('/'));
  const order: readonly TrafficEdge['state'][] = ['denied', 'failing', 'partly-failing', 'flowing', 'idle'];
  return calls.toSorted(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || edgeKey(a).localeCompare(edgeKey(b)),
  );
}

export function chosenEdge(history: TrafficHistory, { at, marked }: TrafficView): TrafficEdge | undefined {
  const calls = explainable(chosenGraph(history, at));
  return calls.find((edge) => edgeKey(edge) === marked) ?? calls[0];
}

export function followingEdge(history: TrafficHistory, view: TrafficView): string | undefined {
  const calls = explainable(chosenGraph(history, view.at));
  const chosen = chosenEdge(history, view);
  const next = calls[(chosen ? calls.indexOf(chosen) + 1 : 0) % Math.max(1, calls.length)];
  return next && edgeKey(next);
}

/** The call that `x` would explain, in words: it is marked above the picture, as colour alone would not do. */
function markedLine(history: TrafficHistory, view: TrafficView, { width, glyphs, words }: TrafficInk): Line[] {
  const edge = chosenEdge(history, view);
  if (!edge) return [];
  const state = resultWords(edge, words) || rateWords(edge, words);
  return wrap(
    [
      span(words.explain.chosen(shortName(edge.from), shortName(edge.service)), 'strong'),
      span(` ${glyphs.dash} ${state}`, edgeRole(edge)),
    ],
    width,
    [span(`${glyphs.pointer} `, 'accent')],
    [span('  ')],
  );
}

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
  const marked = markedLine(history, view, ink);
  const above = [...trouble, ...marked, ...(marked.length > 0 ? [[]] : [])];
  if (ink.inSentences) {
    const sentences = trafficSentences(graph, ink.words);
    return [...above, ...sentences.flatMap((sentence) => wrap([span(sentence)], ink.width, [], [span('  ')]))];
  }
  return [...above, ...body(graph, view, ink), ...unheardLines(graph, ink)];
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
