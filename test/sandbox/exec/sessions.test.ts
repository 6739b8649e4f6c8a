import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { pods } from '../../../src/kube/resources.ts';
import { ExecCluster } from './exec-cluster.ts';

/** Clients that are not kubectl: what they may do wrong, and that it hurts nobody else. */
let cluster: ExecCluster;
beforeAll(async () => {
  cluster = await ExecCluster.start();
  await cluster.pod('box', { containers: [{ name: 'box', image: 'curlimages/curl', command: ['sleep', '3600'] }] });
}, 60_000);
afterAll(() => cluster.close());

function open(query: string, protocol = 'v5.channel.k8s.io'): WebSocket {
  const { server, caPem, token } = cluster.cluster.access;
  const url = `${server.replace('https', 'wss')}/api/v1/namespaces/default/pods/box/exec?${query}`;
  return new WebSocket(url, protocol, { ca: caPem, headers: { authorization: `Bearer ${token}` } });
}

/** All that came on each channel until the connection ended. */
async function channelsOf(socket: WebSocket): Promise<Map<number, string>> {
  const channels = new Map<number, string>();
  socket.on('message', (message: Buffer) => {
    const channel = message[0] ?? 0;
    channels.set(channel, (channels.get(channel) ?? '') + message.subarray(1).toString());
  });
  await once(socket, 'close');
  return channels;
}

const stillWorks = async () =>
  expect(await cluster.run('1.36', ['exec', 'box', '--', 'echo', 'fine'])).toMatchObject({ code: 0, stdout: 'fine\n' });

describe('exec over WebSocket', () => {
  it('v5 ends standard input by a frame; the Status carries the exit code', async () => {
    const socket = open('command=sh&command=-c&command=cat;exit%204&stdin=true&stdout=true&stderr=true');
    const channels = channelsOf(socket);
    await once(socket, 'open');
    socket.send(Buffer.from('\x00half'));
    socket.send(Buffer.from([255, 0]));
    const seen = await channels;
    expect(seen.get(1)).toBe('half');
    expect(JSON.parse(seen.get(3) ?? '')).toMatchObject({
      status: 'Failure',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '4' }] },
    });
  });

  it('v4 is spoken too, and its base64 form', async () => {
    expect((await channelsOf(open('command=hostname&stdout=true', 'v4.channel.k8s.io'))).get(1)).toBe('box\n');
    const coded = await channelsOf(open('command=hostname&stdout=true', 'v4.base64.channel.k8s.io'));
    expect(Buffer.from(coded.get('1'.charCodeAt(0)) ?? '', 'base64').toString()).toBe('box\n');
  });

  it('an empty command and an unknown one are told in the Status', async () => {
    expect((await channelsOf(open('stdout=true'))).get(3)).toContain('OCI runtime exec failed: args must not be empty');
    expect((await channelsOf(open('command=zsh&stdout=true'))).get(3)).toContain('executable file not found in $PATH');
  });

  it('frames without sense, on channels that do not exist, change nothing', async () => {
    const socket = open('command=cat&stdin=true&stdout=true&tty=false');
    const channels = channelsOf(socket);
    await once(socket, 'open');
    for (const frame of [[], [9, 1, 2], [4, 1], [3, 3], [255], [255, 77], [1, 65], [2, 66]])
      socket.send(Buffer.from(frame));
    socket.send('text');
    socket.send(Buffer.from('\x00good'));
    socket.send(Buffer.from([255, 0]));
    expect((await channels).get(1)).toBe('good');
    await stillWorks();
  });

  it('a message of over a mebibyte ends its own session only', async () => {
    const socket = open('command=cat&stdin=true&stdout=true');
    socket.on('error', () => {});
    await once(socket, 'open');
    socket.send(Buffer.alloc((1 << 20) + 10));
    await once(socket, 'close');
    await stillWorks();
  });

  it('a client that never reads holds its own program up, and nobody else', async () => {
    const socket = open('command=sh&command=-c&command=while%20true%3B%20do%20cat%20/etc/hosts%3B%20done&stdout=true');
    await once(socket, 'open');
    socket.pause();
    await stillWorks();
    const before = process.memoryUsage().arrayBuffers;
    for (let turn = 0; turn < 5; turn += 1) await stillWorks();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 << 20);
    socket.terminate();
  });

  it('what is typed to a program that does not read waits at the client', async () => {
    const socket = open('command=sleep&command=3600&stdin=true&stdout=true');
    await once(socket, 'open');
    const before = process.memoryUsage().arrayBuffers;
    let unsent = 64;
    for (; unsent > 0; unsent -= 1) socket.send(Buffer.alloc(512 << 10), () => {});
    await stillWorks();
    expect(socket.bufferedAmount).toBeGreaterThan(8 << 20);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(96 << 20);
    socket.terminate();
    await stillWorks();
  });
});

describe('kubectl run', () => {
  it.each(['1.28', '1.36'] as const)('-i --rm of %s joins the program, and removes its pod', async (version) => {
    const name = `tmp-${version.replace('.', '-')}`;
    const session = cluster.start(version, [
      'run',
      '-i',
      '--rm',
      name,
      '--image=curlimages/curl',
      '--restart=Never',
      '--',
      'sh',
    ]);
    session.type('echo "in $HOSTNAME"; exit 3\n');
    await session.until(new RegExp(`in ${name}`));
    expect((await session.ended).stdout).toContain(`in ${name}\n`);
    await cluster.until(pods, (all) => !all.some(({ metadata }) => metadata.name === name));
  });
});
