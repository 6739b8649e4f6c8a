import { join } from 'node:path';
import { trafficSplit } from '../../../src/check/kinds/traffic-split.ts';
import { checkKinds } from '../../../src/check/registry.ts';
import { courseFiles } from '../../../src/cli/course-files.ts';
import { loadCatalog } from '../../../src/lesson/catalog.ts';
import type { Condition } from '../../../src/lesson/lesson.ts';
import { type Random, seededRandom } from '../../../src/platform/random.ts';
import { deployment, pod, probeOf, ScriptedKube, service } from '../../check/scripted-probe.ts';
import { measured, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

const runs = 1_000;
/** Looks that a learner's session makes at most: two minutes of the slowest rhythm. */
const mostLooks = 200;
const root = join(import.meta.dirname, '../../..');

interface Played {
  verdict: 'passed' | 'rejected' | 'undecided';
  requests: number;
}

/** The weights of one condition, as the cluster has them when the learner did what was asked. */
interface Split {
  condition: Condition;
  weights: Record<string, number>;
}

function choose(random: Random, weights: Record<string, number>): string {
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  let draw = random.next() * total;
  for (const [name, weight] of Object.entries(weights)) {
    draw -= weight;
    if (draw < 0) return name;
  }
  throw new Error('no weights');
}

/** The real check against a right cluster: routes in force, and each request sent by its own draw, between looks. */
async function play({ condition, weights }: Split, seed: number): Promise<Played> {
  const random = seededRandom(seed);
  const kube = new ScriptedKube();
  kube.objects = [
    deployment('bookbuyer', 'bookbuyer'),
    pod('bookbuyer', 'buyer', 'bookbuyer'),
    ...Object.keys(weights).flatMap((name) => service('bookstore', name)),
    {
      kind: 'TrafficSplit',
      metadata: { namespace: 'bookstore', name: 'bookstore-split' },
      spec: {
        service: 'bookstore',
        backends: Object.entries(weights).map(([name, weight]) => ({ service: name, weight })),
      },
    },
  ];
  const routed = Object.entries(weights).filter(([, weight]) => weight > 0);
  kube.setRoutes('bookbuyer/buyer', [
    Object.fromEntries(routed.map(([name, weight]) => [`bookstore/${name}|14001`, weight])),
  ]);
  const sent: Record<string, number> = Object.fromEntries(
    Object.keys(weights).map((name) => [name, Math.floor(random.next() * 500)]),
  );
  const memory = new Map<string, unknown>();
  const before = Object.values(sent).reduce((sum, count) => sum + count, 0);
  for (let looked = 0; looked < mostLooks; looked++) {
    const stats = Object.entries(sent).flatMap(([name, count]) => [
      [`cluster.bookstore/${name}|14001.upstream_rq_total`, count],
      [`cluster.bookstore/${name}|14001.membership_healthy`, 1],
    ]);
    kube.setStats('bookbuyer/buyer', Object.fromEntries(stats));
    const result = await trafficSplit.verify(
      condition.spec as ReturnType<typeof trafficSplit.parse>,
      probeOf({ kube, memory }),
    );
    const requests = Object.values(sent).reduce((sum, count) => sum + count, 0) - before;
    if (result.status === 'passed') return { verdict: 'passed', requests };
    if (result.status !== 'not-yet') return { verdict: 'rejected', requests };
    for (let request = 1 + Math.floor(random.next() * 8); request > 0; request--) {
      const name = choose(random, weights);
      sent[name] = (sent[name] ?? 0) + 1;
    }
  }
  return { verdict: 'undecided', requests: 0 };
}

/** Every split that the lessons check, with the weights that its task asks for. */
async function splitsOfTheCourse(): Promise<Split[]> {
  const { catalog } = await loadCatalog(courseFiles(root), checkKinds);
  const conditions = catalog.lessons
    .flatMap(({ tasks }) => tasks.flatMap(({ check }) => check?.conditions ?? []))
    .filter(({ kind }) => kind === trafficSplit.kind);
  return conditions.map((condition) => {
    const { wanted } = condition.spec as ReturnType<typeof trafficSplit.parse>;
    const weights =
      'backends' in wanted
        ? Object.fromEntries(wanted.backends.map(({ service: { name }, weight }) => [name, weight]))
        : { 'bookstore-v1': 25, 'bookstore-v2': 75 };
    return { condition, weights };
  });
}

/**
 * What can reject by chance is the one statistical check; it is played with seeds against a cluster that is right. The
 * lessons themselves, once each, are the row `lessons`, which stops at the first rejection.
 */
export const falseRejections: Row = {
  name: 'false-rejections',
  title: `Right splits, each played ${runs.toLocaleString('en')} times with seeds`,
  async run() {
    const splits = await splitsOfTheCourse();
    const requests = new Samples();
    const counts = { passed: 0, rejected: 0, undecided: 0 };
    for (const split of splits) {
      for (let seed = 1; seed <= runs; seed++) {
        const played = await play(split, seed);
        counts[played.verdict] += 1;
        if (played.verdict === 'passed') requests.add(played.requests);
      }
    }
    const how = `${splits.length} conditions; requests until decided: ${requests.summary()}`;
    return measured(
      { what: 'rejected', value: counts.rejected, unit: '', budget: { atMost: 0 }, how },
      {
        what: 'not decided in time',
        value: counts.undecided,
        unit: '',
        budget: { atMost: 0 },
        how: `within ${mostLooks} looks`,
      },
    );
  },
};
