/**
 * What could stand at the cursor of a command line: which words of which program, or which objects of the cluster. Pure;
 * it knows the programs of the course by heart, and neither a cluster nor files.
 */
export type Wanted =
  | { type: 'words'; words: readonly string[] }
  | { type: 'kinds' }
  /** Objects of a kind as it was typed: `pods`, `deploy`. */
  | { type: 'names'; kind: string; namespace: string | undefined }
  | { type: 'namespaces' }
  | { type: 'files' }
  | { type: 'nothing' };

export interface CompletionContext {
  wanted: Wanted;
  /** What is there of it already. */
  prefix: string;
  /** Where in the line the prefix begins. */
  from: number;
}

const list = (text: string): string[] => text.split(' ');

const programs = list('kubectl osm az meshwalk curl echo for grep sleep');

/** Words after words; a program's own tree. Leaves say what follows. */
const kubectlVerbs = list(
  'annotate api-resources apply auth cluster-info config create delete describe edit exec explain expose get label logs patch port-forward replace rollout scale set top version wait',
);
const kubectlBelow: Readonly<Record<string, readonly string[]>> = {
  rollout: list('history pause restart resume status undo'),
  config: list('current-context delete-context get-contexts use-context view'),
  create: list('clusterrole configmap deployment job namespace role rolebinding secret service serviceaccount token'),
  set: list('env image resources selector serviceaccount'),
  auth: list('can-i whoami'),
  top: list('nodes pods'),
};
/** Take `TYPE NAME` or `TYPE/NAME`. */
const aboutObjects = new Set(
  list('annotate delete describe edit expose get label patch scale wait rollout set explain'),
);
/** Take a pod, or `TYPE/NAME`. */
const aboutPods = new Set(list('attach exec logs port-forward'));
const podOwners = list('deployment/ pod/ service/ statefulset/');

const outputs = list('json jsonpath= name wide yaml');
const commonFlags = list('--namespace --output --selector --help');
const kubectlFlags: Readonly<Record<string, readonly string[]>> = {
  apply: list('--filename --dry-run=server --namespace --output'),
  create: list('--filename --dry-run=server --namespace --output'),
  delete: list('--filename --all --namespace --selector --wait=false'),
  get: list('--all-namespaces --namespace --output --selector --show-labels --watch'),
  label: list('--overwrite --namespace --selector'),
  annotate: list('--overwrite --namespace --selector'),
  logs: list('--container --follow --namespace --previous --since --tail'),
  patch: list('--namespace --patch --type=merge --type=json'),
  replace: list('--filename --namespace --output'),
  scale: list('--replicas --namespace'),
  wait: list('--for --timeout --namespace --selector'),
};

type Tree = { readonly [word: string]: Tree | Wanted };

const namespaces: Wanted = { type: 'namespaces' };
const nothing: Wanted = { type: 'nothing' };
const osmTree: Tree = {
  env: nothing,
  mesh: { list: nothing, upgrade: nothing },
  metrics: { disable: nothing, enable: nothing },
  namespace: { add: namespaces, ignore: namespaces, list: nothing, remove: namespaces },
  policy: { 'check-conflicts': nothing, 'check-pods': nothing },
  proxy: { get: { clusters: nothing, config_dump: nothing, listeners: nothing, stats: nothing } },
  support: { 'bug-report': nothing, 'error-info': nothing },
  verify: { connectivity: nothing, ingress: nothing },
  version: nothing,
};
const azTree: Tree = {
  account: { list: nothing, show: nothing },
  aks: {
    create: nothing,
    delete: nothing,
    'disable-addons': nothing,
    'enable-addons': nothing,
    'get-credentials': nothing,
    list: nothing,
    show: nothing,
  },
  group: { create: nothing, delete: nothing, exists: nothing, list: nothing, show: nothing },
};
const meshwalkTree: Tree = Object.fromEntries(
  list('charts doctor explain lint reset run sandbox status trace').map((word) => [word, nothing]),
);
const trees: Readonly<Record<string, { tree: Tree; flags: readonly string[] }>> = {
  osm: { tree: osmTree, flags: list('--mesh-name --namespace --help') },
  az: { tree: azTree, flags: list('--location --name --output --resource-group --yes') },
  meshwalk: { tree: meshwalkTree, flags: list('--course --help --lang --profile') },
};

