import type { RequestListener } from 'node:http';
import type { Clock } from '../../../platform/clock.ts';
import type { Metrics } from './metrics.ts';

/** Fixed pages and `/metrics` of a control plane component on port 9091. */
export function healthPages(
  pages: Readonly<Record<string, string>>,
  metrics: Metrics,
  /** Brings gauges up to date that nobody else does. */
  refresh: () => void = () => {},
): RequestListener {
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/metrics') refresh();
    const body = path === '/metrics' ? metrics.text() : pages[path];
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
      return;
    }
    const type = body.startsWith('{') ? 'application/json' : 'text/plain; charset=utf-8';
    response.writeHead(200, { 'content-type': type }).end(body);
  };
}

/** Counts answers and how long they took (pkg/metricsstore, AddHTTPMetrics); paths that nobody serves count too. */
export function measured(metrics: Metrics, clock: Clock, listener: RequestListener): RequestListener {
  return (request, response) => {
    const startedMs = clock.now();
    response.once('finish', () => {
      const path = (request.url ?? '/').split('?')[0] ?? '/';
      const labels = { code: String(response.statusCode), method: (request.method ?? 'get').toLowerCase(), path };
      metrics.add('osm_http_response_total', labels);
      metrics.observe('osm_http_response_duration', labels, (clock.now() - startedMs) / 1000);
    });
    listener(request, response);
  };
}
