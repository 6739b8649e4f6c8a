import { afterAll, beforeAll, expect, it } from 'vitest';
import { httpbin } from '../../../src/sandbox/node/images/httpbin.ts';
import { LoopbackPods, type RunningContainer, startContainer } from './containers.ts';

const pods = new LoopbackPods();
const ip = '10.244.0.5';
let running: RunningContainer;
beforeAll(async () => {
  running = startContainer(pods, httpbin, { ip, image: 'kennethreitz/httpbin', args: ['-b', '0.0.0.0:80'] });
  await running.logged(/Listening at/);
});
afterAll(() => running.stop());

const get = (path: string, method?: string, body?: string) => pods.get(ip, 80, path, method, body);

it('redirects with the status that is asked for, where it is one of redirects', async () => {
  const redirect = await get('/redirect-to?url=/get%3Fa%3D%C3%A4&Status_Code=307');
  expect([redirect.status, redirect.body]).toEqual([307, '']);
  expect(Buffer.from(redirect.head).includes(Buffer.from('Location: /get?a=ä'))).toBe(true);
  expect((await get('/redirect-to?url=/get&status_code=200')).status).toBe(302);
});

it.each(['/redirect-to?url=/get&status_code=abc', '/redirect-to', '/response-headers?X=a%0Ab'])(
  'answers %s with a 500, as Python does with an exception',
  async (path) => {
    expect(await get(path)).toMatchObject({ status: 500, body: expect.stringContaining('Internal Server Error') });
  },
);

it('sets the headers that are asked for, but none that say where the answer ends', async () => {
  const { head, body } = await get('/response-headers?X-Mine=1&Content-Length=5&Transfer-Encoding=chunked');
  expect(head).toContain('X-Mine: 1');
  expect(head.match(/Content-Length/g)).toHaveLength(1);
  expect(head).not.toContain('Transfer-Encoding');
  expect(JSON.parse(body)).toMatchObject({ 'Content-Length': '5' });
});

it('refuses a body that is longer than it holds, instead of cutting it', async () => {
  expect((await get('/post', 'POST', 'x'.repeat((8 << 20) + 1))).status).toBe(413);
  expect((await get('/post', 'POST', 'x'.repeat(1 << 20))).status).toBe(200);
});

it('takes two slashes at the beginning for a path that it does not have, not for a host', async () => {
  expect([(await get('//')).status, (await get('//get')).status]).toEqual([404, 404]);
});
