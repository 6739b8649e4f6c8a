import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  CoreV1Api,
  Exec,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  type V1ConfigMap,
  type V1Status,
} from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import * as resources from '../../../src/kube/resources.ts';
import { ClientCluster } from './client-cluster.ts';

/** What a Node script of a learner would do; logs, watches and port-forwards are in apiserver-http/client-node.test.ts. */
describe('@kubernetes/client-node in a whole cluster', { timeout: 30_000 }, () => {
  let clients: ClientCluster;
  const config = new KubeConfig();
  beforeAll(async () => {
    clients = await ClientCluster.start();
    config.loadFromFile(clients.kubeconfig);
  });
  afterAll(() => clients.close());

  it('keeps an informer of what is there, comes, changes and goes', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const namespace = 'default';
    const configMap = (name: string, a: string): V1ConfigMap => ({
      metadata: { name, labels: { of: 'informer' } },
      data: { a },
    });
    await core.createNamespacedConfigMap({ namespace, body: configMap('first', '1') });
    const seen: string[] = [];
    const informer = makeInformer(
      config,
      `/api/v1/namespaces/${namespace}/configmaps`,
      () => core.listNamespacedConfigMap({ namespace, labelSelector: 'of=informer' }),
      'of=informer',
    );
    for (const verb of ['add', 'update', 'delete'] as const)
      informer.on(verb, ({ metadata, data }) => seen.push(`${verb} ${metadata?.name} ${data?.['a']}`));
    const connected = new Promise<void>((resolve) => informer.on('connect', () => resolve()));
    await informer.start();
    await connected;
    await core.createNamespacedConfigMap({ namespace, body: configMap('second', '1') });
    await core.replaceNamespacedConfigMap({ namespace, name: 'first', body: configMap('first', '2') });
    await core.deleteNamespacedConfigMap({ namespace, name: 'second' });
    await vi.waitUntil(() => seen.length === 4, { timeout: 10_000 });
    expect(seen).toEqual(['add first 1', 'add second 1', 'update first 2', 'delete second 1']);
    expect(informer.list().map(({ metadata }) => metadata?.name)).toEqual(['first']);
    informer.on('error', () => {});
    await informer.stop();
  });

  it('handles objects of any kind by their apiVersion and kind', async () => {
    const objects = KubernetesObjectApi.makeApiClient(config);
    const metadata = { name: 'reader', namespace: 'default' };
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata };
    const rules = (verb: string) => [{ apiGroups: [''], resources: ['pods'], verbs: [verb] }];
    await objects.create({ ...role, rules: rules('get') } as never);
    expect(await objects.read(role)).toMatchObject({ metadata, rules: rules('get') });
    const applied = { ...role, metadata: { ...metadata, labels: { by: 'apply' } } };
    const patched = await objects.patch(applied, undefined, undefined, 'script', true, PatchStrategy.ServerSideApply);
    expect(patched.metadata?.labels).toEqual({ by: 'apply' });
    const { items } = await objects.list(role.apiVersion, role.kind, 'default');
    expect(items.map((item) => item.metadata?.name)).toContain('reader');
    await objects.delete(role);
    await expect(objects.read(role)).rejects.toMatchObject({ code: 404 });
  });

  it('runs a command in a container, with input, both outputs and its exit code', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const container = { name: 'shell', image: 'curlimages/curl', command: ['sleep', '3600'] };
    await core.createNamespacedPod({
      namespace: 'default',
      body: { metadata: { name: 'shell' }, spec: { containers: [container] } },
    });
    await vi.waitUntil(() => clients.cluster.api.get(resources.pods, 'shell', 'default')?.status?.phase === 'Running', {
      timeout: 10_000,
    });
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const said = Promise.all([text(stdout), text(stderr)]);
    const { promise, resolve } = Promise.withResolvers<V1Status>();
    const command = ['sh', '-c', 'cat; echo wrong >&2; exit 3'];
    const socket = await new Exec(config).exec(
      'default',
      'shell',
      'shell',
      command,
      stdout,
      stderr,
      stdin,
      false,
      resolve,
    );
    const closed = once(socket, 'close');
    stdin.end('from the script\n');
    const status = await promise;
    await closed;
    stdout.end();
    stderr.end();
    expect(await said).toEqual(['from the script\n', 'wrong\n']);
    expect(status).toMatchObject({ status: 'Failure', reason: 'NonZeroExitCode' });
    expect(status.details?.causes).toEqual([{ reason: 'ExitCode', message: '3' }]);
  });
});
