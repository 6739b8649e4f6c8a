import { createServer, type IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configMaps, customResourceDefinitions, deployments, services } from '../../../src/kube/resources.ts';
import { ClusterFixture, token } from '../kubectl/cluster-fixture.ts';

interface Answer {
  code: number;
  headers: IncomingMessage['headers'];
  body: string;
  json(): Record<string, unknown>;
}

let cluster: ClusterFixture;
beforeAll(async () => {
  cluster = await ClusterFixture.start();
});
afterAll(() => cluster.close());

type Options = { method?: string; headers?: Record<string, string>; body?: string | Buffer };

function open(path: string, { method = 'GET', headers = {}, body }: Options = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port: cluster.server.port,
        path,
        method,
        ca: cluster.caPem,
        agent: false,
        servername: 'localhost',
        headers: { authorization: `Bearer ${token}`, ...headers },
      },
      resolve,
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function ask(path: string, options: Options = {}): Promise<Answer> {
  const response = await open(path, options);
  let body = '';
  for await (const chunk of response.setEncoding('utf8')) body += chunk;
  return { code: response.statusCode ?? 0, headers: response.headers, body, json: () => JSON.parse(body) };
}

/** The events of a watch as they come. */
async function* events(response: IncomingMessage): AsyncGenerator<{ type: string; object: Record<string, unknown> }> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield JSON.parse(line);
  }
}

const json = { 'content-type': 'application/json' };
const configMap = (name: string, labels: Record<string, string> = {}) => ({
  metadata: { name, namespace: 'default', labels },
});

describe('who is let in', () => {
  it('keeps connections open without saying for how long, as a Go server does', async () => {
    const agent = new Agent({ keepAlive: true, ca: cluster.caPem, servername: 'localhost' });
    try {
      const ports = new Set<number | undefined>();
      for (let count = 0; count < 3; count += 1) {
        const answer = await new Promise<IncomingMessage>((resolve, reject) => {
          const { port } = cluster.server;
          const headers = { authorization: `Bearer ${token}` };
          httpsRequest({ host: '127.0.0.1', port, path: '/api/v1/namespaces', agent, headers }, resolve)
            .on('error', reject)
            .end();
        });
        expect(answer.headers).not.toHaveProperty('keep-alive');
        ports.add(answer.socket.localPort);
        for await (const _ of answer);
      }
      expect(ports.size, 'one connection for all').toBe(1);
    } finally {
      agent.destroy();
    }
  });

  it('nobody without the token, except to see that it lives', async () => {
    const none = { headers: { authorization: '' } };
    expect((await ask('/api/v1/pods', none)).json()).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    });
    expect((await ask('/api/v1/pods', { headers: { authorization: 'Bearer wrong' } })).code).toBe(401);
    for (const path of ['/healthz', '/readyz', '/livez'])
      expect(await ask(path, none)).toMatchObject({ code: 200, body: 'ok' });
    expect((await ask('/version', none)).json()).toMatchObject({ gitVersion: 'v1.33.5', major: '1', minor: '33' });
  });

  it('nobody whose head is too long, or no HTTP, and tells him so while he still sends', async () => {
    const answerTo = async (text: string) => {
      const { port } = cluster.server;
      const socket = connect({ host: '127.0.0.1', port, ca: cluster.caPem, servername: 'localhost' });
      socket.write(text);
      let answer = '';
      for await (const chunk of socket) answer += chunk;
      return answer;
    };
    const long = `GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: ${'x'.repeat(300_000)}\r\n\r\n`;
    expect(await answerTo(long)).toMatch(/^HTTP\/1\.1 431 (?:.*\r\n)*\r\n431 Request Header Fields Too Large$/);
    expect(await answerTo('no request at all\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 (?:.*\r\n)*\r\n400 Bad Request$/);
  });

  it('no page that rebinds its own name to this machine', async () => {
    expect((await ask('/version', { headers: { host: 'evil.example' } })).code).toBe(403);
    expect((await ask('/version', { headers: { host: `localhost:${cluster.server.port}` } })).code).toBe(200);
  });
});

