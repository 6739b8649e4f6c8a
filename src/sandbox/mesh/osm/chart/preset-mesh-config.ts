import type { ConfigMap } from '../../../../kube/objects.ts';
import type { MeshConfigSpec } from '../kinds.ts';
import { presetConfigMapKey, presetConfigMapName } from '../names.ts';
import { type ChartRelease, installOf, tracingAddressOf } from './release.ts';

/** What osm-bootstrap makes the first MeshConfig of (charts/osm/templates/preset-mesh-config.yaml). */
export function presetMeshConfig(release: ChartRelease): MeshConfigSpec & Record<string, unknown> {
  const { osm } = release.values;
  const { enableMeshRootCertificate: _, ...featureFlags } = osm.featureFlags;
  const { serviceCertValidityDuration, certKeyBitSize } = osm.certificateProvider;
  const { enable, port, endpoint } = osm.tracing;
  return {
    sidecar: {
      enablePrivilegedInitContainer: osm.enablePrivilegedInitContainer,
      logLevel: osm.envoyLogLevel,
      maxDataPlaneConnections: osm.maxDataPlaneConnections,
      configResyncInterval: osm.configResyncInterval,
      localProxyMode: osm.localProxyMode,
    },
    traffic: {
      enableEgress: osm.enableEgress,
      enablePermissiveTrafficPolicyMode: osm.enablePermissiveTrafficPolicy,
      outboundPortExclusionList: osm.outboundPortExclusionList,
      inboundPortExclusionList: osm.inboundPortExclusionList,
      outboundIPRangeExclusionList: osm.outboundIPRangeExclusionList,
      outboundIPRangeInclusionList: osm.outboundIPRangeInclusionList,
      networkInterfaceExclusionList: osm.networkInterfaceExclusionList,
    },
    observability: {
      enableDebugServer: osm.enableDebugServer,
      osmLogLevel: osm.controllerLogLevel,
      tracing: enable ? { enable, port, address: tracingAddressOf(release), endpoint } : { enable },
    },
    certificate: { serviceCertValidityDuration, certKeyBitSize },
    featureFlags,
  };
}

/** Without the chart's labels, as in the chart. */
export const presetConfigMap = (release: ChartRelease, preset: object = presetMeshConfig(release)): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: presetConfigMapName, namespace: installOf(release).namespace },
  data: { [presetConfigMapKey]: `${JSON.stringify(preset, null, 2)}\n` },
});
