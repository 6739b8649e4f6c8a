import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { pods } from '../../../src/kube/resources.ts';
import type { KubectlVersion } from '../../tools/kubectl.ts';
import { ExecCluster } from './exec-cluster.ts';

const versions: readonly KubectlVersion[] = ['1.28', '1.36'];

let cluster: ExecCluster;
beforeAll(async () => {
  cluster = await ExecCluster.start();
  await cluster.pod('box', {
    containers: [
      { name: 'box', image: 'curlimages/curl', command: ['/bin/sleep', '3650d'] },
      {
        name: 'other',
        image: 'curlimages/curl',
        command: ['sleep', 'infinity'],
        env: [{ name: 'COLOUR', value: 'blue' }],
      },
    ],
  });
}, 60_000);
afterAll(() => cluster.close());

const exec = (version: KubectlVersion, args: readonly string[], input?: string) =>
  cluster.run(version, ['exec', ...(input === undefined ? [] : ['-i']), 'box', ...args], input);

describe.each(versions)('kubectl %s exec', (version) => {
  it('prints what the program writes, with its own exit code', async () => {
    expect(await exec(version, ['-c', 'box', '--', 'echo', 'a  b', '$HOME'])).toEqual({
      code: 0,
      stdout: 'a  b $HOME\n',
      stderr: '',
    });
    const failed = await exec(version, ['-c', 'box', '--', 'ls', '/nowhere']);
    expect(failed).toEqual({
      code: 1,
      stdout: '',
      stderr: 'ls: /nowhere: No such file or directory\ncommand terminated with exit code 1\n',
    });
  });

  it('goes into the container that was asked for, the first one otherwise', async () => {
    expect((await exec(version, ['-c', 'other', '--', 'printenv', 'COLOUR'])).stdout).toBe('blue\n');
    const defaulted = await exec(version, ['--', 'printenv', 'COLOUR']);
    expect(defaulted.code).toBe(1);
    expect(defaulted.stderr).toContain('Defaulted container "box" out of: box, other');
  });

  it('carries standard input of several megabytes to its end, byte for byte', async () => {
    const text = `${'0123456789abcdef'.repeat(64)}\n`.repeat(3000);
    const counted = await exec(version, ['-c', 'box', '--', 'wc', '-c'], text);
    expect(counted).toMatchObject({ code: 0, stdout: `${text.length}\n` });
    expect((await exec(version, ['-c', 'box', '--', 'cat'], text)).stdout).toBe(text);
  });

  it('runs a shell with pipes, and scripts that come by standard input', async () => {
    const piped = await exec(version, ['-c', 'box', '--', 'sh', '-c', 'cat /etc/hosts | grep -c localhost; exit 3']);
    expect(piped).toEqual({ code: 3, stdout: '2\n', stderr: 'command terminated with exit code 3\n' });
    expect(await exec(version, ['-c', 'box', '--', 'sh'], 'cd /tmp\npwd\n')).toEqual({
      code: 0,
      stdout: '/tmp\n',
      stderr: '',
    });
  });

  it('says of a program that the image lacks what containerd says', async () => {
    const why = 'OCI runtime exec failed: exec failed: unable to start container process: exec:';
    const bash = await exec(version, ['-c', 'box', '--', 'bash']);
    expect(bash.code).toBe(1);
    expect(bash.stderr).toMatch(
      /^error: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "[0-9a-f]{64}": /,
    );
    expect(bash.stderr).toContain(`${why} "bash": executable file not found in $PATH: unknown`);
    const path = await exec(version, ['-c', 'box', '--', '/bin/bash']);
    expect(path.stderr).toContain(`${why} "/bin/bash": stat /bin/bash: no such file or directory: unknown`);
    const denied = await exec(version, ['-c', 'box', '--', '/etc/hosts']);
    expect(denied.stderr).toContain(`${why} "/etc/hosts": permission denied: unknown`);
  });

  it('copies a folder in and out again', async () => {
    const local = join(cluster.folder, `copied-${version}`);
    mkdirSync(join(local, 'inner'), { recursive: true });
    writeFileSync(join(local, 'inner', 'bytes'), Buffer.from([0, 1, 2, 255]));
    writeFileSync(join(local, 'text'), 'x'.repeat(5000));
    const target = `/tmp/in-${version}`;
    expect(await cluster.run(version, ['cp', '-c', 'box', local, `box:${target}`])).toMatchObject({
      code: 0,
      stderr: '',
    });
    expect((await exec(version, ['-c', 'box', '--', 'wc', '-c', `${target}/text`])).stdout).toBe(
      `5000 ${target}/text\n`,
    );
    const back = `${local}-back`;
    expect((await cluster.run(version, ['cp', '-c', 'box', `box:${target}`, back])).code).toBe(0);
    expect(readFileSync(join(back, 'inner', 'bytes'))).toEqual(Buffer.from([0, 1, 2, 255]));
    expect(readFileSync(join(back, 'text'), 'utf8')).toHaveLength(5000);
  });

  it('ends its process when the client goes away', async () => {
    const sleeping = cluster.start(version, ['exec', 'box', '-c', 'other', '--', 'sleep', '4321']);
    const shows = async () => (await exec(version, ['-c', 'other', '--', 'ps'])).stdout.includes('sleep 4321');
    const until = (expected: boolean) =>
      vi.waitFor(async () => expect(await shows()).toBe(expected), { timeout: 15_000, interval: 100 });
    await until(true);
    sleeping.kill('SIGKILL');
    await until(false);
  });
});

it('refuses a container that the pod lacks, and a request without streams', async () => {
  const { server, token, caPem } = cluster.cluster.access;
  const { request } = await import('node:https');
  const answer = (query: string) =>
    new Promise<{ status: number; message: string }>((resolve, reject) => {
      const outgoing = request(`${server}/api/v1/namespaces/default/pods/box/exec?${query}`, {
        ca: caPem,
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          connection: 'Upgrade',
          upgrade: 'SPDY/3.1',
          'x-stream-protocol-version': 'v4.channel.k8s.io',
        },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        let text = '';
        response.on('data', (part) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, message: JSON.parse(text).message }));
      });
      outgoing.end();
    });
  expect(await answer('container=nope&command=ls&stdout=true')).toEqual({
    status: 400,
    message: 'container nope is not valid for pod box',
  });
  expect((await answer('command=ls&stdout=true')).message).toBe(
    'a container name must be specified for pod box, choose one of: [box other]',
  );
  expect((await answer('container=box&command=ls')).message).toBe(
    'you must specify at least 1 of stdin, stdout, stderr',
  );
});

it('ends a session with 137 when its pod is killed', async () => {
  await cluster.pod('doomed', { containers: [{ name: 'app', image: 'curlimages/curl', command: ['sleep', '3650d'] }] });
  const session = cluster.start('1.36', ['exec', 'doomed', '--', 'tail', '-f', '/etc/hosts']);
  await session.until(/localhost/);
  await cluster.cluster.api.delete(pods, 'doomed', 'default', { gracePeriodSeconds: 0 });
  expect(await session.ended).toMatchObject({ code: 137, stderr: 'command terminated with exit code 137\n' });
});
