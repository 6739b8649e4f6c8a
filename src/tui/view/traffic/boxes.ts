import type { TrafficEdge, TrafficGraph } from '../../../check/traffic/graph.ts';
import type { Words } from '../../../words/en.ts';
import { drawBoxes } from '../box-drawing.ts';
import { type Line, span } from '../spans.ts';
import type { Glyphs } from '../theme.ts';
import { edgeMark, edgeRole, nodeDetail, nodeTitle, rateWords, resultWords } from './edge-words.ts';

/** The traffic as boxes in columns, calls as lines between them. Undefined when the width does not suffice. */
export interface BoxInk {
  width: number;
  glyphs: Glyphs;
  withIdentity: boolean;
  words: Words;
}

/** Calls say that they are encrypted where the width has room for it. */
export const trafficBoxes = (graph: TrafficGraph, ink: BoxInk): Line[] | undefined =>
  boxes(graph, ink, true) ?? boxes(graph, ink, false);

function boxes(graph: TrafficGraph, ink: BoxInk, withTls: boolean): Line[] | undefined {
  const drawn = drawBoxes(graph, {
    width: ink.width,
    isAscii: ink.glyphs.ascii,
    text: (node) => [
      { text: nodeTitle(node), role: 'strong' },
      { text: nodeDetail(node, ink.withIdentity, ink.words), role: 'dim' },
    ],
    boxRole: (node) => (node.type === 'workload' ? 'accent' : 'rule'),
    label: (edge) => labelOf(edge, ink, withTls),
    edgeRole,
    hasArrow: () => true,
  });
  if (!drawn) return undefined;
  return [
    ...drawn.lines,
    ...drawn.back.flatMap((edge): Line[] => [[], [span(backWords(edge, graph, ink), edgeRole(edge))]]),
  ];
}

/** `mTLS 1.0/s ✓`, and of a split's backend also its share. */
function labelOf(edge: TrafficEdge, { glyphs, words }: BoxInk, withTls: boolean): string {
  const protection = withTls && edge.isSecured ? `${words.traffic.mutualTls} ` : '';
  const share = edge.share?.now === undefined ? '' : `${words.traffic.percent(Math.round(edge.share.now * 100))} `;
  const state =
    edge.state === 'idle'
      ? words.traffic.idle
      : [rateWords(edge, words), resultWords(edge, words)].filter(Boolean).join(' ');
  return `${protection}${share}${state} ${edgeMark(edge, glyphs)}`;
}

function backWords(edge: TrafficEdge, { nodes }: TrafficGraph, { glyphs, words }: BoxInk): string {
  const title = (id: string) => {
    const node = nodes.find((one) => one.id === id);
    return node ? nodeTitle(node) : id;
  };
  const arrow = glyphs.ascii ? '->' : '→';
  return `${title(edge.from)} ${arrow} ${title(edge.to)}  ${rateWords(edge, words)} ${edgeMark(edge, glyphs)}`;
}
