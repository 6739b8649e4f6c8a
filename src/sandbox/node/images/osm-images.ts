import type { ClusterApi } from '../../cluster-api.ts';
import type { Pace } from '../../pace.ts';
import type { ImageProgram } from '../program.ts';
import { envoy } from './envoy.ts';
import { osmBootstrap } from './osm-bootstrap.ts';
import { osmController } from './osm-controller.ts';
import { osmHealthcheck } from './osm-healthcheck.ts';
import { osmInit } from './osm-init.ts';
import { osmInjector } from './osm-injector.ts';

/** Every image of Open Service Mesh. Control plane programs talk to the API server of their cluster. */
export function openServiceMeshImages(parts: { api: ClusterApi; pace: Pace }): ImageProgram[] {
  return [envoy, osmInit, osmHealthcheck, osmBootstrap(parts), osmInjector(parts), osmController(parts)];
}
