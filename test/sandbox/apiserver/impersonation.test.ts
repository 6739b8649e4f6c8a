import { once } from 'node:events';
import { createServer, get, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { impersonated } from '../../../src/sandbox/apiserver/http/impersonation.ts';
import type { Caller } from '../../../src/sandbox/apiserver/request-api.ts';
import { admin, testApi } from './api-fixture.ts';

/** Who one is taken for after sending these headers. */
async function takenFor(headers: IncomingHttpHeaders): Promise<Caller> {
  const { requests } = await testApi();
  const server = createServer((request, response) => {
    response.end(JSON.stringify(impersonated(request, admin, requests)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const request = get({ host: '127.0.0.1', port, headers, agent: false });
    const [response] = await once(request, 'response');
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return JSON.parse(text);
  } finally {
    server.close();
  }
}

it('takes a key of an extra as it is where it is not percent-encoded', async () => {
  const caller = await takenFor({
    'Impersonate-User': 'jane',
    'Impersonate-Extra-a%2Fb': 'encoded',
    'Impersonate-Extra-50%': 'plain',
    'Impersonate-Extra-__proto__': 'own',
  });
  expect(Object.entries(caller.extra ?? {})).toEqual([
    ['a/b', ['encoded']],
    ['50%', ['plain']],
    ['__proto__', ['own']],
  ]);
});
