import type { ServerResponse } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import type { RequestApi, ResourceTarget, WatchFeed, WatchFeedEvent, WatchQuery } from './request-api.ts';

/**
 * A watch over HTTP: one JSON line per event, each flushed at once. It decides when to send bookmarks, when to end and when
 * a reader is too slow; what to send, and in which form, comes from the request logic and from `render`.
 */
const bookmarkEveryMs = 60_000;
/** A real server ends a watch after 30 to 60 minutes by itself. */
const longestWatchSeconds = 2700;
/** How far a reader may fall behind what it has been sent, its first list apart. */
const mostUnreadBytes = 16 << 20;

export interface WatchStreamOptions {
  api: RequestApi;
  target: ResourceTarget;
  query: WatchQuery & { timeoutSeconds?: number };
  clock: Clock;
  /** The object of an event in the form that was asked for. */
  render(event: WatchFeedEvent): unknown;
}

/** Throws StatusError before anything was sent when the watch can't begin. */
export function streamWatch(response: ServerResponse, options: WatchStreamOptions): void {
  const { api, target, query, clock, render } = options;
  let feed: WatchFeed | undefined;
  let over = false;
  let allowedUnread = Number.POSITIVE_INFINITY;
  const timers: (() => void)[] = [];

  const end = () => {
    if (over) return;
    over = true;
    for (const cancel of timers) cancel();
    feed?.stop();
    response.end();
  };
  const cut = () => {
    end();
    response.destroy();
  };
  // Events come out of the middle of somebody's write: an object that can't be shown must end this watch, not that write.
  const lineOf = (event: WatchFeedEvent): string | undefined => {
    try {
      return `${JSON.stringify({ type: event.type, object: render(event) })}\n`;
    } catch {
      return undefined;
    }
  };
  const send = (event: WatchFeedEvent) => {
    if (over) return;
    if (!response.headersSent) {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.flushHeaders();
    }
    const line = lineOf(event);
    if (line === undefined) return cut();
    response.write(line);
    if (response.writableLength > allowedUnread) cut();
    if (event.type === 'ERROR') end();
  };

  feed = api.watch(target, query, send);
  if (over) {
    feed.stop();
    return;
  }
  allowedUnread = response.writableLength + mostUnreadBytes;
  if (!response.headersSent) {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
  }
  response.on('close', end);

  const sendBookmark = () => {
    if (query.allowWatchBookmarks && feed) send(feed.bookmark());
  };
  const bookmarkAgain = () => {
    sendBookmark();
    timers[0] = clock.after(bookmarkEveryMs, bookmarkAgain);
  };
  timers[0] = clock.after(bookmarkEveryMs, bookmarkAgain);
  const seconds = Math.min(query.timeoutSeconds || longestWatchSeconds, longestWatchSeconds);
  timers[1] = clock.after(seconds * 1000, () => {
    sendBookmark();
    end();
  });
}
