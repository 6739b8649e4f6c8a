import type { KubeObject } from '../../../../kube/objects.ts';
import type { ResourceRef } from '../../../../kube/resources.ts';
import type { ComponentFlags } from '../component-flags.ts';
import type { OsmInstall } from '../names.ts';
import { CertManagerIssuer } from './cert-manager.ts';
import type { Issuer } from './issuer.ts';
import { loadOrCreateRoot, type RootParts } from './root-secret.ts';
import { TresorIssuer } from './tresor.ts';

/** Which provider signs for the mesh, and under which trust domain (config.openservicemesh.io/v1alpha2). */
export interface MeshRootCertificate extends KubeObject {
  spec?: {
    trustDomain?: string;
    provider: {
      tresor?: { ca: { secretRef: { name: string; namespace: string } } };
      certManager?: { issuerName: string; issuerKind: string; issuerGroup: string };
      vault?: { host: string; port: number; role: string; protocol: string };
    };
  };
  status?: { state?: string };
}

export const meshRootCertificates: ResourceRef<MeshRootCertificate> = {
  group: 'config.openservicemesh.io',
  version: 'v1alpha2',
  resource: 'meshrootcertificates',
  kind: 'MeshRootCertificate',
  namespaced: true,
};

/** What one is taken for: its state says for which half of the work (pkg/certificate/manager.go). */
export type Role = 'both' | 'signing' | 'validating' | 'none';

export function roleOf({ status }: MeshRootCertificate): Role {
  switch (status?.state) {
    case 'error':
      return 'none';
    case 'issuingRollout':
    case 'issuingRollback':
      return 'signing';
    case 'validatingRollout':
    case 'validatingRollback':
      return 'validating';
    default:
      return 'both';
  }
}

/** The one that stands for the command line while the feature is off. */
export function fromFlags(flags: ComponentFlags, install: OsmInstall): MeshRootCertificate {
  return {
    metadata: { name: 'legacy-compat', namespace: install.namespace },
    spec: { trustDomain: install.trustDomain, provider: providerFromFlags(flags, install) },
    status: { state: 'active' },
  };
}

type Provider = NonNullable<MeshRootCertificate['spec']>['provider'];

/** Throws on a kind of certificate manager that OSM has not. */
export function providerFromFlags(flags: ComponentFlags, { namespace, caBundleSecretName }: OsmInstall): Provider {
  const kind = flags.string('certificate-manager', 'tresor');
  switch (kind) {
    case 'tresor':
      return { tresor: { ca: { secretRef: { name: caBundleSecretName, namespace } } } };
    case 'cert-manager':
      return {
        certManager: {
          issuerName: flags.string('cert-manager-issuer-name', 'osm-ca'),
          issuerKind: flags.string('cert-manager-issuer-kind', 'Issuer'),
          issuerGroup: flags.string('cert-manager-issuer-group', 'cert-manager.io'),
        },
      };
    case 'vault':
      return {
        vault: {
          host: flags.string('vault-host', 'vault.default.svc.cluster.local'),
          port: Number(flags.string('vault-port', '8200')),
          role: flags.string('vault-role', 'openservicemesh'),
          protocol: flags.string('vault-protocol', 'http'),
        },
      };
    default:
      throw new Error(`unknown certificate provider kind: ${kind}`);
  }
}

/** Rejects when the provider has no certificate to give, which for Vault is always: nothing here speaks its protocol. */
export async function issuerFor(
  { metadata, spec }: MeshRootCertificate,
  parts: RootParts & { keyBits: number; patienceMs: number },
): Promise<Issuer> {
  const named = { id: metadata.name ?? '', trustDomain: spec?.trustDomain ?? parts.install.trustDomain };
  const { tresor, certManager, vault } = spec?.provider ?? {};
  if (tresor) {
    const root = await loadOrCreateRoot(parts, tresor.ca.secretRef.name);
    return new TresorIssuer({ ...named, root, keys: parts.keys, keyBits: parts.keyBits });
  }
  if (certManager) {
    const { issuerName: name, issuerKind: kind, issuerGroup: group } = certManager;
    const issuerRef = { name, kind, group };
    return CertManagerIssuer.connect({ ...named, ...parts, namespace: parts.install.namespace, issuerRef });
  }
  if (vault) {
    const address = `${vault.protocol}://${vault.host}:${vault.port}`;
    throw new Error(
      `error instantiating Hashicorp Vault as a Certificate Manager: the sandbox has no Vault, so ${address} cannot be asked`,
    );
  }
  throw new Error('Unknown certificate provider: {}');
}
