import { presetMeshConfig } from './chart/preset-mesh-config.ts';
import { type ChartRelease, sidecarImagesOf, tracingAddressOf } from './chart/release.ts';
import { type ChartValues, defaultValues } from './chart/values.ts';
import type { MeshConfigSpec } from './kinds.ts';
import { addOn } from './names.ts';

/**
 * The add-on of AKS as a release of OSM's chart: two replicas that scale, Azure's registry and names, no container that
 * waits for osm-bootstrap. It knows nothing of Azure's Resource Manager, which switches it on and off.
 */
function addOnValues(): ChartValues {
  const values = defaultValues();
  const { osm } = values;
  const registry = 'mcr.microsoft.com/oss/openservicemesh';
  osm.image = { ...osm.image, registry, tag: addOn.version };
  // AKS names its Envoy build `osm-sidecar` (release notes, Kubernetes 1.33 and later).
  osm.sidecarImage = `${registry}/osm-sidecar:v1.32.2-hotfix.20241216`;
  osm.curlImage = '';
  osm.webhookConfigNamePrefix = 'aks-osm-webhook';
  osm.validatorWebhook.webhookConfigurationName = 'aks-osm-validator-mesh-osm';
  osm.enableDebugServer = true;
  for (const component of [osm.osmController, osm.injector]) {
    component.autoScale = { ...component.autoScale, enable: true, minReplicas: 2 };
  }
  return values;
}

export const addOnRelease: ChartRelease = {
  name: addOn.meshName,
  namespace: addOn.namespace,
  values: addOnValues(),
  appVersion: addOn.version,
};

export const addOnImages = sidecarImagesOf(addOnRelease);

/** AKS writes down more of its MeshConfig than the chart does. */
export function addOnMeshConfig(): MeshConfigSpec & Record<string, unknown> {
  const preset = presetMeshConfig(addOnRelease);
  const { port, endpoint } = addOnRelease.values.osm.tracing;
  return {
    ...preset,
    sidecar: { ...preset.sidecar, resources: {}, tlsMinProtocolVersion: 'TLSv1_2', tlsMaxProtocolVersion: 'TLSv1_3' },
    observability: {
      ...preset.observability,
      tracing: { enable: false, ...{ port, address: tracingAddressOf(addOnRelease), endpoint } },
    },
  };
}
