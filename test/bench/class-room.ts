// What the rows of a class share: hosts that are processes, learners that do what learners do, and a page that watches.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { ClassSettings } from '../../src/classroom/class-settings.ts';
import type { InstructorNews } from '../../src/classroom/protocol.ts';
import type { ClassStore } from '../../src/classroom/store/class-store.ts';
import { integerBetween, type Random, seededRandom } from '../../src/platform/random.ts';
import type { ProgressRecord } from '../../src/progress/events.ts';
import { RawConnection } from '../classroom/class-host.ts';
import { PlayedLearner } from '../classroom/played-learners.ts';
import { cpuMs, type Lab, program, residentMb } from './lab.ts';
import { Samples } from './samples.ts';

/** The walk of all lessons writes about 300 records in 70 minutes: one in fifteen seconds. */
const recordEveryMs = 15_000;
/** A tenth loses its connection twice a minute. */
const flapping = 0.1;
const flapEveryMs = 30_000;

export interface RunningHost {
  child: ChildProcess;
  home: string;
  port: number;
}

/** Resolves when it says that it listens. */
export async function startHost(
  lab: Lab,
  home: string,
  { port = 0, store }: { port?: number; store?: string } = {},
): Promise<RunningHost> {
  const child = spawn(
    process.execPath,
    [program, 'class', 'host', '--listen', '127.0.0.1', '--port', String(port), '--no-open'],
    {
      env: { ...lab.environment(home), ...(store !== undefined && { MESHWALK_CLASS_STORE: store }) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let own = '';
  for await (const line of createInterface({ input: child.stdout })) {
    own = /127\.0\.0\.1:(\d+)\//.exec(line)?.[1] ?? own;
    if (line.includes('class watch')) return { child, home, port: Number(own) };
  }
  throw new Error('the host ended');
}

export async function endHost({ child }: RunningHost): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  await once(child, 'exit');
}

export const logOf = ({ home }: RunningHost): string => join(home, 'default/class/log.jsonl');
export const settingsOf = ({ home }: RunningHost): ClassSettings =>
  JSON.parse(readFileSync(join(home, 'default/class/class.json'), 'utf8'));
const tokenOf = ({ home }: RunningHost): string =>
  JSON.parse(readFileSync(join(home, 'default/class/door.json'), 'utf8')).token;

/** Joined, and told of the class. */
export async function fill(count: number, port: number, code: string): Promise<PlayedLearner[]> {
  const origin = `http://127.0.0.1:${port}`;
  const learners = Array.from(
    { length: count },
    (_, index) => new PlayedLearner(`Learner ${index}`, { origin }, code, index),
  );
  await untilAll(learners, ({ state }) => state.connection === 'online' && state.class?.learner !== '');
  return learners;
}

/** A lesson with so many learners, through the hosts behind `port`. Afterwards nothing is unsent, and nobody connected. */
export async function teach(
  hosts: readonly [RunningHost, ...RunningHost[]],
  { port, code, count, seconds }: { port: number; code: string; count: number; seconds: number },
): Promise<{ learners: PlayedLearner[]; delays: Samples; usages: HostUsage[]; how: string }> {
  const learners = await fill(count, port, code);
  try {
    const page = await watch(port, tokenOf(hosts[0]));
    const usage = usageOf(hosts);
    await walk(learners, seededRandom(count), seconds * 1000);
    const usages = usage();
    await untilAll(learners, ({ state }) => state.connection === 'online' && state.unsent === 0);
    page.close();
    const records = learners.reduce((sum, { journal }) => sum + journal.lastNumber, 0);
    const how = `${count} learners, ${seconds} s, ${records} records, ${flapping * 100} % flapping`;
    return { learners, delays: page.delays, usages, how };
  } finally {
    for (const { link } of learners) link.close();
  }
}

/** Tasks begun, conditions that change, tasks passed, as often as in a lesson. Resolves after `ms`. */
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

/** An instructor's page that notes how old what it sees is: learners and hosts have one clock here. */
async function watch(port: number, token: string): Promise<{ delays: Samples; close(): void }> {
  const connection = await new RawConnection(port, '/v1/instructor').opened();
  const delays = new Samples();
  const seen = new Map<string, number>();
  connection.webSocket.on('message', (data) => {
    const news = JSON.parse(String(data)) as InstructorNews;
    if (news.type !== 'changes') return;
    const now = Date.now();
    for (const { id, at, conditions } of news.learners) {
      const latest = Math.max(at?.since ?? 0, ...conditions.map(({ since }) => since));
      const before = seen.get(id);
      seen.set(id, latest);
      if (before !== undefined && latest > before) delays.add(now - latest);
    }
  });
  connection.say({ type: 'hello', version: 1, token, source: 'bench' });
  return { delays, close: () => connection.close() };
}

export interface HostUsage {
  /** Per cent of a core since the beginning. */
  cpu: number;
  megabytes: number;
}

/** Counts from when it is called to when the function that it returns is. */
function usageOf(hosts: readonly RunningHost[]): () => HostUsage[] {
  const begun = performance.now();
  const processes = hosts.map(({ child: { pid = 0 } }) => ({ pid, before: cpuMs(pid) }));
  return () =>
    processes.map(({ pid, before }) => ({
      cpu: ((cpuMs(pid) - before) / (performance.now() - begun)) * 100,
      megabytes: residentMb(pid),
    }));
}

/** Entries of learners' journals that the class does not have, and those that it has twice. */
export async function lostOrDoubled(store: ClassStore, learners: readonly PlayedLearner[]): Promise<number> {
  const kept = new Map<string, number[]>();
  for await (const events of store.read()) {
    for (const { record, origin } of events) {
      if (record.type !== 'progressed' || !origin) continue;
      const numbers = kept.get(origin.source) ?? [];
      numbers.push(origin.number);
      kept.set(origin.source, numbers);
    }
  }
  await store.close();
  return learners.reduce((sum, { journal, state }) => {
    const numbers = kept.get(state.class?.learner ?? '') ?? [];
    const known = new Set(numbers).size;
    return sum + (numbers.length - known) + Math.abs(journal.lastNumber - known);
  }, 0);
}

export async function untilAll(
  learners: readonly PlayedLearner[],
  holds: (learner: PlayedLearner) => boolean,
): Promise<void> {
  while (!learners.every(holds)) await new Promise((resolve) => setTimeout(resolve, 10));
}
