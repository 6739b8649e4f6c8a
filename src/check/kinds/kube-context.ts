import { namespaces, nodes } from '../../kube/resources.ts';
import { askCluster, counted, notYet, passed, wrong } from '../answers.ts';
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
  describe(spec) {
    const ready = spec.nodes === undefined ? '' : ` and ${counted(spec.nodes, 'Node')} or more are Ready`;
    return `kubectl talks to ${spec.name === undefined ? 'a cluster that answers' : `cluster ${spec.name}`}${ready}`;
  },
  subject: () => 'kubeconfig',
  async verify(spec, probe) {
    const current = await probe.currentContext();
    if (current === undefined || (spec.name !== undefined && current !== spec.name)) {
      return wrong({
        expected: spec.name === undefined ? 'a current context' : `the current context ${spec.name}`,
        saw: current === undefined ? 'no current context' : `the current context ${current}`,
        on: 'kubeconfig, current-context',
        tryThis: 'kubectl config get-contexts',
      });
    }
    return askCluster(probe, async (kube) => {
      await kube.get(namespaces, 'kube-system');
      if (spec.nodes === undefined) return passed(`context ${current}, and ${kube.server} answers`);
      const ready = (await kube.list(nodes)).filter((node) =>
        node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
      );
      const saw = `${counted(ready.length, 'Node')} Ready`;
      if (ready.length >= spec.nodes) return passed(`context ${current}, ${saw}`);
      return notYet({ expected: `${counted(spec.nodes, 'Node')} Ready`, saw, tryThis: 'kubectl get nodes' });
    });
  },
};
