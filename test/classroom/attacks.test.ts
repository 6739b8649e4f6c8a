import { mkdtempSync, rmSync } from 'node:fs';
import { type ClientRequestArgs, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plainLine } from '../../src/classroom/plain-text.ts';
import { limits } from '../../src/classroom/protocol.ts';
import { CodeTries } from '../../src/classroom/server/code-tries.ts';
import { makeCode, makeToken, readCode, shownCode } from '../../src/classroom/server/secrets.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { until } from '../platform/temp-folder.ts';
import {
  code,
  entry,
  helloOf,
  hostClass,
  instructor,
  instructorToken,
  learner,
  RawConnection,
  started,
  type TestClass,
} from './class-host.ts';

let host: TestClass;
const folder = mkdtempSync(join(tmpdir(), 'meshwalk-attacks-'));
const clock = new SteppedClock();
beforeAll(async () => {
  host = await hostClass(folder, { clock, names: ['class.example'] });
});
afterAll(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});
const port = () => host.server.port;
const rosterOf = () => JSON.stringify(host.classroom.roster.cards());

function get(path: string, headers: ClientRequestArgs['headers'] = {}, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown> }>((resolve, reject) => {
    request({ host: '127.0.0.1', port: port(), path, method, headers }, (response) => {
      response.resume().on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    })
      .on('error', reject)
      .end();
  });
}

async function refusal(path: string, ...messages: (object | string | Buffer)[]): Promise<unknown> {
  const connection = await new RawConnection(port(), path).opened();
  for (const message of messages)
    connection.webSocket.send(
      typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
    );
  const { reason } = await connection.next('refused');
  await connection.closed();
  return reason;
}

const withState = (state: string) => ({
  type: 'evidence',
  evidence: { lesson: 'first', task: 'begin', conditions: [], command: '', output: [] },
  state,
});

