import type { Client } from 'pg';
import { Fault, faultOf } from '../../fault.ts';
import { type Clock, rest } from '../../platform/clock.ts';
import { errorCode } from '../../platform/files.ts';
import type { Random } from '../../platform/random.ts';
import { backOffMs } from '../link/back-off.ts';
import type { StoreAddress } from './store-address.ts';

/**
 * One connection to PostgreSQL that comes back by itself: work is done one after the other, and what is in the middle when
 * the connection is lost fails with a Fault, done or not. Needs a session of its own: a pooler that hands out transactions
 * loses what LISTEN asked for. Knows nothing of classes.
 */
export interface SessionEnds {
  clock: Clock;
  random: Random;
  /** What other sessions say on the channel. */
  onNotice(payload: string): void;
  /** The connection is back; what was said meanwhile was not heard. */
  onBack(): void;
  /** What goes wrong while nobody waits for it. */
  onTrouble(error: unknown): void;
}

export const channel = 'meshwalk_class';

/** Who needs the connection waits this long for it to come back; learners come again soon anyway. */
const patienceMs = 5_000;
/** A network that swallows packets looks like a slow server; beyond this the connection is given up. */
const workMs = 15_000;
const connectMs = 5_000;
/** SQLSTATE with which a server ends a session: it shuts down, or its patience with us does. */
const goodbyes = /^(08...|57P..|25P0[345])$/;

export class PostgresSession {
  readonly #address: StoreAddress;
  readonly #ends: SessionEnds;
  readonly #closing = new AbortController();
  #client: Client | undefined;
  #waiting: (() => void)[] = [];
  #line: Promise<unknown> = Promise.resolve();

  private constructor(address: StoreAddress, ends: SessionEnds) {
    this.#address = address;
    this.#ends = ends;
  }

  /** Throws a Fault when it cannot be had. */
  static async open(address: StoreAddress, ends: SessionEnds): Promise<PostgresSession> {
    const session = new PostgresSession(address, ends);
    await session.#connect();
    return session;
  }

  get isConnected(): boolean {
    return this.#client !== undefined;
  }

  /** Rejects with a Fault for all that PostgreSQL or the network is the reason of. */
  run<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const done = this.#line.then(async () => this.#do(await this.#connected(), work));
    this.#line = done.catch(() => {});
    return done;
  }

  /** All of it or nothing. It may have been done, though it fails, where the connection was lost. */
  transaction<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return this.run(async (client) => {
      await client.query('BEGIN');
      try {
        const result = await work(client);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        if (this.#client === client) await client.query('ROLLBACK').catch(() => {});
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake();
    await this.#line;
    const client = this.#client;
    this.#client = undefined;
    // A network that is gone says no goodbye.
    const ended = new AbortController();
    const end = client?.end().finally(() => ended.abort());
    await Promise.race([end, rest(this.#ends.clock, 1_000, ended.signal)]);
  }

  async #do<T>(client: Client, work: (client: Client) => Promise<T>): Promise<T> {
    const { DatabaseError } = await import('pg');
    const cancel = this.#ends.clock.after(workMs, () => this.#lost(client));
    try {
      return await work(client);
    } catch (error) {
      const { shown } = this.#address;
      if (error instanceof Fault) throw error;
      if (error instanceof DatabaseError && goodbyes.test(error.code ?? '')) this.#lost(client);
      if (this.#client !== client) throw faultOf('class.store-lost', shown).because(error);
      if (error instanceof DatabaseError) throw faultOf('class.store-refused', shown, error.code ?? '').because(error);
      throw error;
    } finally {
      cancel();
    }
  }

  async #connected(): Promise<Client> {
    const { clock } = this.#ends;
    const until = clock.now() + patienceMs;
    while (!this.#client && !this.#closing.signal.aborted && clock.now() < until) {
      await new Promise<void>((resolve) => {
        const cancel = clock.after(until - clock.now(), resolve);
        this.#waiting.push(() => {
          cancel();
          resolve();
        });
      });
    }
    if (!this.#client) throw faultOf('class.store-lost', this.#address.shown);
    return this.#client;
  }

  async #connect(): Promise<void> {
    const { Client, DatabaseError } = await import('pg');
    const client = new Client({
      connectionString: this.#address.connection,
      connectionTimeoutMillis: connectMs,
      application_name: 'meshwalk class',
      keepAlive: true,
      // Who stops in the middle of an append keeps all others from theirs.
      statement_timeout: 10_000,
      idle_in_transaction_session_timeout: 10_000,
    });
    client.on('error', () => this.#lost(client));
    client.on('end', () => this.#lost(client));
    client.on('notification', ({ payload = '' }) => this.#ends.onNotice(payload));
    try {
      await client.connect();
      // Acknowledged is on the disk, whatever this role's default is.
      await client.query(
        `SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'`,
      );
      await client.query(`LISTEN ${channel}`);
    } catch (error) {
      void client.end().catch(() => {});
      const code = error instanceof DatabaseError ? error.code : errorCode(error);
      throw faultOf('class.store-unreachable', this.#address.shown, code ?? '').because(error);
    }
    if (this.#closing.signal.aborted) return void client.end().catch(() => {});
    this.#client = client;
    this.#wake();
  }

  #lost(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    // Ends at once what waits for an answer.
    void client.end().catch(() => {});
    if (this.#closing.signal.aborted) return;
    this.#ends.onTrouble(faultOf('class.store-lost', this.#address.shown));
    void this.#comeBack();
  }

  async #comeBack(): Promise<void> {
    const { clock, random, onBack, onTrouble } = this.#ends;
    const { signal } = this.#closing;
    for (let tries = 0; !signal.aborted; tries += 1) {
      await rest(clock, backOffMs(tries, random), signal);
      if (signal.aborted) return;
      try {
        await this.#connect();
        return onBack();
      } catch (error) {
        // That nobody answers was said once; anything else is a bug.
        if (!(error instanceof Fault)) return onTrouble(error);
      }
    }
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
