import type { Process, Tool } from '../processes/process.ts';
import { complain, getopt } from './options.ts';

/** The search list of the pod's resolv.conf; a name is also tried as it stands. */
function candidates(process: Process, name: string): string[] {
  if (name.endsWith('.')) return [name];
  const resolver = process.system.files.read('/etc/resolv.conf').toString();
  const domains = /^search (.*)$/m.exec(resolver)?.[1]?.split(' ') ?? [];
  return [...domains.map((domain) => `${name}.${domain}.`), `${name}.`];
}

/** busybox's: the server's address, then what it says. Only A records exist here. */
export const nslookup: Tool = {
  async run(process) {
    const { operands } = getopt(
      process.argv.slice(1).filter((word) => !word.startsWith('-type=')),
      '',
    );
    const [name] = operands;
    if (name === undefined) return complain(process, 'a name is wanted');
    const server = /^nameserver (.*)$/m.exec(process.system.files.read('/etc/resolv.conf').toString())?.[1] ?? '';
    await process.stdout.write(`Server:\t\t${server}\nAddress:\t${server}:53\n\n`);
    for (const candidate of candidates(process, name)) {
      const found = await process.sockets.resolve(candidate).catch(() => []);
      if (found.length === 0) continue;
      const lines = found.map((address) => `Name:\t${candidate.replace(/\.$/, '')}\nAddress: ${address}\n`);
      await process.stdout.write(`${lines.join('')}\n`);
      return 0;
    }
    await process.stdout.write(`** server can't find ${name}: NXDOMAIN\n\n`);
    return 1;
  },
};
