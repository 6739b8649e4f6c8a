import type { Client } from 'pg';
import { faultOf } from '../../fault.ts';

/**
 * What a class is in PostgreSQL. `class.position` is the number of its last event: whoever appends holds that row until they
 * commit, so positions have no gaps and are seen in their order. (A sequence would give both up: numbers are taken before
 * they are committed, and a reader that saw 8 would never look for 7.)
 */
const migrations: readonly string[] = [
  `CREATE TABLE meshwalk.class (
     id text PRIMARY KEY,
     -- Hosts of one room serve one class: the one that was not set aside.
     room text NOT NULL,
     set_aside_at timestamptz,
     settings json NOT NULL,
     position bigint NOT NULL DEFAULT 0
   );
   CREATE UNIQUE INDEX one_class_of_a_room ON meshwalk.class (room) WHERE set_aside_at IS NULL;
   CREATE TABLE meshwalk.event (
     class text NOT NULL REFERENCES meshwalk.class ON DELETE CASCADE,
     position bigint NOT NULL,
     source text,
     number bigint,
     version integer NOT NULL,
     at double precision NOT NULL,
     -- Not jsonb, which refuses characters that JSON allows.
     record json NOT NULL,
     PRIMARY KEY (class, position),
     CONSTRAINT once UNIQUE (class, source, number),
     CHECK ((source IS NULL) = (number IS NULL))
   );
   CREATE TABLE meshwalk.host (
     class text NOT NULL REFERENCES meshwalk.class ON DELETE CASCADE,
     host text NOT NULL,
     learners text[] NOT NULL,
     seen_at timestamptz NOT NULL,
     PRIMARY KEY (class, host)
   );`,
];

const schemaVersion = migrations.length;

/** Makes what is missing; call in a transaction. Hosts that start at one moment wait for each other. */
export async function migrate(client: Client, shown: string): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1, $2)', advisoryLock);
  const found = await versionIn(client);
  if (found > schemaVersion) throw faultOf('class.store-version', shown, found, schemaVersion);
  if (found === schemaVersion) return;
  if (found === 0) {
    await client.query('CREATE SCHEMA IF NOT EXISTS meshwalk');
    await client.query('CREATE TABLE meshwalk.schema (version integer NOT NULL)');
    await client.query('INSERT INTO meshwalk.schema VALUES (0)');
  }
  for (const migration of migrations.slice(found)) await client.query(migration);
  await client.query('UPDATE meshwalk.schema SET version = $1', [schemaVersion]);
}

/** Any two numbers that nobody else of this database takes. */
const advisoryLock = [7070, 1];

async function versionIn(client: Client): Promise<number> {
  const { rows } = await client.query<{ is_there: boolean }>(
    `SELECT to_regclass('meshwalk.schema') IS NOT NULL AS is_there`,
  );
  if (!rows[0]?.is_there) return 0;
  const schema = await client.query<{ version: number }>('SELECT version FROM meshwalk.schema');
  return schema.rows[0]?.version ?? 0;
}
