import type { KubeClient } from '../../kube/client.ts';
import type { Findings } from '../../words/en/findings.ts';
import { askCluster, notYet, passed, wrong } from '../answers.ts';
import { type CheckKind, type CheckResult, SpecProblem } from '../check.ts';
import { waitIn } from '../pod-waits.ts';
import { type NamespacedName, nameOf, SpecFields } from '../spec-fields.ts';
import { findWorkload, hasSidecar, isReady, podsOf, type Workload, whyStuck } from '../workload.ts';

type WantedWorkload = NamespacedName & { kind: Workload['kind'] };

interface Spec {
  workloads: readonly WantedWorkload[];
  sidecar: boolean;
}

const fields = {
  namespace: { description: 'the namespace they are in', required: true },
  deployments: { description: 'names of Deployments: [bookbuyer]' },
  statefulsets: { description: 'names of StatefulSets: [mysql]' },
  sidecar: { description: 'true: each of their pods must have a sidecar' },
};

export const workloadsReady: CheckKind<Spec> = {
  kind: 'workloads-ready',
  temper: 'level',
  summary: 'All pods of Deployments and StatefulSets are ready, with sidecars if wanted.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const namespace = spec.text('namespace');
    const of = (kind: Workload['kind'], names: readonly string[]) => names.map((name) => ({ namespace, name, kind }));
    const workloads = [
      ...of('Deployment', spec.texts('deployments')),
      ...of('StatefulSet', spec.texts('statefulsets')),
    ];
    if (workloads.length === 0) {
      throw new SpecProblem('', 'needs deployments or statefulsets, such as deployments: [bookbuyer].');
    }
    return { workloads, sidecar: spec.flag('sidecar', false) };
  },
  describe({ workloads, sidecar }, { conditions: { workloadsReady: words } }) {
    const names = workloads.map(nameOf);
    return sidecar ? words.titleWithSidecar(names) : words.title(names);
  },
  subject: (spec) => `pods of ${spec.workloads.map(nameOf).join(' ')}`,
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      let waiting: CheckResult | undefined;
      const ready: string[] = [];
      for (const name of spec.workloads) {
        const result = await judge(kube, name, spec.sidecar, probe.words.conditions);
        if (result.status === 'passed') ready.push(result.saw);
        else if (result.status === 'not-yet') waiting ??= result;
        else return result;
      }
      return waiting ?? passed(ready.join(', '));
    }),
};

async function judge(
  kube: KubeClient,
  name: WantedWorkload,
  sidecar: boolean,
  { workloadsReady: words, waits }: Findings['conditions'],
): Promise<CheckResult> {
  const label = nameOf(name);
  const workload = await findWorkload(kube, name);
  const list = `kubectl get pods -n ${name.namespace}`;
  if (!workload) {
    const tryThis = `kubectl get deployments,statefulsets -n ${name.namespace}`;
    const missing = `${name.kind} ${label}`;
    return wrong({ expected: words.deployed(label), saw: words.missing, on: label, tryThis, missing });
  }
  const object = `${workload.kind} ${label}`;
  const wanted = workload.object.spec.replicas ?? 1;
  if (wanted === 0) {
    const on = `${object}, spec.replicas`;
    return wrong({ expected: words.atLeastOne, saw: words.scaledToNone, on, tryThis: list });
  }
  const found = await podsOf(kube, workload);
  const bare = sidecar ? found.find((pod) => !hasSidecar(pod)) : undefined;
  if (bare) {
    return wrong({
      expected: words.sidecarInEach,
      saw: words.noSidecar,
      on: `Pod ${name.namespace}/${bare.metadata.name}, spec.containers`,
      tryThis: `kubectl rollout restart ${workload.kind.toLowerCase()} ${name.name} -n ${name.namespace}`,
    });
  }
  for (const pod of found) {
    const stuck = whyStuck(pod);
    if (!stuck) continue;
    return wrong({
      expected: words.ready(object),
      saw: `${stuck.reason}${stuck.message === '' ? '' : `: ${stuck.message}`}`,
      on: words.container(`${name.namespace}/${pod.metadata.name}`, stuck.container),
      tryThis: `kubectl describe pod ${pod.metadata.name} -n ${name.namespace}`,
    });
  }
  const ready = found.filter(isReady).length;
  if (isRolledOut(workload, wanted) && ready >= wanted) return passed(`${label} ${ready}/${wanted}`);
  const wait = await waitIn(kube, workload, found, waits);
  const saw = words.saw(ready, wanted) + (wait ? `; ${wait.what}` : '');
  return notYet({ expected: words.expected(wanted, object), saw, tryThis: list }, wait?.isStuck);
}

/** Kubernetes: a rollout is done when the controller saw this generation and every wanted pod is of the new revision. */
function isRolledOut({ object }: Workload, wanted: number): boolean {
  const status = object.status;
  const seen = (status?.observedGeneration ?? 0) >= (object.metadata.generation ?? 0);
  return seen && (status?.readyReplicas ?? 0) >= wanted && (status?.updatedReplicas ?? wanted) >= wanted;
}
