import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { KubeClient } from '../../kube/client.ts';
import type { ServedResource } from '../../kube/resources.ts';
import { namespaces } from '../../kube/resources.ts';
import { contextAt, type Wanted } from './grammar.ts';

/** Completes a command line from the cluster and the learner's folder. It runs nothing and changes nothing. */
export interface Completion {
  /** Where the part begins that a candidate replaces. */
  from: number;
  /** In their order; whole words each. */
  candidates: readonly string[];
}

export interface CompletionPorts {
  kube(): Promise<KubeClient | undefined>;
  /** The folder in which the command would run. */
  folder(): Promise<string>;
}

/** More than anybody looks through. */
const most = 200;

export async function complete(text: string, cursor: number, ports: CompletionPorts): Promise<Completion> {
  const { wanted, prefix, from } = contextAt(text, cursor);
  const found = await candidatesFor(wanted, prefix, ports);
  const candidates = [...new Set(found)].filter((one) => one.startsWith(prefix) && one !== prefix).sort();
  return { from, candidates: candidates.slice(0, most) };
}

async function candidatesFor(wanted: Wanted, prefix: string, ports: CompletionPorts): Promise<readonly string[]> {
  switch (wanted.type) {
    case 'nothing':
      return [];
    case 'words':
      return wanted.words;
    case 'files':
      return filesAt(prefix, await ports.folder());
    case 'namespaces': {
      const kube = await ports.kube();
      return kube ? namesOf(await kube.list(namespaces)) : [];
    }
    case 'kinds': {
      const kinds = (await (await ports.kube())?.resources()) ?? [];
      // A kind of a group that has the name of a core one is asked for in full.
      return kinds.map((kind, index) =>
        kinds.findIndex(({ resource }) => resource === kind.resource) === index
          ? kind.resource
          : `${kind.resource}.${kind.group}`,
      );
    }
    case 'names':
      return objectNames(wanted, prefix, ports);
  }
}

const namesOf = (objects: readonly { metadata: { name?: string } }[]): string[] =>
  objects.flatMap(({ metadata }) => metadata.name ?? []);

async function objectNames(
  { kind, namespace }: Extract<Wanted, { type: 'names' }>,
  prefix: string,
  ports: CompletionPorts,
): Promise<string[]> {
  const kube = await ports.kube();
  if (!kube) return [];
  const [first = '', ...others] = kind.split(' ');
  const ref = kindNamed(await kube.resources(), first);
  if (!ref) return others;
  const where = ref.namespaced ? { namespace: namespace ?? 'default' } : {};
  const names = namesOf(await kube.list(ref, where));
  const start = prefix.includes('/') ? `${first}/` : '';
  return [...names.map((name) => start + name), ...others];
}

/** As kubectl takes it: plural, singular, short, or with its group. */
function kindNamed(kinds: readonly ServedResource[], word: string): ServedResource | undefined {
  const [name = '', ...group] = word.toLowerCase().split('.');
  return kinds.find(
    (kind) =>
      (kind.resource === name || kind.singular === name || kind.shortNames.includes(name)) &&
      (group.length === 0 || kind.group === group.join('.')),
  );
}

/** Files and folders that begin so; hidden ones only when asked for by their dot. */
async function filesAt(prefix: string, folder: string): Promise<string[]> {
  const within = prefix.endsWith('/') ? prefix : dirname(prefix) === '.' ? '' : `${dirname(prefix)}/`;
  const entries = await readdir(resolve(folder, within), { withFileTypes: true }).catch(() => []);
  const isHiddenWanted = prefix.slice(within.length).startsWith('.');
  return entries
    .filter(({ name }) => isHiddenWanted || !name.startsWith('.'))
    .map((entry) => `${join(within, entry.name)}${entry.isDirectory() ? '/' : ''}`)
    .map((path) => (prefix.startsWith('./') ? `./${path}` : path));
}
