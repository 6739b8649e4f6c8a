import type { TrafficEdge, TrafficGraph, TrafficNode } from '../../../check/traffic/graph.ts';
import type { Words } from '../../words/en.ts';
import { type Line, widthOf } from '../spans.ts';
import type { Glyphs, Role } from '../theme.ts';
import { Canvas } from './canvas.ts';
import { edgeMark, edgeRole, nodeDetail, nodeTitle, rateWords, resultWords } from './edge-words.ts';
import { type Layered, layered } from './layers.ts';

/** The traffic as boxes in columns, calls as lines between them. Undefined when the width does not suffice. */
export interface BoxInk {
  width: number;
  glyphs: Glyphs;
  withIdentity: boolean;
  words: Words;
}

/** What stands in a column: a box, or the lane of a call that passes it by. */
interface Item {
  node: TrafficNode | undefined;
  y: number;
  height: number;
  /** Calls that leave and arrive, in the order of their rows. */
  out: TrafficEdge[];
  in: TrafficEdge[];
}

interface Segment {
  edge: TrafficEdge;
  /** The first one carries the words, the last one the arrow. */
  isFirst: boolean;
  isLast: boolean;
  fromY: number;
  toY: number;
}

interface Column {
  items: Item[];
  width: number;
}

const titleRows = 2;

export function trafficBoxes(graph: TrafficGraph, ink: BoxInk): Line[] | undefined {
  const plan = layered(graph);
  if (plan.layers.length === 0) return undefined;
  const columns = columnsOf(plan, ink);
  const channels = columns.slice(1).map((column, index) => segmentsBetween(columns[index] as Column, column));
  const labels = channels.map((segments) => Math.max(0, ...segments.map((segment) => labelWidth(segment, ink))));
  const gaps = channels.map((segments, index) => (labels[index] ?? 0) + 4 + 2 * segments.length);
  const total = columns.reduce((sum, { width }) => sum + width, 0) + gaps.reduce((sum, gap) => sum + gap, 0);
  if (total > ink.width) return undefined;
  const canvas = new Canvas(ink.width, ink.glyphs.ascii);
  let x = 0;
  for (const [index, column] of columns.entries()) {
    for (const item of column.items) drawItem(canvas, item, x, column.width, ink);
    x += column.width;
    drawSegments(canvas, channels[index] ?? [], x, labels[index] ?? 0, gaps[index] ?? 0, ink);
    x += gaps[index] ?? 0;
  }
  for (const edge of plan.back) canvas.write(0, canvas.height + 1, backWords(edge, graph, ink), edgeRole(edge));
  return canvas.lines();
}

function columnsOf({ layers, forward }: Layered, ink: BoxInk): Column[] {
  const depth = new Map(layers.flatMap((nodes, level) => nodes.map(({ id }) => [id, level] as const)));
  const passing = (edge: TrafficEdge, level: number) =>
    (depth.get(edge.from) ?? 0) < level && level < (depth.get(edge.to) ?? 0);
  return layers.map((nodes, level) => {
    const boxes = nodes.map((node): Item => {
      const out = forward.filter(({ from }) => from === node.id);
      const arriving = forward.filter(({ to }) => to === node.id);
      return { node, y: 0, height: 2 + Math.max(titleRows, out.length, arriving.length), out, in: arriving };
    });
    const lanes = forward
      .filter((edge) => passing(edge, level))
      .map((edge): Item => ({ node: undefined, y: 0, height: 1, out: [edge], in: [edge] }));
    const items = [...boxes, ...lanes];
    let y = 0;
    for (const item of items) {
      item.y = y;
      y += item.height + 1;
    }
    return { items, width: Math.max(3, ...nodes.map((node) => boxWidth(node, ink))) };
  });
}

const boxWidth = (node: TrafficNode, { withIdentity, words }: BoxInk): number =>
  Math.max(widthOf(nodeTitle(node)), widthOf(nodeDetail(node, withIdentity, words))) + 4;

