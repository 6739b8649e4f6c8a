import type { ClusterApi } from '../../cluster-api.ts';
import { issueServerCertificate, loadOrCreateAuthority, ServiceCertificates } from '../../mesh/osm/certificates.ts';
import { ComponentFlags } from '../../mesh/osm/component-flags.ts';
import { ControlPlane, requiredKinds } from '../../mesh/osm/control-plane.ts';
import { healthPages, type Metric } from '../../mesh/osm/health-pages.ts';
import { answerReviews } from '../../mesh/osm/injector/admission.ts';
import { controlPlaneLog } from '../../mesh/osm/log.ts';
import { buildDate, gitCommit, ports } from '../../mesh/osm/names.ts';
import { serveHttp, serveHttps, untilAborted } from '../../mesh/osm/pod-server.ts';
import { readMeshConfig } from '../../mesh/osm/read-snapshot.ts';
import { untilServed } from '../../mesh/osm/served-kinds.ts';
import { policyReview } from '../../mesh/osm/validator.ts';
import { publishWebhook, validatorWebhook, webhookKinds } from '../../mesh/osm/webhooks.ts';
import { serveXds } from '../../mesh/xds.ts';
import { type Pace, paceFactor } from '../../pace.ts';
import type { ContainerContext, ImageProgram } from '../program.ts';

const smiVersions = {
  HTTPRouteGroup: 'specs.smi-spec.io/v1alpha4',
  TCPRoute: 'specs.smi-spec.io/v1alpha4',
  TrafficSplit: 'split.smi-spec.io/v1alpha2',
  TrafficTarget: 'access.smi-spec.io/v1alpha3',
};

/** The control plane as a container: proxies on 15128, health and versions on 9091, the validating webhook on 9093. */
export function osmController({ api, pace }: { api: ClusterApi; pace: Pace }): ImageProgram {
  return {
    repositories: ['mcr.microsoft.com/oss/openservicemesh/osm-controller', 'openservicemesh/osm-controller'],
    sizeBytes: 22_020_096,
    entrypoint: ['/osm-controller'],
    run: (context) => runController(context, api, paceFactor[pace]),
  };
}

async function runController(context: ContainerContext, api: ClusterApi, delayFactor: number): Promise<number> {
  const { clock, random, signal, sockets, stdout } = context;
  const flags = new ComponentFlags(context.argv);
  const install = flags.install();
  const log = controlPlaneLog(clock, stdout);
  log.info('osm-controller/main', `Starting osm-controller ${install.version}; ${gitCommit}; ${buildDate}`);
  await untilServed(api, clock, requiredKinds, signal);
  const authority = await loadOrCreateAuthority(api, clock, install);
  const certificates = new ServiceCertificates({
    authority,
    clock,
    random,
    trustDomain: install.trustDomain,
    validity: () => readMeshConfig(api, install).certificate?.serviceCertValidityDuration,
  });
  const controlPlane = new ControlPlane({ api, install, clock, delayFactor, certificates, log });
  const server = issueServerCertificate(authority, 'osm-controller', install);
  const stops = [
    await serveXds(sockets, ports.xds, { ...server, caPem: authority.certPem }, controlPlane),
    await serveHttps(
      sockets,
      ports.validator,
      issueServerCertificate(authority, 'osm-validator', install),
      answerReviews('/validate', policyReview),
    ),
  ];
  controlPlane.start();
  await publishWebhook(
    api,
    webhookKinds.validating,
    validatorWebhook({
      install,
      name: flags.required('validator-webhook-config', 'webhook configuration name'),
      caPem: authority.certPem,
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
