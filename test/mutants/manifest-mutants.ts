import { parseAllDocuments } from 'yaml';
import { leavesOf, type Mutant, mistaken, showPath, showValue } from './mutant.ts';

/** Each leaf of each object changed and removed, and each object left out. */
export function manifestMutants(file: string, text: string): Mutant[] {
  const objects = documentsOf(text).map((document): unknown => document.toJS());
  return objects.flatMap((object, index) => {
    const label = labelOf(object);
    const about = [label.kind, label.name];
    const mutant = (name: string, more: readonly string[], change: Parameters<typeof rewrite>[2]): Mutant => ({
      file,
      name: `${label.kind}/${label.name} ${name}`,
      about: [...about, ...more],
      change: { type: 'manifest', text: rewrite(text, index, change) },
    });
    const leaves = leavesOf(object).flatMap(({ path, value }) => {
      const other = mistaken(value);
      // The value, and the keys above it as far as one would name them.
      const words = [showValue(value), showValue(other), ...path.filter((step) => typeof step === 'string').slice(-2)];
      return [
        mutant(`${showPath(path)}: ${showValue(value)} -> ${showValue(other)}`, words, { path, value: other }),
        mutant(`${showPath(path)}: removed`, words, { path }),
      ];
    });
    return [mutant('left out', [], 'left-out'), ...leaves];
  });
}

const documentsOf = (text: string) => {
  const documents = parseAllDocuments(text);
  return 'empty' in documents ? [] : documents.filter((document) => document.contents !== null);
};

function rewrite(
  text: string,
  index: number,
  change: 'left-out' | { path: readonly (string | number)[]; value?: unknown },
): string {
  const documents = documentsOf(text);
  const document = documents[index];
  if (change === 'left-out') documents.splice(index, 1);
  else if ('value' in change) document?.setIn(change.path, change.value);
  else document?.deleteIn(change.path);
  return documents.map((one) => one.toString()).join('---\n');
}

function labelOf(object: unknown): { kind: string; name: string } {
  const { kind, metadata } = (object ?? {}) as { kind?: string; metadata?: { name?: string } };
  return { kind: kind ?? 'nothing', name: metadata?.name ?? 'nameless' };
}
