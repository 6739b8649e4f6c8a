import { join } from 'node:path';
import { systemClock } from '../../../src/platform/clock.ts';
import { Store } from '../../../src/sandbox/store/store.ts';
import type { Lab } from '../lab.ts';
import { measured, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

const few = 1_000;
const many = 10_000;
const runs = 7;
/** Objects that are read by lists in one run, at either size. */
const listed = 2_000_000;
const watchers = 50;
const fanOutWrites = 1_000;
const kind = 'ConfigMap';

const objectNumber = (number: number) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: `object-${number}`, namespace: `ns-${number % 20}`, labels: { app: 'bench' }, uid: String(number) },
  data: { text: 'x'.repeat(400) },
});

/** Milliseconds of processor time, which other programs do not lengthen. */
function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Milliseconds an object: for creating, by the clock too, for the first list after that, and for the lists after it. */
function fill(lab: Lab, count: number) {
  const store = new Store({ folder: join(lab.newFolder(), 'store'), clock: systemClock });
  const objects = Array.from({ length: count }, (_, number) => objectNumber(number));
  const at = performance.now();
  const createCpuMs = cpuMsOf(() => {
    for (const object of objects) store.create(kind, object);
  });
  const createMs = performance.now() - at;
  // Names that came or went are sorted by the first list: once, however many lists follow.
  const firstListMs = cpuMsOf(() => void store.list(kind));
  const lists = Math.ceil(listed / count);
  const listMs = cpuMsOf(() => {
    for (let list = 0; list < lists; list++) store.list(kind);
  });
  store.close();
  return {
    createMs: createMs / count,
    createCpuMs: createCpuMs / count,
    firstListMs: firstListMs / count,
    listMs: listMs / lists / count,
  };
}

/** Milliseconds an event, from the write to the last of the watchers. */
function fanOut(lab: Lab): number {
  const store = new Store({ folder: join(lab.newFolder(), 'store'), clock: systemClock });
  let told = 0;
  for (let watcher = 0; watcher < watchers; watcher++) store.watch(kind, () => void told++);
  const at = performance.now();
  for (let number = 0; number < fanOutWrites; number++) store.create(kind, objectNumber(number));
  const ms = performance.now() - at;
  if (told !== watchers * fanOutWrites) throw new Error(`${told} events were told`);
  store.close();
  return ms / fanOutWrites;
}

/** A write is acknowledged when the kernel has it (kill -9 proof); it is synced to the disk within 50 ms. */
export const store: Row = {
  name: 'store',
  title: `Store: create ${many.toLocaleString('en')} objects, list, watch`,
  async run(lab) {
    const ratio = { create: new Samples(), firstList: new Samples(), list: new Samples() };
    const [perObject, events] = [new Samples(), new Samples()];
    for (let run = -1; run < runs; run++) {
      const [small, large] = [fill(lab, few), fill(lab, many)];
      const eventMs = fanOut(lab);
      if (run < 0) continue;
      ratio.create.add(large.createCpuMs / small.createCpuMs);
      ratio.firstList.add(large.firstListMs / small.firstListMs);
      ratio.list.add(large.listMs / small.listMs);
      perObject.add(large.createMs);
      events.add(eventMs);
    }
    const linear = { unit: '×', budget: { atMost: 1.3 } } as const;
    const how = (samples: Samples, digits: number, unit = '') => `${unit}${samples.summary(digits)}`;
    return measured(
      {
        what: 'durable writes a second',
        value: 1000 / perObject.median,
        unit: '/s',
        budget: { atLeast: 2000 },
        how: how(perObject, 3, 'ms a write: '),
      },
      {
        what: `create: per object at ${many} over ${few}`,
        value: ratio.create.median,
        ...linear,
        how: how(ratio.create, 2),
      },
      { what: `list: per object at ${many} over ${few}`, value: ratio.list.median, ...linear, how: how(ratio.list, 2) },
      {
        what: `list that sorts first: per object at ${many} over ${few}`,
        value: ratio.firstList.median,
        unit: '×',
        how: how(ratio.firstList, 2),
      },
      {
        what: `writes a second told to ${watchers} watchers`,
        value: 1000 / events.median,
        unit: '/s',
        how: how(events, 3, 'ms a write: '),
      },
    );
  },
};
