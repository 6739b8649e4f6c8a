import type { ConfigMap } from '../../../../kube/objects.ts';
import type { MeshRootCertificate } from '../certificate/mesh-root-certificate.ts';
import { presetRootCertificate } from '../names.ts';
import { type ChartRelease, installOf } from './release.ts';

/** charts/osm/templates/preset-mesh-root-certificate.yaml: there with its feature flag only. */
export function presetRootCertificates(release: ChartRelease): ConfigMap[] {
  const { osm } = release.values;
  if (!osm.featureFlags.enableMeshRootCertificate) return [];
  const { namespace } = installOf(release);
  const { configMap, key } = presetRootCertificate;
  const spec = { trustDomain: osm.trustDomain, provider: providerOf(release) };
  return [
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: configMap, namespace },
      data: { [key]: `${JSON.stringify(spec, null, 2)}\n` },
    },
  ];
}

type Provider = NonNullable<MeshRootCertificate['spec']>['provider'];

function providerOf(release: ChartRelease): Provider {
  const { osm } = release.values;
  switch (osm.certificateProvider.kind.toLowerCase()) {
    case 'cert-manager':
      return { certManager: { ...osm.certmanager } };
    case 'vault': {
      const { host, port, protocol, role } = osm.vault;
      return { vault: { host, port, protocol, role } };
    }
    default:
      return {
        tresor: { ca: { secretRef: { name: osm.caBundleSecretName, namespace: installOf(release).namespace } } },
      };
  }
}
