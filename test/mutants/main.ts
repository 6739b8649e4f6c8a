/**
 * `node test/mutants/main.ts [--only text] [--jobs n] [--every n] [--kept file]`: changes one thing at a time in what the
 * lessons apply and type, plays it, and prints which mistakes no condition saw. Ends with 1 when one of them is unexplained.
 * What was played is kept in a file line by line, and not played again: a run can be stopped (Ctrl-C prints the table so far)
 * and gone on with. `--replay` plays those again that survived without an explanation, and no others.
 */
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../cli/meshwalk.ts';
import { realKubectl } from '../tools/kubectl.ts';
import { lessonsInOrder, playedBefore, playReference, type Station, snapshotName, stationsOf } from './course.ts';
import { actingCommands, Lab } from './lab.ts';
import type { Mutant } from './mutant.ts';
import { type Fate, playMutant, refusalOf } from './play-mutant.ts';
import { isUnexplained, type Played, tableOf } from './table.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: '4' },
    every: { type: 'string', default: '1' },
    kept: { type: 'string' },
    replay: { type: 'boolean', default: false },
  },
});

const settleMs = 15_000;
const tell = (line: string) => process.stderr.write(`${line}\n`);

build();
const kubectl = dirname(realKubectl('1.32'));
const folder = mkdtempSync(join(tmpdir(), 'meshwalk-mutants-'));
const snapshotOf = (station: Station) => join(folder, 'snapshots', snapshotName(station));
const stations = stationsOf(await lessonsInOrder());
const isWanted = ({ file, name }: Mutant) => file.includes(values.only) || name.startsWith(values.only);
const known = values.kept && existsSync(values.kept) ? readKept(values.kept) : [];
const keptOf = ({ file, name }: Mutant) => known.find(({ mutant: old }) => old.file === file && old.name === name);
const isSettled = (mutant: Mutant) => {
  const kept = keptOf(mutant);
  return kept !== undefined && !(values.replay && isUnexplained(kept));
};
const played: Played[] = known.filter(({ mutant }) => isWanted(mutant) && isSettled(mutant));
const work = stations
  .flatMap((station) => station.mutants.filter(isWanted).map((mutant) => ({ station, mutant })))
  .filter(({ mutant }, index) => (values.replay ? keptOf(mutant) !== undefined : index % Number(values.every) === 0))
  .filter(({ mutant }) => !isSettled(mutant));
const wanted = new Set(work.map(({ station }) => station));
const startedAt = Date.now();
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    isStopped = true;
    tell('what is being played is played to its end');
  });
}
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
    for (let next = queue.next(); !next.done && !isStopped; next = queue.next()) {
      const [, { station, mutant }] = next.value;
      if (fresh !== station) await begin(lab, station);
      fresh = station;
      const task = station.lesson.tasks[station.task];
      let fate = task && (await refusalOf(lab, mutant, task));
      if (!fate) {
        fate = await playOn(lab, station, mutant);
        fresh = undefined;
      }
      keep({ mutant, fate });
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
  for (const task of playedBefore(station)) {
    const since = Date.now();
    for (const { script, background } of actingCommands(task)) {
      await (background ? lab.runBeside(script, 10_000) : lab.run(script, 30_000));
    }
    await lab.look(task, since, 30_000);
  }
}

async function playOn(lab: Lab, station: Station, mutant: Mutant): Promise<Fate> {
  if (mutant.change.type === 'manifest') lab.writeManifest(mutant.file, mutant.change.text);
  try {
    return await playMutant(lab, mutant, station.lesson, station.task);
  } finally {
    if (mutant.change.type === 'manifest') lab.restoreManifest(mutant.file);
  }
}

report();
process.exitCode = played.some(isUnexplained) ? 1 : 0;

function keep(one: Played): void {
  played.push(one);
  if (values.kept) appendFileSync(values.kept, `${JSON.stringify(one)}\n`);
}

function readKept(file: string): Played[] {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const kept = lines.map((line): Played => JSON.parse(line));
  // Played again is played last.
  return [...new Map(kept.map((one) => [`${one.mutant.file} ${one.mutant.name}`, one])).values()];
}

function report(): void {
  const order = new Map(
    stations.flatMap(({ mutants }) => mutants).map(({ file, name }, index) => [`${file} ${name}`, index]),
  );
  const placeOf = ({ mutant: { file, name } }: Played) => order.get(`${file} ${name}`) ?? 0;
  played.sort((a, b) => placeOf(a) - placeOf(b));
  process.stdout.write(`${tableOf(played).join('\n')}\n\n${Math.round((Date.now() - startedAt) / 1000)} s\n`);
}
