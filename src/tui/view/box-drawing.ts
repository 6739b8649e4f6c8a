import { type Line, widthOf } from './spans.ts';
import type { Role } from './theme.ts';
import { Canvas } from './traffic/canvas.ts';
import { type Edge, type Graph, type Layered, layered, type Node } from './traffic/layers.ts';

/**
 * A graph as boxes in columns from left to right, with lines between them. Knows neither traffic nor Markdown: who draws
 * says what stands in a box and on a line.
 */
export interface Drawing<N extends Node, E extends Edge> {
  width: number;
  isAscii: boolean;
  /** The rows inside a box. */
  text(node: N): readonly { text: string; role: Role }[];
  boxRole(node: N): Role;
  /** Words on the line, where it leaves the first box. */
  label(edge: E): string;
  edgeRole(edge: E): Role;
  hasArrow(edge: E): boolean;
}

/** What stands in a column: a box, or the lane of a call that passes it by. */
interface Item<N, E> {
  node: N | undefined;
  y: number;
  height: number;
  /** Edges that leave and arrive, in the order of their rows. */
  out: E[];
  in: E[];
}

interface Segment<E> {
  edge: E;
  /** The first one carries the words, the last one the arrow. */
  isFirst: boolean;
  isLast: boolean;
  fromY: number;
  toY: number;
}

interface Column<N, E> {
  items: Item<N, E>[];
  width: number;
}

/** The drawing, and the edges of circles that go backwards and are not in it. Undefined when the width does not suffice. */
export function drawBoxes<N extends Node, E extends Edge>(
  graph: Graph<N, E>,
  drawing: Drawing<N, E>,
): { lines: Line[]; back: readonly E[] } | undefined {
  const plan = layered(graph);
  if (plan.layers.length === 0) return undefined;
  const columns = columnsOf(plan, drawing);
  const channels = columns.slice(1).map((column, index) => segmentsBetween(columns[index] as Column<N, E>, column));
  const labels = channels.map((segments) =>
    Math.max(0, ...segments.map((segment) => widthOf(labelOf(segment, drawing)))),
  );
  const gaps = channels.map((segments, index) => (labels[index] ?? 0) + 4 + 2 * segments.length);
  const total = columns.reduce((sum, { width }) => sum + width, 0) + gaps.reduce((sum, gap) => sum + gap, 0);
  if (total > drawing.width) return undefined;
  const canvas = new Canvas(drawing.width, drawing.isAscii);
  let x = 0;
  for (const [index, column] of columns.entries()) {
    for (const item of column.items) drawItem(canvas, item, x, column.width, drawing);
    x += column.width;
    drawSegments(canvas, channels[index] ?? [], { x, label: labels[index] ?? 0, gap: gaps[index] ?? 0 }, drawing);
    x += gaps[index] ?? 0;
  }
  return { lines: canvas.lines(), back: plan.back };
}

function columnsOf<N extends Node, E extends Edge>(
  { layers, forward }: Layered<N, E>,
  drawing: Drawing<N, E>,
): Column<N, E>[] {
  const depth = new Map(layers.flatMap((nodes, level) => nodes.map(({ id }) => [id, level] as const)));
  const passing = (edge: E, level: number) => (depth.get(edge.from) ?? 0) < level && level < (depth.get(edge.to) ?? 0);
  return layers.map((nodes, level) => {
    const boxes = nodes.map((node): Item<N, E> => {
      const out = forward.filter(({ from }) => from === node.id);
      const arriving = forward.filter(({ to }) => to === node.id);
      return {
        node,
        y: 0,
        height: 2 + Math.max(drawing.text(node).length, out.length, arriving.length),
        out,
        in: arriving,
      };
    });
    const lanes = forward
      .filter((edge) => passing(edge, level))
      .map((edge): Item<N, E> => ({ node: undefined, y: 0, height: 1, out: [edge], in: [edge] }));
    const items = [...boxes, ...lanes];
    let y = 0;
    for (const item of items) {
      item.y = y;
      y += item.height + 1;
    }
    return { items, width: Math.max(3, ...nodes.map((node) => boxWidth(node, drawing))) };
  });
}

const boxWidth = <N extends Node, E extends Edge>(node: N, { text }: Drawing<N, E>): number =>
  Math.max(...text(node).map((row) => widthOf(row.text))) + 4;

/** The row by which an edge leaves or reaches an item. */
function portOf<N, E>(item: Item<N, E>, edge: E, side: 'in' | 'out'): number {
  return item.node === undefined ? item.y : item.y + 1 + Math.max(0, item[side].indexOf(edge));
}

function segmentsBetween<N, E>(left: Column<N, E>, right: Column<N, E>): Segment<E>[] {
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

const labelOf = <N extends Node, E extends Edge>({ edge, isFirst }: Segment<E>, { label }: Drawing<N, E>): string => {
  const words = isFirst ? label(edge) : '';
  return words === '' ? '' : ` ${words} `;
};

function drawItem<N extends Node, E extends Edge>(
  canvas: Canvas,
  item: Item<N, E>,
  x: number,
  width: number,
  drawing: Drawing<N, E>,
): void {
  if (!item.node) {
    const [edge] = item.out;
    if (edge) canvas.horizontal(x, x + width, item.y, drawing.edgeRole(edge));
    return;
  }
  // Boxes of a column are equally wide, so that lines begin at one edge.
  canvas.box(x, item.y, width, item.height, drawing.boxRole(item.node));
  for (const [index, { text, role }] of drawing.text(item.node).entries())
    canvas.write(x + 2, item.y + 1 + index, text, role);
}

/** Lines that go down turn early when they start low, lines that go up when they start high: so they don't cross. */
function inTrackOrder<E>(segments: readonly Segment<E>[]): Segment<E>[] {
  const down = segments.filter(({ fromY, toY }) => toY >= fromY).sort((a, b) => b.fromY - a.fromY);
  const up = segments.filter(({ fromY, toY }) => toY < fromY).sort((a, b) => a.fromY - b.fromY);
  return [...down, ...up];
}

function drawSegments<N extends Node, E extends Edge>(
  canvas: Canvas,
  segments: readonly Segment<E>[],
  { x, label, gap }: { x: number; label: number; gap: number },
  drawing: Drawing<N, E>,
): void {
  for (const [index, segment] of inTrackOrder(segments).entries()) {
    const role = drawing.edgeRole(segment.edge);
    const track = x + label + 2 + 2 * index;
    const end = x + gap - 1;
    canvas.horizontal(x, track, segment.fromY, role);
    canvas.vertical(track, segment.fromY, segment.toY, role);
    canvas.horizontal(track, end, segment.toY, role);
    if (segment.isLast && drawing.hasArrow(segment.edge))
      canvas.write(end, segment.toY, drawing.isAscii ? '>' : '▶', role);
  }
  for (const segment of segments) {
    const text = labelOf(segment, drawing);
    if (text !== '') canvas.write(x + 1, segment.fromY, text, drawing.edgeRole(segment.edge));
  }
}
