import { X509Certificate } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { Clock } from '../../platform/clock.ts';
import { configDump } from './config-dump.ts';
import type { Sidecar } from './sidecar.ts';
import { asJson, asPrometheus, asText, type Stat } from './stats.ts';
import { dnsNames, type UpstreamRuntime } from './upstream.ts';

/** Envoy's admin interface over one sidecar: it reads, and stops or resets only what is POSTed. */
export interface AdminParts {
  sidecar: Sidecar;
  clock: Clock;
  /** As the proxy was started, for `/config_dump` and `/server_info`. */
  bootstrap: { node: { id: string; cluster: string } };
  startedMs: number;
  quit: () => void;
}

interface Answer {
  status?: number;
  type?: string;
  body: string;
}

type Page = (query: URLSearchParams) => Answer;

const json = (value: unknown): Answer => ({ type: 'application/json', body: `${JSON.stringify(value, null, 1)}\n` });
const plain = (body: string, status = 200): Answer => ({ status, type: 'text/plain; charset=UTF-8', body });

export function adminPages(parts: AdminParts): RequestListener {
  const { sidecar } = parts;
  const reads: Record<string, Page> = {
    '/certs': () => json(certificates(sidecar, parts.clock)),
    '/clusters': (query) => clusters(sidecar, query),
    '/config_dump': (query) => json(configDump(sidecar, parts.bootstrap, query.has('include_eds'))),
    '/listeners': () =>
      plain(
        sidecar.listeners.map(({ config }) => `${config.name}::${config.host ?? '0.0.0.0'}:${config.port}\n`).join(''),
      ),
    '/ready': () => plain(isLive(sidecar) ? 'LIVE\n' : 'PRE_INITIALIZING\n', isLive(sidecar) ? 200 : 503),
    '/server_info': () => json(serverInfo(parts)),
    '/stats': (query) => stats(sidecar, query),
    '/stats/prometheus': (query) => prometheus(sidecar, query),
  };
  const changes: Record<string, () => void> = {
    '/reset_counters': () => sidecar.stats.resetCounters(),
    '/quitquitquit': parts.quit,
  };
  const help = () =>
    plain(
      `admin commands are:\n${[...Object.keys(reads), ...Object.keys(changes)]
        .sort()
        .map((path) => `  ${path}\n`)
        .join('')}`,
    );
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://admin');
    const { status = 200, type = 'text/plain; charset=UTF-8', body } = answer(url, request.method ?? 'GET');
    response.writeHead(status, {
      'content-type': type,
      'cache-control': 'no-cache, max-age=0',
      'x-content-type-options': 'nosniff',
      server: 'envoy',
    });
    response.end(body);
  };

  function answer(url: URL, method: string): Answer {
    const change = changes[url.pathname];
    if (change) {
      if (method !== 'POST') return plain(`Method Not Allowed: use POST on ${url.pathname}\n`, 405);
      change();
      return plain('OK\n');
    }
    if (url.pathname === '/' || url.pathname === '/help') return help();
    const read = reads[url.pathname];
    return read ? read(url.searchParams) : { ...help(), status: 404, body: `invalid path. ${help().body}` };
  }
}

const isLive = (sidecar: Sidecar): boolean => sidecar.dynamic !== undefined;

/** Undefined for no filter; a filter that is no regular expression is the caller's mistake. */
function filterOf(query: URLSearchParams): RegExp | undefined | 'invalid' {
  const text = query.get('filter');
  if (text === null) return undefined;
  try {
    return new RegExp(text);
  } catch {
    return 'invalid';
  }
}

function selected(sidecar: Sidecar, query: URLSearchParams): Stat[] | 'invalid' {
  const filter = filterOf(query);
  if (filter === 'invalid') return 'invalid';
  const used = query.has('usedonly') ? ({ value }: Stat) => value > 0 : () => true;
  return sidecar.stats.list(filter).filter(used);
}

