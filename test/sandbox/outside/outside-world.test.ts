import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Pod } from '../../../src/kube/objects.ts';
import * as resources from '../../../src/kube/resources.ts';
import { outsideNames } from '../../../src/sandbox/outside/outside-world.ts';
import { type MeshCluster, startMeshCluster } from '../mesh/mesh-cluster.ts';
import { netcat } from '../mesh/rows/client.ts';

let cluster: MeshCluster;

beforeAll(async () => {
  cluster = await startMeshCluster({ withMesh: false });
  await cluster.pod('default', 'client');
});

afterAll(() => cluster.close());

/** Runs the image curl in a pod of its own, as a learner would, and tells how it ended. */
async function curlPod(name: string, ...args: string[]): Promise<{ exitCode: number; log: string }> {
  await cluster.api.create(resources.pods, {
    metadata: { name, namespace: 'default' },
    spec: { restartPolicy: 'Never', containers: [{ name: 'curl', image: 'curlimages/curl:8.8.0', args }] },
  } as Pod);
  return vi.waitFor(async () => {
    const [status] = cluster.api.get(resources.pods, name, 'default')?.status?.containerStatuses ?? [];
    if (!status?.state?.terminated) throw new Error(`${name} still runs`);
    return { exitCode: status.state.terminated.exitCode, log: await cluster.kubeletLog('default', name, 'curl') };
  }, 10_000);
}

describe('the simulated world outside the cluster', () => {
  it('has names that RFC 2606 keeps for examples, at addresses that RFC 5737 keeps for documentation', async () => {
    for (const name of outsideNames) {
      expect(name).toMatch(/(^|\.)example\.(com|org|net)$/);
      const [ip = ''] = await cluster.inside('client').sockets.resolve(name);
      expect(ip).toMatch(/^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/);
    }
    await expect(cluster.inside('client').sockets.resolve('example.edu')).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('is looked up after the cluster’s own names, in letters of any case and with a trailing dot', async () => {
    const { sockets } = cluster.inside('client');
    const [ip] = await sockets.resolve('example.com');
    expect(await sockets.resolve('EXAMPLE.com.')).toEqual([ip]);
  });

  it('answers over HTTP, and over HTTPS with certificates of a CA that images trust', async () => {
    expect(await curlPod('plain', '-s', '-i', 'http://example.com/')).toMatchObject({
      exitCode: 0,
      log: expect.stringContaining('HTTP/1.1 200 OK'),
    });
    expect(await curlPod('echo', '-s', 'https://httpbin.example.org/get?a=1')).toMatchObject({
      exitCode: 0,
      log: expect.stringContaining('"url": "/get?a=1"'),
    });
    expect((await curlPod('missing', '-s', '-f', 'https://httpbin.example.org/status/404')).exitCode).toBe(22);
    expect(await curlPod('slashes', '-s', 'http://httpbin.example.org//')).toMatchObject({
      log: expect.stringContaining('nothing at //'),
    });
  });

  it('a name that is not in the certificate is not trusted, unless curl is told to trust anybody', async () => {
    await cluster.api.create(resources.services, {
      metadata: { name: 'alias', namespace: 'default' },
      spec: { type: 'ExternalName', externalName: 'example.com' },
    });
    expect((await curlPod('distrust', '-s', 'https://alias/')).exitCode).toBe(60);
    expect((await curlPod('insecure', '-s', '-k', 'https://alias/')).exitCode).toBe(0);
  });

  it('refuses ports on which nothing listens, and has no host at other addresses', async () => {
    expect((await curlPod('closed', '-s', 'http://example.com:81/')).exitCode).toBe(7);
    expect((await curlPod('nobody', '-s', 'http://192.0.2.99/')).exitCode).toBe(7);
  });

  it('echoes TCP, and speaks first on another port', async () => {
    const client = cluster.inside('client');
    expect(await netcat(client, 'tcp-echo.example.net:9000', 'hello')).toEqual({ bytes: 'hello', end: 'ours' });
    expect(await netcat(client, 'tcp-echo.example.net:9001', '', 1)).toMatchObject({
      bytes: expect.stringMatching(/^220 /),
    });
  });
});
