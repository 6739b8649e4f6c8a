import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { configMaps } from '../../../src/kube/resources.ts';
import { ClusterFixture, token } from '../kubectl/cluster-fixture.ts';

let cluster: ClusterFixture;
beforeAll(async () => {
  cluster = await ClusterFixture.start();
  await cluster.controllers.idle();
});
afterAll(() => cluster.close());

const watched = '/api/v1/namespaces/default/configmaps?watch=1';
const bearer = { authorization: `Bearer ${token}` };

const open = (path: string, protocols: string[] = [], headers: Record<string, string> = bearer) =>
  new WebSocket(`wss://127.0.0.1:${cluster.server.port}${path}`, protocols, { ca: cluster.caPem, headers });

/** What the answer was instead of a WebSocket. */
async function refusal(webSocket: WebSocket): Promise<{ code: number | undefined; message: string }> {
  webSocket.on('error', () => {});
  const [, response] = (await once(webSocket, 'unexpected-response')) as [unknown, IncomingMessage];
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { code: response.statusCode, message: JSON.parse(body).message };
}

/** The next `count` messages; each must be text and one event. */
async function events(webSocket: WebSocket, count: number): Promise<{ type: string; object: Record<string, never> }[]> {
  const found: ReturnType<typeof JSON.parse>[] = [];
  const all = Promise.withResolvers<void>();
  webSocket.on('message', (message, isBinary) => {
    if (isBinary) return all.reject(new Error('a binary message'));
    found.push(JSON.parse(String(message)));
    if (found.length === count) all.resolve();
  });
  await all.promise;
  return found;
}

describe('a watch over a WebSocket', () => {
  it('sends each event as one text message, to browsers that show their token as a subprotocol', async () => {
    const name = 'browsed';
    const protocols = [
      'base64.binary.k8s.io',
      `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`,
    ];
    const webSocket = open(`${watched}&fieldSelector=metadata.name%3D${name}`, protocols, {});
    await once(webSocket, 'open');
    expect(webSocket.protocol).toBe('base64.binary.k8s.io');
    const seen = events(webSocket, 3);
    const { api } = cluster;
    await api.cluster.create(configMaps, { metadata: { name, namespace: 'default' }, data: { a: '1' } });
    await api.cluster.modify(configMaps, name, 'default', (draft) => {
      draft.data = { a: '2' };
    });
    await api.cluster.delete(configMaps, name, 'default');
    expect((await seen).map(({ type, object }) => [type, object['kind'], object['data']])).toEqual([
      ['ADDED', 'ConfigMap', { a: '1' }],
      ['MODIFIED', 'ConfigMap', { a: '2' }],
      ['DELETED', 'ConfigMap', { a: '2' }],
    ]);
    webSocket.close();
  });

  it('begins with what is there, where no subprotocol is named, and ends at its timeout', async () => {
    const webSocket = open(`/api/v1/namespaces?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Ddefault`);
    const ended = once(webSocket, 'close');
    expect(await events(webSocket, 1)).toMatchObject([{ type: 'ADDED', object: { metadata: { name: 'default' } } }]);
    expect(webSocket.protocol).toBe('');
    expect((await ended)[0]).toBe(1000);
  });

  it.each([
    ['without a token', watched, {}, 401, 'Unauthorized'],
    [
      'of a kind that is not there',
      '/api/v1/nosuch?watch=1',
      bearer,
      404,
      'the server could not find the requested resource',
    ],
    ['that is a list', '/api/v1/configmaps', bearer, 404, 'the server could not find the requested resource'],
    [
      'by an unknown field',
      `${watched}&fieldSelector=data.a%3D1`,
      bearer,
      400,
      '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
  ])('is refused in plain HTTP when it is one %s', async (_, path, headers, code, message) => {
    expect(await refusal(open(path, [], headers))).toEqual({ code, message });
  });
});
