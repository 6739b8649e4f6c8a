import type { Tool } from '../processes/process.ts';
import { getopt } from './options.ts';

export const hostname: Tool = {
  async run(process) {
    const { flags } = getopt(process.argv.slice(1), 'sfi');
    await process.stdout.write(`${flags.has('i') ? process.sockets.podIp : process.system.hostname}\n`);
    return 0;
  },
};

export const id: Tool = {
  async run(process) {
    const { flags } = getopt(process.argv.slice(1), 'ugn');
    const { id: number, name } = process.system.user;
    const named = number === Number(name) ? `${number}` : `${number}(${name})`;
    const one = flags.has('n') ? name : String(number);
    await process.stdout.write(
      `${flags.has('u') || flags.has('g') ? one : `uid=${named} gid=${named} groups=${named}`}\n`,
    );
    return 0;
  },
};

export const whoami: Tool = {
  async run({ stdout, system }) {
    await stdout.write(`${system.user.name}\n`);
    return 0;
  },
};

export const uname: Tool = {
  async run(process) {
    const { flags } = getopt(process.argv.slice(1), 'asnrvm');
    const parts: [string, string][] = [
      ['s', 'Linux'],
      ['n', process.system.hostname],
      ['r', '5.15.0-1091-azure'],
      ['v', '#1 SMP'],
      ['m', 'x86_64'],
    ];
    const wanted = parts.filter(([flag]) => flags.has('a') || flags.has(flag) || (flags.size === 0 && flag === 's'));
    await process.stdout.write(`${wanted.map(([, text]) => text).join(' ')}\n`);
    return 0;
  },
};
