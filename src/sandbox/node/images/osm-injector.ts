import type { ClusterApi } from '../../cluster-api.ts';
import { issueServerCertificate, loadOrCreateAuthority } from '../../mesh/osm/certificates.ts';
import { ComponentFlags, sidecarImagesFrom } from '../../mesh/osm/component-flags.ts';
import { healthPages } from '../../mesh/osm/health-pages.ts';
import { answerReviews, podReview } from '../../mesh/osm/injector/admission.ts';
import * as kinds from '../../mesh/osm/kinds.ts';
import { controlPlaneLog } from '../../mesh/osm/log.ts';
import { ports } from '../../mesh/osm/names.ts';
import { serveHttp, serveHttps, untilAborted } from '../../mesh/osm/pod-server.ts';
import { untilServed } from '../../mesh/osm/served-kinds.ts';
import { injectorWebhook, publishWebhook, webhookKinds } from '../../mesh/osm/webhooks.ts';
import type { ImageProgram } from '../program.ts';

/** The mutating webhook as a container: HTTPS on 9090, with a certificate of the mesh CA. */
export function osmInjector({ api }: { api: ClusterApi }): ImageProgram {
  return {
    repositories: ['mcr.microsoft.com/oss/openservicemesh/osm-injector', 'openservicemesh/osm-injector'],
    sizeBytes: 19_922_944,
    entrypoint: ['/osm-injector'],
    async run({ argv, clock, env, signal, sockets, stdout }) {
      const flags = new ComponentFlags(argv);
      const install = flags.install();
      const name = flags.required('webhook-config-name', 'mutatingwebhookconfiguration name');
      const log = controlPlaneLog(clock, stdout);
      await untilServed(api, clock, [kinds.meshConfigs], signal);
      const authority = await loadOrCreateAuthority(api, clock, install);
      const stops = [
        await serveHttps(
          sockets,
          ports.injector,
          issueServerCertificate(authority, 'osm-injector', install),
          answerReviews(
            '/mutate-pod-creation',
            podReview({ api, authority, install, images: sidecarImagesFrom(env), log }),
          ),
        ),
      ];
      await publishWebhook(
        api,
        webhookKinds.mutating,
        injectorWebhook({
          install,
          name,
          caPem: authority.certPem,
          timeoutSeconds: Number(flags.string('webhook-timeout', '20')),
        }),
      );
      log.info('sidecar-injector', 'Finished creating MutatingWebhookConfiguration');
      const pages = healthPages(install.version, { '/healthz': 'Health OK' }, () => []);
      stops.push(await serveHttp(sockets, ports.http, pages));
      await untilAborted(signal);
      for (const stop of stops) stop();
      return 0;
    },
  };
}