describe('what is answered to requests that are wrong', () => {
  it.each<[string, string, Options, number, string]>([
    ['unknown group', '/apis/nope.example/v1', {}, 404, '404 page not found\n'],
    ['unknown version', '/apis/apps/v9/deployments', {}, 404, '404 page not found\n'],
    ['unknown resource', '/api/v1/nosuch', {}, 404, 'the server could not find the requested resource'],
    ['unknown path', '/nope', {}, 404, '404 page not found\n'],
    [
      'method of a collection',
      '/api/v1/namespaces/default/pods',
      { method: 'PUT' },
      405,
      'the server does not allow this method',
    ],
    ['media type wanted', '/api/v1/namespaces', { headers: { accept: 'text/csv' } }, 406, '406: Not Acceptable'],
    [
      'media type sent',
      '/api/v1/namespaces',
      { method: 'POST', body: 'x', headers: { 'content-type': 'text/csv' } },
      415,
      'accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
    ],
    [
      'too much',
      '/api/v1/namespaces',
      { method: 'POST', body: Buffer.alloc(4 << 20), headers: json },
      413,
      'Request entity too large: limit is 3145728',
    ],
    [
      'dry run',
      '/api/v1/namespaces?dryRun=Some',
      { method: 'POST', body: '{}', headers: json },
      422,
      'supported values: \\"All\\"',
    ],
    [
      'a stream without upgrade',
      '/api/v1/namespaces/default/pods/nope/portforward',
      { method: 'POST' },
      404,
      'pods \\"nope\\" not found',
    ],
    ['percent encoding', '/api/v1/namespaces/%zz', {}, 400, 'BadRequest'],
  ])('%s', async (_what, path, options, code, text) => {
    const answer = await ask(path, options);
    expect(answer.code).toBe(code);
    expect(answer.body).toContain(text);
    expect(answer.headers['audit-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('a strategic patch of a custom resource is told what is accepted', async () => {
    await cluster.api.cluster.create(customResourceDefinitions, {
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    });
    const headers = { 'content-type': 'application/strategic-merge-patch+json' };
    const answer = await ask('/apis/example.com/v1/namespaces/default/things/x', {
      method: 'PATCH',
      body: '{}',
      headers,
    });
    // recordings/status-envelopes.txt, `415 SMP on CR`
    expect(answer.json()['message']).toBe(
      'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
    );
  });

  it('an unknown field is a warning where nobody asked for more', async () => {
    const body = JSON.stringify({ ...configMap('warned'), dta: {} });
    const answer = await ask('/api/v1/namespaces/default/configmaps', { method: 'POST', headers: json, body });
    expect(answer.code).toBe(201);
    expect(answer.headers['warning']).toBe('299 - "unknown field \\"dta\\""');
  });
});

describe('a body of YAML', () => {
  const headers = { 'content-type': 'application/yaml' };
  const collection = '/api/v1/namespaces/default/configmaps';

  it('is stored as what it says, and comes back as YAML to who asks for it', async () => {
    const body = 'metadata:\n  name: from-yaml\ndata:\n  answer: "42"\n  lines: |\n    one\n    two\n';
    const created = await ask(collection, { method: 'POST', headers, body });
    expect(created.code).toBe(201);
    expect(created.json()).toMatchObject({ kind: 'ConfigMap', data: { answer: '42', lines: 'one\ntwo\n' } });
    const shown = await ask(`${collection}/from-yaml`, { headers: { accept: 'application/yaml' } });
    expect(shown.headers['content-type']).toBe('application/yaml');
    expect(shown.body).toMatch(/^apiVersion: v1\ndata:\n {2}answer: "42"\n {2}lines: \|\n {4}one\n {4}two\nkind: /);
  });

  it('that is no YAML is refused, and nothing is stored', async () => {
    const refused = await ask(collection, { method: 'POST', headers, body: 'metadata: {name: half' });
    expect(refused.json()).toMatchObject({ kind: 'Status', status: 'Failure', reason: 'BadRequest', code: 400 });
    expect((await ask(`${collection}/half`)).code).toBe(404);
  });
});

describe('the proxy of a service', () => {
  // Words of the path that are "proxy" themselves must not be taken for the subresource.
  const namespace = 'proxy';
  const base = `/api/v1/namespaces/${namespace}/services`;
  const port = { name: 'page', port: 80, targetPort: 14001 };

  it('passes a request on to a pod behind it, by name or number of the port, without our token', async () => {
    const heard: IncomingMessage[] = [];
    const app = createServer(async (request, response) => {
      heard.push(request);
      let body = '';
      for await (const chunk of request.setEncoding('utf8')) body += chunk;
      response.writeHead(418, { 'x-answered-by': 'the pod' }).end(`${request.method} ${request.url} ${body}`);
    });
    await cluster.node.serve(14001, (socket) => void app.emit('connection', socket));
    const { cluster: objects } = cluster.api;
    const namespaces = { group: '', version: 'v1', resource: 'namespaces', kind: 'Namespace', namespaced: false };
    await objects.create(namespaces, { metadata: { name: namespace } });
    const labels = { app: 'proxied' };
    const containers = [{ name: 'web', image: 'web', ports: [{ containerPort: 14001 }] }];
    await objects.create(services, { metadata: { name: 'web', namespace }, spec: { selector: labels, ports: [port] } });
    await objects.create(deployments, {
      metadata: { name: 'web', namespace },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers } },
      },
    });
    await expect.poll(async () => (await ask(`${base}/web:80/proxy/`)).code).toBe(418);

    const posted = await ask(`${base}/http:web:page/proxy/a%2Fb/proxy?x=1&x=2`, { method: 'POST', body: 'hello' });
    expect(posted).toMatchObject({ code: 418, body: 'POST /a%2Fb/proxy?x=1&x=2 hello' });
    expect(posted.headers['x-answered-by']).toBe('the pod');
    expect(heard.at(-1)?.headers.authorization).toBeUndefined();
  });

  it('without an endpoint, port or service says what is missing', async () => {
    await cluster.api.cluster.create(services, {
      metadata: { name: 'empty', namespace: 'default' },
      spec: { selector: { app: 'nobody' }, ports: [port] },
    });
    const inDefault = '/api/v1/namespaces/default/services';
    expect((await ask(`${inDefault}/empty:80/proxy/`)).json()).toMatchObject({
      code: 503,
      reason: 'ServiceUnavailable',
      message: 'no endpoints available for service "empty:80"',
    });
    expect((await ask(`${base}/web:81/proxy/`)).json()).toMatchObject({ code: 503, reason: 'ServiceUnavailable' });
    expect((await ask(`${inDefault}/nope:80/proxy/`)).json()).toMatchObject({
      code: 404,
      message: 'services "nope" not found',
    });
  });
});

