import type { ContainerContext } from '../program.ts';
import { escapeHtml, renderBookPage } from './book-pages.ts';
import { consoleLog, goQuote } from './console-log.ts';
import { demoRelease, environmentInteger, environmentValue, webFlags } from './demo-release.ts';
import { GoRequestError, send } from './go-client.ts';
import { endedBySigterm, serve } from './go-server.ts';

/**
 * The client that bookbuyer and bookthief share: a page with counters, and an endless loop of purchases that says on
 * stdout what it got. It does not know why the store answers as it does.
 */
export interface Participant {
  /** `bookbuyer` */
  name: string;
  title: string;
  emoji: string;
  /** Identity in its log when IDENTITY is not set. */
  identity: string;
  /** `Web server running on port` */
  startedText: string;
  totalLabel: string;
  /** Keys of /raw. */
  rawKey: string;
  expectedCode: { variable: string; value: string } | number;
  connections: { variable: string } | 1;
  /** Log `Starting … connection #n` before each loop. */
  announcesConnections: boolean;
  sourceFile: string;
}

interface Counters {
  total: number;
  v1: number;
  v2: number;
}

const success = 'MAESTRO! THIS TEST SUCCEEDED!';
const failure = 'MAESTRO, WE HAVE A PROBLEM! THIS TEST FAILED!';
const interestingHeaders = ['Identity', 'Booksbought', 'Server', 'Date'];

/**
 * The original logs the address of its counter instead of the count (`%d` of a pointer): one number that never moves.
 */
const counterAddress = { v1: 21970720, v2: 21970728 };
const counterLines = { 'v0.11': { v1: 192, v2: 196 }, 'v1.2': { v1: 196, v2: 200 } } as const;

/** All pods share one process: a period of 0 must not starve the others. */
const leastRestMs = 10;

interface Loop {
  context: ContainerContext;
  participant: Participant;
  counters: Counters;
  expected: number;
  minSuccesses: number;
  maxIterations: number;
  periodMs: number;
  target: string;
}

