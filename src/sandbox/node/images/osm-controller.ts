import type { ClusterApi } from '../../cluster-api.ts';
import { answerReviews } from '../../mesh/osm/admission-server.ts';
import { certificateManagerFor } from '../../mesh/osm/certificate/start.ts';
import { ComponentFlags } from '../../mesh/osm/component-flags.ts';
import { ControlPlane, requiredKinds } from '../../mesh/osm/control-plane.ts';
import { healthPages, type Metric } from '../../mesh/osm/health-pages.ts';
import { controlPlaneLog } from '../../mesh/osm/log.ts';
import { followLogLevel } from '../../mesh/osm/mesh-config-changes.ts';
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
  const log = controlPlaneLog(clock, stdout, flags.string('verbosity', 'info'));
  log.info('osm-controller/main', `Starting osm-controller ${install.version}; ${gitCommit}; ${buildDate}`);
  await untilServed(api, clock, requiredKinds, signal);
  const certificates = await certificateManagerFor('osm-controller', {
    ...{ api, clock, random, log, keys, install, flags, signal, pod },
  });
  if (!certificates) return signal.aborted ? 0 : 1;
  const controlPlane = new ControlPlane({ api, install, clock, delayFactor: paceFactor[pace], certificates, log });
  const [xds, validator] = await Promise.all([
    certificates.issueInternal('ads'),
    certificates.issueInternal(`osm-validator.${install.namespace}.svc`, { fullName: true }),
  ]);
  const stops = [
    followLogLevel(api, install, log),
    await serveXds(sockets, ports.xds, { ...xds, caPem: xds.trustedCaPem }, controlPlane),
    await serveHttps(sockets, ports.validator, validator, answerReviews('/validate', policyReview)),
  ];
  controlPlane.start();
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
  stops.push(await serveHttp(sockets, ports.http, statusPages(install.version, controlPlane)));
  await untilAborted(signal);
  controlPlane.stop();
  for (const stop of stops) stop();
  return 0;
}

function statusPages(version: string, controlPlane: ControlPlane) {
  return healthPages(
    version,
    {
      '/health/ready': 'Service is ready',
      '/health/alive': 'Service is alive',
      '/version': JSON.stringify({ version, git_commit: gitCommit, build_date: buildDate }),
      '/smi/version': JSON.stringify(smiVersions),
    },
    (): Metric[] => [
      { name: 'osm_proxy_connect_count', kind: 'gauge', value: controlPlane.connectedProxies },
      { name: 'osm_proxy_broadcast_event_count', kind: 'counter', value: controlPlane.counters.broadcasts },
      { name: 'osm_proxy_response_send_success_count', kind: 'counter', value: controlPlane.counters.pushes },
      { name: 'osm_resource_namespace_count', kind: 'gauge', value: controlPlane.namespaces().length },
    ],
  );
}