/** Flags whose value is a word of its own, and what it is. */
const afterFlag: Readonly<Record<string, Wanted>> = {
  '-n': namespaces,
  '--namespace': namespaces,
  '-f': { type: 'files' },
  '--filename': { type: 'files' },
  '-o': { type: 'words', words: outputs },
  '--output': { type: 'words', words: outputs },
  '--type': { type: 'words', words: list('json merge strategic') },
  '-l': nothing,
  '--selector': nothing,
  '-c': nothing,
  '--container': nothing,
  '-p': nothing,
  '--patch': nothing,
  '--replicas': nothing,
  '--for': nothing,
  '--timeout': nothing,
  '--resource-group': nothing,
  '--name': nothing,
  '--mesh-name': nothing,
  '--location': nothing,
};

/** The command that the cursor is in, from its first word on; quotes hide what would end it. */
function commandStart(before: string): number {
  let start = 0;
  let quote: string | undefined;
  for (let at = 0; at < before.length; at += 1) {
    const character = before[at] ?? '';
    if (quote !== undefined) quote = character === quote ? undefined : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (/[;|&\n(]/.test(character)) start = at + 1;
  }
  return start;
}

export function contextAt(text: string, cursor: number): CompletionContext {
  const before = text.slice(0, cursor).replaceAll('\\\n', '  ');
  const start = commandStart(before);
  const command = before.slice(start);
  const prefix = /\S*$/.exec(command)?.[0] ?? '';
  const from = cursor - prefix.length;
  const words = command
    .slice(0, command.length - prefix.length)
    .split(/\s+/)
    .filter(Boolean);
  while (words[0] === 'do' || words[0] === 'then') words.shift();
  // Quoted text and variables are the learner's own.
  if (/['"$`]/.test(prefix)) return { wanted: nothing, prefix, from };
  const [flag, value] = /^(--?[\w-]+)=(.*)$/.exec(prefix)?.slice(1) ?? [];
  if (flag !== undefined && value !== undefined && afterFlag[flag])
    return { wanted: afterFlag[flag], prefix: value, from: cursor - value.length };
  return { wanted: wantedAfter(words, prefix), prefix, from };
}

function wantedAfter(words: readonly string[], prefix: string): Wanted {
  const [program, ...rest] = words;
  if (program === undefined) return { type: 'words', words: programs };
  const last = rest.at(-1) ?? '';
  const value = afterFlag[last];
  if (value) return value;
  if (program === 'kubectl') return afterKubectl(rest, prefix);
  const known = trees[program];
  if (!known) return { type: 'files' };
  if (prefix.startsWith('-')) return { type: 'words', words: known.flags };
  return inTree(known.tree, operandsOf(rest), namespaceIn(rest));
}

/** Words that are neither flags nor their values. */
const operandsOf = (words: readonly string[]): string[] =>
  words.filter((word, index) => !word.startsWith('-') && afterFlag[words[index - 1] ?? ''] === undefined);

export function namespaceIn(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === '-n' || word === '--namespace');
  return at >= 0 ? words[at + 1] : words.flatMap((word) => /^(?:--namespace|-n)=(.+)$/.exec(word)?.[1] ?? [])[0];
}

function inTree(tree: Tree, path: readonly string[], namespace: string | undefined): Wanted {
  let here: Tree | Wanted = tree;
  for (const [index, word] of path.entries()) {
    if (isWanted(here)) break;
    const below: Tree | Wanted | undefined = here[word];
    // `osm proxy get stats POD`
    if (below === undefined) return nothing;
    if (path[0] === 'proxy' && index === 2) return { type: 'names', kind: 'pods', namespace };
    here = below;
  }
  return isWanted(here) ? here : { type: 'words', words: Object.keys(here) };
}

const isWanted = (value: Tree | Wanted): value is Wanted => typeof value['type'] === 'string';

function afterKubectl(rest: readonly string[], prefix: string): Wanted {
  const operands = operandsOf(rest);
  const [verb, ...objects] = operands;
  if (verb === undefined) return { type: 'words', words: prefix.startsWith('-') ? commonFlags : kubectlVerbs };
  if (prefix.startsWith('-')) return { type: 'words', words: kubectlFlags[verb] ?? commonFlags };
  const below = kubectlBelow[verb];
  if (below && objects.length === 0) return { type: 'words', words: below };
  const named = below ? objects.slice(1) : objects;
  const namespace = namespaceIn(rest);
  const [kind] = prefix.split('/');
  if (prefix.includes('/') && kind) return { type: 'names', kind, namespace };
  if (aboutPods.has(verb))
    return named.length === 0 ? { type: 'names', kind: `pods ${podOwners.join(' ')}`, namespace } : nothing;
  if (!aboutObjects.has(verb)) return nothing;
  if (named.length === 0) return { type: 'kinds' };
  return verb === 'explain' ? nothing : { type: 'names', kind: named[0] ?? '', namespace };
}
