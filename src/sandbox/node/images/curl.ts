import type { OutsideWorld } from '../../outside/outside-world.ts';
import type { ImageProgram } from '../program.ts';
import { busyboxTools } from './toolboxes.ts';

/**
 * curlimages/curl: Alpine with curl. Its entrypoint is a script that runs its words as a command where there is such a
 * command, and as curl's arguments otherwise. It trusts the CA of the simulated internet.
 */
export function curl({ outside }: { outside: Pick<OutsideWorld, 'caPem'> }): ImageProgram {
  return {
    repositories: ['curlimages/curl'],
    sizeBytes: 8_388_608,
    entrypoint: ['/entrypoint.sh'],
    cmd: ['curl'],
    tools: [...busyboxTools, '/usr/bin/curl'],
    user: 100,
    account: { name: 'curl_user', home: '/home/curl_user' },
    files: {
      '/etc/alpine-release': '3.16.2\n',
      '/etc/os-release': 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.16.2\n',
    },
    caPem: () => outside.caPem,
    run({ argv, become }) {
      const words = argv.slice(1);
      const [first = '-'] = words;
      const isCommand =
        !first.startsWith('-') &&
        [...busyboxTools, '/usr/bin/curl'].some((path) => path === first || path.endsWith(`/${first}`));
      return become(isCommand ? words : ['curl', ...words]);
    },
  };
}
