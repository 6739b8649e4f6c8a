import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import type { ContainerContext, ImageProgram } from '../program.ts';
import { untilStopped } from './go-server.ts';
import * as protocol from './mysql-protocol.ts';
import { MysqlTables } from './mysql-tables.ts';

/**
 * The database of the demo: MySQL's wire protocol on port 3306 over a handful of tables in memory. The server speaks
 * first, as MySQL does. Limit: the tables live as long as the container; no volume is written.
 */
const port = 3306;

const versionOf = (image: string) => {
  const tag = /:(\d[\w.]*)/.exec(image)?.[1] ?? '5.6';
  return tag === '5.6' ? '5.6.51' : tag;
};

const noPassword = `error: database is uninitialized and password option is not specified 
  You need to specify one of MYSQL_ROOT_PASSWORD, MYSQL_ALLOW_EMPTY_PASSWORD and MYSQL_RANDOM_ROOT_PASSWORD
`;

interface Server {
  context: ContainerContext;
  version: string;
  password: string;
  databases: Map<string, MysqlTables>;
  connections: number;
}

/** Bytes that end no string early. */
function newScramble(): Buffer {
  return Buffer.from(randomBytes(20).map((byte) => (byte & 0x7f) % 126 || 1));
}

function refuse(code: number, sqlState: string, message: string): protocol.Reply {
  return { type: 'error', error: { code, sqlState, message } };
}

/** The database to use, or why the login is refused. */
function authenticate(server: Server, payload: Buffer, scramble: Buffer, client: string): MysqlTables | protocol.Reply {
  const { user, answer, database } = protocol.readLogin(payload);
  const expected = protocol.scramblePassword(server.password, scramble);
  if (user !== 'root' || !expected.equals(answer)) {
    const used = answer.length > 0 ? 'YES' : 'NO';
    return refuse(1045, '28000', `Access denied for user '${user}'@'${client}' (using password: ${used})`);
  }
  return server.databases.get(database) ?? refuse(1049, '42000', `Unknown database '${database}'`);
}

function runCommand(tables: MysqlTables, payload: Buffer): protocol.Reply | undefined {
  switch (payload[0]) {
    case protocol.commands.quit:
      return undefined;
    case protocol.commands.ping:
    case protocol.commands.initDb:
      return { type: 'ok', affectedRows: 0, lastInsertId: 0 };
    case protocol.commands.query:
      return tables.run(payload.toString('utf8', 1));
    default:
      return refuse(1047, '08S01', 'Unknown command');
  }
}

async function converse(server: Server, socket: Socket, client: string): Promise<void> {
  const scramble = newScramble();
  socket.write(protocol.framed(0, protocol.greeting(server.version, ++server.connections, scramble)));
  let tables: MysqlTables | undefined;
  for await (const { sequence, payload } of protocol.packets(socket)) {
    if (!tables) {
      const result = authenticate(server, payload, scramble, client);
      tables = result instanceof MysqlTables ? result : undefined;
      const reply: protocol.Reply =
        result instanceof MysqlTables ? { type: 'ok', affectedRows: 0, lastInsertId: 0 } : result;
      socket.write(protocol.encodeReply(reply, sequence + 1));
      if (!tables) break;
      continue;
    }
    const reply = runCommand(tables, payload);
    if (!reply) break;
    socket.write(protocol.encodeReply(reply, sequence + 1));
  }
  socket.end();
}

function note(server: Server, text: string): void {
  const time = new Date(server.context.clock.now()).toISOString().slice(0, 19).replace('T', ' ');
  server.context.stderr(`${time} 1 [Note] ${text}\n`);
}

export const mysql: ImageProgram = {
  repositories: ['mysql'],
  sizeBytes: 103_000_000,
  entrypoint: ['docker-entrypoint.sh', 'mysqld'],
  executables: ['/usr/local/bin/docker-entrypoint.sh', 'mysqld', '/usr/sbin/mysqld'],
  async run(context) {
    const password = context.env['MYSQL_ROOT_PASSWORD'] ?? '';
    if (password === '' && !context.env['MYSQL_ALLOW_EMPTY_PASSWORD']) {
      context.stderr(noPassword);
      return 1;
    }
    const version = versionOf(context.image);
    const names = ['mysql', ...(context.env['MYSQL_DATABASE'] ? [context.env['MYSQL_DATABASE']] : [])];
    const databases = new Map(names.map((name) => [name, new MysqlTables(name, version)]));
    const server: Server = { context, version, password, databases, connections: 0 };
    const open = new Set<Socket>();
    const listener = await context.sockets.listen(port, ({ socket, remote }) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
      // A client that goes away in the middle of a packet is its own affair (tcpSocket probes do).
      socket.on('error', () => socket.destroy());
      converse(server, socket, remote.ip).catch(() => socket.destroy());
    });
    note(server, `mysqld: ready for connections.`);
    context.stderr(
      `Version: '${version}'  socket: '/var/run/mysqld/mysqld.sock'  port: ${port}  MySQL Community Server (GPL)\n`,
    );
    await untilStopped(context.signal);
    listener.close();
    for (const socket of open) socket.destroy();
    note(server, 'mysqld: Shutdown complete');
    return 0;
  },
};
