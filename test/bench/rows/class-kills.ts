import { once } from 'node:events';
import { FileStore } from '../../../src/classroom/store/file-store.ts';
import { integerBetween, seededRandom } from '../../../src/platform/random.ts';
import { started } from '../../classroom/class-host.ts';
import type { PlayedLearner } from '../../classroom/played-learners.ts';
import { endHost, fill, logOf, lostOrDoubled, settingsOf, startHost, untilAll } from '../class-room.ts';
import { pause } from '../lab.ts';
import { measured, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

/** `--quick` takes a quarter of it. */
const kills = process.argv.includes('--quick') ? 5 : 20;
const count = Number(process.env['MESHWALK_LEARNERS'] ?? 500);
/** Of the whole room, so that there is always something on its way. */
const recordEveryMs = 5;

export const classKills: Row = {
  name: 'class-kills',
  title: 'A class whose host is killed, and started again at once',
  async run(lab) {
    const home = lab.newFolder();
    let host = await startHost(lab, home);
    const { port } = host;
    const random = seededRandom(count);
    const learners = await fill(count, port, settingsOf(host).code);
    const work = setInterval(
      () => learners[integerBetween(random, 0, count)]?.journal.append(started('begin')),
      recordEveryMs,
    );
    const [hostMs, backMs, afterMs] = [new Samples(), new Samples(), new Samples()];
    try {
      for (let kill = 0; kill < kills; kill += 1) {
        await pause(integerBetween(random, 200, 1_500));
        const killed = performance.now();
        host.child.kill('SIGKILL');
        await once(host.child, 'exit');
        const back = comingBack(learners, killed);
        host = await startHost(lab, home, { port });
        const there = performance.now() - killed;
        hostMs.add(there);
        for (const ms of await back) {
          backMs.add(ms);
          // It listens a moment before it says so.
          afterMs.add(Math.max(0, ms - there));
        }
      }
      clearInterval(work);
      await untilAll(learners, ({ state }) => state.unsent === 0);
      await endHost(host);
      const how = `${kills} kills, ${count} learners; the host itself was there after ${hostMs.summary()} ms`;
      return measured(
        { what: 'back after kill, p50', value: backMs.median, unit: 'ms', how },
        { what: 'back after kill, p95', value: backMs.percentile(95), unit: 'ms', how: `${backMs.count} came back` },
        {
          what: 'back after kill, max',
          value: backMs.max,
          unit: 'ms',
          budget: { atMost: 5_000 },
          how: 'from the kill to the welcome, starting the host included',
        },
        { what: 'back after the host, max', value: afterMs.max, unit: 'ms', how: afterMs.summary() },
        {
          what: 'lost or doubled',
          value: await lostOrDoubled(await FileStore.open(logOf(host)), learners),
          unit: '',
          budget: { atMost: 0 },
          how,
        },
      );
    } finally {
      clearInterval(work);
      for (const { link } of learners) link.close();
      await endHost(host);
    }
  },
};

/** Resolves when everybody was away and is back: for each, how long after the kill that was. */
async function comingBack(learners: readonly PlayedLearner[], killed: number): Promise<number[]> {
  const [waiting, away] = [new Set(learners), new Set<PlayedLearner>()];
  const back: number[] = [];
  for (; waiting.size > 0; await pause(5)) {
    for (const learner of waiting) {
      if (learner.state.connection !== 'online') away.add(learner);
      else if (away.has(learner)) {
        back.push(performance.now() - killed);
        waiting.delete(learner);
      }
    }
  }
  return back;
}
