import type { Socket } from 'node:net';
import type { ContainerSockets } from '../../network/pod-network.ts';
import * as protocol from './mysql-protocol.ts';

/** One connection to a MySQL server: login, then text queries one after the other. It does not know what is asked. */
export interface MysqlAddress {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
}

/** The server said no, or the connection failed; the message is the Go driver's. */
export class MysqlError extends Error {
  override readonly name = 'MysqlError';
}

function inWords(error: unknown, address: MysqlAddress, ip: string): string {
  const code = error instanceof Error ? (error as Error & { code?: string }).code : undefined;
  const target = `dial tcp ${ip}:${address.port}`;
  if (code === 'ENOTFOUND') return `dial tcp: lookup ${address.host} on 10.0.0.10:53: no such host`;
  if (code === 'ECONNREFUSED') return `${target}: connect: connection refused`;
  if (code === 'EHOSTUNREACH') return `${target}: connect: no route to host`;
  return `${target}: ${code ?? String(error)}`;
}

export class MysqlConnection {
  readonly #socket: Socket;
  readonly #packets: AsyncIterator<protocol.Packet>;

  private constructor(socket: Socket, packets: AsyncIterator<protocol.Packet>) {
    this.#socket = socket;
    this.#packets = packets;
  }

  static async open(sockets: ContainerSockets, address: MysqlAddress, signal: AbortSignal): Promise<MysqlConnection> {
    let ip = address.host;
    let socket: Socket;
    try {
      ip = (await sockets.resolve(address.host))[0] ?? ip;
      socket = await sockets.connect(ip, address.port);
    } catch (error) {
      throw new MysqlError(inWords(error, address, ip), { cause: error });
    }
    const stop = () => socket.destroy();
    signal.addEventListener('abort', stop, { once: true });
    socket.once('close', () => signal.removeEventListener('abort', stop));
    const iterator = protocol.packets(socket)[Symbol.asyncIterator]();
    const connection = new MysqlConnection(socket, iterator);
    try {
      const first = await iterator.next();
      if (first.done) throw new MysqlError('driver: bad connection');
      if (first.value.payload[0] !== 10) throw new MysqlError('malformed packet');
      const { scramble } = protocol.readGreeting(first.value.payload);
      socket.write(protocol.framed(1, protocol.login(address.user, address.password, address.database, scramble)));
      await connection.#reply();
      return connection;
    } catch (error) {
      socket.destroy();
      throw error instanceof MysqlError ? error : new MysqlError('driver: bad connection', { cause: error });
    }
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  async query(sql: string): Promise<protocol.Reply> {
    const payload = Buffer.concat([Buffer.from([protocol.commands.query]), Buffer.from(sql, 'utf8')]);
    this.#socket.write(protocol.framed(0, payload));
    return this.#reply();
  }

  close(): void {
    this.#socket.end(protocol.framed(0, Buffer.from([protocol.commands.quit])));
    this.#socket.destroySoon();
  }

  async #reply(): Promise<protocol.Reply> {
    let reply: protocol.Reply | undefined;
    try {
      reply = await protocol.readReply(this.#packets);
    } catch (error) {
      throw new MysqlError('invalid connection', { cause: error });
    }
    if (!reply) throw new MysqlError('invalid connection');
    if (reply.type === 'error') throw new MysqlError(`Error ${reply.error.code}: ${reply.error.message}`);
    return reply;
  }
}
