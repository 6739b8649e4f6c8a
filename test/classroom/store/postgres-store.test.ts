import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClassEvent, Draft } from '../../../src/classroom/class-records.ts';
import { newSettings } from '../../../src/classroom/class-settings.ts';
import { makeToken } from '../../../src/classroom/server/secrets.ts';
import { PostgresSession } from '../../../src/classroom/store/postgres-session.ts';
import { PostgresStore, type PostgresStoreOptions } from '../../../src/classroom/store/postgres-store.ts';
import { readStoreAddress } from '../../../src/classroom/store/store-address.ts';
import { SteppedClock, systemClock } from '../../../src/platform/clock.ts';
import { seededRandom } from '../../../src/platform/random.ts';
import { until } from '../../platform/temp-folder.ts';
import { entry, helloOf, hostClass, instructor, learner, passed, RawConnection, started } from '../class-host.ts';
import { PostgresServer, postgresPrograms } from './postgres-server.ts';

/** CI brings PostgreSQL (.ci/run); on another machine without it these tests are left out and counted as skipped. */
const programs = postgresPrograms();
if (!programs) console.warn('LEFT OUT: no PostgreSQL in /usr/lib/postgresql, so no class is kept in a real one');

describe.skipIf(!programs)('a class in PostgreSQL', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start(programs ?? '');
  });
  afterAll(() => server?.close());

  const open: { close(): Promise<void> | void }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  const kept = <T extends { close(): Promise<void> | void }>(one: T): T => {
    open.push(one);
    return one;
  };

  const troubles: unknown[] = [];
  const host = async (room: string, change: Partial<PostgresStoreOptions> = {}): Promise<PostgresStore> =>
    kept(
      await PostgresStore.open(readStoreAddress(server.address), {
        room,
        anew: false,
        settle: (before) => before ?? newSettings('Tuesday', ['first']),
        clock: systemClock,
        random: seededRandom(1),
        onTrouble: (error) => troubles.push(error),
        beatMs: 300,
        ...change,
      }),
    );
  const followed = async (store: PostgresStore): Promise<ClassEvent[]> => {
    const events: ClassEvent[] = [];
    await store.follow((more) => events.push(...more));
    return events;
  };
  const query = async (text: string, values: unknown[] = []) => {
    const client = new Client({ connectionString: server.address });
    await client.connect();
    try {
      return await client.query(text, values);
    } finally {
      await client.end();
    }
  };
  const draft = (source: string, number: number): Draft => ({
    origin: { source, number },
    at: 1_000.5 + number,
    record: { type: 'told', text: `${source} ${number}` },
  });

  it('gives all hosts the same events in the same order without gaps, and each once, though both hear them', async () => {
    const stores = [await host('order'), await host('order'), await host('order')];
    const logs = await Promise.all(stores.map(followed));
    const sources = ['ada', 'bob', 'cyd', 'dan'];
    await Promise.all(
      stores.map(async (store) => {
        for (let number = 1; number <= 40; number += 1) {
          await Promise.all(sources.map((source) => store.append([draft(source, number), draft(source, number)])));
        }
      }),
    );
    const all = sources.length * 40;
    await until(() => logs.every(({ length }) => length >= all));
    expect(logs[0]?.map(({ position }) => position)).toEqual(Array.from({ length: all }, (_, index) => index + 1));
    expect(logs[1]).toEqual(logs[0]);
    expect(logs[2]).toEqual(logs[0]);
    for (const source of sources) {
      const own = logs[0]?.filter(({ origin }) => origin?.source === source).map(({ origin }) => origin?.number);
      expect(own).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    }
    const again: ClassEvent[] = [];
    for await (const piece of stores[0]?.read() ?? []) again.push(...piece);
    expect(again).toEqual(logs[0]);
  });

  it('has given what another host appended before it says that it is there', async () => {
    const [one, other] = [await host('given'), await host('given')];
    await followed(one);
    const seen = await followed(other);
    await one.append([draft('ada', 0)]);
    await other.append([draft('ada', 0)]);
    expect(seen.map(({ origin }) => origin)).toEqual([{ source: 'ada', number: 0 }]);
  });

  it('keeps numbers, times and texts as they are, whatever is in them, in pages of a thousand', async () => {
    const store = await host('whole');
    const events = await followed(store);
    const text = 'a\u0000b\ud800 \u{1f600} \\u0000 {"x":[null]}';
    const number = Number.MAX_SAFE_INTEGER;
    await store.append(Array.from({ length: 1_203 }, (_, index) => draft('ada', index)));
    await store.append([{ origin: { source: 'ada', number }, at: 1.25, record: { type: 'told', text } }]);
    await store.append([{ at: 2, record: { type: 'released' } }]);
    expect(events.at(-2)).toEqual({
      version: 1,
      position: 1_204,
      origin: { source: 'ada', number },
      at: 1.25,
      record: { type: 'told', text },
    });
    expect(events.at(-1)).toEqual({ version: 1, position: 1_205, at: 2, record: { type: 'released' } });
    expect(await followed(await host('whole'))).toEqual(events);
  });

  it('acknowledges nothing while the server is away, and misses nothing of what others appended meanwhile', async () => {
    const [one, other] = [await host('away'), await host('away')];
    const logs = await Promise.all([one, other].map(followed));
    await one.append([draft('ada', 1)]);
    const lost = troubles.length;
    await server.kill();
    try {
      await expect(one.append([draft('ada', 2)])).rejects.toMatchObject({ code: 'class.store-lost' });
    } finally {
      await server.begin();
    }
    expect(troubles.slice(lost)).toMatchObject([{ code: 'class.store-lost' }, { code: 'class.store-lost' }]);
    await query('UPDATE meshwalk.class SET position = position + 1 WHERE id = $1', [one.settings.id]);
    await query(
      `INSERT INTO meshwalk.event SELECT $1, position, 'nobody told', 1, 1, 5, '{"type":"released"}' FROM meshwalk.class WHERE id = $1`,
      [one.settings.id],
    );
    await until(() => logs.every(({ length }) => length === 2));
    await one.append([draft('ada', 2), draft('ada', 1)]);
    await until(() => logs.every(({ length }) => length === 3));
    expect(logs[0]?.map(({ origin }) => origin?.source)).toEqual(['ada', 'nobody told', 'ada']);
    expect(logs[1]).toEqual(logs[0]);
  });

  it('takes what was cut in the middle for not kept, and keeps it once when it comes again', async () => {
    const store = await host('middle');
    const events = await followed(store);
    const holder = new Client({ connectionString: server.address });
    await holder.connect();
    try {
      await holder.query('BEGIN');
      await holder.query('SELECT FROM meshwalk.class WHERE id = $1 FOR UPDATE', [store.settings.id]);
      const cut = store.append([draft('ada', 1), draft('ada', 2)]).catch((error: unknown) => error);
      const waiting = `SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'meshwalk class'`;
      await expect.poll(async () => (await query(waiting)).rowCount).toBe(1);
      await query(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS waiting`);
      expect(await cut).toMatchObject({ code: 'class.store-lost' });
    } finally {
      await holder.end();
    }
    await store.append([draft('ada', 1), draft('ada', 2)]);
    expect(events.map(({ origin }) => origin?.number)).toEqual([1, 2]);
  });

  it('takes a session that the server ends for lost, whatever it was doing, and has another one soon', async () => {
    const session = kept(
      await PostgresSession.open(readStoreAddress(server.address), {
        clock: systemClock,
        random: seededRandom(1),
        onNotice() {},
        onBack() {},
        onTrouble() {},
      }),
    );
    const end = session.run((client) => client.query('SELECT pg_terminate_backend(pg_backend_pid())'));
    await expect(end).rejects.toMatchObject({ code: 'class.store-lost' });
    const { rows } = await session.run((client) => client.query('SELECT 1 AS one'));
    expect(rows).toEqual([{ one: 1 }]);
  });

  it('knows who is on the other hosts, until they say goodbye or are heard of no more', async () => {
    const here = await host('presence');
    let elsewhere: string[] = [];
    here.onElsewhere((learners) => {
      elsewhere = [...learners].sort();
    });
    const there = await host('presence');
    there.onElsewhere(() => {});
    there.announce(new Set(['ada', 'bob']));
    await until(() => elsewhere.join() === 'ada,bob');
    const stopped = new SteppedClock();
    const hung = await host('presence', { clock: stopped });
    hung.announce(new Set(['bob', 'cyd']));
    await stopped.step(100);
    await until(() => elsewhere.includes('cyd'));
    // It renews nothing any more, as a host that was killed.
    await until(() => elsewhere.join() === 'ada,bob');
    await there.close();
    await until(() => elsewhere.length === 0);
  });

  it('shares code, name and keys of the class among the hosts of a room; another room has its own', async () => {
    const one = await host('room');
    const other = await host('room', {
      settle: (before) => ({ ...(before ?? newSettings('none', [])), instructorKeys: ['key'] }),
    });
    expect(other.settings).toEqual({ ...one.settings, instructorKeys: ['key'] });
    await until(() => one.settings.instructorKeys.join() === 'key');
    expect((await host('another room')).settings.id).not.toBe(one.settings.id);
    const anew = await host('room', { anew: true });
    expect(anew.settings.id).not.toBe(one.settings.id);
    await one.append([draft('ada', 1)]);
    expect(await followed(anew)).toEqual([]);
  });

  it('lets hosts start at the same moment in a database that has nothing yet', async () => {
    await query('DROP SCHEMA meshwalk CASCADE');
    const hosts = await Promise.all([host('first'), host('first'), host('first')]);
    expect(new Set(hosts.map(({ settings }) => settings.code)).size).toBe(1);
  });

  it('refuses tables of a later version, and says who does not answer without a word of the password', async () => {
    await host('version');
    await query('UPDATE meshwalk.schema SET version = 7');
    try {
      await expect(host('version')).rejects.toMatchObject({
        code: 'class.store-version',
        facts: [expect.any(String), 7, 1],
      });
    } finally {
      await query('UPDATE meshwalk.schema SET version = 1');
    }
    const options = {
      room: 'x',
      anew: false,
      settle: () => newSettings('', []),
      clock: systemClock,
      random: seededRandom(1),
      onTrouble() {},
    };
    const refused = async (address: string) => {
      const error = await PostgresStore.open(readStoreAddress(address), options).catch((reason: unknown) => reason);
      expect(JSON.stringify([error, String(error)])).not.toContain('s3cret');
      return error;
    };
    const nowhere = 'postgres://meshwalk:s3cret@127.0.0.1:1/class';
    expect(await refused(nowhere)).toMatchObject({
      code: 'class.store-unreachable',
      facts: ['127.0.0.1:1/class', 'ECONNREFUSED'],
    });
    const none = `127.0.0.1:${server.port}/none`;
    const facts = [none, '3D000'];
    expect(await refused(`postgres://meshwalk:s3cret@${none}`)).toMatchObject({
      code: 'class.store-unreachable',
      facts,
    });
  });

  it('counts a learner who changes host once, and goes on where the other host was', async () => {
    const [one, other] = [
      kept(await hostClass('', { store: await host('moving') })),
      kept(await hostClass('', { store: await host('moving') })),
    ];
    const page = kept(await instructor(other.server.port));
    await page.next('roster');
    const token = makeToken();
    const ada = kept(await learner(one.server.port, 'Ada', token));
    ada.say({ type: 'entries', entries: [entry(1, started('begin')), entry(2, passed('begin'))] });
    await ada.next('acknowledged', ({ number }) => number === 2);
    await page.next('changes', ({ learners }) => JSON.stringify(learners).includes('"online":true'));
    const again = kept(await new RawConnection(other.server.port, '/v1/learner').opened());
    again.say({ ...helloOf('Ada', token), code: undefined });
    expect(await again.next('welcome')).toMatchObject({ acknowledged: 2, name: 'Ada' });
    ada.close();
    again.say({ type: 'entries', entries: [entry(2, passed('begin')), entry(3, started('go-on'))] });
    await again.next('acknowledged', ({ number }) => number === 3);
    const cards = () => one.classroom.roster.cards();
    await until(() => cards()[0]?.at?.task === 'go-on' && cards()[0]?.online === true);
    expect(cards()).toMatchObject([{ name: 'Ada', passed: { first: 1 } }]);
    again.close();
    await until(() => cards()[0]?.online === false);
    expect([...one.bugs, ...other.bugs]).toEqual([]);
  });
});
