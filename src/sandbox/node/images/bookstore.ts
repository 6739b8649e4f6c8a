import { integerBetween } from '../../../platform/random.ts';
import type { ContainerContext, ImageProgram } from '../program.ts';
import { escapeHtml, renderBookPage } from './book-pages.ts';
import { type ConsoleLog, consoleLog, goQuote } from './console-log.ts';
import { type DemoRelease, demoRelease, environmentValue, webFlags } from './demo-release.ts';
import { GoRequestError, type GoResponse, send } from './go-client.ts';
import { type Exchange, endedBySigterm, type Route, serve, untilStopped } from './go-server.ts';

/**
 * The shop of the demo, v1 or v2 by its IDENTITY. It sells a book per request, slowly, and restocks from the warehouse
 * in the background; it does not care whether restocking works.
 */
const sourceLines = {
  'v0.11': { start: 158, index: 83, booksBought: 77, sell: 105, header: 110, sleeping: 121, decode: 92, restock: 78 },
  'v1.2': { start: 160, index: 84, booksBought: 78, sell: 109, header: 114, sleeping: 125, decode: 96, restock: 82 },
} as const;

const tracingHeaders = {
  'v0.11': ['X-Ot-Span-Context', 'X-Request-Id', 'uber-trace-id'],
  'v1.2': ['X-Ot-Span-Context', 'X-Request-Id', 'uber-trace-id', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid'],
} as const;

const busyMs = { least: 150, below: 750 };

interface Shop {
  context: ContainerContext;
  release: DemoRelease;
  log: ConsoleLog;
  identity: string;
  sold: number;
  /** Ends the program: v0.11 treats a bad POST body as fatal. */
  exit(code: number): void;
}

const at = (shop: Shop, what: keyof (typeof sourceLines)['v1.2']) => `bookstore.go:${sourceLines[shop.release][what]}`;

function presentTracingHeaders(shop: Shop, exchange: Exchange): [string, string][] {
  return tracingHeaders[shop.release].flatMap((name) => {
    const found = exchange.headers.find(([header]) => header.toLowerCase() === name.toLowerCase());
    return found ? [[name, found[1]] as [string, string]] : [];
  });
}

function showPage(shop: Shop, exchange: Exchange): void {
  for (const [name, value] of presentTracingHeaders(shop, exchange)) exchange.setHeader(name, value);
  exchange.setHeader('Booksbought', String(shop.sold));
  exchange.setHeader('Identity', shop.identity);
  exchange.write(
    renderBookPage({
      title: 'Bookstore',
      emoji: '&#128218;',
      heading: shop.identity,
      total: { label: 'Books sold', count: shop.sold },
      parts: [],
      now: shop.context.clock.now(),
    }),
  );
}

function logCount(shop: Shop, exchange: Exchange, file: string): void {
  const url = goQuote(escapeHtml(exchange.path));
  shop.log.info(`${shop.identity};  URL: ${url};  Count: ${shop.sold}\n`, file);
}

async function setCount(shop: Shop, exchange: Exchange): Promise<void> {
  const text = await exchange.body();
  let decoded: unknown;
  let cause = 'EOF';
  try {
    decoded = JSON.parse(text);
    cause = 'json: cannot unmarshal value into Go value of type int64';
  } catch {
    if (text !== '') cause = 'invalid character in request body';
  }
  if (!Number.isSafeInteger(decoded)) {
    if (shop.release === 'v0.11') {
      shop.log.fatal('Could not decode request body', at(shop, 'decode'), cause);
      shop.exit(1);
      return;
    }
    shop.log.error('Could not decode request body', at(shop, 'decode'), cause);
    exchange.setStatus(400);
    return;
  }
  shop.sold = Number(decoded);
  showPage(shop, exchange);
  logCount(shop, exchange, at(shop, 'decode'));
}

async function sell(shop: Shop, exchange: Exchange): Promise<void> {
  const { context } = shop;
  context.stdout('Selling a book!\n');
  shop.sold++;
  showPage(shop, exchange);
  logCount(shop, exchange, at(shop, 'sell'));
  for (const [name, value] of exchange.headers) shop.log.info(`${name.toLowerCase()}: ${value}`, at(shop, 'header'));
  const requestId = exchange.headers.find(([name]) => name.toLowerCase() === 'x-request-id')?.[1];
  void restock(shop, shop.release === 'v1.2' ? requestId : undefined);
  const noiseMs = integerBetween(context.random, busyMs.least, busyMs.below);
  shop.log.info(`Sleeping ${noiseMs}ms`, at(shop, 'sleeping'));
  await context.rest(noiseMs);
}

async function restock(shop: Shop, requestId: string | undefined): Promise<void> {
  const { context } = shop;
  const log = consoleLog(context, 'demo');
  const first = sourceLines[shop.release].restock;
  const warehouse = environmentValue(context, 'WAREHOUSE_SVC', 'bookwarehouse');
  const fallback = shop.release === 'v0.11' ? '' : 'bookwarehouse';
  const namespace = environmentValue(context, 'BOOKWAREHOUSE_NAMESPACE', fallback);
  const url = `http://${warehouse}.${namespace}.svc.cluster.local:14001/restock-books`;
  const shown = requestId === undefined ? 'map[]' : `map[X-Request-Id:[${requestId}]]`;

  log.info('Restocking from book warehouse with 1 books', `books.go:${first}`);
  log.info(`RestockBooks: Posted to ${url} with headers ${shown}`, `books.go:${first + 17}`);
  let response: GoResponse;
  try {
    response = await send(context, {
      method: 'POST',
      url,
      headers: {
        Host: `${warehouse}.${namespace}`,
        ...(requestId === undefined ? {} : { 'X-Request-Id': requestId }),
      },
      body: '1',
    });
  } catch (error) {
    if (!(error instanceof GoRequestError)) throw error;
    if (!context.signal.aborted)
      log.error(`RestockBooks: Error posting to ${url}`, `books.go:${first + 21}`, error.message);
    return;
  }
  for (const name of ['Identity', 'Booksbought', 'Server', 'Date'])
    log.info(`RestockBooks (${url}) adding header {${name}: ${response.header(name)}}`, `books.go:${first + 27}`);
  log.info(
    `RestockBooks (${url}) finished w/ status: ${response.statusLine} ${response.status} `,
    `books.go:${first + 29}`,
  );
}

function routes(shop: Shop): Route[] {
  const get = (path: string, handle: Route['handle']): Route => ({ path, method: 'GET', handle });
  const ok = (path: string) => get(path, (exchange) => showPage(shop, exchange));
  return [
    get('/', (exchange) => {
      showPage(shop, exchange);
      logCount(shop, exchange, at(shop, 'index'));
    }),
    get('/books-bought', (exchange) => {
      showPage(shop, exchange);
      logCount(shop, exchange, at(shop, 'booksBought'));
    }),
    { path: '/books-bought', method: 'POST', handle: (exchange) => setCount(shop, exchange) },
    get('/buy-a-book/new', (exchange) => sell(shop, exchange)),
    get('/reset', (exchange) => {
      shop.sold = 0;
      showPage(shop, exchange);
    }),
    get('/raw', (exchange) => exchange.write(JSON.stringify({ booksSold: shop.sold }))),
    ok('/liveness'),
    ok('/readiness'),
    ok('/startup'),
  ];
}

export const bookstore: ImageProgram = {
  repositories: ['openservicemesh/bookstore'],
  sizeBytes: 11_700_000,
  entrypoint: ['/bookstore'],
  async run(context) {
    const release = demoRelease(context.image);
    const flags = webFlags(context, release, {
      ident: {
        kind: 'string',
        usage: 'the identity of the container where this demo app is running (VM, K8s, etc)',
        value: 'unidentified',
      },
    });
    if (!flags.ok) return flags.exitCode;
    const port = Number(flags.values['port']);
    const log = consoleLog(context, 'bookstore');
    const identity = environmentValue(context, 'IDENTITY', flags.values['ident'] ?? '');
    const ended = Promise.withResolvers<number>();
    const shop: Shop = { context, release, log, identity, sold: 0, exit: ended.resolve };
    log.info(`Bookstore running on port ${port}`, at(shop, 'start'));
    const server = await serve(context, port, routes(shop));
    void untilStopped(context.signal).then(() => ended.resolve(endedBySigterm));
    const exitCode = await ended.promise;
    server.close();
    return exitCode;
  },
};
