import type { KubeClient } from '../../kube/client.ts';
import { askCluster, notYet, passed, remembered, wrong } from '../answers.ts';
import type { CheckKind, Probe } from '../check.ts';
import { CounterLedger } from '../counter-ledger.ts';
import { linesSince, unreachedService } from '../log-lines.ts';
import { whoIsBehind } from '../propagation.ts';
import { type ClientPods, findClient, readStats, upstreamCounter, upstreamFilter } from '../sidecar.ts';
import { type NamespacedName, nameOf, SpecFields } from '../spec-fields.ts';
import { podOutsideMesh, upstreamsOf } from '../traffic-splits.ts';

interface Spec {
  from: NamespacedName;
  to: NamespacedName;
  attempts: number;
}

const fields = {
  from: { description: 'the Deployment that calls, as namespace/name', required: true },
  to: { description: 'the Service that it must not reach, as namespace/name', required: true },
  attempts: { description: 'how many attempts in a row must fail; 5 if left out' },
};

// A denied client's sidecar knows nothing of the upstream: its attempts leave by the pass-through cluster or find no chain.
const passthrough = 'cluster.passthrough-outbound.upstream_cx_total';
const noChain = /^listener\.[^ ]*15001\.no_filter_chain_match$/;
const denialFilter = ['^cluster\\.passthrough-outbound\\.upstream_cx_total$', '15001\\.no_filter_chain_match$'];

/** Attempts since the last success, from the counters and from what the application logs. */
class DenialWindow {
  readonly ledger = new CounterLedger();
  startedAt: number;

  constructor(startedAt: number) {
    this.startedAt = startedAt;
  }

  restart(now: number): void {
    this.startedAt = now;
    this.ledger.restart();
  }
}

export const trafficDenied: CheckKind<Spec> = {
  kind: 'traffic-denied',
  temper: 'level',
  summary: 'A workload goes on trying to reach a Service, and no attempt succeeds.',
  fields,
  parse(raw) {
    const spec = new SpecFields(raw, fields);
    return { from: spec.namespacedName('from'), to: spec.namespacedName('to'), attempts: spec.count('attempts', 5) };
  },
  describe: (spec, { conditions }) => conditions.trafficDenied.title(nameOf(spec.from), nameOf(spec.to)),
  call: ({ from, to }) => ({ from, to }),
  verify: (spec, probe) =>
    askCluster(probe, async (kube) => {
      const words = probe.words.conditions.trafficDenied;
      const expected = words.expected(spec.attempts, nameOf(spec.from), nameOf(spec.to));
      const client = await findClient(kube, spec.from, expected, probe.words);
      if (client.status === 'answered') return client.result;
      const label = nameOf(spec.to);
      const bare = await podOutsideMesh(kube, spec.to);
      if (bare !== undefined) {
        const on = `Pod ${spec.to.namespace}/${bare}, spec.containers`;
        return wrong({ expected, saw: words.podOutsideMesh, on, tryThis: `kubectl get pods -n ${spec.to.namespace}` });
      }
      const upstreams = await upstreamsOf(kube, spec.to);
      const now = probe.clock.now();
      const window = remembered(probe, 'window', DenialWindow, () => new DenialWindow(now));
      const stats = await readStats(kube, client.pods, upstreamFilter(upstreams, denialFilter), probe.signal);
      window.ledger.look(stats);
      const tryThis = `kubectl logs ${client.workload} -n ${spec.from.namespace} -c ${spec.from.name} --tail 20`;
      const grown = (counter: string) =>
        upstreams.reduce((sum, upstream) => sum + window.ledger.grown(upstreamCounter(upstream, counter)), 0);
      const successes = grown('upstream_rq_2xx');
      if (successes > 0) {
        window.restart(now);
        const behind = await whoIsBehind(kube, client, spec.to.namespace, probe);
        if (behind !== undefined) return notYet({ expected, saw: `${words.succeeded(successes)}; ${behind}`, tryThis });
        const on = words.counter(nameOf(spec.from), label);
        return wrong({ expected, saw: words.succeeded(successes), on, tryThis });
      }
      const counts = Math.max(grown('upstream_rq_total'), await attemptsSince(kube, spec, client, window, probe));
      if (counts >= spec.attempts) return passed(words.saw(counts));
      return notYet({ expected, saw: words.soFar(counts), tryThis });
    }),
};

/**
 * Each source sees the same attempts, or none (a closed outbound listener leaves no trace in the stats, an application
 * may log nothing), so the largest count is taken and never the sum.
 */
async function attemptsSince(
  kube: KubeClient,
  spec: Spec,
  client: ClientPods,
  window: DenialWindow,
  probe: Probe,
): Promise<number> {
  const { ledger } = window;
  const unrouted = Math.max(
    ledger.grown((name) => name === passthrough),
    ledger.grown((name) => noChain.test(name)),
  );
  return Math.max(unrouted, await failuresLogged(kube, spec, client, window.startedAt, probe));
}

async function failuresLogged(
  kube: KubeClient,
  spec: Spec,
  client: ClientPods,
  startedAt: number,
  probe: Probe,
): Promise<number> {
  const logs = await Promise.all(
    client.pods.map((pod) => {
      const container = pod.spec.containers.find((one) => one.name !== 'envoy')?.name ?? spec.from.name;
      return linesSince(kube, pod, container, startedAt, probe.clock);
    }),
  );
  return logs.flat().filter((line) => unreachedService(line) === nameOf(spec.to)).length;
}
