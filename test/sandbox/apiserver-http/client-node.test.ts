import { PassThrough, Writable } from 'node:stream';
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  Log,
  PatchStrategy,
  PortForward,
  Watch,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterFixture } from '../kubectl/cluster-fixture.ts';

describe('@kubernetes/client-node against the sandbox', () => {
  let cluster: ClusterFixture;
  let config: KubeConfig;
  beforeAll(async () => {
    cluster = await ClusterFixture.start();
    config = new KubeConfig();
    config.loadFromFile(cluster.kubeconfig());
    const core = config.makeApiClient(CoreV1Api);
    await cluster.controllers.idle();
    await core.createNamespacedPod({
      namespace: 'default',
      body: {
        metadata: { name: 'web', labels: { app: 'web' } },
        spec: { containers: [{ name: 'web', image: 'nginx' }] },
      },
    });
    await cluster.controllers.idle();
  });
  afterAll(() => cluster.close());

  it('lists, patches and deletes', async () => {
    const core = config.makeApiClient(CoreV1Api);
    expect(
      (await core.listNamespacedPod({ namespace: 'default', labelSelector: 'app=web' })).items[0]?.spec?.nodeName,
    ).toBe('sandbox-1');
    await config.makeApiClient(AppsV1Api).createNamespacedDeployment({
      namespace: 'default',
      body: {
        metadata: { name: 'd' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'nginx' }] } },
        },
      },
    });
    const objects = KubernetesObjectApi.makeApiClient(config);
    const patched = await objects.patch(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'default', labels: { x: 'y' } } },
      undefined,
      undefined,
      undefined,
      undefined,
      PatchStrategy.MergePatch,
    );
    expect(patched.metadata?.labels).toEqual({ x: 'y' });
    await expect(core.readNamespacedPod({ namespace: 'default', name: 'nope' })).rejects.toMatchObject({ code: 404 });
  });

  it('watches', async () => {
    const seen = Promise.withResolvers<string>();
    const controller = await new Watch(config).watch(
      '/api/v1/namespaces/default/pods',
      {},
      (type, object) => seen.resolve(`${type} ${object.metadata.name}`),
      () => {},
    );
    expect(await seen.promise).toBe('ADDED web');
    controller.abort();
  });

  it('reads logs', async () => {
    cluster.node.write('web', 'hello');
    const out = new PassThrough();
    await new Log(config).log('default', 'web', 'web', out, { tailLines: 1 });
    const [line] = await new Promise<Buffer[]>((resolve) => out.once('data', (chunk: Buffer) => resolve([chunk])));
    expect(String(line)).toBe('hello\n');
  });

  it('forwards a port, and hears when nobody listens', async () => {
    await cluster.node.serve(8080, (socket) => void socket.on('data', (chunk) => socket.end(`got ${chunk}`)));
    const forward = async (port: number) => {
      const input = new PassThrough();
      const failure = new PassThrough();
      const heard = Promise.withResolvers<string>();
      const output = new Writable({
        write(chunk, _encoding, done) {
          if (chunk.length > 0) heard.resolve(String(chunk));
          done();
        },
      });
      failure.on('data', (chunk) => chunk.length > 0 && heard.resolve(`error: ${chunk}`));
      const socket = await new PortForward(config).portForward('default', 'web', [port], output, failure, input);
      input.write('ping');
      const text = await heard.promise;
      if (typeof socket !== 'function') socket.close();
      return text;
    };
    expect(await forward(8080)).toBe('got ping');
    expect(await forward(9)).toContain('connection refused');
  });

  it('reaches a pod through the proxy', async () => {
    await cluster.node.serve(8081, (socket) => {
      socket.once('data', (chunk) => {
        const [line] = String(chunk).split('\r\n');
        const body = `you asked ${line}`;
        socket.end(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`);
      });
    });
    const answer = await cluster.kubectl('1.36', 'get --raw /api/v1/namespaces/default/pods/web:8081/proxy/a%20b?c=d');
    expect(answer.stdout).toBe('you asked GET /a%20b?c=d HTTP/1.1');
    const refused = await cluster.kubectl('1.36', 'get --raw /api/v1/namespaces/default/pods/web:9/proxy/');
    expect(refused.stderr).toContain('ServiceUnavailable');
  });
});
