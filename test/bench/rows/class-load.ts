import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ClassEvent } from '../../../src/classroom/class-records.ts';
import type { InstructorNews } from '../../../src/classroom/protocol.ts';
import { readCheckedLine } from '../../../src/platform/checked-line.ts';
import { integerBetween, type Random, seededRandom } from '../../../src/platform/random.ts';
import type { ProgressRecord } from '../../../src/progress/events.ts';
import { RawConnection } from '../../classroom/class-host.ts';
import { PlayedLearner } from '../../classroom/played-learners.ts';
import type { Lab } from '../lab.ts';
import { program } from '../lab.ts';
import { type Measure, measured, type Row } from '../row.ts';

/** `--quick` takes half a minute of it. */
const seconds = process.argv.includes('--quick') ? 30 : 300;
const sizes = (process.env['MESHWALK_LEARNERS'] ?? '100,500,2000').split(',').map(Number);
/** The walk of all lessons writes about 300 records in 70 minutes: one in fifteen seconds. */
const recordEveryMs = 15_000;
/** A tenth loses its network for a few seconds, twice a minute. */
const flapping = 0.1;
const flapEveryMs = 30_000;

export const classLoad: Row = {
  name: 'class',
  title: 'A class on one host',
  async run(lab) {
    const measures: Measure[] = [];
    for (const learners of sizes) measures.push(...(await room(lab, learners)));
    return measured(...measures);
  },
};

async function room(lab: Lab, count: number): Promise<Measure[]> {
  const home = lab.newFolder();
  const { child, origin } = await host(home, lab);
  const folder = join(home, 'default', 'class');
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const random = seededRandom(count);
  const learners = Array.from(
    { length: count },
    (_, index) => new PlayedLearner(`Learner ${index}`, { origin }, read('class.json').code, index),
  );
  try {
    await untilAll(learners, ({ state }) => state.connection === 'online' && state.class?.learner !== '');
    const page = await watch(origin, read('door.json').token);
    const before = usageOf(child);
    await walk(learners, random, seconds * 1000);
    const after = usageOf(child);
    await untilAll(learners, ({ state }) => state.connection === 'online' && state.unsent === 0);
    page.close();
    const said = learners.reduce((sum, { journal }) => sum + journal.lastNumber, 0);
    const wrong = lostOrDoubled(join(folder, 'log.jsonl'), learners);
    const how = `${count} learners, ${seconds} s, ${said} records, ${flapping * 100} % flapping`;
    const isBudget = count === 500;
    return [
      {
        what: `${count}: event to page, p95`,
        value: percentile(page.delays, 0.95),
        unit: 'ms',
        how: `${how}; ${page.delays.length} seen`,
        ...(isBudget && { budget: { atMost: 1000 } }),
      },
      {
        what: `${count}: host, processor`,
        value: ((after.cpuMs - before.cpuMs) / (after.at - before.at)) * 100,
        unit: '% of a core',
        how,
        ...(isBudget && { budget: { atMost: 50 } }),
      },
      { what: `${count}: host, memory`, value: after.megabytes, unit: 'MB', how: 'resident' },
      { what: `${count}: lost or doubled`, value: wrong, unit: '', how, budget: { atMost: 0 } },
    ];
  } finally {
    for (const { link } of learners) link.close();
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

async function host(home: string, lab: Lab): Promise<{ child: ChildProcess; origin: string }> {
  const child = spawn(
    process.execPath,
    [program, 'class', 'host', '--listen', '127.0.0.1', '--port', '0', '--no-open'],
    { env: lab.environment(home), stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let origin = '';
  for await (const line of createInterface({ input: child.stdout })) {
    origin = /(127\.0\.0\.1:\d+)\//.exec(line)?.[1] ?? origin;
    if (line.includes('class watch')) return { child, origin: `http://${origin}` };
  }
  throw new Error('the host ended');
}

/** What each learner does: tasks begun, conditions that change, tasks passed, as often as in a lesson. */
async function walk(learners: readonly PlayedLearner[], random: Random, ms: number): Promise<void> {
  const timers = new Set<NodeJS.Timeout>();
  const every = (meanMs: number, act: () => void) => {
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        act();
        every(meanMs, act);
      },
      meanMs * (0.5 + random.next()),
    );
    timers.add(timer);
  };
  for (const [index, learner] of learners.entries()) {
    every(recordEveryMs, () => learner.journal.append(nextRecord(learner, random)));
    if (index < learners.length * flapping) every(flapEveryMs, () => learner.restart());
  }
  await new Promise((resolve) => setTimeout(resolve, ms));
  for (const timer of timers) clearTimeout(timer);
}

function nextRecord({ journal }: PlayedLearner, random: Random): ProgressRecord {
  const step = journal.lastNumber;
  const about = { lesson: 'welcome', task: `task-${Math.floor(step / 6)}` };
  if (step % 6 === 0) return { type: 'task-started', ...about };
  if (step % 6 === 5) return { type: 'task-passed', ...about };
  const status = (['wrong', 'not-yet', 'passed'] as const)[integerBetween(random, 0, 3)] ?? 'passed';
  return { type: 'condition-changed', ...about, condition: `c${step % 6}`, status };
}

/** An instructor's page that notes how old what it sees is: learner and host have one clock here. */
async function watch(origin: string, token: string) {
  const connection = await new RawConnection(Number(new URL(origin).port), '/v1/instructor').opened();
  const delays: number[] = [];
  const seen = new Map<string, number>();
  connection.webSocket.on('message', (data) => {
    const news = JSON.parse(String(data)) as InstructorNews;
    if (news.type !== 'changes') return;
    const now = Date.now();
    for (const { id, at, conditions } of news.learners) {
      const latest = Math.max(at?.since ?? 0, ...conditions.map(({ since }) => since));
      const before = seen.get(id);
      seen.set(id, latest);
      if (before !== undefined && latest > before) delays.push(now - latest);
    }
  });
  connection.say({ type: 'hello', version: 1, token, source: 'bench' });
  return { delays, close: () => connection.close() };
}

function usageOf({ pid }: ChildProcess): { at: number; cpuMs: number; megabytes: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  // Ticks of a hundredth of a second: user and system.
  const cpuMs = (Number(fields[11]) + Number(fields[12])) * 10;
  return { at: Date.now(), cpuMs, megabytes: Number(resident) / 1024 };
}

function lostOrDoubled(log: string, learners: readonly PlayedLearner[]): number {
  const kept = new Map<string, number>();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const event = readCheckedLine(line) as ClassEvent | undefined;
    if (event?.record.type !== 'progressed' || !event.origin) continue;
    kept.set(event.origin.source, (kept.get(event.origin.source) ?? 0) + 1);
  }
  return learners.reduce(
    (sum, { journal, state }) => sum + Math.abs(journal.lastNumber - (kept.get(state.class?.learner ?? '') ?? 0)),
    0,
  );
}

async function untilAll(learners: readonly PlayedLearner[], holds: (learner: PlayedLearner) => boolean): Promise<void> {
  while (!learners.every(holds)) await new Promise((resolve) => setTimeout(resolve, 50));
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? Number.NaN;
