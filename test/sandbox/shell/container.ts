import { systemClock } from '../../../src/platform/clock.ts';
import { busyboxTools } from '../../../src/sandbox/node/images/toolboxes.ts';
import { noInput } from '../../../src/sandbox/node/processes/byte-stream.ts';
import type { ContainerProcesses } from '../../../src/sandbox/node/processes/container-processes.ts';
import type { ImageProgram } from '../../../src/sandbox/node/program.ts';
import { LoopbackPods, processesOf } from '../images/containers.ts';

export interface Result {
  code: number;
  out: string;
  err: string;
}

const image: ImageProgram = {
  repositories: ['test/box'],
  sizeBytes: 1,
  entrypoint: ['/box'],
  tools: busyboxTools,
  account: { name: 'guest', home: '/home/guest' },
  run: async () => 0,
};

/** A container of its own, without cluster: commands run in it one after the other. */
export class Box {
  readonly processes: ContainerProcesses;

  constructor(
    user = 0,
    tools: readonly string[] = busyboxTools,
    pods: Pick<LoopbackPods, 'sockets'> = new LoopbackPods(),
    caPem = '',
  ) {
    const options = { ip: '10.244.0.7', image: 'test/box' };
    this.processes = processesOf(pods, { ...image, user, tools, caPem: () => caPem }, options, systemClock);
  }

  async run(argv: readonly string[], input = '', env: Record<string, string> = {}): Promise<Result> {
    let [out, err] = ['', ''];
    let rest: Buffer | undefined = input === '' ? undefined : Buffer.from(input);
    const { ended } = this.processes.spawn({
      argv,
      env,
      cwd: '/',
      stdin: {
        ...noInput,
        async read() {
          const given = rest;
          rest = undefined;
          return given;
        },
      },
      stdout: {
        async write(bytes) {
          out += String(bytes);
        },
      },
      stderr: {
        async write(bytes) {
          err += String(bytes);
        },
      },
    });
    const code = await ended;
    return { code, out, err };
  }

  sh(script: string, input = ''): Promise<Result> {
    return this.run(['sh', '-c', script], input);
  }
}