/** Go prints a map sorted by key: `map[Client-App:[bookbuyer] User-Agent:[…]]`. */
function goHeaderMap(headers: Readonly<Record<string, string>>): string {
  const entries = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([name, value]) => `${name}:[${value}]`).join(' ')}]`;
}

async function fetchUrl(
  context: ContainerContext,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ code: number; identity: string }> {
  context.stdout(`\nFetching ${url}\nRequest Headers: ${goHeaderMap(headers)}\n`);
  try {
    const response = await send(context, { method: 'GET', url, headers });
    const shown = interestingHeaders.map((name) => `${name}: ${response.header(name)}\n`);
    context.stdout(`${shown.join('')}Status: ${response.statusLine}\n`);
    return { code: response.status, identity: response.header('Identity') };
  } catch (error) {
    if (!(error instanceof GoRequestError)) throw error;
    if (!context.signal.aborted) context.stdout(`Error fetching ${url}: ${error.message}\n`);
    return { code: 0, identity: 'unknown' };
  }
}

function count(loop: Loop, identity: string): void {
  const { context, counters } = loop;
  const version = /^bookstore-(v1|v2)/.exec(identity)?.[1];
  if (version !== 'v1' && version !== 'v2') return;
  counters[version]++;
  counters.total++;
  const line = counterLines[demoRelease(context.image)][version];
  consoleLog(context, 'demo').info(`BooksCount${version.toUpperCase()}=${counterAddress[version]}`, `books.go:${line}`);
}

async function buyForever(loop: Loop): Promise<void> {
  const { context, participant } = loop;
  const buyUrl = `${loop.target}/buy-a-book/new`;
  const boughtUrl = `${loop.target}/books-bought`;
  const headersOf: Record<string, Record<string, string>> = {
    // Even the thief calls itself bookbuyer here: headers do not tell them apart, certificates do.
    [boughtUrl]: { 'Client-App': 'bookbuyer', 'User-Agent': 'Go-http-client/1.1' },
    [buyUrl]: {},
  };
  const lastResult = new Map([
    [boughtUrl, false],
    [buyUrl, false],
  ]);
  const allSucceeded = () => [...lastResult.values()].every(Boolean);
  let previouslySucceeded = false;
  let successes = 0;

  for (let iteration = 1; !context.signal.aborted; iteration++) {
    const timedOut = loop.maxIterations > 0 && iteration > loop.maxIterations;
    context.stdout(`\n\n--- ${participant.name}:[ ${iteration} ] -----------------------------------------\n`);
    const startedAt = context.clock.now();
    // The original ranges over a Go map: the order is random each time.
    const urls = context.random.next() < 0.5 ? [boughtUrl, buyUrl] : [buyUrl, boughtUrl];
    for (const url of urls) {
      const { code, identity } = await fetchUrl(context, url, headersOf[url] ?? {});
      if (context.signal.aborted) return;
      const succeeded = code === loop.expected;
      if (!succeeded)
        context.stdout(`ERROR: response code for ${goQuote(url)} is ${code};  expected ${loop.expected}\n`);
      lastResult.set(url, succeeded);
      if (code === 200 && url === buyUrl) count(loop, identity);
      if (previouslySucceeded && allSucceeded()) {
        successes++;
        if (successes >= loop.minSuccesses && !timedOut) context.stdout(`${success}\n`);
      }
      if (previouslySucceeded && !succeeded) successes = 0;
      previouslySucceeded = allSucceeded();
    }
    if (timedOut) context.stdout(`Threshold of ${loop.maxIterations} iterations exceeded\n\n${failure}`);
    const restMs = Math.max(leastRestMs, loop.periodMs - (context.clock.now() - startedAt));
    await context.rest(restMs);
  }
}

function page(participant: Participant, counters: Counters, now: number): string {
  return renderBookPage({
    title: participant.title,
    emoji: participant.emoji,
    heading: participant.identity,
    total: { label: participant.totalLabel, count: counters.total },
    parts: [
      { label: 'from bookstore V1', count: counters.v1 },
      { label: 'from bookstore V2', count: counters.v2 },
    ],
    now,
  });
}

async function serveCounters(
  context: ContainerContext,
  participant: Participant,
  counters: Counters,
  port: number,
): Promise<void> {
  const identity = environmentValue(context, 'IDENTITY', participant.identity);
  const render = () => page(participant, counters, context.clock.now());
  await serve(context, port, [
    {
      path: '/',
      method: 'GET',
      handle: (exchange) => {
        exchange.write(render());
        context.stdout(`${identity};  URL: ${goQuote(escapeHtml(exchange.path))};  Count: ${counters.total}\n`);
      },
    },
    {
      path: '/raw',
      method: 'GET',
      handle: (exchange) => {
        const key = participant.rawKey;
        exchange.write(JSON.stringify({ [key]: counters.total, [`${key}V1`]: counters.v1, [`${key}V2`]: counters.v2 }));
      },
    },
    {
      path: '/reset',
      method: 'GET',
      handle: (exchange) => {
        Object.assign(counters, { total: 0, v1: 0, v2: 0 });
        exchange.write(render());
      },
    },
  ]);
}

const wholeNumber = (context: ContainerContext, participant: Participant, name: string, otherwise: string) =>
  environmentInteger(context, `demo/${participant.name}`, name, otherwise);

export async function runBookClient(context: ContainerContext, participant: Participant): Promise<number> {
  const release = demoRelease(context.image);
  const flags = webFlags(context, release);
  if (!flags.ok) return flags.exitCode;
  const port = Number(flags.values['port']);
  const integer = (name: string, otherwise: string) => wholeNumber(context, participant, name, otherwise);
  const expected =
    typeof participant.expectedCode === 'number'
      ? participant.expectedCode
      : integer(participant.expectedCode.variable, participant.expectedCode.value);
  const connections = participant.connections === 1 ? 1 : integer(participant.connections.variable, '1');
  const minSuccesses = integer('CI_MIN_SUCCESS_THRESHOLD', '1');
  const maxIterations = integer('CI_MAX_ITERATIONS_THRESHOLD', '0');
  const periodSeconds = integer('CI_SLEEP_BETWEEN_REQUESTS_SECONDS', '1');
  if (
    expected === undefined ||
    connections === undefined ||
    minSuccesses === undefined ||
    maxIterations === undefined ||
    periodSeconds === undefined
  )
    return 1;

  const store = environmentValue(context, 'BOOKSTORE_SVC', 'bookstore');
  const namespace = environmentValue(context, 'BOOKSTORE_NAMESPACE', release === 'v0.11' ? '' : 'bookstore');
  const counters: Counters = { total: 0, v1: 0, v2: 0 };
  const target = `http://${store}.${namespace}.svc.cluster.local:14001`;
  const periodMs = periodSeconds * 1000;
  const loop = { context, participant, counters, expected, minSuccesses, maxIterations, periodMs, target };
  if (participant.announcesConnections)
    for (let number = 0; number < connections; number++)
      context.stdout(`Starting ${participant.name} connection #${number}`);
  consoleLog(context, participant.name).info(`${participant.startedText} ${port}`, participant.sourceFile);
  await serveCounters(context, participant, counters, port);
  await Promise.all(Array.from({ length: connections }, () => buyForever(loop)));
  return endedBySigterm;
}
