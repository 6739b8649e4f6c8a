import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';

/**
 * The wire form of MySQL's client/server protocol, version 10, as far as a password login and text queries need it.
 * It knows packets, not tables. Source: MySQL Internals Manual, "Client/Server Protocol".
 */
export interface Packet {
  sequence: number;
  payload: Buffer;
}

export interface ServerError {
  code: number;
  /** Five characters. */
  sqlState: string;
  message: string;
}

export type Reply =
  | { type: 'ok'; affectedRows: number; lastInsertId: number }
  | { type: 'error'; error: ServerError }
  | { type: 'rows'; columns: readonly string[]; rows: readonly (readonly (string | null)[])[] };

export const commands = { quit: 0x01, initDb: 0x02, query: 0x03, ping: 0x0e } as const;

/** LONG_PASSWORD, FOUND_ROWS, LONG_FLAG, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE_CONNECTION, PLUGIN_AUTH. */
export const capabilities = 0x00000001 | 0x00000002 | 0x4 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x00080000;
const utf8GeneralCi = 33;
const autocommit = 0x0002;
const plugin = 'mysql_native_password';

export const nul = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf8');

function uint(bytes: 1 | 2 | 3 | 4, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

function lengthEncoded(value: number): Buffer {
  if (value < 251) return uint(1, value);
  return value < 0x10000
    ? Buffer.concat([Buffer.from([0xfc]), uint(2, value)])
    : Buffer.concat([Buffer.from([0xfd]), uint(3, value)]);
}

function lengthEncodedText(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([lengthEncoded(bytes.length), bytes]);
}

function readLength(buffer: Buffer, at: number): { value: number; next: number } {
  const first = buffer.readUInt8(at);
  if (first < 251) return { value: first, next: at + 1 };
  const bytes = first === 0xfc ? 2 : 3;
  return { value: buffer.readUIntLE(at + 1, bytes), next: at + 1 + bytes };
}

export function framed(sequence: number, payload: Buffer): Buffer {
  return Buffer.concat([uint(3, payload.length), uint(1, sequence & 0xff), payload]);
}

/** Packets of a socket, in order; ends with it. Rejects with the socket's error. */
export async function* packets(socket: Socket): AsyncGenerator<Packet> {
  let pending = Buffer.alloc(0);
  for await (const chunk of socket) {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readUIntLE(0, 3)) {
      const size = pending.readUIntLE(0, 3);
      yield { sequence: pending.readUInt8(3), payload: pending.subarray(4, 4 + size) };
      pending = pending.subarray(4 + size);
    }
  }
}

const sha1 = (...parts: Buffer[]) => parts.reduce((hash, part) => hash.update(part), createHash('sha1')).digest();

/** mysql_native_password: SHA1(password) XOR SHA1(scramble + SHA1(SHA1(password))). */
export function scramblePassword(password: string, scramble: Buffer): Buffer {
  if (password === '') return Buffer.alloc(0);
  const once = sha1(Buffer.from(password));
  const mask = sha1(scramble, sha1(once));
  return Buffer.from(once.map((byte, index) => byte ^ (mask[index] ?? 0)));
}

export function greeting(version: string, connectionId: number, scramble: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from([10]),
    nul(version),
    uint(4, connectionId),
    scramble.subarray(0, 8),
    Buffer.from([0]),
    uint(2, capabilities & 0xffff),
    Buffer.from([utf8GeneralCi]),
    uint(2, autocommit),
    uint(2, capabilities >>> 16),
    Buffer.from([scramble.length + 1]),
    Buffer.alloc(10),
    scramble.subarray(8),
    Buffer.from([0]),
    nul(plugin),
  ]);
}

/** The server's version and the 20 bytes that the client mixes into its password. */
export function readGreeting(payload: Buffer): { version: string; scramble: Buffer } {
  const end = payload.indexOf(0, 1);
  const rest = payload.subarray(end + 1);
  return {
    version: payload.toString('utf8', 1, end),
    scramble: Buffer.concat([rest.subarray(4, 12), rest.subarray(31, 43)]),
  };
}

export function login(user: string, password: string, database: string, scramble: Buffer): Buffer {
  const answer = scramblePassword(password, scramble);
  return Buffer.concat([
    uint(4, capabilities),
    uint(4, 0x1000000 - 1),
    Buffer.from([utf8GeneralCi]),
    Buffer.alloc(23),
    nul(user),
    Buffer.from([answer.length]),
    answer,
    nul(database),
    nul(plugin),
  ]);
}

