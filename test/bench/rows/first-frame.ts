import { stripVTControlCharacters } from 'node:util';
import { program } from '../lab.ts';
import { emptyNode, untilSeen } from '../program-on-pty.ts';
import { measured, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

const pairs = 15;
const alternateScreen = '\u001b[?1049h';

/** Letters on the alternate screen: the splash comes before it. */
function isFrame(output: string): boolean {
  const at = output.indexOf(alternateScreen);
  return at >= 0 && /\p{L}{3}/u.test(stripVTControlCharacters(output.slice(at)));
}

/** The first start of all: an empty home. */
export const firstFrame: Row = {
  name: 'first-frame',
  title: 'First Ink frame over node -e 0 (pty)',
  async run(lab) {
    const [bare, ours] = [new Samples(), new Samples()];
    for (let pair = 0; pair < pairs; pair++) {
      const environment = lab.environment(lab.newFolder());
      bare.add(await emptyNode(environment));
      ours.add(await untilSeen([program], environment, isFrame));
    }
    const how = `ms: ${ours.summary()}; node -e 0: ${bare.summary()}`;
    return measured({
      what: 'median over median',
      value: ours.median / bare.median,
      unit: '×',
      budget: { atMost: 6 },
      how,
    });
  },
};