describe('a class under attack', () => {
  it('tells a wrong code from a right one ten times, and then nothing for a while', async () => {
    const before = host.classroom.roster.size;
    const reasons: unknown[] = [];
    for (let guess = 0; guess < 15; guess += 1) {
      reasons.push(await refusal('/v1/learner', helloOf('Eve', makeToken(), { code: makeCode() })));
    }
    expect(reasons).toEqual([...Array(10).fill('code'), ...Array(5).fill('slow-down')]);
    // The right one is not told apart while one has to wait.
    expect(await refusal('/v1/learner', helloOf('Eve'))).toBe('slow-down');
    expect(host.classroom.roster.size).toBe(before);
    await clock.step(6_000);
    const late = await learner(port(), 'Late');
    late.close();
  });

  it('lets nobody in by the token of a learner that it does not know, nor as an instructor', async () => {
    expect(await refusal('/v1/learner', helloOf('Eve', makeToken(), { code: undefined }))).toBe('token');
    const hello = { type: 'hello', version: 1, source: 'x' };
    expect(await refusal('/v1/instructor', { ...hello, token: makeToken() })).toBe('token');
    // A learner's token opens no other door.
    const token = makeToken();
    const ada = await learner(port(), 'Ada', token);
    expect(await refusal('/v1/instructor', { ...hello, token })).toBe('token');
    ada.close();
    expect(await refusal('/v1/learner', helloOf('Eve', instructorToken, { code: undefined }))).toBe('token');
  });

  it('takes nothing of a learner for another one, whatever a message says', async () => {
    const [ada, eve] = [await learner(port(), 'Ada'), await learner(port(), 'Eve')];
    const cards = host.classroom.roster.cards();
    const [before] = cards.filter(({ name }) => name.startsWith('Ada')).slice(-1);
    eve.say({ type: 'entries', learner: before?.id, entries: [entry(1, started('begin'))] });
    await eve.next('acknowledged');
    eve.say({ type: 'hand', raised: true, learner: before?.id });
    await until(() => host.classroom.roster.hands().length === 1);
    await clock.step(200);
    await eve.next('class', (said) => JSON.stringify(said).includes('"hand"'));
    expect(host.classroom.roster.card(before?.id ?? '')).toEqual(before);
    // What an instructor may say, a learner may not.
    eve.say({ type: 'control', number: 1, control: { type: 'hold', lesson: 'first' } });
    expect(await eve.next('refused')).toMatchObject({ reason: 'malformed' });
    ada.close();
  });

  it('refuses what is no message, and what is too large, with no effect on the class', async () => {
    const before = rosterOf();
    const bad: (object | string | Buffer)[] = [
      '',
      '{',
      '[]',
      'null',
      '{"type":"hello"}',
      Buffer.from([0xff, 0xfe]),
      { type: 'hand', raised: true },
      helloOf('Eve', 'short'),
      helloOf('Eve', makeToken(), { now: Number.MAX_VALUE }),
      `{"type":"hello","__proto__":{"version":1}}`,
      helloOf('\u001b\u202e\u0000 '),
    ];
    for (const message of bad) expect(await refusal('/v1/learner', message), String(message)).toBe('malformed');
    const entries = (...values: unknown[]) => ({ type: 'entries', entries: values });
    const badEntries = [
      entries(),
      entries(entry(2, started('begin')), entry(1, started('begin'))),
      entries(entry(1, started('x'.repeat(200)))),
      entries(entry(1, started('a\u001b[31mb'))),
      entries(entry(1, { ...started('begin'), more: { deep: { deeper: 1 } } } as never)),
      withState('not base64!'),
      withState('A'.repeat(Math.ceil(limits.stateBytes / 3) * 4 + 4)),
      entries(...Array.from({ length: 101 }, (_, index) => entry(index + 1, started('begin')))),
    ];
    for (const message of badEntries) {
      const eve = await learner(port(), 'Eve');
      eve.say(message);
      expect(await eve.next('refused')).toMatchObject({ reason: 'malformed' });
      await eve.closed();
    }
    const large = await new RawConnection(port(), '/v1/learner').opened();
    large.webSocket.send('x'.repeat(limits.frameBytes + 1));
    expect(await large.closed()).toBe(1009);
    // Those who were refused for what they said had joined rightly; nothing that they said counts.
    const after = host.classroom.roster.cards().filter(({ id }) => !before.includes(id));
    expect(after.map(({ at, passed: tasks, hints }) => ({ at, tasks, hints }))).toEqual(
      badEntries.map(() => ({ at: undefined, tasks: {}, hints: 0 })),
    );
  });

  it('ends a connection that says too much at once', async () => {
    const eve = await learner(port(), 'Eve');
    for (let count = 0; count < 400; count += 1) eve.say({ type: 'hand', raised: false });
    expect(await eve.next('refused')).toMatchObject({ reason: 'slow-down' });
    await eve.closed();
  });

  it('makes data of names and messages: no control characters, no directions, no endless marks', () => {
    expect(plainLine('  A\u001b]0;pwned\u0007d\u202ea\u0000 \n b ', 40)).toBe('A]0;pwnedda b');
    expect(plainLine(`Z${'\u0301'.repeat(40)}a`, 40).length).toBeLessThan(6);
    expect(plainLine('👩‍👩‍👧'.repeat(60), 3)).toBe('👩‍👩‍👧'.repeat(3));
    expect(plainLine('<script>alert(1)</script>', 40)).toBe('<script>alert(1)</script>');
    expect(plainLine(`a${'b'.repeat(1_000_000)}`, 5)).toBe('abbbb');
  });

  it('answers under its own names only, and no page from elsewhere', async () => {
    const host = `127.0.0.1:${port()}`;
    expect((await get('/healthz', { host })).status).toBe(200);
    expect((await get('/healthz', { host: 'class.example' })).status).toBe(200);
    expect((await get('/healthz', { host: 'evil.example' })).status).toBe(421);
    expect((await get('/healthz', { host: `127.0.0.1.evil.example:${port()}` })).status).toBe(421);
    expect((await get('/healthz', { host, origin: 'http://evil.example' })).status).toBe(403);
    expect((await get('/healthz', { host, origin: 'null' })).status).toBe(403);
    expect((await get('/healthz', { host, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await get('/healthz', { host, origin: `http://${host}` })).status).toBe(200);
    expect((await get('/v1/export.csv', { host }, 'POST')).status).toBe(405);
    expect((await get('//', { host })).status).toBe(404);
    expect((await get('/../../etc/passwd', { host })).status).toBe(404);
    for (const headers of [{ host: 'evil.example' }, { origin: 'http://evil.example' }] as Record<string, string>[]) {
      const connection = new RawConnection(port(), '/v1/instructor', headers);
      expect(await connection.closed()).toBe(1006);
    }
    const { headers } = await get('/', { host });
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*/);
  });

  it('waits ten seconds for a hello, and no longer', async () => {
    const silent = await new RawConnection(port(), '/v1/learner').opened();
    await clock.step(limits.helloMs);
    expect(await silent.closed()).toBe(1006);
  });

  it('lets half a thousand silent connections of one address wait, and goes on with everybody else', async () => {
    const silent = Array.from({ length: 520 }, () => connect(port(), '127.0.0.1'));
    for (const socket of silent) {
      socket.on('error', () => {});
      socket.write('GET /v1/learner HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ');
    }
    const ada = await learner(port(), 'Ada');
    const page = await instructor(port());
    await page.next('roster');
    for (const socket of silent) socket.destroy();
    ada.close();
    page.close();
  });

  it('has codes that are read aloud and typed as people do', () => {
    expect(readCode('k7qx 2mpd')).toBe(code);
    expect(readCode('koi-l')).toBe('K011');
    expect(shownCode(code)).toBe('K7QX-2MPD');
    expect(new Set(Array.from({ length: 200 }, makeCode)).size).toBe(200);
    expect(makeCode()).toMatch(/^[0-9A-HJKMNP-TV-Z]{8}$/);
  });

  it('counts wrong codes by address, and by network where there are many addresses', () => {
    const tries = new CodeTries();
    for (let count = 0; count < 10; count += 1) tries.wrong(`2001:db8::${count}`, 0);
    expect(tries.waitMs('2001:db8::ffff', 0)).toBe(6_000);
    expect(tries.waitMs('2001:db8:0:1::1', 0)).toBe(0);
    expect(tries.waitMs('10.0.0.1', 0)).toBe(0);
    for (let count = 0; count < 200; count += 1) tries.wrong(`10.1.${count}.1`, 1_000);
    expect(tries.waitMs('10.9.9.9', 1_000)).toBeGreaterThan(0);
    expect(tries.waitMs('10.9.9.9', 1_100)).toBe(0);
  });
});
