import { faultOf } from '../fault.ts';
import type { KubeClient } from '../kube/client.ts';
import { namespaces } from '../kube/resources.ts';
import { StatusError } from '../kube/status.ts';
import type { Findings } from '../words/en/findings.ts';
import { type ClusterChoice, keepClusterChoice, leftMesh, readClusterChoice } from '../world/cluster/choice.ts';
import { copyContext, privateKubeconfigIn } from '../world/cluster/cluster-world.ts';
import { type FoundMesh, findMesh, isMonitored } from '../world/cluster/find-mesh.ts';
import { type ClusterFacts, type Doubt, doubtsOf } from '../world/cluster/guard.ts';
import { readMeshConfig } from '../world/cluster/our-objects.ts';
import { learnersKubeconfig, type NamedContext, readKubeContexts } from '../world/kube-context.ts';
import { connectKubernetes } from '../world/kubernetes-client.ts';
import { ourLabel, ourSelector } from '../world/ours.ts';
import { askLine, type PlainTerminal, rowLines, sentenceLines, visible } from './plain-lines.ts';
import { saidYes } from './trust.ts';

/**
 * On which cluster the lessons run, and that the learner agreed to it, once for each server. Shows what there is before
 * it asks, changes nothing in the cluster, and keeps the answer. Knows no lesson but the namespaces that it is given.
 */
export interface ClusterSettling {
  context?: string;
  yes?: boolean;
  /** Where the world keeps the answer and its kubeconfig. */
  folder: string;
  learner: Readonly<Record<string, string | undefined>>;
  /** Undefined where nobody can be asked. */
  terminal: PlainTerminal | undefined;
  out: (line: string) => void;
  findings: Findings;
  /** Namespaces that the lessons will make. */
  wanted(): Promise<readonly string[]>;
  signal: AbortSignal;
}

/** What a shell and YAML take as one plain word; names of EKS, GKE, OpenShift and kind are such. */
const plainName = /^[A-Za-z0-9](?:[A-Za-z0-9._@:/+-]*[A-Za-z0-9])?$/;

/** Ends when the lessons may run; rejects with a Fault when they may not. */
export async function settleCluster(settling: ClusterSettling): Promise<void> {
  const { folder, learner } = settling;
  const before = readClusterChoice(folder);
  const context = await contextFor(settling, before);
  if (before?.context === context.name && before.server === context.server) return;
  if (!plainName.test(context.name)) throw faultOf('cluster.context-name', visible(context.name));
  await copyContext(context.name, { folder, learner });
  const kube = await connectKubernetes(privateKubeconfigIn(folder));
  try {
    const mesh = await findMesh(kube);
    const facts = await factsOf(kube, context, settling);
    await mustAgree(settling, facts, mesh, before);
    const { name, server } = context;
    // Where lessons ran before, its settings may be the lessons' by now.
    const known = leftMesh(folder, server, mesh.namespace);
    const meshConfig = known ? known.meshConfig : await readMeshConfig(kube, mesh.namespace);
    keepClusterChoice(folder, { context: name, server, meshNamespace: mesh.namespace, meshConfig });
  } catch (error) {
    if (error instanceof StatusError && (error.code === 403 || error.code === 401)) {
      throw faultOf('cluster.no-rights', context.name, error.message).because(error);
    }
    throw error;
  } finally {
    kube.close();
  }
}

async function contextFor(settling: ClusterSettling, before: ClusterChoice | undefined): Promise<NamedContext> {
  const files = learnersKubeconfig(settling.learner);
  const contexts = await readKubeContexts(files);
  if (contexts.length === 0) throw faultOf('cluster.no-contexts', files);
  const wanted = settling.context ?? before?.context;
  if (wanted === undefined) return pickContext(settling, contexts);
  const found = contexts.find(({ name }) => name === wanted);
  if (found) return found;
  throw faultOf('cluster.no-context', wanted, contexts.map(({ name }) => name).map(visible));
}

