import { mkdtemp, rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import os from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault, inWords } from '../../src/fault.ts';
import type { KubeClient } from '../../src/kube/client.ts';
import { namespaces, pods } from '../../src/kube/resources.ts';
import { StatusError } from '../../src/kube/status.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { findings as german } from '../../src/words/de/findings.ts';
import { connectKubernetes } from '../../src/world/kubernetes-client.ts';
import { json, type ScriptedApiServer, startScriptedApiServer, status } from './scripted-api-server.ts';

let folder: string;
let server: ScriptedApiServer;
let clock: SteppedClock;
let kube: KubeClient;

beforeEach(async () => {
  folder = await mkdtemp(join(os.tmpdir(), 'meshwalk-unsteady-'));
  server = await startScriptedApiServer();
  clock = new SteppedClock();
  kube = await connectKubernetes(await server.kubeconfig(join(folder, 'config')), clock, limits);
});

afterEach(async () => {
  kube.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

const limits = { requestMs: 5_000, watchMs: 50_000 };
const list = () => kube.list(namespaces);
const failure = (asking: Promise<unknown>) =>
  asking.then(
    () => undefined,
    (error: unknown) => error,
  );
const reach = () => {
  if (!kube.reach) throw new Error('a real client knows whether its cluster answers');
  return kube.reach;
};

describe('a cluster that answers with errors', () => {
  it('is asked again after pauses that grow, by all who ask together, and known to be back at its first answer', async () => {
    let backs = 0;
    reach().onBack(() => {
      backs += 1;
    });
    server.answer = (_, response) => json(response, status(503, 'ServiceUnavailable', 'etcd leader changed'), 503);
    const pauses: number[] = [];
    for (let failures = 0; failures < 9; failures += 1) {
      expect(await failure(list())).toMatchObject({ code: 503 });
      const asked = server.asked.length;
      let pause = 0;
      for (; server.asked.length === asked; pause += 25) {
        expect(await failure(Promise.all([list(), list()]))).toMatchObject({ code: 503 });
        await clock.step(25);
      }
      pauses.push(pause);
    }
    expect(pauses[0]).toBeLessThanOrEqual(300);
    expect(pauses[4]).toBeGreaterThan(1_500);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(15_100);
    expect(reach()).toMatchObject({ absences: 1, trouble: { code: 503 } });
    server.answer = (_, response) => json(response, { items: [] });
    await clock.step(15_000);
    expect(await list()).toEqual([]);
    expect(reach().trouble).toBeUndefined();
    expect(backs).toBe(1);
  });

  it('is left alone as long as it asks for, unless somebody wants to know now', async () => {
    server.answer = (_, response) =>
      json(response, status(429, 'TooManyRequests', 'slow down'), 429, { 'retry-after': '20' });
    expect(await failure(list())).toMatchObject({ code: 429 });
    await clock.step(19_000);
    expect(await failure(list())).toMatchObject({ status: { details: { retryAfterSeconds: 20 } } });
    expect(server.asked).toHaveLength(1);
    reach().askNow();
    await failure(list());
    expect(server.asked).toHaveLength(2);
  });

  it('is not held to be away for what it forbids, or what a kubelet behind it fails at', async () => {
    server.answer = ({ url }, response) =>
      url?.includes('/log')
        ? json(response, status(500, 'InternalError', 'dial tcp 10.0.0.4:10250: i/o timeout'), 500)
        : json(response, status(403, 'Forbidden', 'namespaces is forbidden'), 403);
    expect(await failure(list())).toMatchObject({ code: 403 });
    expect(await failure(kube.podLog({ namespace: 'a', name: 'b' }, {}))).toMatchObject({ code: 500 });
    expect(reach().trouble).toBeUndefined();
  });

  it('lets in who logs in anew while we look, and says so of who does not', async () => {
    const isLetIn = (token: string) => {
      server.answer = ({ headers }, response) =>
        headers.authorization === `Bearer ${token}`
          ? json(response, { items: [] })
          : json(response, status(401, 'Unauthorized', 'the token has expired'), 401);
    };
    isLetIn('first');
    await list();
    isLetIn('second');
    expect(await failure(list())).toMatchObject({ code: 401 });
    await server.kubeconfig(join(folder, 'config'), server.port, 'second');
    await clock.step(1_000);
    expect(await list()).toEqual([]);
  });

  it('is not believed when a page of somebody else says that nothing was found', async () => {
    server.answer = (_, response) => response.writeHead(404).end('<html>Not here</html>');
    expect(await failure(kube.get(pods, 'a', 'b'))).toMatchObject({ code: 'cluster.not-kubernetes' });
    reach().askNow();
    server.answer = (_, response) => response.writeHead(200).end('<html>Log in to the hotel</html>');
    expect(await failure(list())).toMatchObject({ code: 'cluster.not-kubernetes' });
    reach().askNow();
    server.answer = (_, response) => response.writeHead(404).end('404 page not found\n');
    expect(await failure(list())).toBeInstanceOf(StatusError);
  });
});

describe('a cluster that does not answer', () => {
  it('says why, by what the network says, in the words of the learner', async () => {
    await server.close();
    const refused = await failure(list());
    expect(refused).toMatchObject({ code: 'cluster.unreachable' });
    if (!(refused instanceof Fault)) throw new Error('it is one');
    expect(refused.why).toBe('Nobody listens there: it is stopped, or has another address now.');
    expect(inWords(refused, german.faultTexts).why).toContain('Dort lauscht niemand');
    server = await startScriptedApiServer();
  });

  it('is given up when its time is over, in the middle of an answer too', async () => {
    const hasty = await connectKubernetes(join(folder, 'config'), clock, { ...limits, requestMs: 100 });
    server.answer = () => {};
    expect(await failure(hasty.list(namespaces))).toMatchObject({ why: 'It took too long.' });
    hasty.reach?.askNow();
    server.answer = (_, response) => response.writeHead(200).write('{"items":[');
    expect(await failure(hasty.list(namespaces))).toMatchObject({ why: 'It took too long.' });
    hasty.reach?.askNow();
    server.answer = (_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('{"items":[');
      setImmediate(() => server.cut());
    };
    expect(await failure(hasty.list(namespaces))).toMatchObject({ why: 'The connection was cut.' });
    hasty.close();
  });

  it('is asked over a new connection when those that were kept turn out to be dead, however many', async () => {
    const three = () => Promise.all([list(), list(), list()]);
    await three();
    server.cut();
    expect(await three()).toEqual([[], [], []]);
    expect(reach().absences).toBe(0);
    server.answer = (_, response) => void response.socket?.destroy();
    expect(await Promise.all([list(), list(), list()].map(failure))).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ why: 'The connection was cut.' })),
    );
  });

  it('does not keep us waiting when a pod of it is asked', async () => {
    const hasty = await connectKubernetes(join(folder, 'config'), clock, { ...limits, requestMs: 100 });
    const dumb = { namespace: 'shop', name: 'store', port: 15000 };
    expect(await failure(hasty.podHttp(dumb, '/stats'))).toBeInstanceOf(Fault);
    hasty.close();
  });
});

