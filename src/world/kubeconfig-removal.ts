import { closeSync, openSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { type Document, isMap, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { faultOf } from '../fault.ts';
import { errorCode, fileFault, writeAtomically } from '../platform/files.ts';

/**
 * Takes a context out of a learner's kubeconfig, with the cluster and the user that no other context names; all else,
 * comments included, stays as it was written. Knows not whose the context is.
 */

/** The text without the context; the same text where it has none of that name, and where it is no kubeconfig. */
export function withoutContext(text: string, context: string): string {
  const document = parseDocument(text);
  if (document.errors.length > 0 || !isMap(document.contents)) return text;
  const removed = take(document, 'contexts', context);
  if (!removed) return text;
  for (const [list, part] of [
    ['clusters', 'cluster'],
    ['users', 'user'],
  ] as const) {
    const name = removed.getIn(['context', part]);
    const isShared = itemsOf(listIn(document, 'contexts')).some((item) => item.getIn(['context', part]) === name);
    if (typeof name === 'string' && !isShared) take(document, list, name);
  }
  // kubectl leaves the name standing and then fails on it; empty is what it writes itself where there is none.
  if (document.get('current-context') === context) document.set('current-context', '');
  return document.toString({ lineWidth: 0 });
}

/** Takes one by its name out of a list, and gives it back. */
function take(document: Document, list: string, name: string): YAMLMap | undefined {
  const items = listIn(document, list);
  const item = itemsOf(items).find((one) => one.get('name') === name);
  if (item) items?.items.splice(items.items.indexOf(item), 1);
  return item;
}

function listIn(document: Document, list: string): YAMLSeq | undefined {
  const found = document.get(list, true);
  return isSeq(found) ? found : undefined;
}

const itemsOf = (list: YAMLSeq | undefined): YAMLMap[] => (list?.items ?? []).filter((item) => isMap(item));

/** Rejects with a Fault when another program is writing the file, or it cannot be written. */
export function removeContext(file: string, context: string): void {
  try {
    // A link, as dotfiles are kept, stays one.
    const path = realpathSync(file);
    const release = lockAsKubectl(path);
    try {
      const text = readFileSync(path, 'utf8');
      const rest = withoutContext(text, context);
      if (rest !== text) writeAtomically(path, rest, statSync(path).mode & 0o777);
    } finally {
      release();
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw fileFault(error, (errno) => faultOf('kubeconfig.unwritable', file, errno));
  }
}

/** client-go writes a kubeconfig only while it holds this file (tools/clientcmd/config.go). */
function lockAsKubectl(path: string): () => void {
  const lock = `${path}.lock`;
  closeSync(openSync(lock, 'wx', 0o600));
  return () => rmSync(lock, { force: true });
}