async function pickContext(
  { terminal, out, findings: { settling: words }, signal }: ClusterSettling,
  contexts: readonly NamedContext[],
): Promise<NamedContext> {
  if (!terminal) throw faultOf('cluster.which', contexts.map(({ name }) => name).map(visible));
  const width = Math.max(...contexts.map(({ name }) => visible(name).length));
  out(words.whichContext);
  for (const [index, { name, server, isCurrent }] of contexts.entries()) {
    out(
      `  ${String(index + 1).padStart(3)} ${isCurrent ? '*' : ' '} ${visible(name).padEnd(width)}  ${visible(server)}`,
    );
  }
  const answer = await askLine(terminal, words.pickContext(contexts.length), signal);
  const chosen = /^\d+$/.test(answer) ? contexts[Number(answer) - 1] : contexts.find(({ name }) => name === answer);
  if (chosen) return chosen;
  throw faultOf('cluster.not-agreed', visible(answer));
}

async function factsOf(
  kube: KubeClient,
  { name, cluster, server }: NamedContext,
  { wanted }: ClusterSettling,
): Promise<ClusterFacts & { wanted: readonly string[] }> {
  const existing = await kube.list(namespaces);
  const isOurs = ({ metadata }: (typeof existing)[number]) => metadata.labels?.[ourLabel.key] === ourLabel.value;
  const used = await wanted();
  const names = (list: typeof existing) => list.map(({ metadata }) => metadata.name ?? '').toSorted();
  const taken = names(existing.filter((one) => !isOurs(one))).filter((name) => used.includes(name));
  if (taken.length > 0) throw faultOf('cluster.namespaces-taken', taken, ourSelector);
  return {
    context: name,
    cluster,
    server,
    namespaces: names(existing),
    meshed: names(existing.filter((one) => isMonitored(one) && !isOurs(one))),
    wanted: used,
  };
}

async function mustAgree(
  { context, yes, terminal, out, findings, signal }: ClusterSettling,
  facts: ClusterFacts & { wanted: readonly string[] },
  mesh: FoundMesh,
  before: ClusterChoice | undefined,
): Promise<void> {
  const { settling: words } = findings;
  const doubts = doubtsOf(facts).map((doubt) => visible(sentenceOf(doubt, words)));
  if (yes && context !== undefined && doubts.length === 0) return;
  if (!terminal) {
    throw doubts.length > 0
      ? faultOf('cluster.doubtful', facts.context, doubts)
      : faultOf('cluster.which', [facts.context]);
  }
  const elsewhere =
    before && before.context !== facts.context ? [words.progressElsewhere(visible(before.context))] : [];
  const after = [...sentencesOf(facts, mesh, words), ...elsewhere, ...doubts];
  for (const line of [
    words.cluster,
    '',
    ...rowLines(rowsOf(facts, mesh, words), terminal),
    '',
    ...sentenceLines(after, terminal),
  ])
    out(line);
  const isAgreed =
    doubts.length > 0
      ? (await askLine(terminal, words.typeContext, signal)) === facts.context
      : await saidYes(terminal, signal, { question: words.agree, yes: findings.told.trust.yes });
  if (!isAgreed) throw faultOf('cluster.not-agreed', facts.context);
}

type SettlingWords = Findings['settling'];

const rowsOf = (facts: ClusterFacts, mesh: FoundMesh, words: SettlingWords): [string, string][] => [
  [words.fields.context, facts.context],
  [words.fields.server, facts.server],
  [words.fields.mesh, words.mesh(mesh.version || words.unknownVersion, mesh.namespace)],
  [words.fields.namespaces, facts.namespaces.join(', ')],
];

function sentencesOf({ wanted }: { wanted: readonly string[] }, { age }: FoundMesh, words: SettlingWords): string[] {
  const aged = age === 'older' || age === 'newer' ? [words[age]] : [];
  return [words.willDo(wanted.join(', '), ourSelector), words.cleaning, ...aged];
}

function sentenceOf(doubt: Doubt, words: SettlingWords): string {
  return doubt.type === 'production' ? words.production[doubt.where](doubt.name) : words.meshInUse(doubt.namespaces);
}
