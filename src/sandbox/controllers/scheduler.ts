import { apiTime } from '../../kube/duration.ts';
import type { Node, Pod } from '../../kube/objects.ts';
import { parseQuantity } from '../../kube/quantity.ts';
import { nodes, pods } from '../../kube/resources.ts';
import { matchesLabels } from '../../kube/selectors.ts';
import { type Controller, type ControllerParts, controllerOn } from './controller.ts';
import { isFinished } from './pod-readiness.ts';
import { keyOf, splitKey, WorkQueue } from './work-queue.ts';

const source = { component: 'default-scheduler' };

/** Kubernetes: FailedScheduling lists each reason with the number of nodes; the wording is the plugins'. */
type Misfit =
  | 'node(s) were unschedulable'
  | "node(s) didn't match Pod's node affinity/selector"
  | 'Insufficient cpu'
  | 'Insufficient memory'
  | 'Too many pods';

/** Binds pods to nodes: node selector, unschedulable, cpu, memory and pod count. No taints, affinity or preemption. */
export function startScheduler(parts: ControllerParts): Controller {
  const { cluster } = parts;
  const queue = new WorkQueue({
    name: 'scheduler',
    clock: parts.clock,
    reconcile,
    onError: (error, key) => parts.onError('scheduler', error, key),
  });
  const needsNode = (pod: Pod) => pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp === undefined;
  const retryPending = () => {
    for (const pod of cluster.list(pods)) if (needsNode(pod)) queue.add(keyOf(pod));
  };

  async function reconcile(key: string): Promise<void> {
    const { namespace, name } = splitKey(key);
    const pod = cluster.get(pods, name, namespace);
    if (!pod || !needsNode(pod)) return;
    const placement = place(pod, cluster.list(nodes), cluster.list(pods));
    if (placement.type === 'fits') return bind(pod, placement.nodeName);
    parts.events.warning(source, { ref: pods, object: pod }, 'FailedScheduling', placement.message);
    await cluster.modifyStatus(pods, name, namespace, (draft) => {
      const others = (draft.status?.conditions ?? []).filter((condition) => condition.type !== 'PodScheduled');
      const present = draft.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
      const lastTransitionTime = present?.lastTransitionTime ?? apiTime(parts.clock.now());
      draft.status = {
        ...draft.status,
        conditions: [
          ...others,
          {
            type: 'PodScheduled',
            status: 'False',
            lastProbeTime: null,
            lastTransitionTime,
            reason: 'Unschedulable',
            message: placement.message,
          },
        ],
      };
    });
  }

  async function bind(pod: Pod, nodeName: string): Promise<void> {
    if (!(await parts.subresources.bind(pod, nodeName))) return;
    const { name, namespace } = pod.metadata;
    const message = `Successfully assigned ${namespace}/${name} to ${nodeName}`;
    parts.events.normal(source, { ref: pods, object: pod }, 'Scheduled', message);
  }

  return controllerOn(queue, [
    // What changes on a node, or a pod that leaves one, may make room for those that wait.
    cluster.watch(nodes, retryPending),
    cluster.watch(pods, ({ type, object }) => {
      if (type === 'DELETED' || isFinished(object)) retryPending();
      else if (needsNode(object) && !isUnschedulable(object)) queue.add(keyOf(object));
    }),
  ]);
}

const isUnschedulable = (pod: Pod) =>
  pod.status?.conditions?.some((condition) => condition.type === 'PodScheduled' && condition.status === 'False') ??
  false;

type Placement = { type: 'fits'; nodeName: string } | { type: 'fits-nowhere'; message: string };

/** The node that fits and has the fewest pods: of this pod's owner first, then of all. */
export function place(pod: Pod, all: readonly Node[], placed: readonly Pod[]): Placement {
  const misfits = new Map<Misfit, number>();
  const fitting: Node[] = [];
  const running = placed.filter((other) => other.spec.nodeName !== undefined && !isFinished(other));
  for (const node of all) {
    const reasons = misfitsOf(pod, node, running);
    if (reasons.length === 0) fitting.push(node);
    for (const reason of reasons) misfits.set(reason, (misfits.get(reason) ?? 0) + 1);
  }
  const owner = pod.metadata.ownerReferences?.[0]?.uid;
  const load = (node: Node) => {
    const here = running.filter((other) => other.spec.nodeName === node.metadata.name);
    return (
      here.filter((other) => owner && other.metadata.ownerReferences?.[0]?.uid === owner).length * 1000 + here.length
    );
  };
  const best = fitting.map((node) => ({ node, load: load(node) })).sort((a, b) => a.load - b.load)[0];
  if (best) return { type: 'fits', nodeName: best.node.metadata.name ?? '' };
  return { type: 'fits-nowhere', message: failedScheduling(all.length, misfits) };
}

function failedScheduling(total: number, misfits: ReadonlyMap<Misfit, number>): string {
  const intro = `0/${total} nodes are available`;
  if (total === 0) return 'no nodes available to schedule pods';
  const reasons = [...misfits].map(([reason, count]) => `${count} ${reason}`).sort();
  const full = (misfit: Misfit) => misfit.startsWith('Insufficient') || misfit === 'Too many pods';
  const isRoom = [...misfits.keys()].every(full);
  const preemption = isRoom
    ? `${total} No preemption victims found for incoming pods`
    : `${total} Preemption is not helpful for scheduling`;
  return `${intro}: ${reasons.join(', ')}. no new claims to deallocate, preemption: ${intro}: ${preemption}.`;
}

function misfitsOf(pod: Pod, node: Node, running: readonly Pod[]): Misfit[] {
  if (node.spec?.unschedulable) return ['node(s) were unschedulable'];
  if (pod.spec.nodeSelector && !selectorFits(pod.spec.nodeSelector, node))
    return ["node(s) didn't match Pod's node affinity/selector"];
  const here = running.filter((other) => other.spec.nodeName === node.metadata.name);
  const allocatable = node.status?.allocatable ?? {};
  const room = (resource: 'cpu' | 'memory') =>
    (parseQuantity(allocatable[resource] ?? '0') ?? 0) -
    here.reduce((used, other) => used + requestOf(other, resource), 0);
  const misfits: Misfit[] = [];
  if (here.length >= Number(allocatable['pods'] ?? 0)) misfits.push('Too many pods');
  // A sum of decimal fractions of cores is off by rounding.
  const tooMuch = (resource: 'cpu' | 'memory') => requestOf(pod, resource) > room(resource) + 1e-9;
  if (tooMuch('cpu')) misfits.push('Insufficient cpu');
  if (tooMuch('memory')) misfits.push('Insufficient memory');
  return misfits;
}

const selectorFits = (selector: Record<string, string>, node: Node) =>
  Object.keys(selector).length === 0 || matchesLabels(selector, node.metadata.labels);

/** Kubernetes: containers run together, init containers one by one before them; the larger need counts. */
function requestOf(pod: Pod, resource: 'cpu' | 'memory'): number {
  const requests = (pod.spec.containers ?? []).map((container) => container.resources?.requests?.[resource] ?? '0');
  const together = requests.reduce((total, request) => total + (parseQuantity(request) ?? 0), 0);
  const initial = (pod.spec.initContainers ?? []).map(
    (container) => parseQuantity(container.resources?.requests?.[resource] ?? '0') ?? 0,
  );
  return Math.max(together, ...initial);
}
