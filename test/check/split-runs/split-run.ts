import { trafficSplit } from '../../../src/check/kinds/traffic-split.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { deployment, probeOf, ScriptedKube, service } from '../scripted-probe.ts';
import { SimulatedCallers, type Traffic } from './simulated-callers.ts';

/**
 * The split check, played against simulated callers: the very code that reads real sidecars reads these, from the pod
 * list to the verdict. It knows no lesson.
 */
export interface SplitRun {
  name: string;
  /** Weights that the condition asks for. */
  wanted: readonly [number, number];
  traffic: Traffic;
  /** What TrafficSplit and sidecars say. Where it is what was wanted, only the counts can tell. */
  shown: Readonly<Record<string, number>>;
  isRight: boolean;
}

export interface Played {
  verdict: 'passed' | 'wrong' | 'unknown' | 'undecided';
  /** Counted from when the weights are in force. */
  requests: number;
}

/** Minutes of looking; what is not decided by then is not. */
const mostLooks = 600;
/** Where no request reaches a backend, further looks see what the first ones saw. */
const mostVainLooks = 60;
const [first, second] = ['bookstore-v1', 'bookstore-v2'];
const before = { [first]: 30, [second]: 70 };

export async function playSplit(run: SplitRun, seed: number): Promise<Played> {
  const random = seededRandom(seed);
  const callers = new SimulatedCallers(random, { type: 'drawn', weights: before });
  const kube = new ScriptedKube();
  let shown: Readonly<Record<string, number>> = before;
  let requestsBefore = 0;
  // The control plane takes its time: routes and traffic change together, between any two reads of the check.
  let readsUntilInForce = Math.floor(random.next() * 8);
  callers.live(Math.floor(random.next() * 500));
  kube.podHttp = async ({ name }, path) => {
    callers.goOn();
    if (readsUntilInForce-- === 0) {
      callers.traffic = run.traffic;
      shown = run.shown;
      requestsBefore = callers.requests;
    }
    return { status: 200, body: path.startsWith('/stats') ? callers.stats(name) : routesPage(shown) };
  };
  const [weight1, weight2] = run.wanted;
  const backends = { [`bookstore/${first}`]: weight1, [`bookstore/${second}`]: weight2 };
  const spec = trafficSplit.parse({ from: 'bookbuyer/bookbuyer', backends });
  const memory = new Map<string, unknown>();
  const cluster = clusterWith(run.shown);
  const isVain = run.traffic.type === 'in-turn' && !run.traffic.services.includes(first);
  for (let looked = 0; looked < (isVain ? mostVainLooks : mostLooks); looked++) {
    kube.objects = [...cluster, ...callers.pods()];
    const result = await trafficSplit.verify(spec, probeOf({ kube, memory }));
    const requests = callers.requests - requestsBefore;
    if (result.status !== 'not-yet') return { verdict: result.status, requests };
  }
  return { verdict: 'undecided', requests: callers.requests - requestsBefore };
}

const clusterWith = (weights: SplitRun['shown']) => [
  deployment('bookbuyer', 'bookbuyer'),
  ...service('bookstore', first),
  ...service('bookstore', second),
  {
    kind: 'TrafficSplit',
    metadata: { namespace: 'bookstore', name: 'bookstore-split' },
    spec: {
      service: 'bookstore',
      backends: Object.entries(weights).map(([name, weight]) => ({ service: name, weight })),
    },
  },
];

function routesPage(weights: Readonly<Record<string, number>>): string {
  const routed = Object.entries(weights).filter(([, weight]) => weight > 0);
  const clusters = routed.map(([name, weight]) => ({ name: `bookstore/${name}|14001`, weight }));
  const routes = [{ route: { weighted_clusters: { clusters } } }];
  const route_config = { name: 'rds-outbound.14001', virtual_hosts: [{ routes }] };
  return JSON.stringify({ configs: [{ dynamic_route_configs: [{ route_config }] }] });
}

/** By how much "off by more than the tolerance" is more: the tolerance of the condition is its default, 0.25. */
const beyond = 0.3;

/** Right and wrong splits for what a condition asks for; the wrong ones with a cluster that hides it, and that shows it. */
export function splitRuns(): SplitRun[] {
  const asked = [
    [50, 50],
    [90, 10],
    [99, 1],
    [100, 0],
  ] as const;
  return asked.flatMap((wanted) => {
    const [weight1, weight2] = wanted;
    const label = wanted.join('/');
    const right = { [first]: weight1, [second]: weight2 };
    const run = (name: string, traffic: Traffic, shown: SplitRun['shown'], isRight = false): SplitRun => {
      return { name: `${label} ${name}`, wanted, traffic, shown, isRight };
    };
    const wrong = wrongSplits(wanted);
    return [
      run('right', { type: 'drawn', weights: right }, right, true),
      ...wrong.map(({ name, traffic }) => run(name, traffic, right)),
      ...wrong.map(({ name, traffic, shown }) => run(`${name}, shown`, traffic, shown)),
    ];
  });
}

interface WrongSplit {
  name: string;
  traffic: Traffic;
  shown: Readonly<Record<string, number>>;
}

function wrongSplits([weight1, weight2]: SplitRun['wanted']): WrongSplit[] {
  const drawn = (name: string, one: number): WrongSplit => {
    const weights = { [first]: one, [second]: 100 - one };
    return { name, traffic: { type: 'drawn', weights }, shown: weights };
  };
  const inTurn = (name: string, services: readonly string[]): WrongSplit => {
    return { name, traffic: { type: 'in-turn', services }, shown: { bookstore: 100 } };
  };
  const off = [weight1 - 100 * beyond, weight1 + 100 * beyond].filter((one) => one > 0 && one < 100);
  return [
    ...(weight1 === weight2 ? [] : [drawn('swapped', weight2), inTurn('not split, in turn', [first, second])]),
    ...(weight2 === 0 ? [] : [drawn('second missing', 100)]),
    drawn('first missing', 0),
    ...off.map((one) => drawn(`off, ${one}/${100 - one}`, one)),
    inTurn('not split, to the root', ['bookstore']),
  ];
}
