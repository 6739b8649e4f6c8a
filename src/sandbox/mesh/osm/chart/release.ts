import { clusterDomain, type OsmInstall, type SidecarImages } from '../names.ts';
import type { ChartValues, ImageKey } from './values.ts';

/** One rendering of the chart: which values, under which release name, where. */
export interface ChartRelease {
  /** Names the service account, the role and its binding. */
  name: string;
  namespace: string;
  values: ChartValues;
  /** Chart.yaml's appVersion. */
  appVersion: string;
}

/** What the rendered components will know of themselves. */
export function installOf({ namespace, values: { osm }, appVersion }: ChartRelease): OsmInstall {
  return {
    meshName: osm.meshName,
    namespace: osm.osmNamespace || namespace,
    version: appVersion,
    trustDomain: osm.trustDomain,
    caBundleSecretName: osm.caBundleSecretName,
  };
}

export function imageOf({ values: { osm } }: ChartRelease, key: ImageKey): string {
  const { registry, name, tag, digest } = osm.image;
  return tag ? `${registry}/${name[key]}:${tag}` : `${registry}/${name[key]}@${digest[key]}`;
}

export const sidecarImagesOf = (release: ChartRelease): SidecarImages => ({
  sidecar: release.values.osm.sidecarImage,
  windows: release.values.osm.sidecarWindowsImage,
  init: imageOf(release, 'osmSidecarInit'),
  healthcheck: imageOf(release, 'osmHealthcheck'),
});

/** Names of the webhook configurations that the components create for themselves. */
export const webhookNamesOf = ({ values: { osm } }: ChartRelease) => ({
  mutating: `${osm.webhookConfigNamePrefix}-${osm.meshName}`,
  validating: osm.validatorWebhook.webhookConfigurationName || `osm-validator-mesh-${osm.meshName}`,
});

export const tracingAddressOf = (release: ChartRelease): string =>
  release.values.osm.tracing.address || `jaeger.${installOf(release).namespace}.svc.${clusterDomain}`;
