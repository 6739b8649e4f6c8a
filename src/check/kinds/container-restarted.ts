import type { ContainerStatus, Pod } from '../../kube/objects.ts';
import { askCluster, notYet, passed, remembered, wrong } from '../answers.ts';
import type { CheckKind } from '../check.ts';
import { type NamespacedName, nameOf, SpecFields } from '../spec-fields.ts';
import { findWorkload, podsOf } from '../workload.ts';

interface Spec {
  of: NamespacedName;
  container: string;
}

const fields = {
  of: { description: 'the Deployment or StatefulSet, as namespace/name', required: true },
  container: { description: 'the container that must end and be started again: envoy', required: true },
};

/** Restarts that were there at the first look, by pod uid. */
class RestartsBefore extends Map<string, number> {}

export const containerRestarted: CheckKind<Spec> = {
  kind: 'container-restarted',
  temper: 'edge',
  summary: 'A container ended since the task began, and its kubelet started it again in the same pod.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    return { of: spec.namespacedName('of'), container: spec.text('container') };
  },
  describe: (spec, { conditions }) => conditions.containerRestarted.title(spec.container, nameOf(spec.of)),
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const { namespace } = spec.of;
      const { notDeployed, containerRestarted: words } = probe.words.conditions;
      const expected = words.expected(spec.container);
      const tryThis = `kubectl get pods -n ${namespace}`;
      const workload = await findWorkload(kube, spec.of);
      if (!workload) return wrong({ expected, saw: notDeployed(nameOf(spec.of)), on: nameOf(spec.of), tryThis });
      const found = (await podsOf(kube, workload)).map((pod) => ({ pod, status: statusOf(pod, spec.container) }));
      const before = remembered(probe, 'restarts', RestartsBefore, () => new RestartsBefore());
      for (const { pod, status } of found) {
        if (!status) continue;
        const uid = pod.metadata.uid ?? '';
        const isFirstLook = !before.has(uid);
        if (isFirstLook) before.set(uid, status.restartCount);
        const ended = Date.parse(status.lastState.terminated?.finishedAt ?? '');
        const isNew = status.restartCount > (before.get(uid) ?? 0) || (status.restartCount > 0 && ended >= probe.since);
        if (!isNew) continue;
        if (status.state.running) {
          return passed(words.runsAgain(spec.container, pod.metadata.name ?? '', status.restartCount));
        }
        return notYet({
          expected,
          saw: words.notBackYet(spec.container, pod.metadata.name ?? ''),
          tryThis,
        });
      }
      const lacking = found.find(({ status, pod }) => !status && pod.status?.phase === 'Running');
      if (lacking) {
        const on = `Pod ${namespace}/${lacking.pod.metadata.name}, spec.containers`;
        return wrong({ expected, saw: words.noSuchContainer(spec.container), on, tryThis });
      }
      return notYet({ expected, saw: words.didNotEnd, tryThis });
    }),
};

const statusOf = (pod: Pod, container: string): ContainerStatus | undefined =>
  [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find(
    (status) => status.name === container,
  );
