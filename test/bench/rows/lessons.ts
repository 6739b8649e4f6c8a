import { measured, type Row } from '../row.ts';
import { Samples, timed } from '../samples.ts';

const runs = 3;

export const lessons: Row = {
  name: 'lessons',
  title: 'All lessons without a screen, pace instant',
  async run(lab) {
    const samples = new Samples();
    for (let run = 0; run < runs; run++) samples.add((await timed(() => lab.play(lab.newFolder(), []))) / 1000);
    return measured({
      what: 'median',
      value: samples.median,
      unit: 's',
      budget: { atMost: 15 },
      how: `s: ${samples.summary(1)}; process start to exit`,
    });
  },
};
