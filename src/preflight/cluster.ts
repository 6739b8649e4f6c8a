import type { Reach } from '../platform/reach.ts';
import type { PreflightWords } from '../words/en/preflight.ts';
import { defaultChoices, readChoices } from '../world/aks/choices.ts';
import { readClusterChoice } from '../world/cluster/choice.ts';
import { ageOf } from '../world/cluster/find-mesh.ts';
import { isRecord, learnersKubeconfig, type NamedContext, readKubeContexts } from '../world/kube-context.ts';
import { examination, realClusters, type Setting } from './examination.ts';
import type { Finding } from './finding.ts';
import type { Ground, Program } from './ground.ts';
import { installLines } from './install-lines.ts';
import { describeReach } from './network.ts';
import { minorOf } from './versions.ts';

/** The cluster behind the context that lessons would use: whether it answers, which mesh it has, and which tools fit it. */
export interface ClusterFacts {
  /** Undefined where none is chosen and none is current. */
  context: NamedContext | undefined;
  /** Asked for by name, or chosen before. */
  wanted: string | undefined;
  known: readonly string[];
  reach: Reach | undefined;
  /** As the learner's own kubectl gets it. */
  server: { type: 'version'; version: string } | { type: 'refused'; said: string } | undefined;
  meshes: readonly { name: string; namespace: string; version: string }[] | undefined;
  kubectl: Program;
  osm: Program;
}

export const cluster = examination<ClusterFacts | undefined>({
  group: 'cluster',
  worlds: realClusters,
  look: lookAtCluster,
  judge: (facts, words, setting) => (facts ? judgeCluster(facts, words, setting) : []),
});

/** Undefined in Azure before the cluster is made: there is nothing to look at, and nothing wrong with that. */
async function lookAtCluster(ground: Ground): Promise<ClusterFacts | undefined> {
  const contexts = await readKubeContexts(learnersKubeconfig(ground.environment));
  const [kubectl, osm] = await Promise.all([ground.program('kubectl'), ground.program('osm')]);
  const wanted = wantedContext(ground);
  const context = contexts.find(({ name, isCurrent }) => (wanted === undefined ? isCurrent : name === wanted));
  if (ground.world === 'aks' && !context) return undefined;
  const facts = { context, wanted, known: contexts.map(({ name }) => name), kubectl, osm };
  if (!context || !URL.canParse(context.server))
    return { ...facts, reach: undefined, server: undefined, meshes: undefined };
  const { hostname, port } = new URL(context.server);
  const host = hostname.replace(/^\[|\]$/g, '');
  const [reach, server, meshes] = await Promise.all([
    ground.reach({ host, port: Number(port || 443) }, { trust: false }),
    askServer(ground, context.name),
    askMeshes(ground, context.name),
  ]);
  return { ...facts, reach, server, meshes };
}

const wantedContext = ({ world, context, folders }: Ground): string | undefined =>
  context ??
  (world === 'aks'
    ? (readChoices(folders.state) ?? defaultChoices).cluster
    : readClusterChoice(folders.state)?.context);

const patience = '--request-timeout=8s';

async function askServer(ground: Ground, context: string): Promise<ClusterFacts['server']> {
  const answer = await ground.ask('kubectl', 'version', '-o', 'json', '--context', context, patience);
  if (answer?.type !== 'answered') return undefined;
  const version = /"serverVersion":[^}]*"gitVersion":\s*"v?(\d+\.\d+\.\d+)/.exec(answer.out)?.[1];
  if (version !== undefined) return { type: 'version', version };
  return { type: 'refused', said: (answer.err.trim().split('\n').at(-1) ?? '').slice(0, 200) };
}

async function askMeshes(ground: Ground, context: string): Promise<ClusterFacts['meshes']> {
  const words = ['get', 'deployments', '-A', '-l', 'app=osm-controller', '-o', 'json', '--context', context, patience];
  const answer = await ground.ask('kubectl', ...words);
  if (answer?.type !== 'answered' || answer.code !== 0) return undefined;
  try {
    const list: unknown = JSON.parse(answer.out);
    return isRecord(list) && Array.isArray(list['items']) ? list['items'].map(meshOf) : undefined;
  } catch {
    return undefined;
  }
}

