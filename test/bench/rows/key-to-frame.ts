import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PtySession } from '../../tools/pty.ts';
import { type Lab, pause, program, residentMb } from '../lab.ts';
import { measured, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

const linesASecond = 10_000;
const presses = 300;
const openText = 'Keys';
/** Each in turn: `?` opens the help, one of them closes it. */
const closing = ['?', 'escape'] as const;

/** A hundred lines every 10 ms; what the reader cannot take is not sent later, so the rate is what it says. */
const flood = `
const lines = (from) => Array.from({ length: ${linesASecond / 100} }, (_, i) => 'line ' + (from + i) + ' of output that a program prints').join('\\n') + '\\n';
const start = performance.now();
let sent = 0;
setInterval(() => {
  while (sent < (performance.now() - start) * ${linesASecond / 1000}) { process.stdout.write(lines(sent)); sent += ${linesASecond / 100}; }
}, 5);
`;

interface Flooded {
  /** Keys that are one byte, and Esc, which begins the codes of other keys: it counts when nothing has followed it. */
  plain: Samples;
  escape: Samples;
  early: number;
  late: number;
  seconds: number;
}

async function flooded(lab: Lab, home: string): Promise<Flooded> {
  const file = join(home, 'flood.mjs');
  writeFileSync(file, flood);
  const session = new PtySession({
    file: process.execPath,
    args: [program, '--pace', 'instant'],
    environment: lab.environment(home),
    folder: home,
    columns: 100,
    rows: 30,
  });
  try {
    await session.waitForText('help');
    session.press(':');
    await pause(300);
    session.write(`node ${file}`);
    await pause(300);
    session.press('enter');
    await session.waitForText('run it');
    session.press('enter');
    await session.waitForText('of output');
    const start = performance.now();
    await pause(3_000);
    const early = residentMb(session.pid);
    const [plain, escape] = [new Samples(), new Samples()];
    let isOpen = false;
    for (let press = 0; press < presses; press++) {
      await pause(20 + Math.random() * 60);
      const at = performance.now();
      const key = isOpen ? (closing[(press >> 1) % closing.length] ?? 'escape') : '?';
      session.press(key);
      isOpen = !isOpen;
      await session.waitFor((screen) => isHelp(screen) === isOpen, isOpen ? 'the help' : 'the lesson');
      (key === 'escape' ? escape : plain).add(performance.now() - at);
    }
    return { plain, escape, early, late: residentMb(session.pid), seconds: (performance.now() - start) / 1000 };
  } finally {
    session.press('ctrl-c');
    await session.close();
  }
}

const isHelp = (screen: string) => screen.includes(openText);

/** The real program on a pseudo terminal; a key that opens the help, then one that closes it, until it is on the screen. */
export const keyToFrame: Row = {
  name: 'key-to-frame',
  title: `Key to frame while ${linesASecond.toLocaleString('en')} lines a second arrive`,
  async run(lab) {
    if (process.platform !== 'linux') return { status: 'skipped', reason: 'it reads /proc, which only Linux has' };
    const { plain, escape, early, late, seconds } = await flooded(lab, lab.newFolder());
    return measured(
      {
        what: 'p99',
        value: plain.percentile(99),
        unit: 'ms',
        budget: { atMost: 33 },
        how: `ms: ${plain.summary(1)}; screen parsed by xterm`,
      },
      {
        what: 'p99 of Esc, which Ink holds for 20 ms',
        value: escape.percentile(99),
        unit: 'ms',
        budget: { atMost: 33 + 20 },
        how: `ms: ${escape.summary(1)}`,
      },
      {
        what: 'memory after the flood over early in it',
        value: late / early,
        unit: '×',
        budget: { atMost: 1.25 },
        how: `${early.toFixed(0)} MB after 3 s, ${late.toFixed(0)} MB after ${seconds.toFixed(0)} s`,
      },
    );
  },
};
