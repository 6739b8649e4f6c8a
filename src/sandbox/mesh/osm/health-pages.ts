import type { RequestListener } from 'node:http';
import { buildDate, gitCommit } from './names.ts';

/** Fixed pages and `/metrics` of a control plane component on port 9091. */
export interface Metric {
  name: string;
  kind: 'counter' | 'gauge';
  value: number;
}

export function healthPages(
  version: string,
  pages: Readonly<Record<string, string>>,
  metrics: () => readonly Metric[],
): RequestListener {
  return (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const body = path === '/metrics' ? metricsText(version, metrics()) : pages[path];
    if (body === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('404 page not found\n');
      return;
    }
    const type = body.startsWith('{') ? 'application/json' : 'text/plain; charset=utf-8';
    response.writeHead(200, { 'content-type': type }).end(body);
  };
}

function metricsText(osmVersion: string, metrics: readonly Metric[]): string {
  const info = `osm_version_info{version="${osmVersion}",build_date="${buildDate}",git_commit="${gitCommit}"} 1\n`;
  const lines = metrics.map(({ name, kind, value }) => `# TYPE ${name} ${kind}\n${name} ${value}\n`);
  return `# TYPE osm_version_info gauge\n${info}${lines.join('')}`;
}
