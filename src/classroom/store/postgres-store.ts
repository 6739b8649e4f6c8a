import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { Fault, faultOf } from '../../fault.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import { type ClassEvent, classLogVersion, type Draft } from '../class-records.ts';
import type { ClassSettings } from '../class-settings.ts';
import { AppendQueue, freshDrafts } from './append-queue.ts';
import type { ClassStore } from './class-store.ts';
import { noticeOf, noticeSql, PostgresPresence } from './postgres-presence.ts';
import { migrate } from './postgres-schema.ts';
import { PostgresSession } from './postgres-session.ts';
import type { StoreAddress } from './store-address.ts';

/**
 * A class in PostgreSQL, for as many hosts as serve it. One row counts its events, and who appends holds that row: events
 * have one order without gaps, and a number of a source is there once, whichever host hears it. A notice says that there is
 * something to read, never what; after a lost connection it is read without one. Doesn't notice a database that went back
 * in time (a restored backup, a standby that lacked what was committed): start the hosts again then.
 */
export interface PostgresStoreOptions {
  /** Hosts of one room serve one class. */
  room: string;
  /** Sets the room's class aside before. */
  anew: boolean;
  /** The settings of the class, made or changed by this host; what it returns, the others hear of. */
  settle(before: ClassSettings | undefined): ClassSettings;
  clock: Clock;
  random: Random;
  onTrouble(error: unknown): void;
  beatMs?: number;
}

const pageLength = 1_000;
const defaultBeatMs = 5_000;

export class PostgresStore implements ClassStore {
  readonly #session: PostgresSession;
  readonly #options: PostgresStoreOptions;
  readonly #host = randomUUID();
  readonly #queue = new AppendQueue((drafts) => this.#write(drafts));
  readonly #presence: PostgresPresence;
  #settings: ClassSettings;
  #onEvents: ((events: readonly ClassEvent[]) => void) | undefined;
  /** Position of the last event that was given to `follow`. */
  #given = 0;
  #nextReading: Promise<void> | undefined;

  private constructor(session: PostgresSession, settings: ClassSettings, options: PostgresStoreOptions) {
    this.#session = session;
    this.#settings = settings;
    this.#options = options;
    const { clock, beatMs = defaultBeatMs } = options;
    this.#presence = new PostgresPresence({
      session,
      clock,
      beatMs,
      class: settings.id,
      host: this.#host,
      onTrouble: (error) => this.#trouble(error),
      // What a notice should have said, and where a reading failed that nobody waited for.
      onBeat: () => this.#inBackground(Promise.all([this.#catchUp(), this.#readSettings()])),
    });
  }

  /** Throws a Fault when the database cannot be reached or is of a later version. */
  static async open(address: StoreAddress, options: PostgresStoreOptions): Promise<PostgresStore> {
    let store: PostgresStore | undefined;
    const session = await PostgresSession.open(address, {
      ...options,
      onNotice: (payload) => {
        if (store) store.#hear(payload);
      },
      onBack: () => {
        if (store) store.#back();
      },
    });
    try {
      const settings = await session.transaction(async (client) => {
        await migrate(client, address.shown);
        return await settle(client, options);
      });
      store = new PostgresStore(session, settings, options);
      return store;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** As the host that changed them last left them. */
  get settings(): ClassSettings {
    return this.#settings;
  }

  append(drafts: readonly Draft[]): Promise<void> {
    return this.#queue.append(drafts);
  }

  async follow(onEvents: (events: readonly ClassEvent[]) => void): Promise<void> {
    this.#onEvents = onEvents;
    await this.#catchUp();
  }

  async *read(): AsyncIterable<readonly ClassEvent[]> {
    for (let after = 0; ; ) {
      const events = await this.#session.run((client) => pageAfter(client, this.#settings.id, after));
      if (events.length > 0) yield events;
      if (events.length < pageLength) return;
      after = events.at(-1)?.position ?? after;
    }
  }

  announce(learners: ReadonlySet<string>): void {
    this.#presence.announce(learners);
  }

  onElsewhere(listener: (learners: ReadonlySet<string>) => void): void {
    this.#presence.onElsewhere(listener);
  }

  async close(): Promise<void> {
    await this.#queue.idle();
    await this.#presence.close();
    await this.#session.close();
  }

  async #write(drafts: readonly Draft[]): Promise<void> {
    const { id } = this.#settings;
    await this.#session.transaction(async (client) => {
      const head = await client.query<{ position: number }>(
        'SELECT position::float8 AS position FROM meshwalk.class WHERE id = $1 FOR UPDATE',
        [id],
      );
      const position = head.rows[0]?.position;
      if (position === undefined) throw faultOf('class.store-gone');
      const { fresh } = freshDrafts(drafts, await lastNumbers(client, id, drafts));
      if (fresh.length === 0) return;
      await insert(client, id, position, fresh);
      await client.query('UPDATE meshwalk.class SET position = position + $2 WHERE id = $1', [id, fresh.length]);
      await client.query(noticeSql, [noticeOf(id, 'log', this.#host)]);
    });
    // What others appended before it comes first, and what was left out is given here too before anybody goes on.
    await this.#catchUp();
  }

  /** Everything that is committed when it is called was given when it resolves. */
  #catchUp(): Promise<void> {
    if (this.#nextReading) return this.#nextReading;
    const reading = this.#session
      .run(async (client) => {
        // Who asks from now on may mean what this reading does not see.
        this.#nextReading = undefined;
        await this.#giveAll(client);
      })
      .finally(() => {
        if (this.#nextReading === reading) this.#nextReading = undefined;
      });
    this.#nextReading = reading;
    return reading;
  }

  async #giveAll(client: Client): Promise<void> {
    for (;;) {
      const events = await pageAfter(client, this.#settings.id, this.#given);
      this.#given = events.at(-1)?.position ?? this.#given;
      if (events.length > 0) this.#onEvents?.(events);
      if (events.length < pageLength) return;
    }
  }

  #hear(payload: string): void {
    const [id, what, host] = payload.split(' ');
    if (id !== this.#settings.id || host === this.#host) return;
    if (what === 'log' && this.#onEvents) this.#inBackground(this.#catchUp());
    if (what === 'presence') this.#presence.look();
    if (what === 'settings') this.#inBackground(this.#readSettings());
  }

  #back(): void {
    if (this.#onEvents) this.#presence.beat();
  }

  async #readSettings(): Promise<void> {
    const { rows } = await this.#session.run((client) =>
      client.query<{ settings: ClassSettings }>('SELECT settings FROM meshwalk.class WHERE id = $1', [
        this.#settings.id,
      ]),
    );
    this.#settings = rows[0]?.settings ?? this.#settings;
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#trouble(error));
  }

  /** That the connection is lost, it says itself, once; what came to nothing by it is done again when it is back. */
  #trouble(error: unknown): void {
    if (!(error instanceof Fault && error.code === 'class.store-lost')) this.#options.onTrouble(error);
  }
}

