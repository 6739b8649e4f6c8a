import type { Container, Probe } from '../../../../kube/objects.ts';
import { ports } from '../names.ts';

/** Where a sidecar's probe listener sends what the kubelet asks. */
export interface ProbeRoute {
  kind: ProbeKind;
  port: number;
  /** Undefined for an HTTPS probe, whose bytes pass untouched. */
  originalPath: string | undefined;
  originalPort: number;
}

export type ProbeKind = 'liveness' | 'readiness' | 'startup';

export interface RewrittenProbes {
  routes: readonly ProbeRoute[];
  /** Of any sort. */
  kinds: readonly ProbeKind[];
  /** A TCP probe needs the osm-healthcheck container to dial for it. */
  needsHealthcheck: boolean;
}

const probeKinds = [
  ['liveness', 'livenessProbe'],
  ['readiness', 'readinessProbe'],
  ['startup', 'startupProbe'],
] as const;

/** 0 for a name that no port of the container has. */
function portNumber(port: number | string, container: Container): number {
  const number = Number(port);
  if (Number.isInteger(number)) return number;
  return container.ports?.find(({ name }) => name === port)?.containerPort ?? 0;
}

/**
 * pkg/injector/health_probes.go. Changes the containers in place; exec and gRPC probes stay as they are. Every container's
 * probes are pointed at the sidecar, which remembers one of each kind: the last container's.
 */
export function rewriteProbes(containers: readonly Container[]): RewrittenProbes {
  const found = new Map<ProbeKind, ProbeRoute | 'tcp'>();
  for (const container of containers) {
    for (const [kind, field] of probeKinds) {
      const probe = container[field];
      if (probe?.httpGet) found.set(kind, redirectHttp(probe.httpGet, kind, container));
      else if (probe?.tcpSocket) {
        replaceTcp(probe, container);
        found.set(kind, 'tcp');
      }
    }
  }
  const all = [...found.values()];
  return {
    routes: all.filter((route) => route !== 'tcp'),
    kinds: [...found.keys()],
    needsHealthcheck: all.includes('tcp'),
  };
}

function redirectHttp(get: NonNullable<Probe['httpGet']>, kind: ProbeKind, container: Container): ProbeRoute {
  const route: ProbeRoute = {
    kind,
    port: ports[kind],
    originalPath: get.scheme === 'HTTPS' ? undefined : (get.path ?? '/'),
    originalPort: portNumber(get.port, container),
  };
  get.port = route.port;
  if (route.originalPath !== undefined) get.path = `/osm-${kind}-probe`;
  return route;
}

function replaceTcp(probe: Probe, container: Container): void {
  const port = portNumber(probe.tcpSocket?.port ?? 0, container);
  delete probe.tcpSocket;
  probe.httpGet = {
    path: '/osm-healthcheck',
    port: ports.healthcheck,
    httpHeaders: [{ name: 'Original-Tcp-Port', value: String(port) }],
  };
}
