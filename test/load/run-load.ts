import { Samples } from '../bench/samples.ts';
import { inParallel, LoadClient, type LoadTarget } from './load-client.ts';
import { readEvent, WatchLedger } from './watch-ledger.ts';
import { within } from './within.ts';

export interface LoadSize {
  objects: number;
  watches: number;
  writes: number;
}

export interface LoadResult {
  createsPerSecond: number;
  /** Acknowledged over HTTPS by 16 clients while all watches are open. */
  writesPerSecond: number;
  /** One list of all objects in one answer, in ms. */
  listMs: number;
  /** The same in pages of 500. */
  pagedListMs: number;
  listed: number;
  paged: number;
  /** From the acknowledgement of a write to its event at a watcher, in ms; an event may be faster than the answer: 0. */
  fanOut: Samples;
  /** One for each watch. */
  ledgers: WatchLedger[];
  /** What each ledger must show. */
  expected: { count: number; sum: number };
}

const namespace = 'load';
const collection = `/api/v1/namespaces/${namespace}/configmaps`;
const clients = 16;

/**
 * Fills a namespace with config maps, opens watches on it, and then writes to the objects in turn: nothing may be lost, and each
 * watcher must see every write once and in order. `beside` runs along with the writes.
 */
export async function runLoad(
  target: LoadTarget,
  { objects, watches, writes }: LoadSize,
  beside: () => Promise<unknown> = async () => undefined,
): Promise<LoadResult> {
  const client = new LoadClient(target);
  const stops: (() => void)[] = [];
  try {
    await client.call('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    const createMs = await timed(() =>
      inParallel(objects, clients, async (number) => {
        const metadata = { name: `object-${number}`, labels: { app: 'load' } };
        await client.call('POST', collection, { metadata, data: { text: 'x'.repeat(200) } });
      }),
    );
    let listed = 0;
    const query = '?labelSelector=app%3Dload';
    const listMs = await timed(async () => {
      listed = itemsOf(await client.call('GET', collection + query)).length;
    });
    let paged = 0;
    const pagedListMs = await timed(async () => {
      paged = await pagesOf(client, query);
    });
    const { metadata } = JSON.parse(await client.call('GET', `${collection}?limit=1`));
    const { ledgers, fanOut, arrive, acknowledge, untilAll } = watchBooks(watches);
    for (const ledger of ledgers) {
      const path = `${collection}${query}&watch=true&allowWatchBookmarks=true&resourceVersion=${metadata.resourceVersion}`;
      stops.push(
        await client.watch(
          path,
          (line) => arrive(ledger, line),
          () => {},
        ),
      );
    }
    const expected = { count: 0, sum: 0 };
    const writing = timed(() =>
      inParallel(writes, clients, async (write) => {
        const path = `${collection}/object-${write % objects}`;
        const patch = { data: { write: String(write) } };
        const answer = readEvent(await client.call('PATCH', path, patch, 'application/merge-patch+json'));
        acknowledge(write);
        expected.count += 1;
        expected.sum += answer?.revision ?? 0;
      }),
    );
    const [writeMs] = await Promise.all([writing, beside()]);
    await untilAll(expected.count);
    return {
      createsPerSecond: (objects * 1000) / createMs,
      writesPerSecond: (writes * 1000) / writeMs,
      listMs,
      pagedListMs,
      listed,
      paged,
      fanOut,
      ledgers,
      expected,
    };
  } finally {
    for (const stop of stops) stop();
    client.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const itemsOf = (text: string): unknown[] => JSON.parse(text).items;

async function pagesOf(client: LoadClient, query: string): Promise<number> {
  let count = 0;
  let token = '';
  do {
    const page = JSON.parse(await client.call('GET', `${collection}${query}&limit=500&continue=${token}`));
    count += page.items.length;
    token = page.metadata.continue ?? '';
  } while (token !== '');
  return count;
}

/** Ledgers of all watches, and the time from acknowledgement to arrival, in whichever order the two come. */
function watchBooks(watches: number) {
  const ledgers = Array.from({ length: watches }, () => new WatchLedger());
  const fanOut = new Samples();
  const acknowledged = new Map<number, number>();
  let onArrival = () => {};
  return {
    ledgers,
    fanOut,
    arrive(ledger: WatchLedger, line: string) {
      const event = readEvent(line);
      if (!event) return;
      ledger.see(event.revision);
      const since = acknowledged.get(event.write);
      fanOut.add(since === undefined ? 0 : performance.now() - since);
      onArrival();
    },
    acknowledge: (write: number) => void acknowledged.set(write, performance.now()),
    /** The last event may come after the last answer, and a lost one never. */
    untilAll: (count: number) =>
      within(60_000, (resolve) => {
        onArrival = () => {
          if (ledgers.every((ledger) => ledger.count >= count)) resolve();
        };
        onArrival();
      }),
  };
}
