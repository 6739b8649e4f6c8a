import { isIPv4 } from 'node:net';
import type { MeshConfigSpec } from '../kinds.ts';
import type { Interception } from './iptables.ts';
import { InjectionRefused } from './must-inject.ts';

/** What stays out of the mesh: MeshConfig's lists and the pod's own annotations, read once, at injection. */
const annotations = {
  inboundPorts: 'openservicemesh.io/inbound-port-exclusion-list',
  outboundPorts: 'openservicemesh.io/outbound-port-exclusion-list',
  outboundRanges: 'openservicemesh.io/outbound-ip-range-exclusion-list',
  outboundInclusions: 'openservicemesh.io/outbound-ip-range-inclusion-list',
} as const;

function list(values: Record<string, string> | undefined, annotation: string): string[] {
  const text = values?.[annotation];
  return text === undefined ? [] : text.split(',').map((part) => part.trim());
}

/** Numbers above 65535 pass here as in OSM (strconv.Atoi), and fail in iptables-restore. */
function portList(values: Record<string, string> | undefined, annotation: string): number[] {
  return list(values, annotation).map((text) => {
    if (!/^\+?\d+$/.test(text) || Number(text) === 0) {
      throw new InjectionRefused(`Invalid port value '${text}' specified for annotation '${annotation}'`);
    }
    return Number(text);
  });
}

function rangeList(values: Record<string, string> | undefined, annotation: string): string[] {
  return list(values, annotation).map((text) => {
    if (!isCidr(text))
      throw new InjectionRefused(`Invalid IP range '${text}' specified for annotation '${annotation}'`);
    return text;
  });
}

/** As net.ParseCIDR reads IPv4; the cluster has no other addresses. */
export function isCidr(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  return rest.length === 0 && isIPv4(address) && bits !== undefined && /^\d{1,2}$/.test(bits) && Number(bits) <= 32;
}

const unique = <T>(...lists: (readonly T[])[]): T[] => [...new Set(lists.flat())];

/** Ports: MeshConfig's first; ranges: the pod's first (pkg/injector/exclusions.go). Each is named once. */
export function interceptionOf(
  values: Record<string, string> | undefined,
  { traffic = {} }: MeshConfigSpec,
): Interception {
  return {
    inboundPorts: unique(traffic.inboundPortExclusionList ?? [], portList(values, annotations.inboundPorts)),
    outboundPorts: unique(traffic.outboundPortExclusionList ?? [], portList(values, annotations.outboundPorts)),
    outboundRanges: unique(rangeList(values, annotations.outboundRanges), traffic.outboundIPRangeExclusionList ?? []),
    outboundInclusions: unique(
      rangeList(values, annotations.outboundInclusions),
      traffic.outboundIPRangeInclusionList ?? [],
    ),
    interfaces: traffic.networkInterfaceExclusionList ?? [],
  };
}
