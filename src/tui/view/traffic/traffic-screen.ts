import type { TrafficGraph } from '../../../check/traffic/graph.ts';
import type { TrafficHistory } from '../../../check/traffic/history.ts';
import { type Line, span, toWidth, wrap } from '../spans.ts';
import type { Glyphs } from '../theme.ts';
import { trafficBoxes } from './boxes.ts';
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
}

/** A look that is too old to be kept any more gives way to the oldest. */
export const chosenGraph = ({ graphs }: TrafficHistory, at: number | undefined): TrafficGraph | undefined =>
  at === undefined ? graphs.at(-1) : (graphs.find(({ atMs }) => atMs >= at) ?? graphs.at(-1));

/** `now`, or that the picture stands still and how old it is. */
export function momentWords(history: TrafficHistory, { at }: TrafficView): string {
  const newest = history.graphs.at(-1);
  const chosen = chosenGraph(history, at);
  if (!newest || !chosen) return '';
  if (at === undefined) return 'now';
  const seconds = Math.round((newest.atMs - chosen.atMs) / 1000);
  const age = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `frozen, ${age} ago`;
}

export function trafficLines(history: TrafficHistory, view: TrafficView, ink: TrafficInk): Line[] {
  const graph = chosenGraph(history, view.at);
  const trouble =
    history.trouble === undefined ? [] : wrap([span(`Could not look: ${history.trouble}`, 'info')], ink.width);
  if (!graph) return trouble.length > 0 ? trouble : [[span('Looking at the sidecars for the first time', 'dim')]];
  return [...trouble, ...body(graph, view, ink), ...unheardLines(graph, ink)];
}

function body(graph: TrafficGraph, { withIdentity }: TrafficView, { width, glyphs }: TrafficInk): Line[] {
  if (graph.nodes.length === 0) {
    return wrap(
      [span('No workload has a pod in the mesh yet, so there is no traffic that the mesh could see.', 'dim')],
      width,
    );
  }
  if (graph.edges.length === 0) {
    const words = 'The sidecars have counted no request yet, and no application has complained.';
    return [...wrap([span(words, 'dim')], width), [], ...trafficTree(graph, { width, glyphs, withIdentity })];
  }
  return trafficBoxes(graph, { width, glyphs, withIdentity }) ?? trafficTree(graph, { width, glyphs, withIdentity });
}

/** Where the evidence ends it says so. */
function unheardLines({ unheard }: TrafficGraph, { width }: TrafficInk): Line[] {
  if (unheard.length === 0) return [];
  const words = `No answer from the sidecar of ${unheard.join(', ')}: what it calls is not known.`;
  return [[], ...wrap([span(words, 'info')], width).map((line) => toWidth(line, width))];
}
