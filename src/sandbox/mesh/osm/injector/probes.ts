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
  routes: ProbeRoute[];
  /** A TCP probe needs the osm-healthcheck container to dial for it. */
  needsHealthcheck: boolean;
}

const probeKinds = [
  ['liveness', 'livenessProbe'],
  ['readiness', 'readinessProbe'],
  ['startup', 'startupProbe'],
] as const;

function portNumber(port: number | string, container: Container): number {
  if (typeof port === 'number') return port;
  return container.ports?.find(({ name }) => name === port)?.containerPort ?? Number(port);
}

/** pkg/injector/health_probes.go. Changes the containers in place; exec and gRPC probes stay as they are. */
export function rewriteProbes(containers: readonly Container[]): RewrittenProbes {
  const found: RewrittenProbes = { routes: [], needsHealthcheck: false };
  for (const container of containers) {
    for (const [kind, field] of probeKinds) {
      const probe = container[field];
      if (probe?.httpGet) found.routes.push(redirectHttp(probe.httpGet, kind, container));
      else if (probe?.tcpSocket) {
        replaceTcp(probe, container);
        found.needsHealthcheck = true;
      }
    }
  }
  return found;
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
