import { createHash, X509Certificate } from 'node:crypto';
import * as resources from '../../../kube/resources.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { ClusterApi } from '../../cluster-api.ts';
import { dnsNames } from '../upstream.ts';
import type { CertificateManager } from './certificate/manager.ts';
import { featureFlagsOf } from './control-plane-metrics.ts';
import * as kinds from './kinds.ts';
import type { OsmInstall } from './names.ts';
import { monitoredNamespaces, readMeshConfig } from './read-snapshot.ts';
import type { XdsLedger } from './xds-ledger.ts';

/**
 * What osm-controller's debug server shows (pkg/debugger), in OSM's words and forms. Go's profiler is not here, and neither
 * are pages of a proxy: a control plane of the sandbox can't forward ports (`osm proxy get` can).
 */
export interface DebugParts {
  api: ClusterApi;
  install: OsmInstall;
  clock: Clock;
  ledger: XdsLedger;
  certificates: Pick<CertificateManager, 'list'>;
}

export interface DebugAnswer {
  status?: number;
  type: 'text/html' | 'text/plain; charset=utf-8';
  body: string;
}

type Page = (parts: DebugParts, query: URLSearchParams) => DebugAnswer;

const text = (body: string, status = 200): DebugAnswer => ({ status, type: 'text/plain; charset=utf-8', body });
const html = (body: string): DebugAnswer => ({ type: 'text/html', body });

const pages: Readonly<Record<string, Page>> = {
  '/debug': () =>
    html(
      `<ul>${Object.keys(pages)
        .sort()
        .map((path) => `<li><a href="${path}">${path}</a><br/>`)
        .join('')}</ul>`,
    ),
  '/debug/certs': certs,
  '/debug/config': ({ api, install }) => text(JSON.stringify(readMeshConfig(api, install))),
  '/debug/feature-flags': ({ api, install }) => text(JSON.stringify(featureFlagsOf(readMeshConfig(api, install)))),
  '/debug/namespaces': ({ api, install }) =>
    text(JSON.stringify({ namespaces: [...monitoredNamespaces(api, install)] })),
  '/debug/policies': policies,
  '/debug/proxy': proxies,
  '/debug/xds': xds,
};

export const debugPage = (parts: DebugParts, path: string, query: URLSearchParams): DebugAnswer =>
  pages[path]?.(parts, query) ?? text('404 page not found\n', 404);

/** Go's fmt of a time.Time without a monotonic reading, in UTC. */
function goTime(ms: number): string {
  const [day, time] = new Date(ms).toISOString().split('T');
  return `${day} ${time?.replace(/\.?0*Z$/, '')} +0000 UTC`;
}

/** Go's fmt of a time.Duration from a second upwards. */
function goDuration(ms: number): string {
  const [hours, minutes, seconds] = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, (ms % 60_000) / 1000];
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

const escaped = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

function proxies({ clock, ledger }: DebugParts, query: URLSearchParams): DebugAnswer {
  const uuid = query.get('uuid');
  const known = ledger.connected.find((proxy) => proxy.uuid === uuid);
  if (uuid !== null) {
    // OSM's `cfg` branch asks the wrong way round: it finds no proxy that is connected (1.2.4, pkg/debugger/proxy.go).
    if (!known || query.has('cfg')) return text(`Proxy for UUID ${uuid} not found, may have been disconnected\n`, 404);
    return text('The sandbox has this page elsewhere: osm proxy get certs POD -n NAMESPACE\n', 501);
  }
  const names = ledger.connected.map((proxy) => ({
    ...proxy,
    name: `${proxy.identity.account}.${proxy.identity.namespace}`,
  }));
  const rows = names
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((proxy, index) => {
      const url = `/debug/proxy?uuid=${proxy.uuid}`;
      const age = goDuration(clock.now() - proxy.connectedAtMs);
      return `<tr><td>${index + 1}:</td><td>${escaped(proxy.name)}</td><td>${proxy.uuid}</td><td>${goTime(proxy.connectedAtMs)}</td><td>(${age} ago)</td><td><a href="${url}">certs</a></td><td><a href="${url}&cfg=true">cfg</a></td></tr>`;
    });
  const head =
    "<tr><td>#</td><td>Envoy's Service Identity</td><td>Envoy's UUID</td><td>Connected At</td><td>How long ago</td><td>tools</td></tr>";
  return html(`<h1>Connected Proxies (${rows.length}):</h1><table>${head}${rows.join('')}</table>`);
}

