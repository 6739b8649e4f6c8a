/**
 * The part of Mermaid's flowcharts that can be drawn with characters; GitHub draws the same text. Understood are
 *   flowchart LR   (or graph; LR, TD and TB)
 *   a[Words] --> b(Words)      -->, ---, -.->, ==> and labels as in `a -->|words| b` and `a -- words --> b`
 *   a --> b --> c   a & b --> c   a{Words} a([Words]) a[(Words)] a((Words))   "quoted words"   %% comments
 * Everything else (subgraph, style, click, other kinds of diagrams) is outside: then the text itself is shown.
 * Pure; draws nothing. Syntax: https://mermaid.js.org/syntax/flowchart.html
 */
export interface DiagramNode {
  id: string;
  /** Rows of words. */
  words: readonly string[];
  shape: 'box' | 'store';
}

export interface DiagramEdge {
  from: string;
  to: string;
  words: string;
  hasArrow: boolean;
}

export interface Diagram {
  direction: 'right' | 'down';
  nodes: readonly DiagramNode[];
  edges: readonly DiagramEdge[];
}

const heading = /^(?:flowchart|graph)\s+(LR|TD|TB)$/;
const identifier = /^[\p{L}_][\p{L}\p{N}_]*(?:-[\p{L}\p{N}_]+)*/u;
const shapes: readonly (readonly [open: string, close: string, shape: DiagramNode['shape']])[] = [
  ['[(', ')]', 'store'],
  ['([', '])', 'box'],
  ['((', '))', 'box'],
  ['[', ']', 'box'],
  ['(', ')', 'box'],
  ['{', '}', 'box'],
];
const link =
  /^(?:(--|==|-\.)\s*([^\s>=.|-][^|]*?)\s*(-->|---|==>|===|\.->|\.-)|(-->|---|-\.->|-\.-|==>|===))(?:\s*\|([^|]*)\|)?/;

/** Undefined where something is outside of what can be drawn. */
export function readDiagram(source: string): Diagram | undefined {
  const [first, ...rest] = source
    .split(/[\n;]/)
    .map((line) => line.replace(/%%.*$/, '').trim())
    .filter(Boolean);
  const direction = heading.exec(first ?? '')?.[1];
  if (direction === undefined || rest.length === 0) return undefined;
  const reader = new DiagramReader();
  if (!rest.every((line) => reader.statement(line))) return undefined;
  const { nodes, edges } = reader.result();
  // A box that nothing leads to or from has no place among columns.
  const isJoined = ({ id }: DiagramNode) => edges.some(({ from, to }) => from === id || to === id);
  return nodes.every(isJoined) ? { direction: direction === 'LR' ? 'right' : 'down', nodes, edges } : undefined;
}

class DiagramReader {
  readonly #nodes = new Map<string, DiagramNode>();
  readonly #edges: DiagramEdge[] = [];
  #rest = '';

  result(): { nodes: DiagramNode[]; edges: DiagramEdge[] } {
    return { nodes: [...this.#nodes.values()], edges: this.#edges };
  }

  /** False where the line is none that is understood. */
  statement(line: string): boolean {
    this.#rest = line;
    let from = this.#group();
    while (from && this.#rest !== '') {
      const found = link.exec(this.#rest);
      if (!found) return false;
      this.#rest = this.#rest.slice(found[0].length).trimStart();
      const to = this.#group();
      if (!to) return false;
      const [, , between, end, alone, label] = found;
      const words = wordsOf(label ?? between ?? '').join(' ');
      const hasArrow = (end ?? alone ?? '').endsWith('>');
      for (const one of from) for (const other of to) this.#edges.push({ from: one, to: other, words, hasArrow });
      from = to;
    }
    return from !== undefined;
  }

  /** `a & b` */
  #group(): string[] | undefined {
    const ids: string[] = [];
    for (;;) {
      const id = this.#node();
      if (id === undefined) return undefined;
      ids.push(id);
      if (!this.#rest.startsWith('&')) return ids;
      this.#rest = this.#rest.slice(1).trimStart();
    }
  }

  #node(): string | undefined {
    const id = identifier.exec(this.#rest)?.[0];
    // Words of the language that begin other statements.
    if (id === undefined || /^(?:subgraph|end|style|classDef|class|click|linkStyle|direction)$/.test(id))
      return undefined;
    this.#rest = this.#rest.slice(id.length);
    for (const [open, close, shape] of shapes) {
      if (!this.#rest.startsWith(open)) continue;
      const end = this.#rest.indexOf(close, open.length);
      if (end < 0) return undefined;
      this.#nodes.set(id, { id, words: wordsOf(this.#rest.slice(open.length, end)), shape });
      this.#rest = this.#rest.slice(end + close.length);
      break;
    }
    if (!this.#nodes.has(id)) this.#nodes.set(id, { id, words: [id], shape: 'box' });
    this.#rest = this.#rest.trimStart();
    return id;
  }
}

const wordsOf = (text: string): string[] =>
  text
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .split(/<br\s*\/?>/i)
    .map((row) => row.replaceAll(/\s+/g, ' ').trim());

/** Every edge as a sentence, for ears: `bookbuyer → bookstore: buys`. */
export function diagramSentences({ nodes, edges }: Diagram, arrow: (from: string, to: string) => string): string[] {
  const names = new Map(nodes.map(({ id, words }) => [id, words.join(' ')]));
  return edges.map(({ from, to, words }) => {
    const both = arrow(names.get(from) ?? from, names.get(to) ?? to);
    return words === '' ? `${both}.` : `${both}: ${words}.`;
  });
}
