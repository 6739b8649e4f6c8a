import type { ClusterApi } from '../../cluster-api.ts';
import { createDefinitions, createMeshConfig, createMeshRootCertificate } from '../../mesh/osm/bootstrap-mesh.ts';
import { ComponentFlags } from '../../mesh/osm/component-flags.ts';
import { meshDefinitions } from '../../mesh/osm/crds/definitions.ts';
import { healthPages, measured } from '../../mesh/osm/health-pages.ts';
import { controlPlaneLog } from '../../mesh/osm/log.ts';
import { Metrics, metricsOf } from '../../mesh/osm/metrics.ts';
import { ports } from '../../mesh/osm/names.ts';
import { serveHttp, untilAborted } from '../../mesh/osm/pod-server.ts';
import type { ImageProgram } from '../program.ts';

/** Installs OSM's kinds and its MeshConfig when the mesh first comes up, then only says that it is well. */
export function osmBootstrap({ api }: { api: ClusterApi }): ImageProgram {
  return {
    repositories: ['mcr.microsoft.com/oss/openservicemesh/osm-bootstrap', 'openservicemesh/osm-bootstrap'],
    sizeBytes: 18_874_368,
    entrypoint: ['/osm-bootstrap'],
    async run({ argv, clock, signal, sockets, stdout }) {
      const flags = new ComponentFlags(argv);
      const namespace = flags.required('osm-namespace', 'OSM namespace');
      const metrics = new Metrics(metricsOf.bootstrap);
      const log = controlPlaneLog(clock, stdout, 'info', (err_code) =>
        metrics.add('osm_error_err_code_count', { err_code }),
      );
      await createDefinitions(api, meshDefinitions(), log);
      await createMeshConfig(api, { namespace }, clock, signal, log);
      if (flags.bool('enable-mesh-root-certificate', false)) {
        await createMeshRootCertificate(api, { namespace }, clock, signal, log);
      }
      const stop = await serveHttp(
        sockets,
        ports.http,
        measured(metrics, clock, healthPages({ '/healthz': 'Health OK' }, metrics)),
      );
      await untilAborted(signal);
      stop();
      return 0;
    },
  };
}