/** One message of the sandbox's control plane carries all types, so the times are the same under each. */
function xds({ clock, ledger }: DebugParts): DebugAnswer {
  const entries = [...ledger.sentAt].sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = entries.map(([name, times]) => {
    const lines = [...times].reverse().map((at) => `\t\t${goTime(at)} (${goDuration(clock.now() - at)} ago)\n`);
    const types = [...ledger.types].sort().map((type) => `\t ${type} (${times.length}):\n${lines.join('')}\n`);
    return `---[ ${name}\n${types.join('')}\n`;
  });
  return text(shown.join(''));
}

function policies({ api, install }: DebugParts): DebugAnswer {
  const monitored = monitoredNamespaces(api, install);
  const isMonitored = ({ metadata }: { metadata: { namespace?: string } }) => monitored.has(metadata.namespace ?? '');
  const targets = api.list(kinds.trafficTargets).filter(isMonitored);
  const accounts = targets.flatMap(({ spec }) => [
    ...(spec?.destination ? [spec.destination] : []),
    ...(spec?.sources ?? []),
  ]);
  return text(
    JSON.stringify({
      traffic_splits: api.list(kinds.trafficSplits).filter(isMonitored),
      service_accounts: accounts
        .filter(({ kind }) => kind === resources.serviceAccounts.kind)
        .map(({ namespace = '', name }) => ({ Namespace: namespace, Name: name })),
      route_groups: api.list(kinds.httpRouteGroups).filter(isMonitored),
      traffic_targets: targets,
    }),
  );
}

const sha256 = (pem: string) => createHash('sha256').update(pem).digest('hex');
const keyNames: Readonly<Record<string, string>> = { ec: 'ECDSA', rsa: 'RSA' };
const keyName = (certificate: X509Certificate) => keyNames[certificate.publicKey.asymmetricKeyType ?? ''] ?? 'unknown';
/** `CN=…\nO=…`, as Node writes a name, in the order and form of Go's pkix.Name. */
const goName = (name: string) => name.split('\n').reverse().join(',');

function certs({ clock, certificates }: DebugParts): DebugAnswer {
  const issued = certificates.list().sort((a, b) => (a.commonName < b.commonName ? -1 : 1));
  const shown = issued.map(({ certPem, trustedCaPem, commonName }, index) => {
    const [x509, ca] = [new X509Certificate(certPem), new X509Certificate(trustedCaPem)];
    const [from, to] = [x509.validFromDate.getTime(), x509.validToDate.getTime()];
    const remaining = `${goDuration(Math.max(0, to - clock.now()))} remaining`;
    const lines = [
      `Common Name: ${JSON.stringify(commonName)}`,
      `Valid Until: ${goTime(to)} (${remaining})`,
      `Issuing CA (SHA256): ${sha256(trustedCaPem)}`,
      `Trusted CAs (SHA256): ${sha256(trustedCaPem)}`,
      `Cert Chain (SHA256): ${sha256(certPem)}`,
      `x509.SignatureAlgorithm: ${keyName(ca) === 'RSA' ? 'SHA256-RSA' : 'ECDSA-SHA256'}`,
      `x509.PublicKeyAlgorithm: ${keyName(x509)}`,
      'x509.Version: 3',
      `x509.SerialNumber: ${BigInt(`0x${x509.serialNumber}`)}`,
      `x509.Issuer: ${goName(x509.issuer)}`,
      `x509.Subject: ${goName(x509.subject)}`,
      `x509.NotBefore (begin): ${goTime(from)} (${goDuration(clock.now() - from)} ago)`,
      `x509.NotAfter (end): ${goTime(to)} (${remaining})`,
      `x509.BasicConstraintsValid: ${!x509.ca}`,
      `x509.IsCA: ${x509.ca}`,
      `x509.DNSNames: [${dnsNames(x509.subjectAltName).join(' ')}]`,
      'Cert struct expiration vs. x509.NotAfter: 0s',
    ];
    return `---[ ${index} ]---\n${lines.map((line) => `\t ${line}\n`).join('')}\n`;
  });
  return text(shown.join(''));
}