function stats(sidecar: Sidecar, query: URLSearchParams): Answer {
  const found = selected(sidecar, query);
  if (found === 'invalid') return plain(`Invalid regex: "${query.get('filter')}"\n`, 400);
  switch (query.get('format') ?? 'text') {
    case 'json':
      return { type: 'application/json', body: asJson(found) };
    case 'prometheus':
      return plain(asPrometheus(found));
    case 'text':
      return plain(asText(found));
    default:
      return plain('usage: /stats?format=(text|json|prometheus)\n\n', 400);
  }
}

function prometheus(sidecar: Sidecar, query: URLSearchParams): Answer {
  const found = selected(sidecar, query);
  return found === 'invalid' ? plain(`Invalid regex: "${query.get('filter')}"\n`, 400) : plain(asPrometheus(found));
}

function clusters(sidecar: Sidecar, query: URLSearchParams): Answer {
  if (query.get('format') === 'json') {
    return json({
      cluster_statuses: sidecar.upstreams.map((upstream) => ({
        name: upstream.name,
        added_via_api: upstream.config.discovery === 'eds',
        host_statuses: upstream.hosts.map(({ address }) => ({
          address: { socket_address: { address: address.ip, port_value: address.port } },
          health_status: { eds_health_status: 'HEALTHY' },
        })),
      })),
    });
  }
  return plain(sidecar.upstreams.map(clusterText).join(''));
}

const unlimited = 4294967295;

function clusterText(upstream: UpstreamRuntime): string {
  const { name, config, hosts } = upstream;
  const settings = [
    `observability_name::${name}`,
    ...['default_priority', 'high_priority'].flatMap((priority) =>
      ['max_connections', 'max_pending_requests', 'max_requests', 'max_retries'].map(
        (limit) => `${priority}::${limit}::${unlimited}`,
      ),
    ),
    `added_via_api::${config.discovery !== 'static'}`,
  ];
  const perHost = hosts.flatMap((host) =>
    Object.entries({
      cx_active: host.connectionsActive,
      cx_connect_fail: host.connectFailures,
      cx_total: host.connectionsTotal,
      rq_active: host.requestsActive,
      rq_error: host.requestErrors,
      rq_success: host.requestsTotal - host.requestErrors - host.requestsActive,
      rq_timeout: 0,
      rq_total: host.requestsTotal,
      hostname: '',
      health_flags: 'healthy',
      weight: 1,
      region: '',
      zone: '',
      sub_zone: '',
      canary: false,
      priority: 0,
      success_rate: -1,
      local_origin_success_rate: -1,
    }).map(([key, value]) => `${host.key}::${key}::${value}`),
  );
  return [...settings, ...perHost].map((line) => `${name}::${line}\n`).join('');
}

const dayMs = 86_400_000;

function certificates({ secrets }: Sidecar, clock: Clock): object {
  const details = (pem: string, path: string) => {
    const certificate = new X509Certificate(pem);
    const left = certificate.validToDate.getTime() - clock.now();
    return {
      path,
      serial_number: certificate.serialNumber.toLowerCase(),
      subject_alt_names: dnsNames(certificate.subjectAltName).map((dns) => ({ dns })),
      days_until_expiration: String(Math.max(0, Math.floor(left / dayMs))),
      valid_from: certificate.validFromDate.toISOString().replace(/\.\d+Z$/, 'Z'),
      expiration_time: certificate.validToDate.toISOString().replace(/\.\d+Z$/, 'Z'),
    };
  };
  return {
    certificates: secrets.certificates().map(({ certPem }) => ({
      ca_cert: secrets.trustedCaPem ? [details(secrets.trustedCaPem, '<inline>')] : [],
      cert_chain: [details(certPem, '<inline>')],
    })),
  };
}

function serverInfo({ sidecar, clock, bootstrap, startedMs }: AdminParts): object {
  const uptime = `${Math.floor((clock.now() - startedMs) / 1000)}s`;
  return {
    version: 'meshwalk sandbox proxy, in place of Envoy',
    state: isLive(sidecar) ? 'LIVE' : 'PRE_INITIALIZING',
    uptime_current_epoch: uptime,
    uptime_all_epochs: uptime,
    node: bootstrap.node,
  };
}
