import { ageOf } from '../../../kube/duration.ts';
import type { EndpointSlice, Endpoints, Service } from '../../../kube/objects.ts';
import { columns, labelsText, none, type TableKind } from './columns.ts';

/** Kubernetes: pkg/printers/internalversion printService, printEndpoints, printEndpointSlice. */
export const serviceTable: TableKind<Service> = {
  columns: columns('Name/name', 'Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', 'Selector@1'),
  cells: (service, nowMs) => [
    service.metadata.name,
    service.spec.type ?? 'ClusterIP',
    service.spec.clusterIP || none,
    externalAddress(service),
    servicePorts(service),
    ageOf(service.metadata.creationTimestamp, nowMs),
    labelsText(service.spec.selector),
  ],
};

function externalAddress({ spec, status }: Service): string {
  const external = (spec['externalIPs'] ?? []) as string[];
  switch (spec.type ?? 'ClusterIP') {
    case 'ExternalName':
      return spec.externalName || none;
    case 'LoadBalancer': {
      const ingress = (status?.loadBalancer?.ingress ?? []) as { ip?: string; hostname?: string }[];
      const addresses = [...ingress.map((one) => one.ip ?? one.hostname ?? ''), ...external].filter(Boolean);
      return addresses.join(',') || '<pending>';
    }
    default:
      return external.join(',') || none;
  }
}

function servicePorts({ spec }: Service): string {
  const ports = (spec.ports ?? []).map(
    ({ port, nodePort, protocol }) => `${port}${nodePort ? `:${nodePort}` : ''}/${protocol ?? 'TCP'}`,
  );
  return ports.join(',') || none;
}

const mostShown = 3;

function firstFew(all: readonly string[]): string {
  if (all.length === 0) return none;
  const shown = all.slice(0, mostShown).join(',');
  return all.length > mostShown ? `${shown} + ${all.length - mostShown} more...` : shown;
}

export const endpointsTable: TableKind<Endpoints> = {
  columns: columns('Name/name', 'Endpoints', 'Age'),
  cells: ({ metadata, subsets }, nowMs) => {
    const all = (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
      ports.length === 0
        ? addresses.map(({ ip }) => ip)
        : ports.flatMap(({ port }) => addresses.map(({ ip }) => `${ip}:${port}`)),
    );
    return [metadata.name, firstFew(all), ageOf(metadata.creationTimestamp, nowMs)];
  },
};

export const endpointSliceTable: TableKind<EndpointSlice> = {
  columns: columns('Name/name', 'AddressType', 'Ports', 'Endpoints', 'Age'),
  cells: ({ metadata, addressType, ports, endpoints }, nowMs) => {
    const numbers = (ports ?? []).map(({ name, port }) => (port === undefined ? (name ?? '') : String(port)));
    return [
      metadata.name,
      addressType,
      ports && ports.length > 0 ? firstFew(numbers) : '<unset>',
      endpoints.length === 0 ? '<unset>' : firstFew(endpoints.flatMap(({ addresses }) => addresses)),
      ageOf(metadata.creationTimestamp, nowMs),
    ];
  },
};