/** The settings of the room's class, with this host's changes; call in the transaction that holds the schema's lock. */
async function settle(client: Client, { room, anew, settle: change }: PostgresStoreOptions): Promise<ClassSettings> {
  const isOfRoom = 'room = $1 AND set_aside_at IS NULL';
  if (anew) await client.query(`UPDATE meshwalk.class SET set_aside_at = now() WHERE ${isOfRoom}`, [room]);
  const { rows } = await client.query<{ settings: ClassSettings }>(
    `SELECT settings FROM meshwalk.class WHERE ${isOfRoom} FOR UPDATE`,
    [room],
  );
  const settings = change(rows[0]?.settings);
  const { id } = settings;
  await client.query(
    `INSERT INTO meshwalk.class (id, room, settings) VALUES ($1, $2, $3)
     ON CONFLICT (id) DO UPDATE SET settings = excluded.settings`,
    [id, room, JSON.stringify(settings)],
  );
  await client.query(noticeSql, [noticeOf(id, 'settings', 'new')]);
  return settings;
}

async function lastNumbers(client: Client, id: string, drafts: readonly Draft[]): Promise<Map<string, number>> {
  const sources = new Set(drafts.flatMap(({ origin }) => origin?.source ?? []));
  const { rows } = await client.query<{ source: string; number: number }>(
    `SELECT source, (SELECT max(number) FROM meshwalk.event WHERE class = $1 AND event.source = asked.source)::float8 AS number
     FROM unnest($2::text[]) AS asked (source)`,
    [id, [...sources]],
  );
  return new Map(rows.map(({ source, number }) => [source, number ?? -1]));
}

async function insert(client: Client, id: string, position: number, drafts: readonly Draft[]): Promise<void> {
  await client.query(
    `INSERT INTO meshwalk.event (class, position, version, source, number, at, record)
     SELECT $1, $2::bigint + draft.nth, $3, draft.source, draft.number, draft.at, draft.record::json
     FROM unnest($4::text[], $5::bigint[], $6::float8[], $7::text[])
       WITH ORDINALITY AS draft (source, number, at, record, nth)`,
    [
      id,
      position,
      classLogVersion,
      drafts.map(({ origin }) => origin?.source ?? null),
      drafts.map(({ origin }) => origin?.number ?? null),
      drafts.map(({ at }) => at),
      drafts.map(({ record }) => JSON.stringify(record)),
    ],
  );
}

interface Row {
  position: number;
  version: number;
  source: string | null;
  number: number | null;
  at: number;
  record: ClassEvent['record'];
}

/** What is in the table, we wrote; a later version's kinds are passed over where events are applied. */
async function pageAfter(client: Client, id: string, after: number): Promise<ClassEvent[]> {
  const { rows } = await client.query<Row>(
    `SELECT position::float8 AS position, version, source, number::float8 AS number, at, record
     FROM meshwalk.event WHERE class = $1 AND position > $2 ORDER BY position LIMIT ${pageLength}`,
    [id, after],
  );
  return rows.map(({ source, number, ...event }) =>
    source === null || number === null ? event : { ...event, origin: { source, number } },
  );
}
