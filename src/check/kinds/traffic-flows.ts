import type { KubeClient } from '../../kube/client.ts';
import type { Findings } from '../../words/en/findings.ts';
import { askCluster, notYet, passed, remembered } from '../answers.ts';
import { type CheckKind, type Probe, SpecProblem } from '../check.ts';
import { CounterLedger } from '../counter-ledger.ts';
import { type PodWait, waitBehind } from '../pod-waits.ts';
import { whoIsBehind } from '../propagation.ts';
import { type ClientPods, findClient, readStats, upstreamCounter, upstreamFilter } from '../sidecar.ts';
import { type NamespacedName, nameOf, SpecFields } from '../spec-fields.ts';
import { readinessOf, upstreamsOf } from '../traffic-splits.ts';

interface Spec {
  from: NamespacedName;
  to: NamespacedName;
  port: number | undefined;
  /** A status code (`403`) or a class of them (`2xx`). */
  code: string;
  requests: number;
}

const fields = {
  from: { description: 'the Deployment that calls, as namespace/name', required: true },
  to: {
    description: 'the Service that is called, as namespace/name; a backend where traffic is split',
    required: true,
  },
  port: { description: 'its target port; any if left out' },
  code: { description: 'the answer wanted: a code such as 403, or 2xx if left out' },
  requests: { description: 'how many such answers since the task began; 3 if left out' },
};

export const trafficFlows: CheckKind<Spec> = {
  kind: 'traffic-flows',
  temper: 'edge',
  summary: 'Requests from one workload to a Service were answered since the task began, as its sidecar counts them.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    const code = String(spec.value('code') ?? '2xx');
    if (!/^[1-5](xx|\d\d)$/.test(code))
      throw new SpecProblem('code', 'must be a status code such as 403, or a class such as 2xx.');
    return {
      from: spec.namespacedName('from'),
      to: spec.namespacedName('to'),
      port: spec.has('port') ? spec.count('port', 14001) : undefined,
      code,
      requests: spec.count('requests', 3),
    };
  },
  describe: (spec, { conditions: { trafficFlows: words } }) =>
    words.title(nameOf(spec.from), answersOf(spec.code, words), nameOf(spec.to)),
  call: ({ from, to }) => ({ from, to }),
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const words = probe.words.conditions.trafficFlows;
      const answers = answersOf(spec.code, words);
      const expected = words.expected(spec.requests, nameOf(spec.from), nameOf(spec.to), answers);
      const client = await findClient(kube, spec.from, expected, probe.words);
      if (client.status === 'answered') return client.result;
      const upstreams = await upstreamsOf(kube, spec.to);
      const ledger = remembered(probe, 'ledger', CounterLedger, () => new CounterLedger());
      ledger.look(await readStats(kube, client.pods, upstreamFilter(upstreams), probe.signal));
      const grown = (counter: string) =>
        upstreams.reduce((sum, upstream) => sum + ledger.grown(upstreamCounter(upstream, counter, spec.port)), 0);
      const seen = grown(`upstream_rq_${spec.code}`);
      const all = grown('upstream_rq_total');
      if (seen >= spec.requests) return passed(words.saw(seen, answers));
      const others = all > seen ? words.others(all - seen) : '';
      const tryThis = `kubectl logs ${client.workload} -n ${spec.from.namespace} -c ${spec.from.name} --tail 20`;
      const wait = await waitForCallee(kube, spec, client, probe);
      const saw = words.soFar(seen) + others + (wait ? `; ${wait.what}` : '');
      return notYet({ expected, saw, tryThis }, wait?.isStuck);
    }),
};

/** What keeps requests from being answered so far, where it can be seen: nobody to answer, or policies on their way. */
async function waitForCallee(
  kube: KubeClient,
  { to }: Spec,
  client: ClientPods,
  probe: Probe,
): Promise<PodWait | undefined> {
  const { waits } = probe.words.conditions;
  if ((await readinessOf(kube, to)) === 'not-ready') {
    const wait = await waitBehind(kube, to, waits);
    const what = waits.noEndpoint(nameOf(to)) + (wait ? `: ${wait.what}` : '');
    return { what, isStuck: wait?.isStuck ?? false };
  }
  const behind = await whoIsBehind(kube, client, to.namespace, probe);
  return behind === undefined ? undefined : { what: behind, isStuck: false };
}

const answersOf = (code: string, words: Findings['conditions']['trafficFlows']) =>
  code === '2xx' ? words.success : words.status(code);
