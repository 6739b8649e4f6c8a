import type { HealthCheck, HealthCheckFilter } from '../../proxy-config.ts';
import type { MeshConfigSpec } from '../kinds.ts';
import { fqdnOf, type MeshService } from './mesh-service.ts';

/** Sidecars ask each other, not the apps: a service is healthy while its sidecar answers. */
const path = '/healthz/osm';
const header = 'x-osm-envoy-healthcheck';

const isEnabled = ({ featureFlags }: MeshConfigSpec): boolean =>
  featureFlags?.['enableEnvoyActiveHealthChecks'] === true;

/** For the clusters of all services, those that speak no HTTP too (pkg/envoy/cds/cluster.go, pkg/catalog). */
export function healthCheckOf(meshConfig: MeshConfigSpec, meshService: MeshService): HealthCheck | undefined {
  if (!isEnabled(meshConfig)) return undefined;
  return {
    host: fqdnOf(meshService),
    path,
    headers: { [header]: '1' },
    timeoutMs: 1000,
    intervalMs: 10_000,
    healthyThreshold: 1,
    unhealthyThreshold: 3,
  };
}

/** pkg/envoy/lds/healthcheck.go: in the chains of the mesh, not in those of ingress. */
export const healthCheckFilterOf = (meshConfig: MeshConfigSpec): HealthCheckFilter | undefined =>
  isEnabled(meshConfig) ? { path, header } : undefined;
