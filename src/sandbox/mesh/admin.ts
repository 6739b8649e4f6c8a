import type { RequestListener } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import { requestUrl } from '../network/http-fields.ts';
import { type Answer, json, plain, StatusText } from './admin-answer.ts';
import { certificates, clustersPage } from './admin-clusters.ts';
import { prometheusPage, statsPage } from './admin-stats.ts';
import { type BootstrapDocument, configDump } from './config-dump.ts';
import { selectConfig } from './config-dump-query.ts';
import { Loggers } from './loggers.ts';
import type { Sidecar } from './sidecar.ts';

/** Envoy's admin interface over one sidecar: it reads, and stops or resets only what is POSTed. */
export interface AdminParts {
  sidecar: Sidecar;
  clock: Clock;
  /** As the proxy was started, for `/config_dump` and `/server_info`. */
  bootstrap: BootstrapDocument & { node: { id: string; cluster: string } };
  /** `--log-level`. */
  logLevel: string;
  startedMs: number;
  quit: () => void;
}

interface Page {
  /** As `/help` says it. */
  help: string;
  /** Changes the proxy, so a GET is refused. */
  post?: boolean;
  answer(query: URLSearchParams): Answer;
}

type Pages = Readonly<Record<string, Page>>;

/** Envoy's version of its hot restart protocol; this proxy never hands over to a successor. */
const hotRestartVersion = '11.104';

export function adminPages(parts: AdminParts): RequestListener {
  const pages = pagesOf(parts);
  return (request, response) => {
    const url = requestUrl(request.url);
    const { status = 200, type = 'text/plain; charset=UTF-8', body } = answer(pages, url, request.method ?? 'GET');
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-cache, max-age=0',
      'x-content-type-options': 'nosniff',
      server: 'envoy',
    });
    response.end(body);
  };
}

function answer(pages: Pages, url: URL, method: string): Answer {
  const page = pages[url.pathname];
  if (!page) return plain(`invalid path. ${helpText(pages)}`, 404);
  if (page.post && method !== 'POST') return plain(`Method ${method} not allowed, POST required.`, 405);
  try {
    return page.answer(url.searchParams);
  } catch (error) {
    if (error instanceof StatusText) return plain(error.message, error.status);
    throw error;
  }
}

const helpText = (pages: Pages): string =>
  `admin commands are:\n${Object.entries(pages)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { help, post }]) => `  ${path}${post ? ' (POST)' : ''}: ${help}\n`)
    .join('')}`;

function pagesOf(parts: AdminParts): Pages {
  const { sidecar, clock } = parts;
  const loggers = new Loggers(parts.logLevel);
  const ok = (act: () => void) => {
    act();
    return plain('OK\n');
  };
  const pages: Pages = {
    '/': { help: 'Admin home page', answer: () => plain(helpText(pages)) },
    '/certs': { help: 'print certs on machine', answer: () => json(certificates(sidecar, clock)) },
    '/clusters': { help: 'upstream cluster status', answer: (query) => clustersPage(sidecar, query) },
    '/config_dump': {
      help: 'dump current Envoy configs (experimental)',
      answer: (query) => json(configPart(parts, query)),
    },
    '/help': { help: 'print out list of admin commands', answer: () => plain(helpText(pages)) },
    '/hot_restart_version': {
      help: 'print the hot restart compatibility version',
      answer: () => plain(`${hotRestartVersion}\n`),
    },
    '/listeners': { help: 'print listener info', answer: (query) => listeners(sidecar, query) },
    '/logging': { help: 'query/change logging levels', post: true, answer: (query) => plain(loggers.change(query)) },
    '/quitquitquit': { help: 'exit the server', post: true, answer: () => ok(parts.quit) },
    '/ready': {
      help: 'print server state, return 200 if LIVE, otherwise return 503',
      answer: () => plain(`${stateOf(sidecar)}\n`, isLive(sidecar) ? 200 : 503),
    },
    '/reset_counters': {
      help: 'reset all counters to zero',
      post: true,
      answer: () => ok(() => sidecar.stats.resetCounters()),
    },
    '/server_info': { help: 'print server version/status information', answer: () => json(serverInfo(parts)) },
    '/stats': { help: 'print server stats', answer: (query) => statsPage(sidecar.stats, query, clock.now()) },
    '/stats/prometheus': {
      help: 'print server stats in prometheus format',
      answer: (query) => prometheusPage(sidecar.stats, query, clock.now()),
    },
  };
  return pages;
}

const isLive = (sidecar: Sidecar): boolean => sidecar.dynamic !== undefined;
const stateOf = (sidecar: Sidecar): string => (isLive(sidecar) ? 'LIVE' : 'PRE_INITIALIZING');

function configPart({ sidecar, bootstrap }: AdminParts, query: URLSearchParams): object {
  const withEndpoints = query.has('include_eds') || query.get('resource')?.includes('endpoint') === true;
  return { configs: selectConfig(configDump(sidecar, bootstrap, withEndpoints).configs, query) };
}

function listeners(sidecar: Sidecar, query: URLSearchParams): Answer {
  const found = sidecar.listeners.map(({ config: { name, host = '0.0.0.0', port } }) => ({ name, host, port }));
  if (query.get('format') !== 'json') {
    return plain(found.map(({ name, host, port }) => `${name}::${host}:${port}\n`).join(''));
  }
  return json({
    listener_statuses: found.map(({ name, host, port }) => ({
      name,
      local_address: { socket_address: { address: host, port_value: port } },
    })),
  });
}

function serverInfo({ sidecar, clock, bootstrap, logLevel, startedMs }: AdminParts): object {
  const uptime = `${Math.floor((clock.now() - startedMs) / 1000)}s`;
  return {
    version: 'meshwalk sandbox proxy, in place of Envoy',
    state: stateOf(sidecar),
    uptime_current_epoch: uptime,
    uptime_all_epochs: uptime,
    hot_restart_version: hotRestartVersion,
    command_line_options: { log_level: logLevel, service_cluster: bootstrap.node.cluster },
    node: bootstrap.node,
  };
}
