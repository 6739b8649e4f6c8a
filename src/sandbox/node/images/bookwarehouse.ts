import type { ContainerContext, ImageProgram } from '../program.ts';
import { type ConsoleLog, consoleLog } from './console-log.ts';
import { demoRelease, environmentValue, webFlags } from './demo-release.ts';
import { type Exchange, endedBySigterm, serve, untilStopped } from './go-server.ts';
import { type MysqlAddress, MysqlConnection, MysqlError } from './mysql-client.ts';

/**
 * The supplier of the demo: restocks bookstores and keeps the total in MySQL. Until the database answers it listens
 * nowhere at all, as the original.
 */
const database: MysqlAddress = {
  host: 'mysql.bookwarehouse',
  port: 3306,
  user: 'root',
  password: 'mypassword',
  database: 'booksdemo',
};
const retryMs = 10_000;
const totalKey = 'total-books';
const successFrom = 3;

interface Warehouse {
  context: ContainerContext;
  log: ConsoleLog;
  identity: string;
  connection: MysqlConnection;
  /** Requests use the one connection in turn. */
  queue: Promise<unknown>;
}

async function connectWhenReady(context: ContainerContext, log: ConsoleLog): Promise<MysqlConnection | undefined> {
  while (!context.signal.aborted) {
    try {
      return await MysqlConnection.open(context.sockets, database, context.signal);
    } catch (error) {
      if (!(error instanceof MysqlError)) throw error;
      if (context.signal.aborted) return undefined;
      context.stdout(`[error] failed to initialize database, got error ${error.message}\n`);
      log.info('Booksdemo database is not ready. Wait for 10s ...', 'mysql.go:49');
      await context.rest(retryMs);
    }
  }
  return undefined;
}

async function readTotal(connection: MysqlConnection): Promise<number | undefined> {
  const reply = await connection.query(`SELECT \`value\` FROM \`records\` WHERE \`key\` = '${totalKey}' LIMIT 1`);
  const cell = reply.type === 'rows' ? reply.rows[0]?.[0] : undefined;
  return cell === undefined || cell === null ? undefined : Number(cell);
}

async function prepareTable(connection: MysqlConnection, log: ConsoleLog): Promise<void> {
  await connection.query(
    'CREATE TABLE IF NOT EXISTS `records` (`key` varchar(64), `value` bigint, PRIMARY KEY (`key`))',
  );
  if ((await readTotal(connection)) !== undefined) return;
  await connection.query(`INSERT INTO \`records\` (\`key\`,\`value\`) VALUES ('${totalKey}',0)`);
  log.info(`Initial total-books record created. {${totalKey} 0}`, 'bookwarehouse.go:83');
}

async function addToTotal(warehouse: Warehouse, books: number): Promise<number> {
  if (!warehouse.connection.isOpen) {
    const { context } = warehouse;
    warehouse.connection = await MysqlConnection.open(context.sockets, database, context.signal);
    await prepareTable(warehouse.connection, warehouse.log);
  }
  const total = ((await readTotal(warehouse.connection)) ?? 0) + books;
  await warehouse.connection.query(`UPDATE \`records\` SET \`value\` = ${total} WHERE \`key\` = '${totalKey}'`);
  return total;
}

async function restock(warehouse: Warehouse, exchange: Exchange): Promise<void> {
  const { context, log } = warehouse;
  exchange.setHeader('Identity', warehouse.identity);
  const text = (await exchange.body()).trim();
  let books = 0;
  if (/^-?\d+$/.test(text)) books = Number(text);
  else log.error('Could not decode request body', 'bookwarehouse.go:48', text === '' ? 'EOF' : 'invalid character');
  exchange.write(`{"restocked":${books}}`);
  const turn = warehouse.queue.then(() => addToTotal(warehouse, books));
  warehouse.queue = turn.catch(() => {});
  try {
    const total = await turn;
    log.info(`Restocking bookstore with ${books} new books; Total so far: ${total}`, 'bookwarehouse.go:59');
    if (total >= successFrom) context.stdout('MAESTRO! THIS TEST SUCCEEDED!\n');
  } catch (error) {
    if (!(error instanceof MysqlError)) throw error;
    exchange.setStatus(500);
    log.error('Could not update total-books record', 'bookwarehouse.go:55', error.message);
  }
}

export const bookwarehouse: ImageProgram = {
  repositories: ['openservicemesh/bookwarehouse'],
  sizeBytes: 13_200_000,
  entrypoint: ['/bookwarehouse'],
  async run(context) {
    const flags = webFlags(context, demoRelease(context.image), {
      ident: {
        kind: 'string',
        usage: 'the identity of the container where this demo app is running (VM, K8s, etc)',
        value: 'unidentified',
      },
    });
    if (!flags.ok) return flags.exitCode;
    const log = consoleLog(context, 'bookwarehouse');
    const connection = await connectWhenReady(context, log);
    if (!connection) return endedBySigterm;
    log.info('Booksdemo database is connected.', 'mysql.go:55');
    await prepareTable(connection, log);

    const port = Number(flags.values['port']);
    const identity = environmentValue(context, 'IDENTITY', flags.values['ident'] ?? '');
    const warehouse: Warehouse = { context, log, identity, connection, queue: Promise.resolve() };
    log.info(`Starting BookWarehouse HTTP server on port ${port}`, 'bookwarehouse.go:104');
    const handle = (exchange: Exchange) => restock(warehouse, exchange);
    await serve(context, port, [
      { path: '/restock-books', method: 'POST', handle },
      { path: '/', method: 'POST', handle },
    ]);
    await untilStopped(context.signal);
    warehouse.connection.close();
    return endedBySigterm;
  },
};
