// A class server in this process, on a free port of 127.0.0.1, and raw connections to it.
import { once } from 'node:events';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import type { CourseOutline } from '../../src/classroom/protocol.ts';
import { type ClassServer, startClassServer } from '../../src/classroom/server/class-server.ts';
import { Classroom } from '../../src/classroom/server/classroom.ts';
import type { PageFile } from '../../src/classroom/server/page-files.ts';
import { keyOf, makeToken } from '../../src/classroom/server/secrets.ts';
import type { ClassStore } from '../../src/classroom/store/class-store.ts';
import { FileStore } from '../../src/classroom/store/file-store.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import type { JournalEntry, ProgressRecord } from '../../src/progress/events.ts';
import { course } from './class-course.ts';

export const code = 'K7QX2MPD';
export const instructorToken = makeToken();

export interface TestClass {
  server: ClassServer;
  classroom: Classroom;
  bugs: unknown[];
  close(): Promise<void>;
}

interface HostOptions {
  clock?: Clock;
  port?: number;
  names?: readonly string[];
  pages?: ReadonlyMap<string, PageFile>;
  tls?: { key: string; cert: string };
  store?: ClassStore;
  course?: CourseOutline;
  lessons?: readonly string[];
  join?: (port: number) => readonly string[];
}

export async function hostClass(folder: string, options: HostOptions = {}): Promise<TestClass> {
  const store = options.store ?? (await FileStore.open(join(folder, 'log.jsonl')));
  const classroom = new Classroom(store, options.course ?? course, options.clock ?? systemClock);
  await classroom.open({ id: 'class-1', name: 'Tuesday', lessons: options.lessons ?? ['first', 'second'] });
  const bugs: unknown[] = [];
  const server = await startClassServer(
    {
      classroom,
      pages: options.pages ?? new Map(),
      names: options.names ?? [],
      code,
      instructorKeys: () => [keyOf(instructorToken)],
      onBug: (error) => bugs.push(error),
      ...(options.tls && { tls: options.tls }),
      ...(options.join && { join: options.join }),
    },
    { host: '127.0.0.1', port: options.port ?? 0 },
  );
  return {
    server,
    classroom,
    bugs,
    async close() {
      await server.close();
      await store.close();
    },
  };
}

type Said = Record<string, unknown> & { type: string };

/** What came in is kept; `next` waits for the first of a type that was not taken yet. */
export class RawConnection {
  readonly webSocket: WebSocket;
  readonly #said: Said[] = [];
  #waiting: (() => void)[] = [];
  closeCode: number | undefined;

  constructor(port: number, path: string, headers: Record<string, string> = {}) {
    this.webSocket = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
    this.webSocket.on('message', (data) => {
      this.#said.push(JSON.parse(String(data)));
      this.#wake();
    });
    this.webSocket.on('close', (closeCode) => {
      this.closeCode = closeCode;
      this.#wake();
    });
    this.webSocket.on('error', () => {});
  }

  async opened(): Promise<this> {
    await once(this.webSocket, 'open');
    return this;
  }

  say(message: object): void {
    this.webSocket.send(JSON.stringify(message));
  }

  async next(type: string, isWanted: (said: Said) => boolean = () => true): Promise<Said> {
    for (;;) {
      const at = this.#said.findIndex((said) => said.type === type && isWanted(said));
      if (at >= 0) return this.#said.splice(0, at + 1)[at] as Said;
      if (this.closeCode !== undefined) throw new Error(`closed with ${this.closeCode} instead of saying ${type}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async closed(): Promise<number> {
    while (this.closeCode === undefined) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.closeCode;
  }

  close(): void {
    this.webSocket.terminate();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

export const helloOf = (name: string, token = makeToken(), more: object = {}) => ({
  type: 'hello',
  version: 1,
  token,
  name,
  code,
  now: Date.now(),
  last: 1_000,
  ...more,
});

export async function learner(port: number, name: string, token = makeToken()): Promise<RawConnection> {
  const connection = await new RawConnection(port, '/v1/learner').opened();
  connection.say(helloOf(name, token));
  await connection.next('welcome');
  return connection;
}

export async function instructor(port: number): Promise<RawConnection> {
  const connection = await new RawConnection(port, '/v1/instructor').opened();
  connection.say({ type: 'hello', version: 1, token: instructorToken, source: `page-${Math.random()}` });
  return connection;
}

export const entry = (number: number, record: ProgressRecord, at = Date.now()): JournalEntry => ({
  version: 1,
  number,
  at,
  record,
});
export const started = (task: string, lesson = 'first'): ProgressRecord => ({ type: 'task-started', lesson, task });
export const passed = (task: string, lesson = 'first'): ProgressRecord => ({ type: 'task-passed', lesson, task });
