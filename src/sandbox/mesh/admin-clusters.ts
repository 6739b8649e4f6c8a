import { X509Certificate } from 'node:crypto';
import type { Clock } from '../../platform/clock.ts';
import { type Answer, json, plain } from './admin-answer.ts';
import type { Sidecar } from './sidecar.ts';
import { dnsNames, type UpstreamHost, type UpstreamRuntime } from './upstream.ts';

/** `/clusters`: each upstream cluster with its endpoints and their counters; `/certs`: the certificates in force. */
export function clustersPage(sidecar: Sidecar, query: URLSearchParams): Answer {
  if (query.get('format') === 'json') {
    return json({
      cluster_statuses: sidecar.upstreams.map((upstream) => ({
        name: upstream.name,
        added_via_api: upstream.config.discovery === 'eds',
        host_statuses: upstream.hosts.map(({ address, failsHealthChecks, isPendingRemoval }) => ({
          address: { socket_address: { address: address.ip, port_value: address.port } },
          health_status: {
            ...(failsHealthChecks ? { failed_active_health_check: true } : {}),
            ...(isPendingRemoval ? { pending_dynamic_removal: true } : {}),
            eds_health_status: 'HEALTHY',
          },
        })),
      })),
    });
  }
  return plain(sidecar.upstreams.map(clusterText).join(''));
}

const unlimited = 4294967295;

/** OSM sets limits for the default priority alone; nothing of its configuration uses the other, which has Envoy's defaults. */
function limitsOf({ circuitBreakers }: UpstreamRuntime['config']): string[] {
  const { maxConnections, maxPendingRequests, maxRequests, maxRetries } = circuitBreakers ?? {};
  const limits = [
    ['max_connections', maxConnections, 1024],
    ['max_pending_requests', maxPendingRequests, 1024],
    ['max_requests', maxRequests, 1024],
    ['max_retries', maxRetries, 3],
  ] as const;
  return [
    ...limits.map(([name, limit]) => `default_priority::${name}::${limit ?? unlimited}`),
    ...limits.map(([name, , usual]) => `high_priority::${name}::${usual}`),
  ];
}

function clusterText(upstream: UpstreamRuntime): string {
  const { name, config, hosts } = upstream;
  const settings = [
    `observability_name::${config.altStatName ?? name}`,
    ...limitsOf(config),
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
      health_flags: healthFlags(host),
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

/** Envoy: HostUtility::healthFlagsToString. */
function healthFlags({ failsHealthChecks, isPendingRemoval }: UpstreamHost): string {
  const flags = `${failsHealthChecks ? '/failed_active_hc' : ''}${isPendingRemoval ? '/pending_dynamic_removal' : ''}`;
  return flags || 'healthy';
}

const dayMs = 86_400_000;

export function certificates({ secrets }: Sidecar, clock: Clock): object {
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