describe('discovery and OpenAPI', () => {
  it('are told in each form, and not again to who has them', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const first = await ask('/apis', { headers: { accept } });
    expect(first.headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    const again = await ask('/apis', { headers: { accept, 'if-none-match': String(first.headers.etag) } });
    expect(again).toMatchObject({ code: 304, body: '' });
    expect((await ask('/apis')).json()).toMatchObject({ kind: 'APIGroupList' });
    expect((await ask('/api')).json()).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    expect((await ask('/apis/apps')).json()).toMatchObject({ kind: 'APIGroup', preferredVersion: { version: 'v1' } });
    expect((await ask('/api/v1')).body).toContain('"pods/log"');
    expect(await ask('/openapi/v2')).toMatchObject({ code: 200, body: '' });
  });

  it('every document of the index exists under its hash, may be kept, and all its references lead somewhere', async () => {
    const { paths } = (await ask('/openapi/v3')).json() as { paths: Record<string, { serverRelativeURL: string }> };
    expect(Object.keys(paths)).toContain('apis/apps/v1');
    for (const { serverRelativeURL } of Object.values(paths)) {
      const document = await ask(serverRelativeURL);
      expect(document.headers['cache-control']).toBe('public, immutable');
      const { components } = document.json() as { components: { schemas: Record<string, unknown> } };
      const references = [...document.body.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
        ([, name]) => name ?? '',
      );
      expect(references.filter((name) => components.schemas[name] === undefined)).toEqual([]);
    }
  });
});

