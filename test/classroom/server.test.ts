import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { makeToken } from '../../src/classroom/server/secrets.ts';
import { SteppedClock } from '../../src/platform/clock.ts';
import { tempFolders } from '../platform/temp-folder.ts';
import {
  entry,
  helloOf,
  hostClass,
  instructor,
  instructorToken,
  learner,
  passed,
  RawConnection,
  started,
  type TestClass,
} from './class-host.ts';

const tempFolder = tempFolders();
const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
const kept = <T extends { close(): unknown }>(one: T): T => {
  open.push(one);
  return one;
};

async function aClass(folder = tempFolder()): Promise<TestClass & { folder: string; port: number }> {
  const host = kept(await hostClass(folder));
  return { ...host, folder, port: host.server.port };
}

describe('the class server', () => {
  it('shows an instructor everything, and then what changes', async () => {
    const { port } = await aClass();
    const ada = kept(await learner(port, 'Ada'));
    const page = kept(await instructor(port));
    const roster = await page.next('roster');
    expect(roster).toMatchObject({ state: { name: 'Tuesday' }, learners: [{ name: 'Ada', online: true }] });
    ada.say({ type: 'entries', entries: [entry(1, started('begin')), entry(2, passed('begin'))] });
    await ada.next('acknowledged', ({ number }) => number === 2);
    await page.next('changes', ({ learners }) => JSON.stringify(learners).includes('"passed":{"first":1}'));
  });

  it('counts what is sent twice once, over lost connections and a restart of the host', async () => {
    const first = await aClass();
    const token = makeToken();
    const ada = kept(await learner(first.port, 'Ada', token));
    ada.say({ type: 'entries', entries: [entry(1, started('begin')), entry(3, passed('begin'))] });
    await ada.next('acknowledged', ({ number }) => number === 3);
    ada.close();
    for (const one of open.splice(0).reverse()) await one.close();
    const before = Date.now();
    const { port, classroom, folder } = await aClass(first.folder);
    expect(classroom.roster.cards()[0]?.onlineSince).toBeGreaterThanOrEqual(before);
    const again = kept(await new RawConnection(port, '/v1/learner').opened());
    again.say({ ...helloOf('Ada', token), code: undefined });
    expect(await again.next('welcome')).toMatchObject({ acknowledged: 3, name: 'Ada' });
    again.say({ type: 'entries', entries: [1, 3, 4].map((number) => entry(number, started('go-on'))) });
    await again.next('acknowledged', ({ number }) => number === 4);
    expect(classroom.roster.card(classroom.roster.cards()[0]?.id ?? '')).toMatchObject({ at: { task: 'go-on' } });
    const lines = readFileSync(join(folder, 'log.jsonl'), 'utf8').match(/"progressed"/g);
    expect(lines).toHaveLength(3);
  });

  it('drops a line that a crash tore, and goes on after the last whole one', async () => {
    const first = await aClass();
    const token = makeToken();
    const ada = kept(await learner(first.port, 'Ada', token));
    ada.say({ type: 'entries', entries: [entry(1, started('begin'))] });
    await ada.next('acknowledged', ({ number }) => number === 1);
    for (const one of open.splice(0).reverse()) await one.close();
    appendFileSync(join(first.folder, 'log.jsonl'), '{"version":1,"position":4,"at":1,"record":{"type":"hel');
    const second = await aClass(first.folder);
    const again = kept(await learner(second.port, 'Ada', token));
    again.say({ type: 'entries', entries: [entry(2, passed('begin'))] });
    await again.next('acknowledged', ({ number }) => number === 2);
    for (const one of open.splice(0).reverse()) await one.close();
    const third = await aClass(first.folder);
    expect(third.classroom.roster.cards()).toMatchObject([{ name: 'Ada', passed: { first: 1 } }]);
  });

  it('corrects times by the offset of a learner whose clock is a day ahead', async () => {
    const { port, classroom } = await aClass();
    const day = 86_400_000;
    const ada = kept(await new RawConnection(port, '/v1/learner').opened());
    ada.say(helloOf('Ada', makeToken(), { now: Date.now() + day }));
    const { id } = await ada.next('ping');
    ada.say({ type: 'pong', id, now: Date.now() + day });
    const before = Date.now();
    ada.say({ type: 'entries', entries: [entry(1, started('begin'), before + day - 60_000)] });
    await ada.next('acknowledged', ({ number }) => number === 1);
    const since = classroom.roster.cards()[0]?.at?.since ?? 0;
    expect(Math.abs(since - (before - 60_000))).toBeLessThan(10_000);
  });

  it('lets an instructor hold, release, message, count down and lower hands; each once however often it is sent', async () => {
    const { port, classroom } = await aClass();
    const ada = kept(await learner(port, 'Ada'));
    const page = kept(await instructor(port));
    const [card] = (await page.next('roster'))['learners'] as { id: string }[];
    ada.say({ type: 'hand', raised: true });
    await ada.next('class', (said) => JSON.stringify(said).includes('"hand":1'));
    let number = 0;
    const control = async (what: object) => {
      number += 1;
      page.say({ type: 'control', number, control: what });
      page.say({ type: 'control', number, control: what });
      await page.next('done');
      await page.next('done');
    };
    await control({ type: 'hold', lesson: 'first' });
    await ada.next('class', (said) => JSON.stringify(said).includes('"hold":"first"'));
    await control({ type: 'message', text: 'Look \u001b[31mup\u0007' });
    await ada.next('class', (said) => JSON.stringify(said).includes('Look [31mup'));
    expect(classroom.roster.state.messages).toHaveLength(1);
    await control({ type: 'countdown', ms: 60_000, label: 'break' });
    await control({ type: 'lower-hand', learner: card?.id });
    await control({ type: 'mark', learner: card?.id, present: false });
    await control({ type: 'release' });
    const last = await ada.next('class', (said) => !JSON.stringify(said).includes('"hold"'));
    expect(JSON.stringify(last)).not.toContain('"hand"');
    expect(classroom.roster.cards()[0]?.present).toBe(false);
    page.say({ type: 'control', number: 99, control: { type: 'hold', lesson: 'none' } });
    expect(await page.next('refused-control')).toMatchObject({ reason: 'unknown-lesson' });
  });

  it('shows what a learner shared to the instructor who asks for it, and to nobody else', async () => {
    const { port } = await aClass();
    const [ada, bob] = [kept(await learner(port, 'Ada')), kept(await learner(port, 'Bob'))];
    const page = kept(await instructor(port));
    const cards = (await page.next('roster'))['learners'] as { id: string }[];
    const evidence = {
      lesson: 'first',
      task: 'begin',
      conditions: [{ id: 'ready', status: 'wrong', text: 'saw 0' }],
      command: 'kubectl get pods',
      output: ['No resources found'],
    };
    ada.say({ type: 'evidence', evidence });
    await ada.next('shared');
    page.say({ type: 'show-evidence', learner: cards[0]?.id });
    expect(await page.next('evidence')).toMatchObject({ evidence });
    page.say({ type: 'show-state', learner: cards[0]?.id });
    ada.say({ type: 'evidence', evidence, state: 'c3RhdGU=' });
    await ada.next('shared');
    await page.next('changes', (said) => JSON.stringify(said).includes('"hasState":true'));
    page.say({ type: 'show-state', learner: cards[0]?.id });
    // There was none when it was asked for first.
    expect(await page.next('state')).toMatchObject({ learner: cards[0]?.id, state: 'c3RhdGU=' });
    bob.say({ type: 'show-state', learner: cards[0]?.id });
    expect(await bob.next('refused')).toMatchObject({ reason: 'malformed' });
  });

  it('tells instructors how to join at the port that it got', async () => {
    const { server } = kept(await hostClass(tempFolder(), { join: (port) => [`at ${port}`] }));
    const page = kept(await instructor(server.port));
    expect(await page.next('roster')).toMatchObject({ join: [`at ${server.port}`] });
  });

  it('follows a ticket once, within a minute, and knows no other', async () => {
    const clock = new SteppedClock();
    const { server } = kept(await hostClass(tempFolder(), { clock }));
    const ask = async (path: string) => {
      const { status, headers } = await fetch(`http://127.0.0.1:${server.port}${path}`, { redirect: 'manual' });
      return [status, headers.get('location')];
    };
    const [first, second] = [server.ticketTo('/instructor/#token=a'), server.ticketTo('/instructor/#token=b')];
    expect(await ask(first)).toEqual([303, '/instructor/#token=a']);
    expect(await ask(first)).toEqual([404, null]);
    clock.sleep(60_000);
    expect(await ask(second)).toEqual([404, null]);
    expect(await ask('/ticket/')).toEqual([404, null]);
  });

  it('exports times, attempts and hints of each condition, and no formula', async () => {
    const { port } = await aClass();
    const ada = kept(await learner(port, '=HYPERLINK("x")'));
    const at = Date.now() - 100_000;
    const about = { lesson: 'first', task: 'begin' } as const;
    const records = [
      entry(1, started('begin'), at),
      entry(2, { type: 'condition-changed', ...about, condition: 'ready', status: 'wrong' }, at + 10_000),
      entry(3, { type: 'hint-opened', ...about, hint: 1 }, at + 20_000),
      entry(4, { type: 'condition-changed', ...about, condition: 'ready', status: 'passed' }, at + 30_000),
    ];
    ada.say({ type: 'entries', entries: records });
    await ada.next('acknowledged', ({ number }) => number === 4);
    const url = `http://127.0.0.1:${port}/v1/export`;
    expect((await fetch(`${url}.csv`)).status).toBe(401);
    const headers = { authorization: `Bearer ${instructorToken}` };
    const csv = await (await fetch(`${url}.csv`, { headers })).text();
    expect(csv.split('\r\n')[1]).toMatch(/,"'=HYPERLINK\(""x""\)",first,begin,ready,.*,30,passed,1,1,$/);
    const json = await (await fetch(`${url}.json`, { headers })).json();
    expect(json).toMatchObject({ name: 'Tuesday', rows: [{ condition: 'ready', attempts: 1, hints: 1, seconds: 30 }] });
  });
});
