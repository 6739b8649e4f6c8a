import type { Pod } from '../../kube/objects.ts';
import { askCluster, couldNotAsk, notYet, passed, remembered, wrong } from '../answers.ts';
import { type CheckKind, SpecProblem } from '../check.ts';
import { CounterLedger, type CounterReading } from '../counter-ledger.ts';
import { findClient } from '../sidecar.ts';
import { type NamespacedName, nameOf, SpecFields } from '../spec-fields.ts';

interface Spec {
  of: NamespacedName;
  series: RegExp;
  rises: number;
}

const fields = {
  of: { description: 'the Deployment whose pods are scraped, as namespace/name', required: true },
  series: { description: 'a regular expression for name and labels of the series', required: true },
  rises: { description: 'by how much it must have grown since the task began; 1 if left out' },
};

export const metric: CheckKind<Spec> = {
  kind: 'metric',
  temper: 'edge',
  summary: "A series grew since the task began, as Prometheus would scrape it by the pods' annotations.",
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const series = spec.pattern('series');
    if (!series) throw new SpecProblem('', `lacks series: ${fields.series.description}`);
    return { of: spec.namespacedName('of'), series, rises: spec.count('rises', 1) };
  },
  describe: (spec, { conditions }) => conditions.metric.title(spec.series.source, nameOf(spec.of), spec.rises),
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const { asking, metric: words } = probe.words.conditions;
      const expected = words.expected(spec.series.source, spec.rises);
      const client = await findClient(kube, spec.of, expected, probe.words);
      if (client.status === 'answered') return client.result;
      const readings = new Map<string, CounterReading>();
      for (const pod of client.pods) {
        const { namespace = 'default', name = '' } = pod.metadata;
        const target = scrapeTarget(pod);
        const tryThis = `kubectl get pod ${name} -n ${namespace} -o jsonpath='{.metadata.annotations}'`;
        if (!target) {
          const on = `Pod ${namespace}/${name}, metadata.annotations`;
          return wrong({ expected, saw: words.notScraped, on, tryThis });
        }
        try {
          const reply = await kube.podHttp({ namespace, name, port: target.port }, target.path, probe.signal);
          readings.set(pod.metadata.uid ?? '', { incarnation: '', counters: countersOf(reply.body, spec.series) });
        } catch (error) {
          return couldNotAsk(error, asking.podPort(target.port, `${namespace}/${name}`), tryThis, probe.words);
        }
      }
      const ledger = remembered(probe, 'ledger', CounterLedger, () => new CounterLedger());
      ledger.look(readings);
      const grown = ledger.grown(() => true);
      if (grown >= spec.rises) return passed(words.grown(grown));
      const [pod] = client.pods;
      const tryThis = `kubectl port-forward -n ${spec.of.namespace} pod/${pod?.metadata.name} 15010`;
      return notYet({ expected, saw: words.soFar(grown), tryThis });
    }),
};

/** Where the pod's annotations send Prometheus, by the convention that most installations of it follow. */
function scrapeTarget({ metadata }: Pod): { port: number; path: string } | undefined {
  const annotations = metadata.annotations ?? {};
  if (annotations['prometheus.io/scrape'] !== 'true') return undefined;
  return {
    port: Number(annotations['prometheus.io/port'] ?? 80),
    path: annotations['prometheus.io/path'] ?? '/metrics',
  };
}

/** Series of the text format whose name and labels match. */
function countersOf(body: string, series: RegExp): Map<string, number> {
  const counters = new Map<string, number>();
  for (const line of body.split('\n')) {
    const match = /^([^#\s].*?)\s+(\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(line.trim());
    if (match?.[1] && series.test(match[1])) counters.set(match[1], Number(match[2]));
  }
  return counters;
}
