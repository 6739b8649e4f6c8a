import { afterEach, describe, expect, it } from 'vitest';
import { SteppedClock } from '../../../src/platform/clock.ts';
import { bookbuyer } from '../../../src/sandbox/node/images/bookbuyer.ts';
import { bookstore } from '../../../src/sandbox/node/images/bookstore.ts';
import { bookthief } from '../../../src/sandbox/node/images/bookthief.ts';
import { bookwarehouse } from '../../../src/sandbox/node/images/bookwarehouse.ts';
import { mysql } from '../../../src/sandbox/node/images/mysql.ts';
import type { ImageProgram } from '../../../src/sandbox/node/program.ts';
import { type ContainerOptions, LoopbackPods, plain, type RunningContainer, startContainer } from './containers.ts';

const storeHost = 'bookstore.bookstore.svc.cluster.local';
const storeUrl = `http://${storeHost}:14001`;
const warehouseHost = 'bookwarehouse.bookwarehouse.svc.cluster.local';
const [storeIp, buyerIp, warehouseIp, databaseIp] = ['10.0.87.14', '10.244.0.12', '10.0.1.2', '10.244.0.3'];
const latest = (app: string) => `openservicemesh/${app}:latest-main`;

let running: RunningContainer[] = [];
let listeners: { close(): void }[] = [];
const start = (pods: LoopbackPods, program: ImageProgram, options: ContainerOptions) => {
  const container = startContainer(pods, program, options);
  running.push(container);
  return container;
};

afterEach(async () => {
  await Promise.all(running.map((container) => container.stop()));
  for (const listener of listeners) listener.close();
  running = [];
  listeners = [];
});

function pods(): LoopbackPods {
  const made = new LoopbackPods();
  made.name(storeHost, storeIp);
  made.name(warehouseHost, warehouseIp);
  return made;
}

const quick = { CI_SLEEP_BETWEEN_REQUESTS_SECONDS: '0' };
const buyer = { ip: buyerIp, image: latest('bookbuyer'), env: quick };
const store = { ip: storeIp, image: latest('bookstore'), env: { IDENTITY: 'bookstore-v1' } };

