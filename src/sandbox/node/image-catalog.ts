import type { ClusterApi } from '../cluster-api.ts';
import type { OutsideWorld } from '../outside/outside-world.ts';
import type { Pace } from '../pace.ts';
import { RsaKeys } from '../pki/rsa-keys.ts';
import { authorizationServer } from './images/authorization-server.ts';
import { bookbuyer } from './images/bookbuyer.ts';
import { bookstore } from './images/bookstore.ts';
import { bookthief } from './images/bookthief.ts';
import { bookwarehouse } from './images/bookwarehouse.ts';
import { certManager } from './images/cert-manager.ts';
import { curl } from './images/curl.ts';
import { envoy } from './images/envoy.ts';
import { fortio } from './images/fortio.ts';
import { grpcbin } from './images/grpcbin.ts';
import { httpbin } from './images/httpbin.ts';
import { jaeger } from './images/jaeger.ts';
import { kubeSystemPrograms } from './images/kube-system.ts';
import { mysql } from './images/mysql.ts';
import { nginx } from './images/nginx.ts';
import { osmBootstrap } from './images/osm-bootstrap.ts';
import { osmController } from './images/osm-controller.ts';
import { osmHealthcheck } from './images/osm-healthcheck.ts';
import { osmInit } from './images/osm-init.ts';
import { osmInjector } from './images/osm-injector.ts';
import { osmPreinstall } from './images/osm-preinstall.ts';
import { istioTcpEcho, osmTcpEcho } from './images/tcp-echo.ts';
import type { ImageProgram } from './program.ts';

interface CatalogParts {
  api: ClusterApi;
  pace: Pace;
  /** Whose CA the images carry. */
  outside: OutsideWorld;
}

/**
 * Every image that exists in the sandbox; a further one is a file in images/ and a line here. The mesh's own programs
 * are given the API that a real one would reach through its service account.
 */
export function catalogOfImages({ api, pace, outside }: CatalogParts): ImageProgram[] {
  const parts = { api, pace, outside, keys: new RsaKeys() };
  return [
    authorizationServer,
    bookbuyer,
    bookstore,
    bookthief,
    bookwarehouse,
    mysql,
    grpcbin,
    nginx,
    envoy,
    osmInit,
    osmHealthcheck,
    osmController(parts),
    osmInjector(parts),
    osmBootstrap(parts),
    certManager(parts),
    jaeger,
    osmPreinstall(parts),
    curl(parts),
    fortio,
    httpbin,
    istioTcpEcho,
    osmTcpEcho,
    ...kubeSystemPrograms,
  ];
}