function meshOf(item: unknown) {
  const metadata = isRecord(item) && isRecord(item['metadata']) ? item['metadata'] : {};
  const labels = isRecord(metadata['labels']) ? metadata['labels'] : {};
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    name: text(labels['meshName']),
    namespace: text(metadata['namespace']),
    version: text(labels['app.kubernetes.io/version']),
  };
}

export function judgeCluster(
  facts: ClusterFacts,
  words: PreflightWords,
  setting: Pick<Setting, 'os' | 'arch'>,
): Finding[] {
  const { cluster: said } = words;
  const { context, wanted, known, reach, server } = facts;
  const about = { id: 'context', what: said.context };
  if (!context) {
    const next =
      known.length > 0 ? ['kubectl config get-contexts', 'meshwalk --world cluster --context NAME'] : ['meshwalk'];
    const saw = wanted === undefined ? said.noneCurrent(known.length) : said.noContext(wanted);
    return [{ ...about, status: 'bad', saw, why: said.needed, next }];
  }
  const findings: Finding[] = [{ ...about, status: 'good', saw: said.named(context.name, context.server) }];
  if (reach && reach.type !== 'reached') {
    const endpoint = new URL(context.server);
    const { saw, next } = describeReach(
      reach,
      { host: endpoint.hostname, port: Number(endpoint.port || 443) },
      undefined,
      words,
      setting,
    );
    return [...findings, { id: 'api-server', what: said.apiServer, status: 'bad', saw, why: said.mustAnswer, next }];
  }
  if (server?.type === 'refused') {
    const next = [`kubectl cluster-info --context ${context.name}`];
    return [
      ...findings,
      { id: 'api-server', what: said.apiServer, status: 'bad', saw: server.said, why: said.mustAnswer, next },
    ];
  }
  if (server) findings.push(judgeSkew(server.version, facts.kubectl, words, setting));
  return [...findings, ...judgeMesh(facts, words, setting)];
}

/** kubernetes.io/releases/version-skew-policy: one minor version either way. */
function judgeSkew(
  server: string,
  kubectl: Program,
  { cluster: said }: PreflightWords,
  setting: Pick<Setting, 'os' | 'arch'>,
): Finding {
  const about = { id: 'api-server', what: said.apiServer, saw: `Kubernetes ${server}` };
  if (kubectl.type !== 'found' || Math.abs(minorOf(server) - minorOf(kubectl.version)) <= 1)
    return { ...about, status: 'good' };
  return { ...about, status: 'note', why: said.skew(kubectl.version), next: installLines('kubectl', setting, server) };
}

function judgeMesh(
  { meshes, osm }: ClusterFacts,
  { cluster: said }: PreflightWords,
  setting: Pick<Setting, 'os' | 'arch'>,
): Finding[] {
  const about = { id: 'mesh', what: said.mesh };
  if (!meshes)
    return [
      { ...about, status: 'unknown', saw: said.notTold, next: ['kubectl get deployments -A -l app=osm-controller'] },
    ];
  const [mesh] = meshes;
  if (!mesh) {
    const next = ['osm install --set osm.enablePermissiveTrafficPolicy=true,osm.enableEgress=true'];
    return [{ ...about, status: 'bad', saw: said.noMesh, why: said.meshNeeded, next }];
  }
  const saw = said.found(mesh.name, mesh.version, mesh.namespace);
  const age = ageOf(mesh.version);
  if (age === 'older' || age === 'newer') return [{ ...about, status: 'note', saw, why: said.otherMesh }];
  const hasSkew = osm.type === 'found' && mesh.version !== '' && minorOf(osm.version) !== minorOf(mesh.version);
  if (!hasSkew) return [{ ...about, status: 'good', saw }];
  return [{ ...about, status: 'note', saw, why: said.osmSkew(osm.version), next: installLines('osm', setting) }];
}
