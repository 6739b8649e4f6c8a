import { FileStore } from '../../../src/classroom/store/file-store.ts';
import { endHost, logOf, lostOrDoubled, settingsOf, startHost, teach } from '../class-room.ts';
import type { Lab } from '../lab.ts';
import { type Measure, measured, type Row } from '../row.ts';

/** `--quick` takes half a minute of it. */
const seconds = process.argv.includes('--quick') ? 30 : 300;
const sizes = (process.env['MESHWALK_LEARNERS'] ?? '100,500,2000').split(',').map(Number);

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
  const host = await startHost(lab, lab.newFolder());
  try {
    const { code } = settingsOf(host);
    const { learners, delays, usages, how } = await teach([host], { port: host.port, code, count, seconds });
    const [{ cpu, megabytes } = { cpu: Number.NaN, megabytes: Number.NaN }] = usages;
    await endHost(host);
    const wrong = await lostOrDoubled(await FileStore.open(logOf(host)), learners);
    const isBudget = count === 500;
    return [
      {
        what: `${count}: event to page, p95`,
        value: delays.percentile(95),
        unit: 'ms',
        how: `${how}; ${delays.count} seen`,
        ...(isBudget && { budget: { atMost: 1000 } }),
      },
      {
        what: `${count}: host, processor`,
        value: cpu,
        unit: '% of a core',
        how,
        ...(isBudget && { budget: { atMost: 50 } }),
      },
      { what: `${count}: host, memory`, value: megabytes, unit: 'MB', how: 'resident' },
      { what: `${count}: lost or doubled`, value: wrong, unit: '', how, budget: { atMost: 0 } },
    ];
  } finally {
    await endHost(host);
  }
}
