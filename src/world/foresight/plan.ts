import type { Unforeseen } from './foresight.ts';
import { osmStep } from './osm-steps.ts';
import { type Statement, statementsOf } from './script-statements.ts';
import { textOf, type Word } from './shell-words.ts';

/**
 * What must be asked to foresee a script: its changing commands as dry runs, and what cannot be asked with the reason.
 * Pure. Commands that only read leave no step. Only commands that are known by name are ever asked about.
 */
export type Step =
  /** kubectl itself, which takes `--dry-run=server`; `words` are its arguments. */
  | { type: 'dry-run'; words: readonly Word[]; text: string }
  | { type: 'delete'; words: readonly Word[]; namespace: Word | undefined; files: readonly Word[]; text: string }
  /** A patch to each object that `kubectl get` finds with these words: what `rollout restart` and `scale` come to. */
  | { type: 'patch-found'; words: readonly Word[]; patch: (now: string) => object; text: string }
  | { type: 'add-to-mesh'; namespaces: readonly string[]; mesh: string; injection: string; text: string }
  | { type: 'patch-namespace'; namespaces: readonly string[]; patch: object; podPatch?: object; text: string }
  | { type: 'unforeseen'; text: string; why: Unforeseen };

export function planOf(script: string): Step[] {
  return statementsOf(script).flatMap(stepsOf);
}

function stepsOf(statement: Statement): Step[] {
  if (statement.type === 'opaque') return [{ type: 'unforeseen', text: statement.text, why: statement.why }];
  const { commands, text } = statement;
  const inner = commands
    .flat()
    .flatMap((word) => word.parts.flatMap((part) => (part.type === 'substitution' ? planOf(part.script) : [])));
  const own = commands.flatMap((words) => commandSteps(words, text));
  if (commands.length === 1 || own.length === 0) return [...inner, ...own];
  return [...inner, { type: 'unforeseen', text, why: { reason: 'in-pipe' } }];
}

/** Programs that change nothing outside their own output. */
const readers = new Set(
  'echo printf true : test [ sleep cat head tail grep sed awk sort uniq wc cut tr jq yq diff date pwd ls cd tee column xxd base64'.split(
    ' ',
  ),
);
/** Of those, what writes where it is told to. */
const writingFlags = /^(-i|--in-place)/;

function commandSteps(words: readonly Word[], text: string): Step[] {
  const program = words[0] && textOf(words[0]);
  const rest = words.slice(1);
  const unforeseen = (why: Unforeseen): Step[] => [{ type: 'unforeseen', text, why }];
  if (program === undefined) return unforeseen({ reason: 'unknown-program' });
  if (program === 'kubectl') return kubectlSteps(rest, text);
  if (program === 'osm') return osmStep(rest, text);
  if (program === 'export') return [];
  if (program === 'tee' && rest.length > 0) return unforeseen({ reason: 'writes-file' });
  if (readers.has(program) && !rest.some((word) => writingFlags.test(word.text))) return [];
  if (program === 'az') return unforeseen({ reason: 'azure' });
  if (program === 'curl') return isPlainGet(rest) ? [] : unforeseen({ reason: 'request' });
  return unforeseen({ reason: 'program', of: program });
}

/** A GET of a page changes nothing in a cluster, unless the page is made so. */
const isPlainGet = (words: readonly Word[]): boolean =>
  !words.some(({ text }) => /^(-X|--request|-d|--data|-F|--form|-T|--upload-file|--json|-o|--output|-O)/.test(text));

const reads = new Set(
  'get describe logs wait explain version api-resources api-versions cluster-info top diff events options help completion auth port-forward proxy kustomize'.split(
    ' ',
  ),
);
/** Take `--dry-run=server` and print what would be there with `-o json`. */
const dryRuns = new Set('apply create replace patch label annotate set expose autoscale run'.split(' '));
const whyNot: Readonly<Record<string, Unforeseen>> = {
  exec: { reason: 'inside-pod' },
  attach: { reason: 'inside-pod' },
  cp: { reason: 'copies' },
  debug: { reason: 'adds-container' },
  edit: { reason: 'will-be-typed' },
  drain: { reason: 'pod-by-pod' },
};

/** Flags before the verb, with a value of their own. */
const valued = new Set('-n --namespace --context --cluster --kubeconfig -s --server --user --token --as'.split(' '));
/** Other clusters, other identities, other ways to run: not what this card is about. */
const elsewhere =
  /^(--context|--cluster|--kubeconfig|--server|-s$|--user|--token|--as|--as-group|--as-uid|--username|--password|--client-key|--client-certificate)(=|$)/;
const unfit =
  /^(--edit|--prune|--raw|--watch|-w|--interactive|-i|--template|--force|--attach|--rm|-it|-ti|--stdin|--tty|-t)(=|$)/;

interface Invocation {
  verb: string;
  /** Flags before the verb. */
  before: readonly Word[];
  /** After the verb. */
  rest: readonly Word[];
  words: readonly Word[];
  namespace: Word | undefined;
}

function invocationOf(words: readonly Word[]): Invocation | Unforeseen | undefined {
  let at = 0;
  while (words[at]?.text.startsWith('-')) at += valued.has(words[at]?.text ?? '') ? 2 : 1;
  const word = words[at];
  if (!word) return undefined;
  const verb = textOf(word);
  if (verb === undefined) return { reason: 'unknown-verb' };
  return { verb, before: words.slice(0, at), rest: words.slice(at + 1), words, namespace: namespaceIn(words) };
}

