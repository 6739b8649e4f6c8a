import type { RequestListener } from 'node:http';
import type { ClusterApi } from '../../cluster-api.ts';
import { answerReviews } from '../../mesh/osm/admission-server.ts';
import { followIngressGateway } from '../../mesh/osm/certificate/ingress-gateway.ts';
import { certificateManagerFor } from '../../mesh/osm/certificate/start.ts';
import { ComponentFlags } from '../../mesh/osm/component-flags.ts';
import { ControlPlane, requiredKinds } from '../../mesh/osm/control-plane.ts';
import { countApiEvents, refreshGauges } from '../../mesh/osm/control-plane-metrics.ts';
import { followDebugServer } from '../../mesh/osm/debug-server.ts';
import { healthPages, measured } from '../../mesh/osm/health-pages.ts';
import { controlPlaneLog } from '../../mesh/osm/log.ts';
import { followLogLevel } from '../../mesh/osm/mesh-config-changes.ts';
import { Metrics, metricsOf } from '../../mesh/osm/metrics.ts';
import { buildDate, gitCommit, ports } from '../../mesh/osm/names.ts';
import { serveHttp, serveHttps, untilAborted } from '../../mesh/osm/pod-server.ts';
import { untilServed } from '../../mesh/osm/served-kinds.ts';
import { policyReview } from '../../mesh/osm/validator.ts';
import { publishWebhook, validatorWebhook, webhookKinds } from '../../mesh/osm/webhooks.ts';
import { serveXds } from '../../mesh/xds.ts';
import { type Pace, paceFactor } from '../../pace.ts';
import type { RsaKeys } from '../../pki/rsa-keys.ts';
import type { ContainerContext, ImageProgram } from '../program.ts';

const smiVersions = {
  HTTPRouteGroup: 'specs.smi-spec.io/v1alpha4',
  TCPRoute: 'specs.smi-spec.io/v1alpha4',
  TrafficSplit: 'split.smi-spec.io/v1alpha2',
  TrafficTarget: 'access.smi-spec.io/v1alpha3',
};

/** The control plane as a container: proxies on 15128, health and versions on 9091, the validating webhook on 9093. */
export function osmController(parts: { api: ClusterApi; pace: Pace; keys: RsaKeys }): ImageProgram {
  return {
    repositories: ['mcr.microsoft.com/oss/openservicemesh/osm-controller', 'openservicemesh/osm-controller'],
    sizeBytes: 22_020_096,
    entrypoint: ['/osm-controller'],
    run: (context) => runController(context, parts),
  };
}

async function runController(
  context: ContainerContext,
  { api, pace, keys }: { api: ClusterApi; pace: Pace; keys: RsaKeys },
): Promise<number> {
  const { clock, pod, random, signal, sockets, stdout } = context;
  const flags = new ComponentFlags(context.argv);
  const install = flags.install();
  const metrics = new Metrics(metricsOf.controller);
  metrics.set('osm_version_info', { version: install.version, build_date: buildDate, git_commit: gitCommit }, 1);
  const log = controlPlaneLog(clock, stdout, flags.string('verbosity', 'info'), (err_code) =>
    metrics.add('osm_error_err_code_count', { err_code }),
  );
  log.info('osm-controller/main', `Starting osm-controller ${install.version}; ${gitCommit}; ${buildDate}`);
  await untilServed(api, clock, requiredKinds, signal);
  const certificates = await certificateManagerFor('osm-controller', {
    ...{ api, clock, random, log, keys, install, flags, signal, pod },
    delayFactor: paceFactor[pace],
  });
  if (!certificates) return signal.aborted ? 0 : 1;
  const delayFactor = paceFactor[pace];
  const controlPlane = new ControlPlane({ api, install, clock, delayFactor, certificates, metrics, log });
  const watched = (listener: RequestListener) => measured(metrics, clock, listener);
  const [xds, validator] = await Promise.all([
    certificates.issueInternal('ads'),
    certificates.issueInternal(`osm-validator.${install.namespace}.svc`, { fullName: true }),
  ]);
  const stops = [
    followLogLevel(api, install, log),
    followIngressGateway({ api, install, clock, certificates, log }),
    await serveXds(sockets, ports.xds, { ...xds, caPem: xds.trustedCaPem }, controlPlane),
    await serveHttps(sockets, ports.validator, validator, watched(answerReviews('/validate', policyReview, metrics))),
  ];
  controlPlane.start();
  stops.push(
    countApiEvents(api, install, metrics),
    followDebugServer({ api, install, clock, ledger: controlPlane.ledger, certificates }, sockets, watched),
  );
  await publishWebhook(
    api,
    webhookKinds.validating,
    validatorWebhook({
      install,
      name: flags.required('validator-webhook-config', 'webhook configuration name'),
      caPem: validator.trustedCaPem,
      validateTrafficTarget: flags.bool('validate-traffic-target', true),
    }),
  );
  log.info('validator', 'Finished creating ValidatingWebhookConfiguration');
  // Ready only now: whoever waited for it may create policies and pods at once.
  const pages = statusPages(install.version, metrics, () => refreshGauges(api, install, metrics));
  stops.push(await serveHttp(sockets, ports.http, watched(pages)));
  await untilAborted(signal);
  controlPlane.stop();
  for (const stop of stops) stop();
  return 0;
}

function statusPages(version: string, metrics: Metrics, refresh: () => void): RequestListener {
  return healthPages(
    {
      '/health/ready': 'Service is ready',
      '/health/alive': 'Service is alive',
      '/version': JSON.stringify({ version, git_commit: gitCommit, build_date: buildDate }),
      '/smi/version': JSON.stringify(smiVersions),
    },
    metrics,
    refresh,
  );
}
