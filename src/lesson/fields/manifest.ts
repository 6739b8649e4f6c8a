import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, type Node, parseAllDocuments } from 'yaml';

/** A manifest line by line, each with the field of the object that it is about. Pure; knows no schema. */
export interface FieldRef {
  apiVersion: string;
  kind: string;
  /** From the object down, without the places in lists: `['spec', 'backends', 'weight']`. */
  path: readonly string[];
}

export interface ManifestLine {
  text: string;
  /** Undefined for comments, blank lines, and where the text does not say what kind of object it is. */
  field: FieldRef | undefined;
}

export interface Manifest {
  /** The file, or the first words of the block. */
  title: string;
  lines: readonly ManifestLine[];
}

/** Never throws: a block that is no YAML has lines without fields. */
export function readManifest(title: string, text: string): Manifest {
  const counter = new LineCounter();
  const fields = new Map<number, FieldRef>();
  /** Lines on which a key begins; the first key of a line is the one that the line is about. */
  const begun = new Set<number>();
  const rows = text.replace(/\n+$/, '').split('\n');
  const lineOf = (offset: number) => counter.linePos(offset).line - 1;
  for (const document of parseAllDocuments(text, { lineCounter: counter, uniqueKeys: false })) {
    const root = 'contents' in document ? document.contents : undefined;
    const head = headOf(root);
    if (!head || !isNode(root)) continue;
    visit(root, [], (path, from, to) => {
      const first = lineOf(from);
      // What stands deeper comes later and knows better.
      for (let line = first; line <= lineOf(Math.max(from, to - 1)); line += 1) {
        if (!begun.has(line)) fields.set(line, { ...head, path });
      }
      begun.add(first);
    });
  }
  return {
    title,
    lines: rows.map((row, index) => ({ text: row, field: isBare(row) ? undefined : fields.get(index) })),
  };
}

const isBare = (row: string): boolean => /^\s*(?:#.*)?$|^---|^\.\.\./.test(row);

function headOf(root: unknown): Omit<FieldRef, 'path'> | undefined {
  if (!isMap(root)) return undefined;
  const [apiVersion, kind] = [root.get('apiVersion'), root.get('kind')];
  return typeof apiVersion === 'string' && typeof kind === 'string' ? { apiVersion, kind } : undefined;
}

type Tell = (path: readonly string[], from: number, to: number) => void;

function visit(node: Node, path: readonly string[], tell: Tell): void {
  if (isSeq(node)) {
    for (const item of node.items) if (isNode(item)) visit(item, path, tell);
    return;
  }
  if (!isMap(node)) return;
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key) || !isNode(pair.key)) continue;
    const inner = [...path, String(pair.key.value)];
    const value = isNode(pair.value) ? pair.value : undefined;
    const from = pair.key.range?.[0] ?? 0;
    tell(inner, from, value?.range?.[1] ?? pair.key.range?.[1] ?? from);
    if (value) visit(value, inner, tell);
  }
}

/** Files that a script gives to kubectl: `-f a.yaml`, `--filename=b.yaml`; folders end in a slash or have no ending. */
export function filesOf(script: string): string[] {
  const lines = script.replaceAll(/\\\n/g, ' ').split('\n');
  const named = lines
    .filter((line) => /\bkubectl\b/.test(line))
    .flatMap((line) => [...line.matchAll(/\s(?:-f|--filename)[= ]?([^\s;|&]+)/g)].map((match) => match[1] ?? ''))
    .map((name) => name.replaceAll(/^['"]|['"]$/g, ''));
  return [...new Set(named)].filter((name) => name !== '-' && !name.includes('$') && !/^https?:/.test(name));
}

/** YAML blocks that a text shows. */
export function blocksOf(markdown: string): string[] {
  return [...markdown.matchAll(/^(`{3,}|~{3,})ya?ml[^\S\n]*\n([\s\S]*?)\n\1[^\S\n]*$/gm)].map(
    (match) => match[2] ?? '',
  );
}
