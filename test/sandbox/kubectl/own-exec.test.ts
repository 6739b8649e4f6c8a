import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Pod } from '../../../src/kube/objects.ts';
import { pods, serviceAccounts } from '../../../src/kube/resources.ts';
import { type Answer, ProgramsOnCluster } from './side-by-side.ts';

/** exec and attach of our own kubectl beside those of the real 1.36, in one container. */
let programs: ProgramsOnCluster;
beforeAll(async () => {
  programs = await ProgramsOnCluster.start(['kubectl'], { openServiceMesh: false });
  const { api } = programs.cluster;
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const stops: (() => void)[] = [];
      const look = () => {
        if (!holds()) return;
        for (const stop of stops) stop();
        resolve();
      };
      stops.push(
        api.watch(pods, () => queueMicrotask(look)),
        api.watch(serviceAccounts, () => queueMicrotask(look)),
      );
      queueMicrotask(look);
    });
  await until(() => api.get(serviceAccounts, 'default', 'default') !== undefined);
  const container = (name: string, script: string) => ({
    name,
    image: 'curlimages/curl',
    command: ['sh', '-c', script],
  });
  await api.create(pods, {
    metadata: { name: 'box', namespace: 'default' },
    spec: {
      containers: [
        { ...container('box', 'while read line; do echo "heard $line"; done'), stdin: true },
        container('other', 'sleep 3600'),
      ],
    },
  } as Pod);
  await until(() => api.get(pods, 'box', 'default')?.status?.phase === 'Running');
}, 60_000);
afterAll(() => programs.close());

const answered = (program: 'kubectl' | '1.36', line: string, input: string): Promise<Answer> => {
  const child = programs.start(program, line);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
};

const steady = ({ stderr, ...rest }: Answer) => ({ ...rest, stderr: stderr.replaceAll(/[0-9a-f]{64}/g, 'ID') });

it.each([
  ['exec box -- echo hello', ''],
  ["exec box -c other -- sh -c 'echo out; echo err >&2; exit 3'", ''],
  ['exec -i box -c other -- wc -c', 'x'.repeat(200_000)],
  ['exec box -c other -- bash', ''],
  ['exec box -c nope -- ls', ''],
  ['exec nope -- ls', ''],
  ['exec -it box -c other -- cat', 'piped\n'],
  ['exec box', ''],
])('kubectl %s', async (line, input) => {
  const [ours, real] = await Promise.all([answered('kubectl', line, input), answered('1.36', line, input)]);
  expect(steady(ours)).toEqual(steady(real));
});

it.each(['kubectl', '1.36'] as const)('%s attaches to the main program and talks to it', async (program) => {
  const child = programs.start(program, 'attach -i box -c box');
  let out = '';
  const heard = new Promise<void>((resolve) => {
    child.stdout.on('data', (bytes) => {
      out += bytes;
      if (out.includes(`heard ${program}\n`)) resolve();
    });
  });
  child.stdin.write(`${program}\n`);
  await heard;
  child.kill();
  await new Promise((resolve) => child.on('close', resolve));
});
