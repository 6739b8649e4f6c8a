import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Fault } from '../../src/fault.ts';
import { namespaces } from '../../src/kube/resources.ts';
import { readKubeContext } from '../../src/world/kube-context.ts';
import { connectKubernetes } from '../../src/world/kubernetes-client.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(os.tmpdir(), 'meshwalk-context-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function kubeconfig(name: string, current: string, server = 'https://127.0.0.1:1'): Promise<string> {
  const path = join(folder, name);
  const config = `apiVersion: v1
kind: Config
current-context: "${current}"
clusters: [{ name: c-${name}, cluster: { server: "${server}" } }]
users: [{ name: u-${name}, user: { token: secret } }]
contexts: [{ name: ${name}, context: { cluster: c-${name}, user: u-${name} } }]
`;
  await writeFile(path, config);
  return path;
}

it('the current context and its server are read from the kubeconfig', async () => {
  expect(await readKubeContext(await kubeconfig('a', 'a'))).toMatchObject({ name: 'a', server: 'https://127.0.0.1:1' });
});

it('no file, an empty context and a file that is being written mean no context', async () => {
  expect(await readKubeContext(join(folder, 'nope'))).toBeUndefined();
  expect(await readKubeContext(await kubeconfig('a', ''))).toBeUndefined();
  await writeFile(join(folder, 'half'), 'current-context: [a');
  expect(await readKubeContext(join(folder, 'half'))).toBeUndefined();
});

it('of several files the first that names a context wins, wherever its cluster stands', async () => {
  const files = [await kubeconfig('a', ''), await kubeconfig('b', 'a'), await kubeconfig('c', 'c')].join(delimiter);
  expect(await readKubeContext(files)).toMatchObject({ name: 'a', server: 'https://127.0.0.1:1' });
});

it('a changed file has another fingerprint', async () => {
  const before = await readKubeContext(await kubeconfig('a', 'a'));
  const after = await readKubeContext(await kubeconfig('a', 'a', 'https://127.0.0.1:2'));
  expect(after?.fingerprint).not.toBe(before?.fingerprint);
});

it('a cluster that does not answer is a Fault that names it and says what to do', async () => {
  const client = await connectKubernetes(await kubeconfig('a', 'a'));
  const failure = await client.list(namespaces).catch((error: unknown) => error);
  client.close();
  expect(failure).toBeInstanceOf(Fault);
  expect(failure).toMatchObject({
    code: 'cluster.unreachable',
    what: expect.stringContaining('https://127.0.0.1:1'),
    next: ['kubectl cluster-info'],
  });
});
