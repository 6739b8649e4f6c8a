import { program } from '../lab.ts';
import { emptyNode, untilSeen } from '../program-on-pty.ts';
import { measured, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

const pairs = 20;

export const splash: Row = {
  name: 'splash',
  title: 'First visible output over node -e 0 (pty)',
  async run(lab) {
    const [bare, ours] = [new Samples(), new Samples()];
    for (let pair = 0; pair < pairs; pair++) {
      const environment = lab.environment(lab.newFolder());
      bare.add(await emptyNode(environment));
      ours.add(await untilSeen([program], environment, (output) => /\p{L}/u.test(output)));
    }
    const how = `ms: ${ours.summary()}; node -e 0: ${bare.summary()}`;
    return measured({
      what: 'median over median',
      value: ours.median / bare.median,
      unit: '×',
      budget: { atMost: 1.5 },
      how,
    });
  },
};
