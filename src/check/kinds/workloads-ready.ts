import type { KubeClient } from '../../kube/client.ts';
import { askCluster, counted, joined, notYet, passed, wrong } from '../answers.ts';
import { type CheckKind, type CheckResult, SpecProblem } from '../check.ts';
import { type NamespacedName, nameOf, SpecFields } from '../spec-fields.ts';
import { findWorkload, hasSidecar, isReady, podsOf, statusOf, type Workload, whyStuck } from '../workload.ts';

interface Spec {
  workloads: readonly NamespacedName[];
  sidecars: boolean;
}

const fields = {
  workloads: { description: 'Deployments or StatefulSets as namespace/name', required: true },
  sidecars: { description: 'true: each of their pods must have a sidecar' },
};

export const workloadsReady: CheckKind<Spec> = {
  kind: 'workloads-ready',
  temper: 'level',
  summary: 'All pods of Deployments and StatefulSets are ready, with sidecars if wanted.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const workloads = spec.namespacedNames('workloads');
    if (workloads.length === 0)
      throw new SpecProblem('workloads', 'must name at least one, such as [bookbuyer/bookbuyer].');
    return { workloads, sidecars: spec.flag('sidecars', false) };
  },
  describe: (spec) =>
    `Pods of ${joined(spec.workloads.map(nameOf))} are ready${spec.sidecars ? ', each with a sidecar' : ''}`,
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      let waiting: CheckResult | undefined;
      const ready: string[] = [];
      for (const name of spec.workloads) {
        const result = await judge(kube, name, spec.sidecars);
        if (result.status === 'passed') ready.push(result.saw);
        else if (result.status === 'not-yet') waiting ??= result;
        else return result;
      }
      return waiting ?? passed(ready.join(', '));
    }),
};

async function judge(kube: KubeClient, name: NamespacedName, sidecars: boolean): Promise<CheckResult> {
  const label = nameOf(name);
  const workload = await findWorkload(kube, name);
  const list = `kubectl get pods -n ${name.namespace}`;
  if (!workload) {
    const saw = 'there is no Deployment or StatefulSet of that name';
    const tryThis = `kubectl get deployments,statefulsets -n ${name.namespace}`;
    return wrong({ expected: `${label} deployed`, saw, on: label, tryThis });
  }
  const object = `${workload.kind} ${label}`;
  const wanted = workload.object.spec.replicas ?? 1;
  if (wanted === 0) {
    const on = `${object}, spec.replicas`;
    return wrong({ expected: 'at least one pod', saw: 'it is scaled to 0', on, tryThis: list });
  }
  const found = await podsOf(kube, workload);
  const bare = sidecars ? found.find((pod) => !hasSidecar(pod)) : undefined;
  if (bare) {
    return wrong({
      expected: 'a sidecar in each pod',
      saw: 'it has none: it was made before its namespace joined the mesh, or injection is off',
      on: `Pod ${name.namespace}/${bare.metadata.name}, spec.containers`,
      tryThis: `kubectl rollout restart ${workload.kind.toLowerCase()} ${name.name} -n ${name.namespace}`,
    });
  }
  for (const pod of found) {
    const stuck = whyStuck(pod);
    if (!stuck) continue;
    return wrong({
      expected: `${object} ready`,
      saw: `${stuck.reason}${stuck.message === '' ? '' : `: ${stuck.message}`}`,
      on: `Pod ${name.namespace}/${pod.metadata.name}, container ${stuck.container}`,
      tryThis: `kubectl describe pod ${pod.metadata.name} -n ${name.namespace}`,
    });
  }
  const ready = found.filter(isReady).length;
  if (isRolledOut(workload, wanted) && ready >= wanted) return passed(`${label} ${ready}/${wanted}`);
  const pending = found.find((pod) => !isReady(pod));
  const status = pending ? ` (${pending.metadata.name}: ${statusOf(pending)})` : '';
  const saw = `${ready} of ${counted(wanted, 'pod')} ready${status}`;
  return notYet({ expected: `${counted(wanted, 'pod')} of ${object} ready`, saw, tryThis: list });
}

/** Kubernetes: a rollout is done when the controller saw this generation and every wanted pod is of the new revision. */
function isRolledOut({ object }: Workload, wanted: number): boolean {
  const status = object.status;
  const seen = (status?.observedGeneration ?? 0) >= (object.metadata.generation ?? 0);
  return seen && (status?.readyReplicas ?? 0) >= wanted && (status?.updatedReplicas ?? wanted) >= wanted;
}
