import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { PtySession } from '../../tools/pty.ts';
import { type Lab, pause, program, residentMb } from '../lab.ts';
import { measured, type Row } from '../row.ts';
import { Samples } from '../samples.ts';

const linesASecond = 10_000;
const presses = 300;
const openText = 'Keys';
/** Each in turn: `?` opens the help, one of them closes it. */
const closing = ['?', 'escape'] as const;

const probe = join(import.meta.dirname, '../heap-probe.ts');

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
  plain: Samples;
  /** Of Esc, which begins the codes of other keys and counts only when nothing has followed it. */
  lone: Samples;
  /** How late timers of the measuring process were, p99: what of all this is the machine's and the measure's. */
  lateMs: number;
  /** What is left on the heap after a collection, in MB, from early in the flood to its end. */
  heap: readonly number[];
  residentMb: number;
  seconds: number;
}

/** The process's heap, in MB, after it collected its garbage; one more line in its file each time. */
async function heapOf(pid: number, file: string): Promise<number> {
  const read = () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);
  const before = read().length;
  process.kill(pid, 'SIGUSR2');
  while (read().length === before) await pause(10);
  return Number(read().at(-1)) / 2 ** 20;
}

async function flooded(lab: Lab, home: string): Promise<Flooded> {
  const file = join(home, 'flood.mjs');
  const heapFile = join(home, 'heap');
  writeFileSync(file, flood);
  const session = new PtySession({
    file: process.execPath,
    args: ['--expose-gc', '--import', probe, program, '--pace', 'instant'],
    environment: { ...lab.environment(home), HEAP_PROBE: heapFile },
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
    const heap = [await heapOf(session.pid, heapFile)];
    const [plain, lone] = [new Samples(), new Samples()];
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    let isOpen = false;
    for (let press = 0; press < presses; press++) {
      await pause(20 + Math.random() * 60);
      const at = performance.now();
      const key = isOpen ? (closing[(press >> 1) % closing.length] ?? 'escape') : '?';
      session.press(key);
      isOpen = !isOpen;
      await session.waitFor((screen) => isHelp(screen) === isOpen, isOpen ? 'the help' : 'the lesson');
      (key === 'escape' ? lone : plain).add(performance.now() - at);
    }
    heap.push(await heapOf(session.pid, heapFile));
    return {
      plain,
      lone,
      lateMs: delay.percentile(99) / 1e6,
      heap,
      residentMb: residentMb(session.pid),
      seconds: (performance.now() - start) / 1000,
    };
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
    const { plain, lone, lateMs, heap, residentMb, seconds } = await flooded(lab, lab.newFolder());
    return measured(
      {
        what: 'p99',
        value: plain.percentile(99),
        unit: 'ms',
        budget: { atMost: 33 },
        how: `ms: ${plain.summary(1)}; screen parsed by xterm in a process that was late itself by ${lateMs.toFixed(1)} (p99)`,
      },
      {
        what: 'p99 of Esc, which Ink holds for 20 ms',
        value: lone.percentile(99),
        unit: 'ms',
        budget: { atMost: 33 + 20 },
        how: `ms: ${lone.summary(1)}`,
      },
      {
        what: 'heap after the flood over early in it',
        value: (heap.at(-1) ?? 0) / (heap[0] ?? 0),
        unit: '×',
        budget: { atMost: 1.1 },
        how: `${heap.map((mb) => mb.toFixed(1)).join(' and ')} MB after collection, ${seconds.toFixed(0)} s apart`,
      },
      { what: 'resident after the flood', value: residentMb, unit: 'MB', how: 'with garbage that waits' },
    );
  },
};
