import { spawn } from '@lydell/node-pty';
import { cpuMs, pause, program, residentMb } from '../lab.ts';
import { terminalAnswers, whoAreYou } from '../program-on-pty.ts';
import { measured, type Row } from '../row.ts';

const settleMs = 15_000;
const watchedMs = 60_000;

/** The program on the screen at rest, with the bookstore running in its sandbox, which is a process of its own. */
export const idleScreen: Row = {
  name: 'idle-screen',
  title: 'Program on the screen while nobody touches it, bookstore running',
  async run(lab) {
    if (process.platform !== 'linux') return { status: 'skipped', reason: 'it reads /proc, which only Linux has' };
    const home = await lab.playedHome();
    const environment = lab.environment(home);
    const pty = spawn(process.execPath, [program], { cols: 120, rows: 40, cwd: '/', env: environment });
    const ended = new Promise<void>((resolve) => pty.onExit(() => resolve()));
    let output = '';
    pty.onData((data) => {
      output += data;
      if (data.includes(whoAreYou)) pty.write(terminalAnswers);
    });
    try {
      for (let waited = 0; !output.includes('Enter') && waited < 60_000; waited += 250) await pause(250);
      await pause(settleMs);
      const [cpu, at, written] = [cpuMs(pty.pid), performance.now(), output.length];
      await pause(watchedMs);
      const share = ((cpuMs(pty.pid) - cpu) / (performance.now() - at)) * 100;
      const how = `${watchedMs / 1000} s after ${settleMs / 1000} s of settling`;
      return measured(
        { what: 'CPU of the program', value: share, unit: '% of a core', budget: { atMost: 3 }, how },
        { what: 'bytes drawn meanwhile', value: output.length - written, unit: '', how },
        { what: 'resident memory', value: residentMb(pty.pid), unit: 'MB', how },
      );
    } finally {
      pty.kill('SIGTERM');
      await ended;
    }
  },
};