describe('a watch', () => {
  it('sends what changes, turns a lost label into DELETED, and ends when asked to', async () => {
    const { cluster: objects } = cluster.api;
    await objects.create(configMaps, configMap('seen', { tier: 'a' }));
    const response = await open('/api/v1/namespaces/default/configmaps?watch=true&labelSelector=tier%3Da');
    const feed = events(response);
    const next = async () => (await feed.next()).value;
    expect(await next()).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'seen' }, kind: 'ConfigMap' } });
    await objects.modify(configMaps, 'seen', 'default', (draft) => {
      draft.data = { a: 'b' };
    });
    expect(await next()).toMatchObject({ type: 'MODIFIED', object: { data: { a: 'b' } } });
    await objects.modify(configMaps, 'seen', 'default', (draft) => {
      draft.metadata.labels = {};
    });
    expect(await next()).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'seen' } } });
    response.destroy();
  });

  it('with sendInitialEvents says where the list ends; with timeoutSeconds it ends by itself, after a bookmark', async () => {
    const query =
      'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&timeoutSeconds=1';
    const response = await open(`/api/v1/namespaces?${query}`);
    const types: string[] = [];
    const marks: unknown[] = [];
    for await (const event of events(response)) {
      types.push(event.type);
      if (event.type === 'BOOKMARK')
        marks.push((event.object as { metadata: { annotations?: object } }).metadata.annotations);
    }
    expect(types.filter((type) => type === 'ADDED').length).toBeGreaterThanOrEqual(2);
    expect(marks).toEqual([{ 'k8s.io/initial-events-end': 'true' }, undefined]);
    expect(types.at(-1)).toBe('BOOKMARK');
  });

  it('as a Table names its columns once', async () => {
    await cluster.api.cluster.create(configMaps, configMap('t1', { table: 'yes' }));
    await cluster.api.cluster.create(configMaps, configMap('t2', { table: 'yes' }));
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
    const response = await open('/api/v1/configmaps?watch=true&labelSelector=table', { headers: { accept } });
    const feed = events(response);
    const [first, second] = [(await feed.next()).value, (await feed.next()).value];
    expect(first?.object).toMatchObject({ kind: 'Table', rows: [{ cells: ['t1', 0, expect.any(String)] }] });
    expect(first?.object['columnDefinitions']).toHaveLength(3);
    expect(second?.object).toMatchObject({ columnDefinitions: null, rows: [{ cells: ['t2', 0, expect.any(String)] }] });
    response.destroy();
  });

  it('from a revision that nobody remembers is an ERROR event; without the right match a 422', async () => {
    const wrong = await ask('/api/v1/namespaces?watch=true&sendInitialEvents=true');
    expect(wrong).toMatchObject({ code: 422 });
    expect(wrong.body).toContain('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  });

  it('that is not read is cut, not kept in memory for ever', async () => {
    const { cluster: objects } = cluster.api;
    await objects.create(configMaps, configMap('big', { slow: 'yes' }));
    const response = await open('/api/v1/configmaps?watch=true&labelSelector=slow');
    const cut = new Promise<void>((resolve) => response.on('close', resolve).on('error', () => {}));
    response.pause();
    // As much as a ConfigMap may hold, but for the number in front.
    const megabyte = 'x'.repeat((1 << 20) - 2);
    for (let write = 0; write < 40; write += 1) {
      await objects.modify(configMaps, 'big', 'default', (draft) => {
        draft.data = { a: `${write}${megabyte}` };
      });
    }
    response.resume();
    await cut;
    expect(response.complete).toBe(false);
  });
});
