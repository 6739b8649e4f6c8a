import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '../../src/platform/random.ts';
import { readJournal } from '../../src/progress/journal.ts';
import { summarize } from '../../src/progress/summary.ts';
import { start } from '../cli/meshwalk.ts';
import { FlakyProxy } from '../tools/flaky-proxy.ts';
import { copyCourse } from '../walk/course.ts';
import { Ground, practice } from './ground.ts';

/**
 * Lessons played on a cluster whose network is cut and stalled at seeded random moments. What the network does is never
 * told as what the learner did: no condition is wrong because of it, none passes, and nothing that was done is lost.
 */
const seed = 20_261_122;
const spans = { connections: [3, 14], awayMs: [100, 900] } satisfies Parameters<FlakyProxy['disturb']>[1];
/** All that a cluster of one's own is taught. */
const lastStep = '8';
/** A script that was cut in its middle may leave a pod without its sidecar, which only a restart mends, as its check says. */
const mostRuns = 4;

interface Told {
  event: string;
  lesson?: string;
  task?: string;
  step?: number;
  solved?: boolean;
  reason?: string;
  tryThis?: string;
}

const ground = new Ground();
/** The learner's kubeconfig, but by way of the network that is cut. */
const kubeconfig = join(ground.home, 'config');
let proxy: FlakyProxy;

beforeAll(async () => {
  await ground.begin();
  await ground.makeCluster('--enable-addons open-service-mesh');
  const direct = readFileSync(ground.kubeconfig, 'utf8');
  const port = Number(/https:\/\/127\.0\.0\.1:(\d+)/.exec(direct)?.[1]);
  proxy = await FlakyProxy.to(port);
  writeFileSync(kubeconfig, direct.replace(`:${port}`, `:${proxy.port}`));
}, 120_000);

afterAll(async () => {
  await proxy?.close();
  await ground.end();
});

async function play(course: string, onLesson: (step: number) => void): Promise<{ told: Told[]; errors: string }> {
  const options = ['--world', 'cluster', '--context', practice, '--yes', '--to', lastStep, '--json'];
  const environment = { ...ground.learner, NODE_OPTIONS: '', KUBECONFIG: kubeconfig };
  const child = start(ground.home, ['run', ...options, '--trust', '--lessons', course], { environment });
  child.stdin.end();
  const told: Told[] = [];
  let errors = '';
  createInterface({ input: child.stdout }).on('line', (line) => {
    const one: Told = JSON.parse(line);
    told.push(one);
    if (one.event === 'lesson') onLesson(one.step ?? 0);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  await once(child, 'close');
  return { told, errors };
}

it('lessons go on to their end over a network that comes and goes, with no false word about the learner', async () => {
  const { folder: course } = await copyCourse(join(ground.home, 'course'));
  let stop: (() => void) | undefined;
  const begin = (step: number) => {
    if (step >= 3) stop ??= proxy.disturb(seededRandom(seed), spans);
  };
  const done = new Set<string>();
  let hasEnded = false;
  for (let runs = 0; runs < mostRuns && !hasEnded; runs += 1) {
    const { told, errors } = await play(course, begin);
    for (const { event, solved, lesson, task } of told) if (event === 'solved' && solved) done.add(`${lesson}/${task}`);
    hasEnded = told.some(({ event }) => event === 'end');
    if (hasEnded) break;
    const { tryThis = '', reason } = told.findLast(({ event }) => event === 'solved') ?? {};
    expect(tryThis, `${reason} ${errors}`).toMatch(/^kubectl rollout restart deployment/);
    await ground.shell(tryThis);
  }
  stop?.();
  expect(hasEnded).toBe(true);
  // Both kinds of trouble were met.
  expect(proxy.counts.cut).toBeGreaterThan(1);
  expect(proxy.counts.stalled).toBeGreaterThan(0);

  const entries = readJournal(join(ground.home, 'default/cluster/journal.jsonl'));
  const { finished } = summarize(entries);
  expect([...done].filter((task) => !finished.has(task))).toEqual([]);
  const records = entries.map(({ record }) => record);
  expect(records.filter(({ type }) => type === 'hint-opened' || type === 'check-failed')).toEqual([]);
  const tellings = records.flatMap((record) => (record.type === 'condition-changed' ? [record.status] : []));
  expect(tellings, 'the network was in the way of a check at least once').toContain('unknown');
  expect(wrongAfterSuccess(records)).toEqual([]);
}, 600_000);

/** Conditions told as wrong after the last command of their task had succeeded: then nothing but the network was. */
function wrongAfterSuccess(records: ReturnType<typeof readJournal>[number]['record'][]): string[] {
  const failed = new Set<string>();
  return records.flatMap((record) => {
    const task = 'task' in record ? `${record.lesson}/${record.task}` : '';
    if (record.type === 'command-ended' && (record.end.type !== 'exited' || record.end.code !== 0)) failed.add(task);
    const isTold = record.type === 'condition-changed' && record.status === 'wrong' && !failed.has(task);
    return isTold ? [`${task}: ${record.condition}`] : [];
  });
}
