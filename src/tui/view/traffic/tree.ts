import type { TrafficEdge, TrafficGraph, TrafficNode } from '../../../check/traffic/graph.ts';
import type { Words } from '../../../words/en.ts';
import { type Line, type Span, span, spread, toWidth, truncate } from '../spans.ts';
import type { Glyphs } from '../theme.ts';
import { edgeMark, edgeRole, nodeDetail, nodeTitle, rateWords, resultWords, shareWords } from './edge-words.ts';

/** The traffic as an indented tree: every caller, and under it whom it calls. Fits 40 columns and uses what there is. */
export interface TreeInk {
  width: number;
  glyphs: Glyphs;
  withIdentity: boolean;
  words: Words;
}

interface Branches {
  tee: string;
  last: string;
  through: string;
  blank: string;
  arrow: string;
}

const unicode: Branches = { tee: '├─', last: '╰─', through: '│ ', blank: '  ', arrow: '▶' };
const ascii: Branches = { tee: '|-', last: '`-', through: '| ', blank: '  ', arrow: '>' };

const barCells = 10;
/** Columns from which a call has room for its details. */
const roomyFrom = 76;

export function trafficTree(graph: TrafficGraph, ink: TreeInk): Line[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const shown = new Set<string>();
  const roots = rootsOf(graph);
  const lines = roots.flatMap((root, index) => [
    ...(index > 0 ? [[]] : []),
    nodeLine(root, ink),
    ...callees(root.id, '', graph, nodes, shown, ink),
  ]);
  const quiet = graph.nodes.filter(
    (node) => !roots.includes(node) && !graph.edges.some(({ from, to }) => from === node.id || to === node.id),
  );
  if (quiet.length === 0) return lines;
  const names = quiet.map(nodeTitle).join(', ');
  return [
    ...lines,
    ...(lines.length > 0 ? [[]] : []),
    toWidth([span(ink.words.traffic.noCalls(names), 'dim')], ink.width),
  ];
}

/** Callers that nobody calls; where everybody is called (a circle), all callers. */
function rootsOf({ nodes, edges }: TrafficGraph): TrafficNode[] {
  const callers = nodes.filter(({ id }) => edges.some(({ from }) => from === id));
  const tops = callers.filter(({ id }) => !edges.some(({ to, from }) => to === id && from !== id));
  return tops.length > 0 ? tops : callers;
}

function nodeLine(node: TrafficNode, { width, withIdentity, words }: TreeInk): Line {
  return toWidth([span(nodeTitle(node), 'strong'), span(`  ${nodeDetail(node, withIdentity, words)}`, 'dim')], width);
}

function callees(
  id: string,
  indent: string,
  graph: TrafficGraph,
  nodes: ReadonlyMap<string, TrafficNode>,
  shown: Set<string>,
  ink: TreeInk,
): Line[] {
  if (shown.has(id)) return [];
  shown.add(id);
  const branches = ink.glyphs.ascii ? ascii : unicode;
  const edges = graph.edges.filter(({ from }) => from === id);
  return edges.flatMap((edge, index) => {
    const node = nodes.get(edge.to);
    if (!node) return [];
    const isLast = index === edges.length - 1;
    const isShownAbove = shown.has(edge.to) && graph.edges.some(({ from }) => from === edge.to);
    const start = `${indent}${isLast ? branches.last : branches.tee}${branches.arrow} `;
    const below = `${indent}${isLast ? branches.blank : branches.through} `;
    return [edgeLine(start, node, edge, isShownAbove, ink), ...callees(edge.to, below, graph, nodes, shown, ink)];
  });
}

function detailWords(node: TrafficNode, isShownAbove: boolean, { width, withIdentity, words }: TreeInk): string {
  if (isShownAbove) return words.traffic.seeAbove;
  return withIdentity || width >= roomyFrom ? nodeDetail(node, withIdentity, words) : '';
}

function edgeLine(start: string, node: TrafficNode, edge: TrafficEdge, isShownAbove: boolean, ink: TreeInk): Line {
  const role = edgeRole(edge);
  const { width, glyphs, words } = ink;
  const isRoomy = width >= roomyFrom;
  const detail = detailWords(node, isShownAbove, ink);
  const left: Span[] = [
    span(start, role),
    span(nodeTitle(node), 'strong'),
    ...(detail ? [span(`  ${detail}`, 'dim')] : []),
  ];
  const share = shareWords(edge, words);
  const result = resultWords(edge, words);
  const right: Span[] = [
    ...(isRoomy && edge.share ? [...shareBar(edge, glyphs), span(' ')] : []),
    ...(share ? [span(isRoomy ? share : (share.split(',')[0] ?? share), 'text'), span('  ')] : []),
    ...(isRoomy && edge.isSecured ? [span(`${words.traffic.mutualTls}  `, 'dim')] : []),
    ...(result && edge.state !== 'idle' ? [span(`${result}  `, role)] : []),
    span(edge.state === 'idle' ? words.traffic.idle : rateWords(edge, words), role),
    span(` ${edgeMark(edge, glyphs)}`, role),
  ];
  return spread(truncate(left, width), right, width);
}

/** Ten cells: the share now, and where the weight wants it to end. */
export function shareBar({ share }: TrafficEdge, glyphs: Glyphs, cells = barCells): Span[] {
  if (!share) return [];
  const full = Math.round((share.now ?? 0) * cells);
  const wanted = Math.round(share.weight * cells);
  const rest = Array.from({ length: cells - full }, (_, index) => (full + index < wanted ? glyphs.dot : glyphs.empty));
  return [span(glyphs.full.repeat(full), 'accent'), span(rest.join(''), 'dim')];
}