export function readLogin(payload: Buffer): { user: string; answer: Buffer; database: string } {
  const userEnd = payload.indexOf(0, 32);
  const answerAt = userEnd + 2;
  const answerEnd = answerAt + payload.readUInt8(userEnd + 1);
  const databaseEnd = payload.indexOf(0, answerEnd);
  return {
    user: payload.toString('utf8', 32, userEnd),
    answer: payload.subarray(answerAt, answerEnd),
    database: databaseEnd < 0 ? '' : payload.toString('utf8', answerEnd, databaseEnd),
  };
}

const endOfRows = Buffer.concat([Buffer.from([0xfe]), uint(2, 0), uint(2, autocommit)]);

function columnDefinition(name: string): Buffer {
  const texts = ['def', '', '', '', name, ''].map(lengthEncodedText);
  const varString = 0xfd;
  const fixed = [Buffer.from([0x0c, utf8GeneralCi, 0]), uint(4, 255 * 3), Buffer.from([varString, 0, 0, 0, 0, 0])];
  return Buffer.concat([...texts, ...fixed]);
}

function payloadsOf(reply: Reply): Buffer[] {
  switch (reply.type) {
    case 'ok':
      return [
        Buffer.concat([
          Buffer.from([0]),
          lengthEncoded(reply.affectedRows),
          lengthEncoded(reply.lastInsertId),
          uint(2, autocommit),
          uint(2, 0),
        ]),
      ];
    case 'error':
      return [
        Buffer.concat([
          Buffer.from([0xff]),
          uint(2, reply.error.code),
          Buffer.from(`#${reply.error.sqlState}${reply.error.message}`, 'utf8'),
        ]),
      ];
    case 'rows':
      return [
        lengthEncoded(reply.columns.length),
        ...reply.columns.map(columnDefinition),
        endOfRows,
        ...reply.rows.map((row) =>
          Buffer.concat(row.map((cell) => (cell === null ? Buffer.from([0xfb]) : lengthEncodedText(cell)))),
        ),
        endOfRows,
      ];
  }
}

/** The packets of an answer, numbered on from the request's. */
export function encodeReply(reply: Reply, firstSequence: number): Buffer {
  return Buffer.concat(payloadsOf(reply).map((payload, index) => framed(firstSequence + index, payload)));
}

function readError(payload: Buffer): ServerError {
  const hasState = payload[3] === 0x23;
  return {
    code: payload.readUInt16LE(1),
    sqlState: hasState ? payload.toString('utf8', 4, 9) : 'HY000',
    message: payload.toString('utf8', hasState ? 9 : 3),
  };
}

function readRow(payload: Buffer, columns: number): (string | null)[] {
  const cells: (string | null)[] = [];
  let at = 0;
  while (cells.length < columns) {
    if (payload[at] === 0xfb) {
      cells.push(null);
      at++;
      continue;
    }
    const { value, next } = readLength(payload, at);
    cells.push(payload.toString('utf8', next, next + value));
    at = next + value;
  }
  return cells;
}

const isEndOfRows = (payload: Buffer) => payload[0] === 0xfe && payload.length < 9;

/** Reads one answer; undefined when the connection ended before it was whole. */
export async function readReply(from: AsyncIterator<Packet>): Promise<Reply | undefined> {
  const next = async () => {
    const result = await from.next();
    return result.done ? undefined : result.value.payload;
  };
  const first = await next();
  if (!first) return undefined;
  if (first[0] === 0xff) return { type: 'error', error: readError(first) };
  if (first[0] === 0x00) {
    const affected = readLength(first, 1);
    return { type: 'ok', affectedRows: affected.value, lastInsertId: readLength(first, affected.next).value };
  }
  const columnCount = readLength(first, 0).value;
  const columns: string[] = [];
  for (let payload = await next(); payload && !isEndOfRows(payload); payload = await next()) {
    let at = 0;
    for (let field = 0; field < 4; field++) {
      const { value, next: after } = readLength(payload, at);
      at = after + value;
    }
    const name = readLength(payload, at);
    columns.push(payload.toString('utf8', name.next, name.next + name.value));
  }
  const rows: (string | null)[][] = [];
  for (;;) {
    const payload = await next();
    if (!payload) return undefined;
    if (isEndOfRows(payload)) return { type: 'rows', columns, rows };
    rows.push(readRow(payload, columnCount));
  }
}