describe('a watch', () => {
  let watching: ServerResponse[];
  let changes: number;
  const isWatch = (path: string) => path.includes('watch=true');

  beforeEach(async () => {
    watching = [];
    changes = 0;
    server.answer = ({ url = '' }, response) => {
      if (!isWatch(url)) return json(response, { metadata: { resourceVersion: '7' } });
      watching.push(response);
      response.writeHead(200).flushHeaders();
    };
    kube.watch([namespaces], () => {
      changes += 1;
    });
    await watched();
  });

  /** Resolves with the path of the next watch; only the clock moves meanwhile. */
  async function watched(): Promise<string> {
    const known = watching.length;
    while (watching.length === known) {
      await clock.step(100);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return server.asked.at(-1) ?? '';
  }

  it('goes on where it was when the server ends it as it was asked to, and tells no change', async () => {
    expect(server.asked.at(-1)).toContain('timeoutSeconds=50');
    watching[0]?.end(`${JSON.stringify({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '12' } } })}\n`);
    expect(await watched()).toContain('resourceVersion=12');
    expect(changes).toBe(1);
    expect(server.asked.filter((path) => !isWatch(path))).toHaveLength(1);
  });

  it('that was cut begins with what is there now, since changes may have been missed', async () => {
    server.cut();
    await watched();
    expect(changes).toBe(2);
    expect(reach()).toMatchObject({ absences: 1, trouble: undefined });
  });

  it('that died in silence is noticed, and begun anew', async () => {
    const began = clock.now();
    await watched();
    expect(clock.now() - began).toBeGreaterThan(50_000);
    expect(clock.now() - began).toBeLessThan(60_000);
    expect(changes).toBe(2);
  });

  it('is begun anew after the machine slept', async () => {
    clock.sleep(3_600_000);
    const woke = clock.now();
    await watched();
    expect(clock.now() - woke).toBeLessThan(10_000);
    expect(changes).toBe(2);
  });
});
