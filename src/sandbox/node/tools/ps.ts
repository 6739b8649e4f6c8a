import { own } from '../../../kube/json-value.ts';
import type { Tool } from '../processes/process.ts';
import { complain } from './options.ts';

/** busybox's columns: minutes and seconds of processor time, of which none is counted here. */
export const ps: Tool = {
  async run({ system, stdout }) {
    const rows = system
      .list()
      .map(({ pid, user, argv }) => `${String(pid).padStart(5)} ${user.padEnd(8)}  0:00 ${argv.join(' ')}\n`);
    await stdout.write(`PID   USER     TIME  COMMAND\n${rows.join('')}`);
    return 0;
  },
};

const signals: Record<string, 1 | 2 | 9 | 15> = { HUP: 1, INT: 2, KILL: 9, TERM: 15, '1': 1, '2': 2, '9': 9, '15': 15 };

export const kill: Tool = {
  async run(process) {
    const args = process.argv.slice(1);
    let name = 'TERM';
    if (args[0] === '-s') [, name = ''] = args.splice(0, 2);
    else if (args[0]?.startsWith('-')) name = (args.shift() ?? '').slice(1);
    const signal = own(signals, name.replace(/^SIG/, ''));
    if (signal === undefined) return complain(process, `bad signal name '${name}'`);
    let exitCode = 0;
    for (const text of args) {
      if (!/^\d+$/.test(text)) exitCode = await complain(process, `invalid number '${text}'`);
      else if (!process.system.kill(Number(text), signal))
        exitCode = await complain(process, `can't kill pid ${text}: No such process`);
    }
    return exitCode;
  },
};