describe('bookbuyer at the bookstore', () => {
  it('buys, counts by identity and logs to the letter', async () => {
    const network = pods();
    const shop = start(network, bookstore, store);
    const customer = start(network, bookbuyer, buyer);
    await customer.logged(/--- bookbuyer:\[ 3 \]/);
    const log = plain(customer.log);
    expect(log.startsWith('Starting bookbuyer connection #0')).toBe(true);
    expect(log).toContain('INF Web server running on port 14001 component=bookbuyer file=bookbuyer.go');
    expect(log).toContain(`\n\n\n--- bookbuyer:[ 1 ] ${'-'.repeat(41)}\n`);
    expect(log).toContain(
      `\nFetching ${storeUrl}/books-bought\nRequest Headers: map[Client-App:[bookbuyer] User-Agent:[Go-http-client/1.1]]\nIdentity: bookstore-v1\nBooksbought: `,
    );
    expect(log).toMatch(
      /\nRequest Headers: map\[\]\nIdentity: bookstore-v1\nBooksbought: 1\nServer: n\/a\nDate: \w+, /,
    );
    expect(log).toMatch(/Status: 200 OK\n\d+:\d\d[AP]M INF BooksCountV1=21970720 component=demo file=books.go:196\n/);
    const [, first = '', second = ''] = log.split(/--- bookbuyer:\[ \d \] -+/);
    expect(first.match(/MAESTRO! THIS TEST SUCCEEDED!/g)).toBeNull();
    expect(second.match(/MAESTRO! THIS TEST SUCCEEDED!/g)).toHaveLength(2);

    const raw = JSON.parse((await network.get(buyerIp, 14001, '/raw')).body);
    expect(raw.booksBoughtV1).toBeGreaterThanOrEqual(2);
    expect(raw).toEqual({ booksBought: raw.booksBoughtV1, booksBoughtV1: raw.booksBoughtV1, booksBoughtV2: 0 });
    expect(plain(shop.log)).toContain('Selling a book!\n');
    expect(plain(shop.log)).toMatch(
      /INF bookstore-v1; {2}URL: "\/buy-a-book\/new"; {2}Count: 1\n component=bookstore file=bookstore.go:109\n/,
    );
    expect(plain(shop.log)).toMatch(/INF user-agent: Go-http-client\/1.1 component=bookstore file=bookstore.go:114\n/);
    expect(plain(shop.log)).toMatch(/INF Sleeping \d{3}ms component/);
  });

  it('says connection refused where nothing listens, and keeps trying', async () => {
    const customer = start(pods(), bookbuyer, buyer);
    await customer.logged(/--- bookbuyer:\[ 3 \]/);
    expect(customer.log).toContain(
      `Error fetching ${storeUrl}/books-bought: Get "${storeUrl}/books-bought": dial tcp 10.0.87.14:14001: connect: connection refused\nERROR: response code for "${storeUrl}/books-bought" is 0;  expected 200\n`,
    );
    expect(customer.log).not.toContain('Identity:');
  });

  it('says no such host for a name that DNS does not know', async () => {
    const customer = start(new LoopbackPods(), bookbuyer, buyer);
    await customer.logged(/--- bookbuyer:\[ 2 \]/);
    expect(customer.log).toContain(`dial tcp: lookup ${storeHost} on 10.0.0.10:53: no such host\n`);
  });

  it.each([
    ['an orderly end', 'EOF\n', 'end'],
    ['a reset', /read tcp 10.244.0.12:\d+->10.0.87.14:14001: read: connection reset by peer\n/, 'reset'],
    ['TLS bytes', /net\/http: HTTP\/1.x transport connection broken: malformed HTTP response "\\x15\\x03/, 'alert'],
  ] as const)('names %s as Go does', async (_, words, how) => {
    const network = pods();
    listeners.push(
      await network.listen(storeIp, 14001, ({ socket }) => {
        socket.on('error', () => {});
        socket.once('data', () => {
          if (how === 'end') socket.end();
          else if (how === 'reset') socket.resetAndDestroy();
          else socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 40]));
        });
      }),
    );
    const customer = start(network, bookbuyer, buyer);
    await customer.logged(/--- bookbuyer:\[ 2 \]/);
    const text = customer.log.split(`Get "${storeUrl}/buy-a-book/new": `)[1] ?? '';
    if (typeof words === 'string') expect(text.startsWith(words)).toBe(true);
    else expect(text).toMatch(words);
  });

  it('prints the header block and the code of an answer that is not 200', async () => {
    const network = pods();
    listeners.push(
      await network.listen(storeIp, 14001, ({ socket }) =>
        socket.once('data', () =>
          socket.end('HTTP/1.1 403 Forbidden\r\nserver: envoy\r\ncontent-length: 19\r\n\r\nRBAC: access denied'),
        ),
      ),
    );
    const customer = start(network, bookbuyer, buyer);
    await customer.logged(/--- bookbuyer:\[ 2 \]/);
    expect(customer.log).toContain(
      `Identity: n/a\nBooksbought: n/a\nServer: envoy\nDate: n/a\nStatus: 403 Forbidden\nERROR: response code for "${storeUrl}/buy-a-book/new" is 403;  expected 200\n`,
    );
  });

  it('keeps a period of one second by the clock', async () => {
    const clock = new SteppedClock();
    const customer = start(pods(), bookbuyer, { ...buyer, env: {}, clock });
    await customer.logged(/--- bookbuyer:\[ 1 \].*?ERROR.*?ERROR/s);
    await clock.step(999);
    expect(customer.log).not.toContain('bookbuyer:[ 2 ]');
    await clock.step(1);
    await customer.logged(/--- bookbuyer:\[ 2 \]/);
  });

  it('serves its counters as a page, forgets them on reset, and answers other paths as gorilla/mux does', async () => {
    const network = pods();
    start(network, bookstore, { ...store, env: { IDENTITY: 'bookstore-v2' } });
    const customer = start(network, bookbuyer, buyer);
    await customer.logged(/BooksCountV2=/);
    const page = await network.get(buyerIp, 14001, '/');
    expect(page.head).toContain('Content-Type: text/html; charset=utf-8');
    expect(page.body).toContain('<title>Bookbuyer</title>');
    expect(page.body).toMatch(/from bookstore V2: <strong>[1-9]/);
    expect(page.body).toContain('}, 1500);');
    expect(customer.log).toMatch(/Bookbuyer; {2}URL: "\/"; {2}Count: [1-9]/);
    await customer.stop();
    const missing = start(network, bookstore, { ...store, ip: '10.1.1.1' });
    await missing.logged(/running on port/);
    expect(await network.get('10.1.1.1', 14001, '/favicon.ico')).toMatchObject({
      status: 404,
      body: '404 page not found\n',
    });
    expect(await network.get('10.1.1.1', 14001, '/raw', 'POST')).toMatchObject({ status: 405, body: '' });
    expect(await network.get('10.1.1.1', 14001, '/books-bought', 'POST', '41')).toMatchObject({ status: 200 });
    expect((await network.get('10.1.1.1', 14001, '/raw')).body).toBe('{"booksSold":41}');
    expect((await network.get('10.1.1.1', 14001, '/books-bought', 'POST', 'x')).status).toBe(400);
    await network.get('10.1.1.1', 14001, '/reset');
    expect((await network.get('10.1.1.1', 14001, '/raw')).body).toBe('{"booksSold":0}');
  });

  it('refuses --path on a new image and dies of a bad body on an old one, as those releases do', async () => {
    const network = pods();
    const newer = start(network, bookstore, { ...store, args: ['--path', './', '--port', '14001'] });
    expect(await newer.ended).toBe(2);
    expect(newer.log).toContain('flag provided but not defined: -path\nUsage of /bookstore:\n');
    const older = start(network, bookstore, {
      ...store,
      image: 'openservicemesh/bookstore:v0.11.1',
      args: ['--path', './'],
    });
    await older.logged(/running on port/);
    await network.get(storeIp, 14001, '/books-bought', 'POST', 'x').catch(() => {});
    expect(await older.ended).toBe(1);
    expect(network.listensOn(storeIp, 14001)).toBe(false);
  });
});