/** The row by which an edge leaves or reaches an item. */
function portOf(item: Item, edge: TrafficEdge, side: 'in' | 'out'): number {
  return item.node === undefined ? item.y : item.y + 1 + Math.max(0, item[side].indexOf(edge));
}

function segmentsBetween(left: Column, right: Column): Segment[] {
  return left.items.flatMap((from) =>
    from.out.flatMap((edge) => {
      const to = right.items.find((item) => item.in.includes(edge));
      if (!to) return [];
      return [
        {
          edge,
          isFirst: from.node !== undefined,
          isLast: to.node !== undefined,
          fromY: portOf(from, edge, 'out'),
          toY: portOf(to, edge, 'in'),
        },
      ];
    }),
  );
}

/** `1.0/s ✓`, and of a split's backend also its share. */
function labelOf({ edge, isFirst }: Segment, { glyphs, words }: BoxInk): string {
  if (!isFirst) return '';
  const share = edge.share?.now === undefined ? '' : `${words.traffic.percent(Math.round(edge.share.now * 100))} `;
  const state =
    edge.state === 'idle'
      ? words.traffic.idle
      : [rateWords(edge, words), resultWords(edge, words)].filter(Boolean).join(' ');
  return ` ${share}${state} ${edgeMark(edge, glyphs)} `;
}

const labelWidth = (segment: Segment, ink: BoxInk): number => widthOf(labelOf(segment, ink));

function drawItem(canvas: Canvas, item: Item, x: number, width: number, ink: BoxInk): void {
  if (!item.node) {
    const [edge] = item.out;
    if (edge) canvas.horizontal(x, x + width, item.y, edgeRole(edge));
    return;
  }
  const own = boxWidth(item.node, ink);
  // Boxes of a column are equally wide, so that lines begin at one edge.
  const role: Role = item.node.type === 'workload' ? 'accent' : 'rule';
  canvas.box(x, item.y, Math.max(own, width), item.height, role);
  canvas.write(x + 2, item.y + 1, nodeTitle(item.node), 'strong');
  canvas.write(x + 2, item.y + 2, nodeDetail(item.node, ink.withIdentity, ink.words), 'dim');
}

/** Lines that go down turn early when they start low, lines that go up when they start high: so they don't cross. */
function inTrackOrder(segments: readonly Segment[]): Segment[] {
  const down = segments.filter(({ fromY, toY }) => toY >= fromY).sort((a, b) => b.fromY - a.fromY);
  const up = segments.filter(({ fromY, toY }) => toY < fromY).sort((a, b) => a.fromY - b.fromY);
  return [...down, ...up];
}

function drawSegments(
  canvas: Canvas,
  segments: readonly Segment[],
  x: number,
  label: number,
  gap: number,
  ink: BoxInk,
): void {
  for (const [index, segment] of inTrackOrder(segments).entries()) {
    const role = edgeRole(segment.edge);
    const track = x + label + 2 + 2 * index;
    const end = x + gap - 1;
    canvas.horizontal(x, track, segment.fromY, role);
    canvas.vertical(track, segment.fromY, segment.toY, role);
    canvas.horizontal(track, end, segment.toY, role);
    if (segment.isLast) canvas.write(end, segment.toY, ink.glyphs.ascii ? '>' : '▶', role);
  }
  for (const segment of segments) {
    const text = labelOf(segment, ink);
    if (text !== '') canvas.write(x + 1, segment.fromY, text, edgeRole(segment.edge));
  }
}

function backWords(edge: TrafficEdge, { nodes }: TrafficGraph, { glyphs, words }: BoxInk): string {
  const title = (id: string) => {
    const node = nodes.find((one) => one.id === id);
    return node ? nodeTitle(node) : id;
  };
  const arrow = glyphs.ascii ? '->' : '→';
  return `${title(edge.from)} ${arrow} ${title(edge.to)}  ${rateWords(edge, words)} ${edgeMark(edge, glyphs)}`;
}
