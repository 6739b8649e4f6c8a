import type { DisruptionStatus, PodDisruptionBudget } from '../../../kube/disruption.ts';
import { apiTime } from '../../../kube/duration.ts';
import { isJsonObject } from '../../../kube/json-value.ts';
import type { KubeObject, Pod } from '../../../kube/objects.ts';
import { podDisruptionBudgets } from '../../../kube/resources.ts';
import { badRequest, type Status, StatusError } from '../../../kube/status.ts';
import { allowedCondition, isUnderBudget, syncFailed, withAllowed } from '../../disruption-budget.ts';
import type { Deletes } from '../deletes.ts';
import { deleteQuery } from '../http/query.ts';
import type { Reads } from '../reads.ts';
import type { DeleteQuery } from '../request-api.ts';
import type { ResourceCatalog } from '../resource-catalog.ts';
import type { ServedResource } from '../served-resource.ts';
import type { WriteContext } from '../write-context.ts';
import type { Writes } from '../writes.ts';
import { created, type NamedPod } from './pod-requests.ts';

export interface EvictionParts {
  catalog: ResourceCatalog;
  reads: Reads;
  writes: Writes;
  deletes: Deletes;
}

/**
 * POST pods/x/eviction: a delete that disruption budgets may refuse, with the options inside the body.
 * Kubernetes: pkg/registry/core/pod/storage/eviction.go. A conflict is tried again by `Writes`.
 */
export async function evictPod(
  parts: EvictionParts,
  target: NamedPod,
  eviction: KubeObject,
  now: number,
  context: WriteContext,
): Promise<Status> {
  const { name: named = target.name } = eviction.metadata;
  if (named !== target.name) throw badRequest('name in URL does not match name in Eviction object');
  const options = isJsonObject(eviction['deleteOptions']) ? eviction['deleteOptions'] : {};
  // A drain says only in there that it is a dry run.
  const { dryRun = context.dryRun, ...query } = deleteQuery(new URLSearchParams(), options);
  const evicting = { ...context, dryRun };
  const pod = parts.reads.get(asRead(target)) as Pod;
  const permit = isBeyondBudgets(pod) ? { query } : await permitFor(parts, pod, query, now, evicting);
  if ('refused' in permit) return permit.refused;
  if (!dryRun && !isBeyondBudgets(pod)) await markTarget(parts, target, now, context);
  await parts.deletes.delete(target, permit.query, evicting);
  return created;
}

const asRead = ({ resource, namespace = '', name }: NamedPod) => ({ resource, namespace, name });

/** One that has ended, goes already or never ran disturbs nobody by going. */
const isBeyondBudgets = ({ status, metadata }: Pod): boolean =>
  metadata.deletionTimestamp !== undefined || ['Pending', 'Succeeded', 'Failed'].includes(status?.phase ?? 'Pending');

const isReady = ({ status }: Pod): boolean =>
  status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True') ?? false;

async function permitFor(
  parts: EvictionParts,
  pod: Pod,
  query: DeleteQuery,
  now: number,
  context: WriteContext,
): Promise<{ query: DeleteQuery } | { refused: Status }> {
  const { group, version, resource: plural } = podDisruptionBudgets;
  const resource = parts.catalog.find(group, version, plural);
  const namespace = pod.metadata.namespace ?? '';
  const all = resource ? (parts.reads.list({ resource, namespace }, {}).items as PodDisruptionBudget[]) : [];
  const [budget, ...others] = all.filter((each) => isUnderBudget(pod, each));
  if (!resource || !budget) return { query };
  if (others.length > 0) return { refused: moreThanOne };
  if (!isReady(pod) && mayGoUnready(budget)) return { query };
  await takeOne({ parts, resource, budget, pod, now, context });
  return { query };
}

/** A real server says so in the body of a 201. */
const moreThanOne: Status = {
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message: 'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
  code: 500,
};

/** A pod that is not ready counts for nothing, but may be on its way to what the budget is short of. */
function mayGoUnready({ spec, status }: PodDisruptionBudget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

/** Takes the pod out of the budget, until the controller has seen it go. */
async function takeOne(taking: {
  parts: EvictionParts;
  resource: ServedResource;
  budget: PodDisruptionBudget;
  pod: Pod;
  now: number;
  context: WriteContext;
}): Promise<void> {
  const { parts, resource, budget, pod, now, context } = taking;
  const { name = '', namespace } = budget.metadata;
  await parts.writes.update(
    { resource, namespace, name, subresource: 'status' },
    (draft) => {
      const { status } = draft as PodDisruptionBudget;
      if (!status || (status.observedGeneration ?? 0) < (draft.metadata.generation ?? 0)) {
        throw tooMany(`The disruption budget ${name} is still being processed by the server.`, 10);
      }
      if (status.disruptionsAllowed === 0) throw tooMany(whyNot(name, status));
      const disruptedPods = { ...status.disruptedPods, [pod.metadata.name ?? '']: apiTime(now) };
      const taken = { ...status, disruptionsAllowed: status.disruptionsAllowed - 1, disruptedPods };
      draft['status'] = taken.disruptionsAllowed === 0 ? withAllowed(taken, now) : taken;
      return draft;
    },
    context,
  );
}

function whyNot(name: string, status: DisruptionStatus): string {
  const { desiredHealthy, currentHealthy } = status;
  const condition = allowedCondition(status);
  if (condition?.reason === syncFailed) {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${condition.message}`;
  }
  return currentHealthy <= desiredHealthy
    ? `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
    : `The disruption budget ${name} does not allow evicting pods currently`;
}

const tooMany = (message: string, retryAfterSeconds?: number): StatusError =>
  new StatusError(429, 'TooManyRequests', "Cannot evict pod as it would violate the pod's disruption budget.", {
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    causes: [{ reason: 'DisruptionBudget', message }],
  });

async function markTarget({ writes }: EvictionParts, target: NamedPod, now: number, context: WriteContext) {
  const mark = (draft: KubeObject) => {
    const { status = {} } = draft as Pod;
    const others = (status.conditions ?? []).filter(({ type }) => type !== 'DisruptionTarget');
    const condition = {
      type: 'DisruptionTarget',
      status: 'True' as const,
      lastProbeTime: null,
      lastTransitionTime: apiTime(now),
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    };
    draft['status'] = { ...status, conditions: [...others, condition] };
    return draft;
  };
  await writes.update({ ...target, subresource: 'status' }, mark, context);
}
