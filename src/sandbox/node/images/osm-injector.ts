import type { ClusterApi } from '../../cluster-api.ts';
import { answerReviews } from '../../mesh/osm/admission-server.ts';
import { certificateManagerFor } from '../../mesh/osm/certificate/start.ts';
import { ComponentFlags, sidecarImagesFrom } from '../../mesh/osm/component-flags.ts';
import { healthPages, measured } from '../../mesh/osm/health-pages.ts';
import { podReview } from '../../mesh/osm/injector/admission.ts';
import * as kinds from '../../mesh/osm/kinds.ts';
import { controlPlaneLog } from '../../mesh/osm/log.ts';
import { followLogLevel } from '../../mesh/osm/mesh-config-changes.ts';
import { Metrics, metricsOf } from '../../mesh/osm/metrics.ts';
import { ports } from '../../mesh/osm/names.ts';
import { serveHttp, serveHttps, untilAborted } from '../../mesh/osm/pod-server.ts';
import { untilServed } from '../../mesh/osm/served-kinds.ts';
import { injectorWebhook, publishWebhook, webhookKinds } from '../../mesh/osm/webhooks.ts';
import { type Pace, paceFactor } from '../../pace.ts';
import type { RsaKeys } from '../../pki/rsa-keys.ts';
import type { ContainerContext, ImageProgram } from '../program.ts';

/** The mutating webhook as a container: HTTPS on 9090, with a certificate of the mesh CA. */
export function osmInjector(parts: { api: ClusterApi; pace: Pace; keys: RsaKeys }): ImageProgram {
  return {
    repositories: ['mcr.microsoft.com/oss/openservicemesh/osm-injector', 'openservicemesh/osm-injector'],
    sizeBytes: 19_922_944,
    entrypoint: ['/osm-injector'],
    run: (context) => runInjector(context, parts),
  };
}

async function runInjector(
  context: ContainerContext,
  { api, pace, keys }: { api: ClusterApi; pace: Pace; keys: RsaKeys },
): Promise<number> {
  const { argv, clock, env, pod, random, signal, sockets, stdout } = context;
  const flags = new ComponentFlags(argv);
  const install = flags.install();
  const name = flags.required('webhook-config-name', 'mutatingwebhookconfiguration name');
  const metrics = new Metrics(metricsOf.injector);
  const log = controlPlaneLog(clock, stdout, flags.string('verbosity', 'info'), (err_code) =>
    metrics.add('osm_error_err_code_count', { err_code }),
  );
  await untilServed(api, clock, [kinds.meshConfigs], signal);
  const certificates = await certificateManagerFor('osm-injector', {
    ...{ api, clock, random, log, keys, install, flags, signal, pod },
    delayFactor: paceFactor[pace],
  });
  if (!certificates) return signal.aborted ? 0 : 1;
  const own = await certificates.issueInternal(`osm-injector.${install.namespace}.svc`, { fullName: true });
  const review = podReview({
    api,
    certificates,
    install,
    images: sidecarImagesFrom(env),
    pullPolicy: pullPolicy(flags),
    ...{ log, clock, metrics },
  });
  const reviews = measured(metrics, clock, answerReviews('/mutate-pod-creation', review, metrics));
  const stops = [followLogLevel(api, install, log), await serveHttps(sockets, ports.injector, own, reviews)];
  await publishWebhook(
    api,
    webhookKinds.mutating,
    injectorWebhook({
      install,
      name,
      caPem: own.trustedCaPem,
      timeoutSeconds: Number(flags.string('webhook-timeout', '20')),
    }),
  );
  log.info('sidecar-injector', `Finished creating MutatingWebhookConfiguration ${name}`);
  const pages = measured(metrics, clock, healthPages({ '/healthz': 'Health OK' }, metrics));
  stops.push(await serveHttp(sockets, ports.http, pages));
  await untilAborted(signal);
  for (const stop of stops) stop();
  return 0;
}

/** Of the injected init and healthcheck containers; the sidecar's is always IfNotPresent. */
function pullPolicy(flags: ComponentFlags): 'Always' | 'IfNotPresent' | 'Never' {
  const policy = flags.string('osm-container-pull-policy');
  return policy === 'Always' || policy === 'Never' ? policy : 'IfNotPresent';
}