/** The value as a word; its `text` is still the whole flag as typed. */
function namespaceIn(words: readonly Word[]): Word | undefined {
  for (const [index, word] of words.entries()) {
    if (word.text === '-n' || word.text === '--namespace') return words[index + 1];
    const [flag, ...others] = word.parts;
    const value = flag?.type === 'text' ? /^(?:--namespace=|-n=?)(.*)$/.exec(flag.text)?.[1] : undefined;
    if (value === undefined) continue;
    // `-name` is no namespace; kubectl would not take it either.
    const parts = value === '' ? others : [{ type: 'text', text: value } as const, ...others];
    if (parts.length > 0) return { ...word, parts };
  }
  return undefined;
}

function kubectlSteps(words: readonly Word[], text: string): Step[] {
  const unforeseen = (why: Unforeseen): Step[] => [{ type: 'unforeseen', text, why }];
  const invocation = invocationOf(words);
  if (!invocation) return [];
  if ('reason' in invocation) return unforeseen(invocation);
  const { verb, rest } = invocation;
  const [second = ''] = rest.filter((word) => !word.text.startsWith('-')).map((word) => word.text);
  if (reads.has(verb) || words.some(({ text: flag }) => /^(--help|-h)$/.test(flag))) return [];
  if (verb === 'rollout' && (second === 'status' || second === 'history')) return [];
  if (verb === 'config')
    return /^(view|current-context|get-.*)$/.test(second) ? [] : unforeseen({ reason: 'kubeconfig' });
  if (words.some(({ text: flag }) => /^--dry-run(=(client|server))?$/.test(flag))) return [];
  const why = whyNotAsked(invocation, second);
  if (why !== undefined) return unforeseen(why);
  if (verb === 'delete') return deleteStep(invocation, text);
  if (verb === 'scale') return scaleStep(invocation, text);
  if (verb === 'rollout') {
    const targets = [...invocation.before, ...without(rest, second)];
    return [{ type: 'patch-found', words: targets, patch: restartPatch, text }];
  }
  return [{ type: 'dry-run', words, text }];
}

/** Anything that would make a dry run another command than the one on the card. */
function whyNotAsked({ verb, rest, words }: Invocation, second: string): Unforeseen | undefined {
  const known =
    dryRuns.has(verb) || verb === 'delete' || verb === 'scale' || (verb === 'rollout' && second === 'restart');
  if (!known)
    return whyNot[verb] ?? { reason: 'no-dry-run', of: `kubectl ${verb}${verb === 'rollout' ? ` ${second}` : ''}` };
  if (verb === 'apply' && /^(edit|view|set)-last-applied$/.test(second)) return { reason: 'last-applied' };
  const flags = words.map(({ text }) => text);
  if (flags.includes('--') || flags.some((flag) => flag.startsWith('--dry-run'))) return { reason: 'own-dry-run' };
  if (flags.some((flag) => elsewhere.test(flag))) return { reason: 'elsewhere' };
  const bad = flags.find((flag) => unfit.test(flag));
  if (bad !== undefined) return { reason: 'unfit-flag', of: bad.split('=')[0] ?? bad };
  for (const [index, word] of words.entries()) {
    if (word.parts.some((part) => part.type === 'pattern')) return { reason: 'unknown-word', of: word.text };
    if (word.parts.some((part) => part.type === 'substitution')) return { reason: 'unknown-word', of: word.text };
    const isFile =
      /^(-f|--filename|-k|--kustomize)$/.test(words[index - 1]?.text ?? '') || /^(-f|--filename=)./.test(word.text);
    if (isFile && /(^|=|^-f)(-|https?:.*)$/.test(word.text)) return { reason: 'manifest-elsewhere' };
  }
  return rest.length === 0 ? { reason: 'nothing-named' } : undefined;
}

function deleteStep({ words, rest, namespace }: Invocation, text: string): Step[] {
  if (words.some((word) => /^(-A|--all-namespaces)(=|$)/.test(word.text)))
    return [{ type: 'unforeseen', text, why: { reason: 'all-namespaces' } }];
  const files = rest.filter((word, index) => isFileFlag(word) || isFileFlag(rest[index - 1], true));
  return [{ type: 'delete', words, namespace, files, text }];
}

/** `-f`, and `-f=x` unless the value must be a word of its own. */
const isFileFlag = (word: Word | undefined, alone = false): boolean =>
  (alone ? /^(-f|--filename|-k|--kustomize)$/ : /^(-f|-k|--filename|--kustomize|-R|--recursive)/).test(
    word?.text ?? '',
  );

const without = (words: readonly Word[], text: string): Word[] => {
  const index = words.findIndex((word) => word.text === text);
  return words.filter((_, at) => at !== index);
};

/** What `kubectl rollout restart` sends. */
const restartPatch = (now: string): object => ({
  spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': now } } } },
});

function scaleStep({ verb, words }: Invocation, text: string): Step[] {
  const flags = words.map((word) => word.text);
  const at = flags.findIndex((flag) => /^--replicas(=|$)/.test(flag));
  const own = flags[at]?.split('=')[1];
  const replicas = Number(own ?? flags[at + 1]);
  if (
    at < 0 ||
    !Number.isInteger(replicas) ||
    flags.some((flag) => /^--(current-replicas|timeout|resource-version)/.test(flag))
  )
    return [{ type: 'unforeseen', text, why: { reason: 'unknown-count' } }];
  const targets = words.filter((_, index) => index !== at && !(own === undefined && index === at + 1));
  return [{ type: 'patch-found', words: without(targets, verb), patch: () => ({ spec: { replicas } }), text }];
}
