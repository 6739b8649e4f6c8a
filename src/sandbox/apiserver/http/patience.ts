import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../platform/clock.ts';

/** Kubernetes: --request-timeout */
const longestRequestMs = 60_000;

/** Kubernetes: the requests that may last, by path; watches are told by what they do. */
const longRunning = /(?:\/|^)(?:(?:watch|proxy)(?:\/|$)|(?:logs?|portforward|exec|attach)\/?$)/;

/**
 * Ends the connection of a client that a minute later has not sent the whole of its request, or has not taken the whole of its
 * answer. What is still being answered then (a watch) has a client that did its part.
 */
export function limitTime(request: IncomingMessage, response: ServerResponse, pathname: string, clock: Clock): void {
  if (longRunning.test(pathname)) return;
  const stop = clock.after(longestRequestMs, () => {
    if (!request.complete || response.writableEnded) response.destroy();
  });
  response.on('close', stop);
}
