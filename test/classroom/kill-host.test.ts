import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ClassEvent } from '../../src/classroom/class-records.ts';
import { readCheckedLine } from '../../src/platform/checked-line.ts';
import { integerBetween, seededRandom } from '../../src/platform/random.ts';
import { build, start } from '../cli/meshwalk.ts';
import { tempFolders, until } from '../platform/temp-folder.ts';
import { started } from './class-host.ts';
import { freePort } from './free-port.ts';
import { PlayedLearner } from './played-learners.ts';

const tempFolder = tempFolders();
beforeAll(build, 120_000);
const learners: PlayedLearner[] = [];
const hosts: ChildProcess[] = [];
afterAll(() => {
  for (const { link } of learners) link.close();
  for (const host of hosts) host.kill('SIGKILL');
});

/** Resolves when it says that it listens. */
async function host(home: string, port: number): Promise<ChildProcess> {
  const child = start(home, ['class', 'host', '--listen', '127.0.0.1', '--port', String(port), '--no-open']);
  hosts.push(child);
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('class watch')) return child;
  throw new Error('the host ended');
}

/** Numbers of each learner's entries in the log, in its order. */
function keptNumbers(log: string): Map<string, number[]> {
  const numbers = new Map<string, number[]>();
  for (const line of readFileSync(log, 'utf8').split('\n')) {
    const event = readCheckedLine(line) as ClassEvent | undefined;
    if (event?.record.type !== 'progressed' || !event.origin) continue;
    numbers.set(event.origin.source, [...(numbers.get(event.origin.source) ?? []), event.origin.number]);
  }
  return numbers;
}

it('loses nothing that was acknowledged, and doubles nothing, when the host is killed at twenty random moments', async () => {
  const home = tempFolder();
  const port = await freePort();
  let running = await host(home, port);
  const folder = join(home, 'default', 'class');
  const { code } = JSON.parse(readFileSync(join(folder, 'class.json'), 'utf8'));
  for (let index = 0; index < 4; index += 1) {
    learners.push(new PlayedLearner(`learner ${index}`, { origin: `http://127.0.0.1:${port}` }, code, index));
  }
  const random = seededRandom(20);
  let count = 0;
  const work = setInterval(() => {
    count += 1;
    learners[integerBetween(random, 0, 4)]?.journal.append(started(`task-${count}`));
  }, 3);
  try {
    for (let kill = 0; kill < 20; kill += 1) {
      await until(() => learners.every(({ state }) => state.connection === 'online'));
      const upTo = count + integerBetween(random, 1, 40);
      await until(() => count >= upTo);
      running.kill('SIGKILL');
      await once(running, 'exit');
      const kept = keptNumbers(join(folder, 'log.jsonl'));
      for (const { state, acknowledged } of learners) {
        expect(kept.get(state.class?.learner ?? '')?.length ?? 0).toBeGreaterThanOrEqual(acknowledged);
      }
      running = await host(home, port);
    }
  } finally {
    clearInterval(work);
  }
  await until(() => learners.every(({ state }) => state.connection === 'online' && state.unsent === 0));
  running.kill('SIGTERM');
  await once(running, 'exit');
  const kept = keptNumbers(join(folder, 'log.jsonl'));
  for (const { journal, state } of learners) {
    expect(kept.get(state.class?.learner ?? '')).toEqual(journal.entries.map(({ number }) => number));
  }
}, 240_000);
