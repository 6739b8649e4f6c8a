import { drawBoxes } from '../box-drawing.ts';
import { bare } from '../foreign-text.ts';
import { emptyLine, type Line, span, toWidth, widthOf, wrap } from '../spans.ts';
import type { Glyphs } from '../theme.ts';
import { Canvas } from '../traffic/canvas.ts';
import { type Diagram, type DiagramEdge, type DiagramNode, readDiagram } from './mermaid.ts';

/**
 * A diagram as rows: boxes side by side where they fit, a chain of boxes from top to bottom where the author wants it, else
 * an outline of who leads to whom. Pure. Undefined where the source is none that can be drawn.
 */
export function diagramLines(source: string, width: number, glyphs: Glyphs): Line[] | undefined {
  const diagram = readDiagram(bareLines(source));
  if (!diagram) return undefined;
  const chain = chainOf(diagram);
  const down = chain && chainLines(chain, diagram, width, glyphs);
  if (diagram.direction === 'down' && down) return down;
  return beside(diagram, width, glyphs) ?? outline(diagram, width, glyphs);
}

const bareLines = (source: string): string => source.split('\n').map(bare).join('\n');

function beside(diagram: Diagram, width: number, glyphs: Glyphs): Line[] | undefined {
  const drawn = drawBoxes(diagram, {
    width,
    isAscii: glyphs.ascii,
    text: ({ words }: DiagramNode) => words.map((text) => ({ text, role: 'strong' as const })),
    boxRole: ({ shape }) => (shape === 'store' ? 'info' : 'accent'),
    label: ({ words }: DiagramEdge) => words,
    edgeRole: () => 'text',
    hasArrow: ({ hasArrow }) => hasArrow,
  });
  // What leads back would need lines around everything.
  return drawn && drawn.back.length === 0 ? drawn.lines : undefined;
}

/** The nodes one behind the other, where nothing branches. */
function chainOf({ nodes, edges }: Diagram): DiagramNode[] | undefined {
  const chain: DiagramNode[] = [];
  let next = nodes.find(({ id }) => !edges.some(({ to }) => to === id));
  while (next) {
    const { id } = next;
    chain.push(next);
    const out = edges.filter(({ from }) => from === id);
    if (out.length > 1 || chain.length > nodes.length) return undefined;
    next = nodes.find((node) => node.id === out[0]?.to);
  }
  return chain.length === nodes.length && edges.length === nodes.length - 1 ? chain : undefined;
}

function chainLines(
  chain: readonly DiagramNode[],
  { edges }: Diagram,
  width: number,
  glyphs: Glyphs,
): Line[] | undefined {
  const inner = Math.max(...chain.flatMap(({ words }) => words.map(widthOf)));
  const boxWidth = inner + 4;
  const middle = Math.floor(boxWidth / 2);
  const labelRoom = width - middle - 2;
  if (boxWidth > width || edges.some(({ words }) => widthOf(words) > labelRoom)) return undefined;
  const canvas = new Canvas(width, glyphs.ascii);
  for (const [index, { id, words, shape }] of chain.entries()) {
    const y = canvas.height;
    canvas.box(0, y, boxWidth, words.length + 2, shape === 'store' ? 'info' : 'accent');
    for (const [row, text] of words.entries())
      canvas.write(2 + Math.floor((inner - widthOf(text)) / 2), y + 1 + row, text, 'strong');
    const edge = edges.find(({ from }) => from === id);
    if (!edge || index === chain.length - 1) continue;
    const bottom = canvas.height - 1;
    canvas.vertical(middle, bottom, bottom + 2, 'text');
    if (edge.words !== '') canvas.write(middle + 2, bottom + 1, edge.words, 'text');
    if (edge.hasArrow) canvas.write(middle, bottom + 2, glyphs.ascii ? 'v' : '▼', 'text');
  }
  return canvas.lines();
}

/** Every node once with what leads on from it below, in the order of the author. Fits any width. */
function outline({ nodes, edges }: Diagram, width: number, glyphs: Glyphs): Line[] {
  const names = new Map(nodes.map(({ id, words }) => [id, words.join(' ')]));
  const senders = nodes.filter(({ id }) => edges.some(({ from }) => from === id));
  return senders.flatMap(({ id }, index): Line[] => [
    ...(index > 0 ? [emptyLine] : []),
    toWidth([span(names.get(id) ?? id, 'strong')], Math.min(width, widthOf(names.get(id) ?? id))),
    ...edges.filter(({ from }) => from === id).flatMap((edge) => outlineRows(edge, names, width, glyphs)),
  ]);
}

function outlineRows(edge: DiagramEdge, names: ReadonlyMap<string, string>, width: number, glyphs: Glyphs): Line[] {
  const line = glyphs.horizontal.repeat(2);
  const tip = edge.hasArrow ? (glyphs.ascii ? '>' : '▶') : glyphs.horizontal;
  const words = edge.words === '' ? [] : [span(` ${edge.words} `), span(line)];
  const shown = [...words, span(`${tip} `), span(names.get(edge.to) ?? edge.to, 'strong')];
  return wrap(shown, width, [span(`  ${glyphs.ascii ? '`' : '╰'}${line}`)], [span('      ')]);
}
