/**
 * `node test/mutants/main.ts [--only text] [--jobs n] [--every n] [--json file]`: changes one thing at a time in what the
 * lessons apply and type, plays it, and prints which mistakes no condition saw. Ends with 1 when one of them is unexplained.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../cli/meshwalk.ts';
import { realKubectl } from '../tools/kubectl.ts';
import { lessonsInOrder, playReference, type Station, stationName, stationsOf } from './course.ts';
import { Lab } from './lab.ts';
import type { Mutant } from './mutant.ts';
import { type Fate, playMutant, refusalOf } from './play-mutant.ts';
import { isUnexplained, type Played, tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '4' },
    every: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});

const settleMs = 15_000;
const tell = (line: string) => process.stderr.write(`${line}\n`);

build();
const kubectl = dirname(realKubectl('1.32'));
const folder = mkdtempSync(join(tmpdir(), 'meshwalk-mutants-'));
const snapshotOf = (station: Station) => join(folder, 'snapshots', stationName(station));
const stations = stationsOf(await lessonsInOrder());
const isWanted = ({ file, name }: Mutant) => `${file} ${name}`.includes(values.only);
const work = stations
  .flatMap((station) => station.mutants.filter(isWanted).map((mutant) => ({ station, mutant })))
  .filter((_, index) => index % Number(values.every) === 0);
const wanted = new Set(work.map(({ station }) => station));
const played: Played[] = [];
const startedAt = Date.now();
try {
  mkdirSync(join(folder, 'snapshots'));
  const reference = new Lab(join(folder, 'reference'), kubectl);
  try {
    await playReference(reference, stations, wanted, snapshotOf, tell);
  } finally {
    await reference.stop();
  }
  tell(`${work.length} mutants on ${wanted.size} tasks, ${values.jobs} at a time`);
  const queue = work.entries();
  await Promise.all(Array.from({ length: Number(values.jobs) }, (_, index) => playQueue(index, queue)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function playQueue(
  index: number,
  queue: Iterator<[number, { station: Station; mutant: Mutant }]>,
): Promise<void> {
  const lab = new Lab(join(folder, `lab-${index}`), kubectl);
  // A sandbox that nobody changed since its start serves the next mutant of the same task as well.
  let fresh: Station | undefined;
  try {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const [, { station, mutant }] = next.value;
      if (fresh !== station) await begin(lab, station);
      fresh = station;
      const task = station.lesson.tasks[station.task];
      let fate = task && (await refusalOf(lab, mutant, task));
      if (!fate) {
        fate = await playOn(lab, station, mutant);
        fresh = undefined;
      }
      played.push({ mutant, fate });
      if (played.length % 20 === 0)
        tell(`${played.length} of ${work.length}, ${Math.round((Date.now() - startedAt) / 1000)} s`);
    }
  } finally {
    await lab.stop();
  }
}

async function begin(lab: Lab, station: Station): Promise<void> {
  await lab.start(snapshotOf(station));
  await lab.settle(settleMs);
}

async function playOn(lab: Lab, station: Station, mutant: Mutant): Promise<Fate> {
  if (mutant.change.type === 'manifest') lab.writeManifest(mutant.file, mutant.change.text);
  try {
    return await playMutant(lab, mutant, station.lesson, station.task);
  } finally {
    if (mutant.change.type === 'manifest') lab.restoreManifest(mutant.file);
  }
}

const order = new Map(work.map(({ mutant }, index) => [mutant, index]));
played.sort((a, b) => (order.get(a.mutant) ?? 0) - (order.get(b.mutant) ?? 0));
if (values.json) writeFileSync(values.json, played.map((one) => JSON.stringify(one)).join('\n'));
process.stdout.write(`${tableOf(played).join('\n')}\n\n${Math.round((Date.now() - startedAt) / 1000)} s\n`);
process.exitCode = played.some(isUnexplained) ? 1 : 0;
