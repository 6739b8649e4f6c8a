import type { Redirects } from '../../../network/pod-network.ts';
import { envoyUid, ports } from '../names.ts';

export interface Interception {
  inboundPorts: readonly number[];
  outboundPorts: readonly number[];
  outboundRanges: readonly string[];
  outboundInclusions: readonly string[];
  /** Names of network interfaces whose traffic stays out, in both directions. */
  interfaces: readonly string[];
}

const neverRedirectedInbound = [ports.prometheus, ports.liveness, ports.readiness, ports.startup, ports.healthcheck];

const toPodIp = `-I OUTPUT -p tcp -o lo -d 127.0.0.1/32 -m owner --uid-owner ${envoyUid} -j DNAT --to-destination $POD_IP`;

/** The rules that osm-init feeds to iptables-restore (pkg/injector/iptables.go). */
export function iptablesScript(
  { inboundPorts, outboundPorts, outboundRanges, outboundInclusions, interfaces }: Interception,
  localProxyMode = 'Localhost',
): string {
  const multiport = (rule: string, excluded: readonly number[]) =>
    excluded.length === 0 ? [] : [`${rule} -p tcp --match multiport --dports ${excluded.join(',')} -j RETURN`];
  const rules = [
    '# OSM sidecar interception rules',
    '*nat',
    ':OSM_PROXY_INBOUND - [0:0]',
    ':OSM_PROXY_IN_REDIRECT - [0:0]',
    ':OSM_PROXY_OUTBOUND - [0:0]',
    ':OSM_PROXY_OUT_REDIRECT - [0:0]',
    `-A OSM_PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-port ${ports.inbound}`,
    '-A PREROUTING -p tcp -j OSM_PROXY_INBOUND',
    ...neverRedirectedInbound.map((port) => `-A OSM_PROXY_INBOUND -p tcp --dport ${port} -j RETURN`),
    '-A OSM_PROXY_INBOUND -p tcp -j OSM_PROXY_IN_REDIRECT',
    ...interfaces.map((name) => `-I OSM_PROXY_INBOUND -i ${name} -j RETURN`),
    ...multiport('-I OSM_PROXY_INBOUND', inboundPorts),
    `-A OSM_PROXY_OUT_REDIRECT -p tcp -j REDIRECT --to-port ${ports.outbound}`,
    `-A OSM_PROXY_OUT_REDIRECT -p tcp --dport ${ports.admin} -j ACCEPT`,
    '-A OUTPUT -p tcp -j OSM_PROXY_OUTBOUND',
    `-A OSM_PROXY_OUTBOUND -o lo ! -d 127.0.0.1/32 -m owner --uid-owner ${envoyUid} -j OSM_PROXY_IN_REDIRECT`,
    `-A OSM_PROXY_OUTBOUND -o lo -m owner ! --uid-owner ${envoyUid} -j RETURN`,
    `-A OSM_PROXY_OUTBOUND -m owner --uid-owner ${envoyUid} -j RETURN`,
    '-A OSM_PROXY_OUTBOUND -d 127.0.0.1/32 -j RETURN',
    ...(localProxyMode === 'PodIP' ? [toPodIp] : []),
    ...interfaces.map((name) => `-A OSM_PROXY_OUTBOUND -o ${name} -j RETURN`),
    ...outboundRanges.map((range) => `-A OSM_PROXY_OUTBOUND -d ${range} -j RETURN`),
    ...multiport('-A OSM_PROXY_OUTBOUND', outboundPorts),
    ...(outboundInclusions.length === 0
      ? ['-A OSM_PROXY_OUTBOUND -j OSM_PROXY_OUT_REDIRECT']
      : [
          ...outboundInclusions.map((range) => `-A OSM_PROXY_OUTBOUND -d ${range} -j OSM_PROXY_OUT_REDIRECT`),
          '-A OSM_PROXY_OUTBOUND -j RETURN',
        ]),
    'COMMIT',
  ];
  return `iptables-restore --noflush <<EOF\n${rules.join('\n')}\nEOF\n`;
}

/** Reads such a script back into what the pod network does for it; undefined when it is none. */
export function parseIptablesScript(script: string): Redirects | undefined {
  const lines = script.split('\n');
  const number = (pattern: RegExp) => Number(lines.map((line) => pattern.exec(line)?.[1]).find((found) => found));
  const proxyUid = number(/^-A OSM_PROXY_OUTBOUND -m owner --uid-owner (\d+) -j RETURN$/);
  const inboundPort = number(/^-A OSM_PROXY_IN_REDIRECT -p tcp -j REDIRECT --to-port (\d+)$/);
  const outboundPort = number(/^-A OSM_PROXY_OUT_REDIRECT -p tcp -j REDIRECT --to-port (\d+)$/);
  if (!proxyUid || !inboundPort || !outboundPort) return undefined;
  const all = (pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.[1]?.split(',') ?? []);
  return {
    proxyUid,
    inboundPort,
    outboundPort,
    inboundPortExclusions: all(
      /^-[AI] OSM_PROXY_INBOUND -p tcp (?:--match multiport --dports|--dport) ([\d,]+) -j RETURN$/,
    ).map(Number),
    outboundPortExclusions: all(/^-A OSM_PROXY_OUTBOUND -p tcp --match multiport --dports ([\d,]+) -j RETURN$/).map(
      Number,
    ),
    outboundIpRangeExclusions: all(/^-A OSM_PROXY_OUTBOUND -d (\S+) -j RETURN$/),
    outboundIpRangeInclusions: all(/^-A OSM_PROXY_OUTBOUND -d (\S+) -j OSM_PROXY_OUT_REDIRECT$/),
    excludedInterfaces: all(/^-I OSM_PROXY_INBOUND -i (\S+) -j RETURN$/),
    ...(lines.includes(toPodIp) && { proxyToPodIp: true }),
  };
}

/** What iptables-restore says of a port that is none; such rules can be made, as OSM checks only that it is positive. */
export function whyScriptRefused(script: string): string | undefined {
  for (const [index, line] of script.split('\n').entries()) {
    const listed = /--dports ([\d,]+) /.exec(line)?.[1]?.split(',') ?? [];
    const bad = listed.find((port) => Number(port) > 65535);
    if (bad) return `iptables-restore: invalid port/service \`${bad}' specified\nError occurred at line: ${index}\n`;
  }
  return undefined;
}
