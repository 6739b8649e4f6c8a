import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KubectlVersion } from '../../tools/kubectl.ts';
import { ClusterFixture } from './cluster-fixture.ts';
import { app } from './manifests.ts';

const versions: readonly KubectlVersion[] = ['1.28', '1.30', '1.32', '1.34', '1.36'];
const fiveMegabytes = randomBytes(5 << 20);

/** Sends all, half-closes, reads to the end. */
function exchange(port: number, send?: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => {
      socket.end();
      resolve(Buffer.concat(chunks));
    });
    socket.on('error', reject);
    if (send) socket.end(send);
  });
}

describe('streams through real kubectl', () => {
  let cluster: ClusterFixture;
  beforeAll(async () => {
    cluster = await ClusterFixture.start();
    cluster.file('app.yaml', app());
    await cluster.ok('1.32', 'create namespace shop');
    await cluster.ok('1.32', 'apply -f app.yaml');
    await cluster.ok('1.32', 'rollout status deploy/bookstore -n shop --timeout=10s');
    await cluster.node.serve(14001, (socket) => void socket.resume().end(fiveMegabytes));
    const echo = (socket: Socket) => void socket.pipe(socket);
    await cluster.node.serve(14002, echo);
  });
  afterAll(() => cluster.close());

  it.each(['pod', 'svc', 'deploy'])('port-forward to a %s reaches the port behind it', async (kind) => {
    const name = kind === 'pod' ? cluster.node.runningPods('shop')[0] : 'bookstore';
    const forward = cluster.start('1.34', ['port-forward', '-n', 'shop', `${kind}/${name}`, ':14001']);
    const [, port] = /127\.0\.0\.1:(\d+)/.exec(await forward.until((text) => text.includes('127.0.0.1'))) ?? [];
    expect((await exchange(Number(port))).equals(fiveMegabytes)).toBe(true);
    await forward.stop();
  });

  it('proxy hands requests on as the user of the kubeconfig', async () => {
    const proxy = cluster.start('1.34', ['proxy', '--port=0']);
    const [address] = /127\.0\.0\.1:\d+/.exec(await proxy.until((text) => text.includes('Starting to serve'))) ?? [];
    const answer = await fetch(`http://${address}/api/v1/namespaces/shop/services/bookstore`);
    expect(await answer.json()).toMatchObject({ kind: 'Service', metadata: { name: 'bookstore' } });
    await proxy.stop();
  });

  it.each(versions)(
    'port-forward of %s carries 5 MB both ways, six at once, and names a refused port',
    async (version) => {
      const forward = cluster.start(version, [
        'port-forward',
        '-n',
        'shop',
        'deploy/bookstore',
        ':14001',
        ':14002',
        ':9',
      ]);
      const out = await forward.until((text) => text.match(/127\.0\.0\.1/g)?.length === 3);
      const ports = [...out.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
      const [down = 0, both = 0, refused = 0] = ports;
      const answers = await Promise.all(Array.from({ length: 6 }, () => exchange(down)));
      expect(answers.every((answer) => answer.equals(fiveMegabytes))).toBe(true);
      expect((await exchange(both, fiveMegabytes)).equals(fiveMegabytes)).toBe(true);
      expect((await exchange(refused)).length).toBe(0);
      const { stderr } = await forward.ended;
      expect(stderr).toContain('error forwarding port 9 to pod');
      expect(stderr).toContain('connect: connection refused');
    },
  );

  it.each(versions)('logs -f of %s prints each line when it is written', async (version) => {
    cluster.node.write('envoy', `first for ${version}`);
    const logs = cluster.start(version, ['logs', '-f', '--tail=1', '-n', 'shop', 'deploy/bookstore', '-c', 'envoy']);
    await logs.until((text) => text === `first for ${version}\n`);
    cluster.node.write('envoy', 'second');
    await logs.until((text) => text === `first for ${version}\nsecond\n`);
    await logs.stop();
    expect(cluster.node.asked.at(-1)).toEqual({ container: 'envoy', follow: true, tailLines: 1 });
  });

  it('logs --previous says that there is none, in the words of a kubelet', async () => {
    const { code, stderr } = await cluster.kubectl('1.36', 'logs deploy/bookstore -n shop -c envoy --previous');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /Error from server \(BadRequest\): previous terminated container "envoy" in pod "bookstore-\S+" not found/,
    );
  });

  it.each(versions)('get -w of %s prints a row per change', async (version) => {
    const listed = cluster.start(version, ['get', 'deploy', '-n', 'shop', '-w']);
    await listed.until((text) => text.includes('bookstore'));
    await cluster.ok(version, 'label deploy bookstore -n shop touched=yes --overwrite');
    await cluster.ok(version, 'scale deploy bookstore -n shop --replicas=2');
    await listed.until((text) => text.includes('2/2'));
    await cluster.ok(version, 'scale deploy bookstore -n shop --replicas=1');
    await cluster.ok(version, 'label deploy bookstore -n shop touched-');
    await listed.stop();
    expect(listed.stdout().split('\n')[0]).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE$/);
    expect(listed.stdout().match(/NAME/g)).toHaveLength(1);
  });

  it.each(versions)('exec of %s into a container that does not run says so as a kubelet does', async (version) => {
    const { code, stderr } = await cluster.kubectl(version, 'exec deploy/bookstore -n shop -c envoy -- ls');
    expect(code).toBe(1);
    const kubelet = 'unable to upgrade connection: container not found ("envoy")';
    expect(stderr).toContain(version === '1.28' ? `error: ${kubelet}` : `error: Internal error occurred: ${kubelet}`);
  });
});
