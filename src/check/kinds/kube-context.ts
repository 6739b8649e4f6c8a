import { namespaces, nodes } from '../../kube/resources.ts';
import { askCluster, notYet, passed, wrong } from '../answers.ts';
import type { CheckKind } from '../check.ts';
import { SpecFields } from '../spec-fields.ts';

interface Spec {
  name: string | undefined;
  nodes: number | undefined;
}

const fields = {
  name: { description: 'the context that must be current; any that answers, if left out' },
  nodes: { description: 'how many Nodes must be Ready at least' },
};

export const kubeContext: CheckKind<Spec> = {
  kind: 'kube-context',
  temper: 'level',
  summary: 'kubectl has a current context, and the cluster behind it answers.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw ?? {}, fields);
    return { name: spec.optionalText('name'), nodes: spec.has('nodes') ? spec.count('nodes', 1) : undefined };
  },
  describe(spec, { conditions: { kubeContext: words } }) {
    const ready = spec.nodes === undefined ? '' : words.nodesReady(spec.nodes);
    return (spec.name === undefined ? words.talks : words.talksTo(spec.name)) + ready;
  },
  subject: () => 'kubeconfig',
  async verify(spec, probe) {
    const words = probe.words.conditions.kubeContext;
    const current = await probe.currentContext();
    if (current === undefined || (spec.name !== undefined && current !== spec.name)) {
      return wrong({
        expected: spec.name === undefined ? words.aContext : words.context(spec.name),
        saw: current === undefined ? words.noContext : words.context(current),
        on: 'kubeconfig, current-context',
        tryThis: 'kubectl config get-contexts',
      });
    }
    return askCluster(probe, async (kube) => {
      await kube.get(namespaces, 'kube-system');
      if (spec.nodes === undefined) return passed(words.answers(current, kube.server));
      const ready = (await kube.list(nodes)).filter((node) =>
        node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
      );
      if (ready.length >= spec.nodes) return passed(words.contextReady(current, ready.length));
      const saw = words.ready(ready.length);
      return notYet({ expected: words.ready(spec.nodes), saw, tryThis: 'kubectl get nodes' });
    });
  },
};