describe('bookthief', () => {
  it('counts what it gets and judges by the code it was told to expect', async () => {
    const network = pods();
    const thief = start(network, bookthief, {
      ip: buyerIp,
      image: latest('bookthief'),
      env: { ...quick, BOOKTHIEF_EXPECTED_RESPONSE_CODE: '503' },
    });
    await thief.logged(/--- bookthief:\[ 2 \]/);
    expect(thief.log).toContain(`ERROR: response code for "${storeUrl}/buy-a-book/new" is 0;  expected 503\n`);
    start(network, bookstore, store);
    await thief.logged(/BooksCountV1/);
    expect(thief.log).toContain('is 200;  expected 503');
    expect(JSON.parse((await network.get(buyerIp, 14001, '/raw')).body).booksStolenV1).toBeGreaterThan(0);
  });
});

describe('bookwarehouse and mysql', () => {
  const warehouse = { ip: warehouseIp, image: latest('bookwarehouse') };
  const database = {
    ip: databaseIp,
    image: 'mysql:5.6',
    env: { MYSQL_ROOT_PASSWORD: 'mypassword', MYSQL_DATABASE: 'booksdemo' },
  };

  it('opens no port until the database is there, then restocks and keeps the total in it', async () => {
    const network = pods();
    network.name('mysql.bookwarehouse', databaseIp);
    const clock = new SteppedClock();
    const supplier = start(network, bookwarehouse, { ...warehouse, clock });
    await supplier.logged(/Booksdemo database is not ready. Wait for 10s \.\.\./);
    expect(supplier.log).toContain('dial tcp 10.244.0.3:3306: connect: connection refused');
    expect(network.listensOn(warehouseIp, 14001)).toBe(false);
    const db = start(network, mysql, database);
    await db.logged(/port: 3306 {2}MySQL Community Server/);
    await clock.step(10_000);
    await supplier.logged(/Starting BookWarehouse HTTP server on port 14001/);
    expect(supplier.log).toContain('Booksdemo database is connected.');
    expect(supplier.log).toContain('Initial total-books record created.');

    for (const expected of [1, 2, 3]) {
      const reply = await network.get(warehouseIp, 14001, '/restock-books', 'POST', '1');
      expect(reply).toMatchObject({ status: 200, body: '{"restocked":1}' });
      expect(reply.head).toContain('Identity: unidentified');
      await supplier.logged(new RegExp(`Restocking bookstore with 1 new books; Total so far: ${expected}`));
    }
    await supplier.logged(/MAESTRO! THIS TEST SUCCEEDED!/);
    expect(await network.get(warehouseIp, 14001, '/restock-books')).toMatchObject({ status: 405 });

    expect(await supplier.stop()).toBe(2);
    const again = start(network, bookwarehouse, warehouse);
    await again.logged(/Starting BookWarehouse/);
    expect(again.log).not.toContain('Initial total-books');
    await network.get(warehouseIp, 14001, '/', 'POST', '2');
    await again.logged(/Restocking bookstore with 2 new books; Total so far: 5/);
  });

  it('gets stock to the bookstore, which says what the warehouse answered', async () => {
    const network = pods();
    network.name('mysql.bookwarehouse', databaseIp);
    const db = start(network, mysql, database);
    await db.logged(/ready for connections/);
    const supplier = start(network, bookwarehouse, warehouse);
    await supplier.logged(/Starting BookWarehouse/);
    const shop = start(network, bookstore, store);
    start(network, bookbuyer, buyer);
    await shop.logged(/finished w\/ status: 200 OK 200 /);
    const url = `http://${warehouseHost}:14001/restock-books`;
    expect(plain(shop.log)).toContain('INF Restocking from book warehouse with 1 books component=demo file=books.go');
    expect(plain(shop.log)).toContain(`INF RestockBooks: Posted to ${url} with headers map[] component=demo`);
    expect(plain(shop.log)).toContain(`INF RestockBooks (${url}) adding header {Identity: unidentified} component`);
  });

  it('logs a failed restock and sells on', async () => {
    const network = pods();
    const shop = start(network, bookstore, store);
    start(network, bookbuyer, buyer);
    await shop.logged(/Count: 2\n/);
    const url = `http://${warehouseHost}:14001/restock-books`;
    expect(plain(shop.log)).toContain(
      `ERR RestockBooks: Error posting to ${url} error="Post \\"${url}\\": dial tcp 10.0.1.2:14001: connect: connection refused" component=demo`,
    );
    expect(shop.log).toContain('\x1b[1m\x1b[31mERR\x1b[0m\x1b[0m');
  });

  it('turns a wrong password away', async () => {
    const network = pods();
    network.name('mysql.bookwarehouse', databaseIp);
    const db = start(network, mysql, { ...database, env: { ...database.env, MYSQL_ROOT_PASSWORD: 'other' } });
    await db.logged(/ready/);
    const supplier = start(network, bookwarehouse, warehouse);
    await supplier.logged(/Wait for 10s/);
    expect(supplier.log).toContain("Error 1045: Access denied for user 'root'@'10.244.0.9' (using password: YES)");
  });

  it('does not start a database without a password option', async () => {
    const db = start(pods(), mysql, { ...database, env: {} });
    expect(await db.ended).toBe(1);
    expect(db.log).toContain('You need to specify one of MYSQL_ROOT_PASSWORD');
  });
});
