import type { ServerResponse } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import type { RequestApi, ResourceTarget, WatchFeed, WatchFeedEvent, WatchQuery } from './request-api.ts';

/**
 * A watch: one JSON text per event, each flushed at once. It decides when to send bookmarks, when to end and when a reader is
 * too slow; what to send, and in which form, comes from the request logic and from `render`; how, from the sink.
 */
const bookmarkEveryMs = 60_000;
/** A real server ends a watch after 30 to 60 minutes by itself. */
const longestWatchSeconds = 2700;
/** How far a reader may fall behind what it has been sent, its first list apart. */
const mostUnreadBytes = 16 << 20;

/** Where the events of a watch go: the body of an answer, or the messages of a WebSocket. */
export interface WatchSink {
  readonly unreadBytes: number;
  /** Says that the watch has begun, once; before that it may still be refused. */
  begin(): void;
  send(text: string): void;
  end(): void;
  /** Ends without waiting for what was not read. */
  cut(): void;
  onClose(listener: () => void): void;
}

export const bodySink = (response: ServerResponse): WatchSink => ({
  get unreadBytes() {
    return response.writableLength;
  },
  begin() {
    if (response.headersSent) return;
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
  },
  send: (text) => void response.write(text),
  end: () => void response.end(),
  cut: () => void response.destroy(),
  onClose: (listener) => void response.on('close', listener),
});

export interface WatchStreamOptions {
  api: RequestApi;
  target: ResourceTarget;
  query: WatchQuery & { timeoutSeconds?: number };
  clock: Clock;
  /** The object of an event in the form that was asked for. */
  render(event: WatchFeedEvent): unknown;
}

/** Throws StatusError before anything was sent when the watch can't begin. */
export function streamWatch(sink: WatchSink, options: WatchStreamOptions): void {
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
    sink.end();
  };
  const cut = () => {
    end();
    sink.cut();
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
    sink.begin();
    const line = lineOf(event);
    if (line === undefined) return cut();
    sink.send(line);
    if (sink.unreadBytes > allowedUnread) cut();
    if (event.type === 'ERROR') end();
  };

  feed = api.watch(target, query, send);
  if (over) {
    feed.stop();
    return;
  }
  allowedUnread = sink.unreadBytes + mostUnreadBytes;
  sink.begin();
  sink.onClose(end);

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
