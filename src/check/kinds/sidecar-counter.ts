import { askCluster, notYet, passed, remembered } from '../answers.ts';
import { type CheckKind, SpecProblem } from '../check.ts';
import { CounterLedger } from '../counter-ledger.ts';
import { findClient, readStats } from '../sidecar.ts';
import { type NamespacedName, nameOf, SpecFields } from '../spec-fields.ts';

interface Spec {
  of: NamespacedName;
  counter: RegExp;
  rises: number;
}

const fields = {
  of: { description: 'the Deployment whose sidecars count, as namespace/name', required: true },
  counter: {
    description: "a regular expression for the counter's whole name, as osm proxy get stats prints it",
    required: true,
  },
  rises: { description: 'by how much it must have grown since the task began; 1 if left out' },
};

export const sidecarCounter: CheckKind<Spec> = {
  kind: 'sidecar-counter',
  temper: 'edge',
  summary: "A counter of a workload's sidecars grew since the task began.",
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const counter = spec.pattern('counter');
    if (!counter) throw new SpecProblem('', `lacks counter: ${fields.counter.description}`);
    return { of: spec.namespacedName('of'), counter, rises: spec.count('rises', 1) };
  },
  describe: (spec, { conditions }) => conditions.sidecarCounter.title(nameOf(spec.of), spec.rises, spec.counter.source),
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const words = probe.words.conditions.metric;
      const expected = words.expected(spec.counter.source, spec.rises);
      const client = await findClient(kube, spec.of, expected, probe.words);
      if (client.status === 'answered') return client.result;
      const ledger = remembered(probe, 'ledger', CounterLedger, () => new CounterLedger());
      ledger.look(await readStats(kube, client.pods, spec.counter.source, probe.signal));
      const whole = new RegExp(`^(?:${spec.counter.source})$`);
      const grown = ledger.grown((name) => whole.test(name));
      if (grown >= spec.rises) return passed(words.grown(grown));
      const tryThis = `osm proxy get stats ${client.pods[0]?.metadata.name} -n ${spec.of.namespace}`;
      return notYet({ expected, saw: words.soFar(grown), tryThis });
    }),
};
