import { request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { canonicalJson } from '../../../src/kube/json-value.ts';
import type { KubeObject, Pod } from '../../../src/kube/objects.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { contentsOf } from '../../../src/sandbox/server/contents.ts';
import { captureFiles, listSnapshots } from '../../../src/sandbox/server/snapshots.ts';
import { SandboxProcess } from '../sandbox-process.ts';

// A real sandbox process with a cluster, gone back and forth in, and killed while it goes.
const sandbox = new SandboxProcess();

/** The API server as any client with the learner's kubeconfig sees it. */
function api(path: string, method = 'GET', body?: object): Promise<{ status: number; body: KubeObject }> {
  const config = parse(contentsOf(captureFiles(sandbox.folder)).kubeconfig);
  const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
  const headers = {
    authorization: `Bearer ${config.users[0].user.token}`,
    'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
  };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      server + path,
      { method, headers, ca: Buffer.from(ca, 'base64'), agent: false },
      (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) }));
        answer.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body && JSON.stringify(body));
  });
}

const keeps = ['Event', 'Lease', 'Endpoints', 'EndpointSlice'];

/**
 * All objects, by what they are, without what the machinery of a cluster keeps writing: status, versions and managers,
 * and the kinds in which it keeps house.
 */
function objects(): Record<string, object> {
  const { clusters, azure, kubeconfig } = contentsOf(captureFiles(sandbox.folder));
  const found = clusters.flatMap(({ id, objects }) =>
    objects
      .map(({ object }) => object)
      .filter(({ kind = '' }) => !keeps.includes(kind))
      .map(({ status: _, metadata: { managedFields: __, resourceVersion: ___, ...metadata }, ...rest }) => {
        const key = `${id} ${rest.apiVersion} ${rest.kind} ${metadata.namespace ?? ''}/${metadata.name}`;
        return [key, { ...rest, metadata }] as const;
      }),
  );
  return { ...Object.fromEntries(found), azure: { ...azure }, kubeconfig: { kubeconfig } };
}

async function control(path: string, body: object): Promise<void> {
  const { url, token } = sandbox.description().control;
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  expect(answer.status, await answer.text()).toBe(200);
}

const take = (id: string) => control('/snapshot', { id, note: { about: id } });
const restore = (id: string) => control('/restore', { id });

async function isReady(): Promise<boolean> {
  const { body } = await api('/api/v1/pods');
  return (body['items'] as Pod[]).every((pod) =>
    pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
}
const allReady = () => expect.poll(isReady, { timeout: 60_000 }).toBe(true);

const configMap = (name: string, data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});
const maps = '/api/v1/namespaces/default/configmaps';

beforeAll(async () => {
  await sandbox.start();
  await sandbox.az('group create -l southeastasia -n rg -o none');
  await sandbox.az('aks create -g rg -n one --no-ssh-key -o none');
  await sandbox.az('aks get-credentials -g rg -n one');
  await api(maps, 'POST', configMap('kept', { a: '1' }));
  await api(maps, 'POST', configMap('doomed', { b: '1' }));
}, 120_000);

afterAll(() => sandbox.close());

describe('a sandbox that goes back', { timeout: 120_000 }, () => {
  let before: Record<string, object>;
  let after: Record<string, object>;
  let version: number;

  it('to a snapshot has every object as it was, uid and all, and forgets what came since', async () => {
    await allReady();
    before = objects();
    await take('before');
    await api(`${maps}/kept`, 'PATCH', { data: { a: '2' }, metadata: { labels: { new: 'yes' } } });
    await api(`${maps}/doomed`, 'DELETE');
    await api(maps, 'POST', configMap('doomed', { b: 'another one of the name' }));
    await api(maps, 'POST', configMap('made', { c: '1' }));
    await api('/apis/apps/v1/namespaces/kube-system/deployments/coredns', 'PATCH', { spec: { replicas: 3 } });
    await allReady();
    after = objects();
    expect(after).not.toEqual(before);
    const list = await api(maps);
    version = Number((list.body.metadata as { resourceVersion: string }).resourceVersion);
    await take('after');
    await restore('before');
    expect(objects()).toEqual(before);
  });

  it('has its pods running again', async () => {
    await allReady();
    expect(objects()).toEqual(before);
  });

  it('gives out no version twice, and tells watches from before to list again', async () => {
    const list = await api(maps);
    expect(Number((list.body.metadata as { resourceVersion: string }).resourceVersion)).toBeGreaterThan(version);
    const gone = await api(`${maps}?watch=true&resourceVersion=${version}`);
    expect({ ...gone.body, ...(gone.body['object'] as object) }).toMatchObject({ reason: 'Expired', code: 410 });
  });

  it('goes forth again as exactly, and back once more', async () => {
    await restore('after');
    expect(objects()).toEqual(after);
    await restore('before');
    expect(objects()).toEqual(before);
  });

  it('has a deleted cluster again, with the credentials that kubectl kept', async () => {
    await sandbox.az('group delete -n rg --yes');
    expect(Object.keys(objects()).filter((key) => key.startsWith('rg/one'))).toEqual([]);
    await restore('before');
    expect(objects()).toEqual(before);
    expect((await api(`${maps}/kept`)).body['data']).toEqual({ a: '1' });
  });

  it('says what is wrong when there is no such snapshot, and stays as it is', async () => {
    const { url, token } = sandbox.description().control;
    const headers = { authorization: `Bearer ${token}` };
    const answer = await fetch(`${url}/restore`, { method: 'POST', headers, body: '{"id":"none"}' });
    expect(await answer.json()).toMatchObject({ fault: { code: 'snapshot.none' } });
    expect(objects()).toEqual(before);
  });

  it.each([1, 2, 3, 4])('is at the one end or at the other when it is killed on the way (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const ends = [before, after].map((state) => canonicalJson(state));
    const way = seed % 2 === 0 ? 'before' : 'after';
    // Whatever the machine is busy with, somewhere between the first byte of the request and the whole way.
    const moment = random.next() * 400;
    const gone = control('/restore', { id: way }).catch(() => 'killed');
    await new Promise((resolve) => setTimeout(resolve, moment));
    await sandbox.end('SIGKILL');
    await gone;
    await sandbox.start();
    expect(ends).toContain(canonicalJson(objects()));
    await expect
      .poll(
        () =>
          api('/api/v1/namespaces/default').then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: 30_000 },
      )
      .not.toBe(0);
  });

  it.each([1, 2])('has an old snapshot or a new one when it is killed while it takes one (seed %i)', async (seed) => {
    const random = seededRandom(100 + seed);
    const gone = control('/snapshot', { id: 'new', note: seed }).catch(() => 'killed');
    await new Promise((resolve) => setTimeout(resolve, random.next() * 30));
    await sandbox.end('SIGKILL');
    await gone;
    await sandbox.start();
    const notes = listSnapshots(sandbox.folder).map(({ id, note }) => [id, note]);
    expect(notes.slice(0, 2)).toEqual([
      ['before', { about: 'before' }],
      ['after', { about: 'after' }],
    ]);
    expect([undefined, ...[1, 2].slice(0, seed)]).toContain(notes[2]?.[1]);
    if (notes[2]) await restore('new');
  });
});
