import type { MeshConfigSpec } from '../kinds.ts';
import type { Exclusions } from './iptables.ts';
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

function portList(values: Record<string, string> | undefined, annotation: string): number[] {
  return list(values, annotation).map((text) => {
    const port = Number(text);
    if (!/^\d+$/.test(text) || port < 1 || port > 65535) {
      throw new InjectionRefused(`Invalid port value '${text}' specified for annotation '${annotation}'`);
    }
    return port;
  });
}

function rangeList(values: Record<string, string> | undefined, annotation: string): string[] {
  return list(values, annotation).map((text) => {
    const [, bits] = /^(?:\d{1,3}\.){3}\d{1,3}\/(\d{1,2})$/.exec(text) ?? [];
    if (bits === undefined || Number(bits) > 32) {
      throw new InjectionRefused(`Invalid IP range '${text}' specified for annotation '${annotation}'`);
    }
    return text;
  });
}

export function exclusionsOf(values: Record<string, string> | undefined, { traffic }: MeshConfigSpec): Exclusions {
  return {
    inboundPorts: [...(traffic?.inboundPortExclusionList ?? []), ...portList(values, annotations.inboundPorts)],
    outboundPorts: [...(traffic?.outboundPortExclusionList ?? []), ...portList(values, annotations.outboundPorts)],
    outboundRanges: [
      ...(traffic?.outboundIPRangeExclusionList ?? []),
      ...rangeList(values, annotations.outboundRanges),
    ],
    outboundInclusions: [
      ...(traffic?.outboundIPRangeInclusionList ?? []),
      ...rangeList(values, annotations.outboundInclusions),
    ],
  };
}
