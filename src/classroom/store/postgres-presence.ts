import type { Clock } from '../../platform/clock.ts';
import type { PostgresSession } from './postgres-session.ts';

/**
 * Who is connected to which host: a row of each host, which it renews. A host that was killed is counted for three beats at
 * most, by the clock of the database, which all of them share.
 */
export interface PresenceEnds {
  session: PostgresSession;
  clock: Clock;
  class: string;
  host: string;
  beatMs: number;
  onTrouble(error: unknown): void;
  /** With each beat. */
  onBeat(): void;
}

/** A room that comes in is one row and not thirty. */
const writeMs = 100;
const missedBeats = 3;

export class PostgresPresence {
  readonly #ends: PresenceEnds;
  #here: readonly string[] = [];
  #elsewhere: ReadonlySet<string> = new Set();
  #listener: ((learners: ReadonlySet<string>) => void) | undefined;
  #cancelBeat: (() => void) | undefined;
  #cancelWrite: (() => void) | undefined;
  #isClosed = false;

  constructor(ends: PresenceEnds) {
    this.#ends = ends;
  }

  announce(learners: ReadonlySet<string>): void {
    this.#here = [...learners];
    if (this.#isClosed) return;
    this.#cancelWrite ??= this.#ends.clock.after(writeMs, () => {
      this.#cancelWrite = undefined;
      this.#inBackground(this.#write());
    });
  }

  onElsewhere(listener: (learners: ReadonlySet<string>) => void): void {
    this.#listener = listener;
    this.beat();
  }

  /** Now, and from now on again and again. */
  beat(): void {
    this.#cancelBeat?.();
    if (this.#isClosed) return;
    this.#cancelBeat = this.#ends.clock.after(this.#ends.beatMs, () => this.beat());
    if (!this.#ends.session.isConnected) return;
    this.#inBackground(this.#write());
    this.look();
    this.#ends.onBeat();
  }

  /** Another host said that its learners changed. */
  look(): void {
    if (!this.#isClosed) this.#inBackground(this.#read());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelBeat?.();
    this.#cancelWrite?.();
    const { session, class: id, host } = this.#ends;
    if (!session.isConnected) return;
    // Without it the others find out three beats later.
    await session
      .transaction(async (client) => {
        await client.query('DELETE FROM meshwalk.host WHERE class = $1 AND host = $2', [id, host]);
        await this.#tell(client);
      })
      .catch(() => {});
  }

  #write(): Promise<void> {
    const { session, class: id, host } = this.#ends;
    return session.transaction(async (client) => {
      const before = await client.query<{ learners: string[] }>(
        'SELECT learners FROM meshwalk.host WHERE class = $1 AND host = $2',
        [id, host],
      );
      await client.query(
        `INSERT INTO meshwalk.host (class, host, learners, seen_at) VALUES ($1, $2, $3, clock_timestamp())
         ON CONFLICT (class, host) DO UPDATE SET learners = excluded.learners, seen_at = excluded.seen_at`,
        [id, host, this.#here],
      );
      if (!isSameSet(before.rows[0]?.learners ?? [], new Set(this.#here))) await this.#tell(client);
    });
  }

  #tell(client: { query(text: string, values: unknown[]): Promise<unknown> }): Promise<unknown> {
    const { class: id, host } = this.#ends;
    return client.query(noticeSql, [noticeOf(id, 'presence', host)]);
  }

  async #read(): Promise<void> {
    const { session, class: id, host, beatMs } = this.#ends;
    const { rows } = await session.run((client) =>
      client.query<{ learners: string[] }>(
        `WITH dead AS (DELETE FROM meshwalk.host WHERE class = $1 AND seen_at < clock_timestamp() - interval '1 hour')
         SELECT learners FROM meshwalk.host
         WHERE class = $1 AND host <> $2 AND seen_at > clock_timestamp() - make_interval(secs => $3)`,
        [id, host, (missedBeats * beatMs) / 1_000],
      ),
    );
    const elsewhere = new Set(rows.flatMap(({ learners }) => learners));
    if (isSameSet([...elsewhere], this.#elsewhere)) return;
    this.#elsewhere = elsewhere;
    this.#listener?.(elsewhere);
  }

  /** The next beat does it again. */
  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => this.#ends.onTrouble(error));
  }
}

const isSameSet = (one: readonly string[], other: ReadonlySet<string>): boolean =>
  one.length === other.size && one.every((learner) => other.has(learner));

/** What hosts tell each other: which class, what to look at, and who says it. */
export type Notice = 'log' | 'presence' | 'settings';
export const noticeOf = (id: string, what: Notice, host: string): string => `${id} ${what} ${host}`;
export const noticeSql = `SELECT pg_notify('meshwalk_class', $1)`;
