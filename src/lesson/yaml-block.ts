import { isMap, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Problems } from './problems.ts';

/** Parsed YAML that still knows on which line of the lesson each of its parts stands. */
export interface YamlBlock {
  value: unknown;
  /** Line of the value at this path, or of its nearest parent that has one. */
  lineOf(path: readonly (string | number)[]): number;
}

/**
 * YAML 1.1, as kubectl reads it, so that `yes` and `0o7` mean the same in a lesson as in a manifest.
 * Undefined after a syntax error, which is reported.
 */
export function readYaml(text: string, firstLine: number, problems: Problems): YamlBlock | undefined {
  const tab = text.split('\n').findIndex((line) => /^ *\t/.test(line));
  if (tab >= 0) return problems.add(firstLine + tab, 'A tab indents this line; YAML wants spaces.');
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.1', lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => firstLine + Math.max(0, lines.linePos(offset).line - 1);
  for (const error of document.errors) {
    problems.add(lineAt(error.pos[0]), `This is not YAML: ${error.message}.`);
  }
  if (document.errors.length > 0) return undefined;
  const lineOf = (path: readonly (string | number)[]): number => {
    let node: unknown = document.contents;
    let offset = rangeOf(node);
    for (const step of path) {
      if (isMap(node)) {
        const pair = node.items.find((item) => keyOf(item.key) === String(step));
        if (!pair) break;
        offset = rangeOf(pair.key) ?? offset;
        node = pair.value;
      } else if (isSeq(node)) {
        node = node.items[Number(step)];
        offset = rangeOf(node) ?? offset;
      } else break;
    }
    return lineAt(offset ?? 0);
  };
  return { value: document.toJS(), lineOf };
}

function rangeOf(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return undefined;
  return Number(node.range[0]);
}

function keyOf(key: unknown): string | undefined {
  return typeof key === 'object' && key !== null && 'value' in key ? String(key.value) : undefined;
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
