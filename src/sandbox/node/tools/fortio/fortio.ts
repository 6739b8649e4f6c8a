import type { Process, Tool } from '../../processes/process.ts';
import { FortioUsage } from './command-line.ts';
import { load } from './load.ts';
import { serve } from './server.ts';

/** fortio 1.33: its server, and its load with the report. Other commands are refused by name. */
const version = '1.33.0';

const elsewhere = [
  'tcp-echo',
  'udp-echo',
  'report',
  'redirect',
  'grpcping',
  'nc',
  'proxies',
  'dns',
  'curl',
  'curl-stdin',
  'script',
];

async function run(process: Process): Promise<number> {
  const [, command = '', ...args] = process.argv;
  switch (command) {
    case 'load':
      return load(process, args, version);
    case 'server':
      return serve(process, args, version);
    case 'version':
      await process.stdout.write(`${version}\n`);
      return 0;
    default:
      throw new FortioUsage(
        elsewhere.includes(command)
          ? `fortio ${command} is not in this sandbox: it has load, server and version`
          : 'Error: need at least 1 command parameter: load, server or version',
      );
  }
}

export const fortio: Tool = {
  async run(process) {
    try {
      return await run(process);
    } catch (error) {
      if (!(error instanceof FortioUsage)) throw error;
      await process.stderr.write(`${error.message}\n`);
      return 1;
    }
  },
};
